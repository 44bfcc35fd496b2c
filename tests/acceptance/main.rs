//! The provider as users run it: with a real Terraform or OpenTofu and the real plugin, against a
//! mock of HostUp's API.
//!
//! Every scenario runs on every core found: those on `PATH`, the newest Terraform that can be
//! fetched, and with `HOSTUP_TEST_CORES=all` older ones too. A scenario that needs a newer core is
//! marked in its list, and the summary shows on which cores it did not run. With
//! `HOSTUP_TEST_TRANSPORT=tcp` core and plugin talk over TCP. [`world::World`] asserts that the
//! plan is empty after every apply, and that the account is empty after every destroy.

#![expect(
    clippy::print_stdout,
    reason = "a test runner reports on standard output"
)]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a scenario that cannot continue fails by panicking, in helpers too"
)]

mod api_variants;
mod configuration;
mod examples;
mod faults;
mod first_day;
mod foreign;
mod functions;
mod gallery;
mod guide_examples;
mod identity;
mod interrupts;
mod messages;
mod mirrors;
mod offline;
mod ownership;
mod ownership_networks;
mod ownership_plans;
mod ownership_waits;
mod plans;
mod plugin_server;
mod processes;
mod queries;
mod resources;
mod scene;
mod secrecy;
mod sharing;
mod test_provider;
mod volume;
mod world;

use std::collections::BTreeMap;
use std::env;
use std::process::ExitCode;
use std::thread;

use cli_support::core::{Core, Extent};
use cli_support::target_directory;
use libtest_mimic::{Arguments, Trial};

use world::World;

/// A test of one behaviour, in a world of its own.
pub(crate) struct Scenario {
    name: String,
    run: fn(&mut World),
    needs: Option<Need>,
}

/// What a core must have for a scenario: a check, and its name.
#[derive(Clone, Copy)]
struct Need {
    name: &'static str,
    met: fn(&Core) -> bool,
}

/// Lists the scenarios of a module, or of a noun by their kind. A scenario that is not listed is
/// dead code, which the compiler reports. `name if has_query` runs only on cores of which
/// [`Core::has_query`] is true.
macro_rules! scenarios {
    (@one $module:expr, $name:ident $(if $need:ident)?) => {
        crate::Scenario::new($module, stringify!($name), $name)
            $(.needing(stringify!($need), cli_support::Core::$need))?
    };
    ($($kind:ident: [$($name:ident $(if $need:ident)?),* $(,)?]),+ $(,)?) => {
        pub(crate) fn all() -> Vec<crate::Scenario> {
            vec![$($(scenarios!(
                @one concat!(module_path!(), "::", stringify!($kind)), $name $(if $need)?
            )),*),+]
        }
    };
    ($($name:ident $(if $need:ident)?),* $(,)?) => {
        pub(crate) fn all() -> Vec<crate::Scenario> {
            vec![$(scenarios!(@one module_path!(), $name $(if $need)?)),*]
        }
    };
}
use scenarios;

impl Scenario {
    fn new(module: &str, name: &str, run: fn(&mut World)) -> Self {
        let module = module.trim_start_matches("acceptance::");
        Self {
            name: format!("{module}::{name}"),
            run,
            needs: None,
        }
    }

    fn needing(mut self, name: &'static str, met: fn(&Core) -> bool) -> Self {
        self.needs = Some(Need { name, met });
        self
    }

    /// Returns the name of the check that `core` fails.
    fn lacking(&self, core: &Core) -> Option<&'static str> {
        self.needs
            .filter(|need| !(need.met)(core))
            .map(|need| need.name)
    }

    fn on(&self, core: &Core) -> Trial {
        let (run, core) = (self.run, core.clone());
        Trial::test(format!("{} [{core}]", self.name), move || {
            let mut world = World::new(core);
            run(&mut world);
            world.end();
            Ok(())
        })
    }
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A scenario waits most of its time, for the mock and for the provider's pauses: three
    // scenarios a processor keep the processors busy.
    if arguments.test_threads.is_none() {
        arguments.test_threads = thread::available_parallelism()
            .ok()
            .map(|processors| processors.get() * 3);
    }
    let cores = match cores() {
        Ok(cores) => cores,
        Err(error) => {
            println!("acceptance tests need `terraform` or `tofu`: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let scenarios: Vec<Scenario> = [
        api_variants::all(),
        configuration::all(),
        examples::all(),
        first_day::all(),
        foreign::all(),
        functions::all(),
        guide_examples::all(),
        identity::all(),
        interrupts::all(),
        messages::all(),
        mirrors::all(),
        offline::all(),
        ownership::all(),
        ownership_networks::all(),
        ownership_plans::all(),
        ownership_waits::all(),
        plans::all(),
        plugin_server::all(),
        processes::all(),
        queries::all(),
        resources::all(),
        secrecy::all(),
        sharing::all(),
        test_provider::all(),
        volume::all(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let without_core: Vec<_> = scenarios
        .iter()
        .filter(|scenario| cores.iter().all(|core| scenario.lacking(core).is_some()))
        .map(|scenario| scenario.name.as_str())
        .collect();
    if is_ci() && !without_core.is_empty() {
        println!(
            "with `CI` set every scenario needs a core, and these have none: {without_core:?}"
        );
        return ExitCode::FAILURE;
    }
    let trials = scenarios
        .iter()
        .flat_map(|scenario| {
            cores
                .iter()
                .filter(|core| scenario.lacking(core).is_none())
                .map(|core| scenario.on(core))
        })
        .chain(faults::trials(&cores))
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(matrix) = faults::report() {
        println!("{matrix}");
    }
    if !arguments.list {
        let names: Vec<_> = cores.iter().map(ToString::to_string).collect();
        println!(
            "acceptance: {} scenarios on {}",
            scenarios.len(),
            names.join(", ")
        );
        for (left_out, count) in left_out(&scenarios, &cores) {
            println!("            {count} of them not on {left_out}");
        }
        println!();
    }
    conclusion.exit_code()
}

/// Returns how many scenarios did not run on which core, and which check it failed.
fn left_out(scenarios: &[Scenario], cores: &[Core]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for core in cores {
        for need in scenarios.iter().filter_map(|it| it.lacking(core)) {
            *counts
                .entry(format!("{core}, where `{need}` is false"))
                .or_default() += 1;
        }
    }
    counts
}

/// Returns a setting of the test runner; empty when it is not set.
#[expect(clippy::disallowed_methods, reason = "the test runner's own settings")]
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

fn is_ci() -> bool {
    !variable("CI").is_empty()
}

/// Returns the kind of socket in `HOSTUP_TEST_TRANSPORT`.
fn transport() -> Option<String> {
    Some(variable("HOSTUP_TEST_TRANSPORT")).filter(|transport| !transport.is_empty())
}

/// Returns how often two processes with equal requests run: `HOSTUP_TEST_SHARING_RUNS`, or 10.
fn sharing_runs() -> usize {
    variable("HOSTUP_TEST_SHARING_RUNS").parse().unwrap_or(10)
}

fn cores() -> anyhow::Result<Vec<Core>> {
    let extent = if variable("HOSTUP_TEST_CORES") == "all" {
        Extent::All
    } else {
        Extent::Usual
    };
    let cores = cli_support::core::all(&target_directory(&env::current_exe()?)?, extent)?;
    anyhow::ensure!(
        !is_ci() || cores.len() >= 2,
        "with `CI` set at least two different cores must be found, not {}",
        cores.len()
    );
    Ok(cores)
}
