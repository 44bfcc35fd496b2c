//! The provider as users meet it: a real Terraform or OpenTofu, the real plugin, a mock of HostUp's API.
//!
//! Every scenario runs on every core found: those on `PATH`, the newest Terraform that can be fetched,
//! and with `HOSTUP_TEST_CORES=all` older ones too. [`world::World`] asserts after every apply that the
//! next plan is empty, and after every destroy that the account is.

#![expect(
    clippy::print_stdout,
    reason = "a test runner reports on standard output"
)]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helper should fail where it stands"
)]

mod differences;
mod drift;
mod faults;
mod imports;
mod life;
mod moves;
mod offline;
mod refusals;
mod secrecy;
mod sharing;
mod spelling;
mod volume;
mod world;

use std::env;
use std::process::ExitCode;

use cli_support::core::{Core, Extent};
use cli_support::target_directory;
use libtest_mimic::{Arguments, Trial};

use world::World;

/// One behaviour, shown in a world of its own.
pub(crate) struct Scenario {
    name: String,
    run: fn(&mut World),
}

/// Lists the scenarios of a module; one that is not listed is dead code, which the compiler reports.
macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        pub(crate) fn all() -> Vec<crate::Scenario> {
            let module = module_path!().rsplit("::").next().unwrap_or_default();
            vec![$(crate::Scenario::new(module, stringify!($name), $name)),*]
        }
    };
}
use scenarios;

impl Scenario {
    fn new(module: &str, name: &str, run: fn(&mut World)) -> Self {
        Self {
            name: format!("{module}::{name}"),
            run,
        }
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
    let arguments = Arguments::from_args();
    let cores = match cores() {
        Ok(cores) => cores,
        Err(error) => {
            println!("acceptance tests need `terraform` or `tofu`: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let scenarios: Vec<Scenario> = [
        life::all(),
        moves::all(),
        spelling::all(),
        drift::all(),
        imports::all(),
        refusals::all(),
        differences::all(),
        offline::all(),
        volume::all(),
        secrecy::all(),
        sharing::all(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let trials = scenarios
        .iter()
        .flat_map(|scenario| cores.iter().map(|core| scenario.on(core)))
        .chain(faults::trials(&cores))
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(matrix) = faults::report() {
        println!("{matrix}");
    }
    if !arguments.list {
        let names: Vec<_> = cores.iter().map(ToString::to_string).collect();
        println!(
            "acceptance: {} scenarios on {}\n",
            scenarios.len(),
            names.join(", ")
        );
    }
    conclusion.exit_code()
}

fn cores() -> anyhow::Result<Vec<Core>> {
    #[expect(clippy::disallowed_methods, reason = "the test runner's own settings")]
    let variable = |name| env::var(name).unwrap_or_default();
    let extent = if variable("HOSTUP_TEST_CORES") == "all" {
        Extent::All
    } else {
        Extent::Usual
    };
    let cores = cli_support::core::all(&target_directory(&env::current_exe()?)?, extent)?;
    anyhow::ensure!(
        variable("CI").is_empty() || cores.len() >= 2,
        "with `CI` set at least two different cores must be found, not {}",
        cores.len()
    );
    Ok(cores)
}
