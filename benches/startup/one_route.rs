//! Measures the plan of one route without changes on every core found: what the server adds to each
//! run of a user.

use std::env;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use bench_support::numbers::{median, median_seconds, seconds, times};
use bench_support::options::Options;
use bench_support::table::Table;
use bench_support::task::{Candidate, Provider, Step, Task};
use cli_support::core::{self, Extent};
use cli_support::target_directory;
use serde_json::{Value, json};

const RUNS: usize = 15;

/// Measures, prints a table and returns the record.
pub(crate) fn measure(ours: &Path, on_serve: &Path, options: &Options) -> Result<Value> {
    let cores = match options.cores.as_slice() {
        [] => core::all(&target_directory(&env::current_exe()?)?, Extent::Usual)?,
        given => given.to_vec(),
    };
    let provider = |name, program: &Path| Candidate {
        name,
        provider: Some(Provider {
            program: program.to_owned(),
            variable: None,
            // The measured time is only a few milliseconds.
            is_metered: false,
            has_api: true,
        }),
    };
    let candidates = [
        Candidate::BUILT_IN,
        provider("hostup", ours),
        provider("serve()", on_serve),
    ];
    let mut table = Table::new(&[
        "plan of one route",
        "built-in",
        "hostup",
        "on serve()",
        "hostup is",
        "beyond the built-in",
    ]);
    let mut record = Vec::new();
    for core in &cores {
        let mut walls = candidates.each_ref().map(|_| Vec::new());
        for run in 0..=options.runs.unwrap_or(RUNS) {
            for (candidate, walls) in candidates.iter().zip(&mut walls) {
                let task = Task {
                    candidate,
                    step: Step::Plan,
                    count: 1,
                    latency: Duration::ZERO,
                };
                let wall = task.measure(core)?.wall;
                // The first run is not counted: it loads the programs into memory.
                if run > 0 {
                    walls.push(wall);
                }
            }
        }
        let [built_in, ours, on_serve] = walls;
        let ratios = |baseline: &[Duration]| {
            let runs = ours.iter().zip(&on_serve).zip(baseline);
            median(runs.map(|((ours, on_serve), baseline)| {
                ours.saturating_sub(*baseline).as_secs_f64()
                    / on_serve.saturating_sub(*baseline).as_secs_f64()
            }))
        };
        let zero = vec![Duration::ZERO; ours.len()];
        let (whole, beyond) = (ratios(&zero), ratios(&built_in));
        let medians = [&built_in, &ours, &on_serve].map(|it| median_seconds(it.iter().copied()));
        let mut cells = vec![core.to_string()];
        cells.extend(medians.map(seconds));
        cells.extend([times(whole), times(beyond)]);
        table.row(cells);
        record.push(json!({
            "core": core.to_string(),
            "built_in_seconds": samples(&built_in),
            "hostup_seconds": samples(&ours),
            "on_serve_seconds": samples(&on_serve),
            "hostup_by_on_serve": whole,
            "beyond_the_built_in": beyond,
        }));
    }
    println!("{table}");
    Ok(record.into())
}

fn samples(walls: &[Duration]) -> Vec<f64> {
    walls.iter().map(Duration::as_secs_f64).collect()
}
