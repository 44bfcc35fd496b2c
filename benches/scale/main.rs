//! Measures how plan, apply and destroy grow with the number of routes, and how latency affects an
//! apply.
//!
//! `cargo bench --bench scale` measures; CONTRIBUTING explains the results. Times are compared with
//! those of the core's own `terraform_data` in the same run, and the candidates take turns.
//! `cargo test` checks request counts and wide ratios in a short form.
#![expect(clippy::print_stdout, reason = "a command-line program")]

mod instant;
mod latency;
mod readme_chart;
mod short;
mod steps;
mod unshared;

use std::env;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use bench_support::options::Options;
use bench_support::task::Candidate;
use bench_support::{meter, record, shipped};
use cli_support::core::{self, Core, Extent};
use cli_support::target_directory;
use serde_json::json;

/// The values of `--only`.
const PARTS: [&str; 5] = ["first-plan", "plan", "apply", "destroy", "latency"];

fn main() -> ExitCode {
    // The measured core starts this program as the provider.
    if let Some(code) = meter::run_if_provider().or_else(run_if_provider) {
        return code;
    }
    // `cargo bench` passes `--bench`, `cargo test` does not.
    let outcome = if env::args().any(|argument| argument == "--bench") {
        measure().map(|()| ExitCode::SUCCESS)
    } else {
        first_core().map(|core| short::run(&core))
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Serves one of the providers that exist for comparison, if this process was started as one.
fn run_if_provider() -> Option<ExitCode> {
    #[expect(clippy::disallowed_methods, reason = "set by the benchmark itself")]
    let is_set = |variable| env::var_os(variable).is_some();
    let serve = if is_set(unshared::VARIABLE) {
        unshared::serve
    } else if is_set(instant::VARIABLE) {
        instant::serve
    } else {
        return None;
    };
    let about = terraform_provider_hostup::provider::about();
    Some(tf_provider_server::run(serve, about))
}

fn measure() -> Result<()> {
    let options = Options::parse(env::args().skip(1), &PARTS)?;
    let provider = shipped::provider(&options)?;
    let ours = Candidate::metered("hostup", &provider);
    let mut measured = Vec::new();
    for core in cores(&options)? {
        println!("\n## {core}\n");
        measured.push(json!({
            "core": core.to_string(),
            "steps": steps::measure(&core, &ours, &options)?,
            "latency": options
                .wants("latency")
                .then(|| latency::measure(&core, &ours, &options))
                .transpose()?,
        }));
    }
    let path = record::write("scale", &measured.into())?;
    println!("every measurement: {}", path.display());
    if options.chart {
        println!("the chart: {}", readme_chart::draw()?.display());
    }
    Ok(())
}

/// Returns the cores of `--cli`, else the first that is found.
fn cores(options: &Options) -> Result<Vec<Core>> {
    match options.cores.as_slice() {
        [] => Ok(vec![first_core()?]),
        given => Ok(given.to_vec()),
    }
}

fn first_core() -> Result<Core> {
    let found = core::all(&target_directory(&env::current_exe()?)?, Extent::Usual)?;
    let first = found.into_iter().next();
    first.context("neither `terraform` nor `tofu` was found")
}
