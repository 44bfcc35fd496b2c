//! Measures plan, apply and destroy of 1, 100, 1,000 and 10,000 objects.

use std::time::Duration;

use anyhow::Result;
use bench_support::numbers::{
    count, median, median_count, median_seconds, megabytes, seconds, times,
};
use bench_support::options::Options;
use bench_support::table::Table;
use bench_support::task::{Candidate, Sample, Step, Task};
use cli_support::Core;
use serde_json::{Value, json};

use crate::{instant, unshared};

const SIZES: [u16; 4] = [1, 100, 1_000, 10_000];

/// With more objects only plans are measured, and only with shared snapshots: each response to a
/// POST and to a read has the whole account.
const MAX_WRITTEN: u16 = 1_000;

/// One candidate's samples, in the order of the runs.
struct Measured<'a> {
    task: Task<'a>,
    samples: Vec<Sample>,
}

/// Measures, prints tables and returns the record. The others are compared with the first
/// candidate.
pub(crate) fn measure(core: &Core, ours: &Candidate, options: &Options) -> Result<Value> {
    let sizes = options.sizes.clone().unwrap_or_else(|| SIZES.to_vec());
    let (instant, unshared) = (instant::candidate()?, unshared::candidate()?);
    let candidates = [&Candidate::BUILT_IN, &instant, ours, &unshared];
    let mut record = Vec::new();
    for step in Step::ALL {
        if !options.wants(step.name()) {
            continue;
        }
        let mut table = Table::new(&[
            step.name(),
            "wall",
            "× built-in",
            "provider CPU",
            "a route",
            "core CPU",
            "peak memory",
            "requests",
            "API CPU",
        ]);
        let writes = matches!(step, Step::Apply | Step::Destroy);
        for &size in sizes.iter().filter(|&&size| !writes || size <= MAX_WRITTEN) {
            // The last candidate does not share snapshots.
            let number = if size <= MAX_WRITTEN { 4 } else { 3 };
            let all = take_turns(
                core,
                &candidates[..number],
                step,
                size,
                options.runs.unwrap_or(runs(size)),
            )?;
            for one in &all {
                table.row(one.cells(&all[0]));
                record.push(one.record());
            }
        }
        println!("{table}");
    }
    Ok(record.into())
}

/// Returns the default number of runs. Longer runs vary less.
fn runs(size: u16) -> usize {
    match size {
        ..=100 => 9,
        101..=1_000 => 5,
        // The core's own time grows with the square, to minutes per plan.
        _ => 1,
    }
}

fn take_turns<'a>(
    core: &Core,
    candidates: &[&'a Candidate],
    step: Step,
    size: u16,
    runs: usize,
) -> Result<Vec<Measured<'a>>> {
    let measured = |candidate| Measured {
        task: Task {
            candidate,
            step,
            count: size,
            latency: Duration::ZERO,
        },
        samples: Vec::new(),
    };
    let mut all: Vec<_> = candidates.iter().copied().map(measured).collect();
    for _ in 0..runs {
        for one in &mut all {
            one.samples.push(one.task.measure(core)?);
        }
    }
    Ok(all)
}

impl Measured<'_> {
    fn wall(&self) -> f64 {
        median_seconds(self.samples.iter().map(|it| it.wall))
    }

    /// Returns the median of the ratios of each run: a busy machine slows all candidates of a run.
    fn ratio(&self, baseline: &Self) -> f64 {
        let pairs = self.samples.iter().zip(&baseline.samples);
        median(pairs.map(|(one, other)| one.wall.as_secs_f64() / other.wall.as_secs_f64()))
    }

    fn record(&self) -> Value {
        json!({
            "candidate": self.task.candidate.name,
            "step": self.task.step.name(),
            "count": self.task.count,
            "wall_seconds": self.wall(),
            "samples": self.samples.iter().map(Sample::record).collect::<Vec<_>>(),
        })
    }

    fn cells(&self, baseline: &Self) -> Vec<String> {
        let size = self.task.count;
        let samples = || self.samples.iter();
        let of_provider = |cell: String| {
            let has_provider = self.task.candidate.provider.is_some();
            if has_provider { cell } else { String::new() }
        };
        let provider_cpu = median_seconds(samples().map(|it| it.provider.cpu));
        let peak = median_count(samples().map(|it| it.provider.peak));
        let requests = median_count(samples().map(|it| it.requests.all()));
        let api_cpu = median_seconds(samples().map(|it| it.api));
        vec![
            format!("{} {}", count(size), self.task.candidate.name),
            seconds(self.wall()),
            times(self.ratio(baseline)),
            of_provider(seconds(provider_cpu)),
            of_provider(seconds(provider_cpu / f64::from(size))),
            seconds(median_seconds(samples().map(|it| it.core))),
            of_provider(megabytes(Some(peak))),
            of_provider(count(requests as u64)),
            of_provider(seconds(api_cpu)),
        ]
    }
}
