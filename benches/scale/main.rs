//! How plan, apply and destroy grow with the number of routes, and what latency makes of an apply.
//!
//! `cargo bench --bench scale` measures; CONTRIBUTING says what is what. Everything is relative to
//! the core's own `terraform_data` within one run, and the contestants take turns. `cargo test`
//! checks counts and wide ratios in a short form.
#![expect(clippy::print_stdout, reason = "a program that reports to a person")]

mod latency;
mod picture;
mod short;
mod steps;
mod unshared;

use std::env;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use bench_support::options::Options;
use bench_support::table::Table;
use bench_support::task::Contestant;
use bench_support::{meter, record, shipped};
use cli_support::core::{self, Core, Extent};
use cli_support::target_directory;
use serde_json::json;

/// What `--only` may name.
const PARTS: [&str; 5] = ["first-plan", "plan", "apply", "destroy", "latency"];

fn main() -> ExitCode {
    // A core starts this program for a provider: see there.
    if let Some(code) = meter::stand_in().or_else(unshared::stand_in) {
        return code;
    }
    // `cargo bench` says so, `cargo test` doesn't.
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

fn measure() -> Result<()> {
    let options = Options::parse(env::args().skip(1), &PARTS)?;
    let provider = shipped::provider(&options)?;
    let ours = Contestant::metered("hostup", &provider);
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
        println!("the chart: {}", picture::draw_latest()?.display());
    }
    Ok(())
}

/// Shows a table as soon as it is complete.
fn show(table: &Table) {
    println!("{table}");
}

/// Those asked for, else the first that is found.
fn cores(options: &Options) -> Result<Vec<Core>> {
    match options.cores.as_slice() {
        [] => Ok(vec![first_core()?]),
        asked_for => Ok(asked_for.to_vec()),
    }
}

fn first_core() -> Result<Core> {
    let found = core::all(&target_directory(&env::current_exe()?)?, Extent::Usual)?;
    let first = found.into_iter().next();
    first.context("neither `terraform` nor `tofu` was found")
}
