//! The short form, for `cargo test`: counts, and ratios so wide that no machine's mood breaks them.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use bench_support::task::{Contestant, Sample, Step, Task};
use cli_support::Core;
use libtest_mimic::{Arguments, Trial};

use crate::latency::client_alone;
use crate::unshared;

/// Runs it as tests, which `cargo test` may select and list.
pub(crate) fn run(core: &Core) -> ExitCode {
    type Check = fn(&Core, &Contestant) -> Result<()>;
    let checks: [(&str, Check); 4] = [
        (
            "a_plan_reads_the_account_once_or_twice_whatever_there_is",
            plan,
        ),
        (
            "what_a_plan_costs_the_provider_grows_with_the_routes_and_no_faster",
            growth,
        ),
        (
            "an_apply_sends_one_request_a_route_and_a_destroy_too",
            writes,
        ),
        (
            "the_client_keeps_ten_creates_under_way_and_not_more",
            at_a_time,
        ),
    ];
    let trials = checks.map(|(name, check)| {
        let core = core.clone();
        Trial::test(name, move || {
            let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-hostup"));
            check(&core, &Contestant::metered("hostup", provider))
                .map_err(|error| format!("{error:#}").into())
        })
    });
    let mut arguments = Arguments::from_args();
    // What is measured must not run beside something else that is.
    arguments.test_threads = Some(1);
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

fn measure(core: &Core, contestant: &Contestant, step: Step, count: u16) -> Result<Sample> {
    let task = Task {
        contestant,
        step,
        count,
        latency: Duration::ZERO,
    };
    task.measure(core)
}

fn plan(core: &Core, ours: &Contestant) -> Result<()> {
    let ours = measure(core, ours, Step::Plan, 200)?;
    ensure!(ours.requests.all() <= 3, "{} requests", ours.requests.all());
    // The count counts: without sharing there are many more.
    let unshared = measure(core, &unshared::contestant()?, Step::Plan, 200)?;
    ensure!(
        unshared.requests.all() == 200,
        "{} requests",
        unshared.requests.all()
    );
    let floor = measure(core, &Contestant::BUILT_IN, Step::Plan, 200)?;
    ensure!(
        floor.requests.all() == 0 && floor.provider.cpu.is_zero(),
        "{floor:?}"
    );
    let ratio = ours.wall.as_secs_f64() / floor.wall.as_secs_f64();
    // Unoptimised, on a busy machine, it is about 5.
    ensure!(ratio < 25.0, "{ratio:.1} times as long as the built-in");
    Ok(())
}

fn growth(core: &Core, ours: &Contestant) -> Result<()> {
    let cost = |count| -> Result<f64> {
        let sample = measure(core, ours, Step::Plan, count)?;
        Ok(sample.provider.cpu.as_secs_f64())
    };
    let (one, few, many) = (cost(1)?, cost(150)?, cost(600)?);
    // Four times as many routes: 4 when it grows as they do, 16 when it grows with their square.
    let growth = (many - one) / (few - one).max(f64::MIN_POSITIVE);
    ensure!(
        growth < 8.0,
        "four times the routes cost {growth:.1} times as much"
    );
    Ok(())
}

fn writes(core: &Core, ours: &Contestant) -> Result<()> {
    for step in [Step::Apply, Step::Destroy] {
        let requests = measure(core, ours, step, 60)?.requests;
        ensure!(requests.writes == 60, "{step:?}: {requests:?}");
        // One for the plan, one for the apply, whose provider is another process.
        ensure!(requests.reads <= 2, "{step:?}: {requests:?}");
    }
    Ok(())
}

fn at_a_time(_: &Core, _: &Contestant) -> Result<()> {
    // So slow that what unoptimised code costs does not show.
    let latency = Duration::from_millis(500);
    let requests = client_alone(40, latency)?;
    ensure!(requests.at_once == 10, "{requests:?}");
    ensure!(requests.writes == 40 && requests.reads == 1, "{requests:?}");
    let used = latency.as_secs_f64() * 40.0 / 10.0 / requests.writing.as_secs_f64();
    ensure!(used >= 0.85, "only {:.0} % of the ideal", used * 100.0);
    Ok(())
}
