//! The short form for `cargo test`: request counts, and ratios that are wide enough for any
//! machine.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use bench_support::task::{Candidate, Sample, Step, Task};
use cli_support::Core;
use libtest_mimic::{Arguments, Trial};

use crate::latency::client_alone;
use crate::{instant, unshared};

/// Runs the checks as tests, which `cargo test` can list and filter.
pub(crate) fn run(core: &Core) -> ExitCode {
    type Check = fn(&Core, &Candidate) -> Result<()>;
    let checks: [(&str, Check); 5] = [
        ("a_plan_reads_the_account_at_most_three_times", plan),
        ("the_providers_time_for_a_plan_grows_linearly", growth),
        ("apply_and_destroy_send_one_request_per_route", writes),
        ("the_contestant_without_an_api_sends_no_request", instant),
        ("the_client_sends_ten_creates_concurrently", concurrency),
    ];
    let trials = checks.map(|(name, check)| {
        let core = core.clone();
        Trial::test(name, move || {
            let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-hostup"));
            check(&core, &Candidate::metered("hostup", provider))
                .map_err(|error| format!("{error:#}").into())
        })
    });
    let mut arguments = Arguments::from_args();
    // Concurrent measurements would affect each other.
    arguments.test_threads = Some(1);
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

fn measure(core: &Core, candidate: &Candidate, step: Step, count: u16) -> Result<Sample> {
    let task = Task {
        candidate,
        step,
        count,
        latency: Duration::ZERO,
    };
    task.measure(core)
}

fn plan(core: &Core, ours: &Candidate) -> Result<()> {
    let ours = measure(core, ours, Step::Plan, 200)?;
    ensure!(ours.requests.all() <= 3, "{} requests", ours.requests.all());
    // Without shared snapshots each route is read by itself.
    let unshared = measure(core, &unshared::candidate()?, Step::Plan, 200)?;
    ensure!(
        unshared.requests.all() == 200,
        "{} requests",
        unshared.requests.all()
    );
    let baseline = measure(core, &Candidate::BUILT_IN, Step::Plan, 200)?;
    ensure!(
        baseline.requests.all() == 0 && baseline.provider.cpu.is_zero(),
        "{baseline:?}"
    );
    let ratio = ours.wall.as_secs_f64() / baseline.wall.as_secs_f64();
    // A debug build on a busy machine has about 5.
    ensure!(
        ratio < 25.0,
        "it takes {ratio:.1} times as long as the built-in"
    );
    Ok(())
}

fn growth(core: &Core, ours: &Candidate) -> Result<()> {
    let cost = |count| -> Result<f64> {
        let sample = measure(core, ours, Step::Plan, count)?;
        Ok(sample.provider.cpu.as_secs_f64())
    };
    let (one, few, many) = (cost(1)?, cost(150)?, cost(600)?);
    // From 150 to 600 routes: 4 when the time grows linearly, 16 when it grows with the square.
    let growth = (many - one) / (few - one).max(f64::MIN_POSITIVE);
    ensure!(
        growth < 8.0,
        "four times as many routes take {growth:.1} times as long"
    );
    Ok(())
}

fn writes(core: &Core, ours: &Candidate) -> Result<()> {
    for step in [Step::Apply, Step::Destroy] {
        let requests = measure(core, ours, step, 60)?.requests;
        ensure!(requests.writes == 60, "{step:?}: {requests:?}");
        // One in the plan and one in the apply, which have a provider process each.
        ensure!(requests.reads <= 2, "{step:?}: {requests:?}");
    }
    Ok(())
}

fn instant(core: &Core, _: &Candidate) -> Result<()> {
    for step in Step::ALL {
        let requests = measure(core, &instant::candidate()?, step, 20)?.requests;
        ensure!(requests.all() == 0, "{step:?}: {requests:?}");
    }
    Ok(())
}

fn concurrency(_: &Core, _: &Candidate) -> Result<()> {
    // Long enough that the time of a debug build does not matter.
    let latency = Duration::from_millis(500);
    let requests = client_alone(40, latency)?;
    ensure!(requests.max_concurrent == 10, "{requests:?}");
    ensure!(requests.writes == 40 && requests.reads == 1, "{requests:?}");
    let used = latency.as_secs_f64() * 40.0 / 10.0 / requests.writing.as_secs_f64();
    ensure!(used >= 0.85, "only {:.0} % of the ideal", used * 100.0);
    Ok(())
}
