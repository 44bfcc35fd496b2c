//! Plan, apply and destroy of 1, 100, 1,000 and 10,000 objects.

use std::time::Duration;

use anyhow::Result;
use bench_support::numbers::{
    count, median, median_count, median_seconds, megabytes, seconds, times,
};
use bench_support::options::Options;
use bench_support::table::Table;
use bench_support::task::{Contestant, Sample, Step, Task};
use cli_support::Core;
use serde_json::{Value, json};

use crate::unshared;

const SIZES: [u16; 4] = [1, 100, 1_000, 10_000];

/// Beyond this many only plans are measured, and not without sharing: each answer to a POST, and
/// each reading, is the whole account.
const MOST_WRITTEN: u16 = 1_000;

/// One contestant's samples, in the order of the runs.
struct Measured<'a> {
    task: Task<'a>,
    samples: Vec<Sample>,
}

/// Measures, shows, and gives the record. The first contestant is what the others are compared
/// with.
pub(crate) fn measure(core: &Core, ours: &Contestant, options: &Options) -> Result<Value> {
    let sizes = options.sizes.clone().unwrap_or_else(|| SIZES.to_vec());
    let contestants = [&Contestant::BUILT_IN, ours, &unshared::contestant()?];
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
        for &size in sizes
            .iter()
            .filter(|&&size| !writes || size <= MOST_WRITTEN)
        {
            // The last one is the one without sharing.
            let taking_part = if size <= MOST_WRITTEN { 3 } else { 2 };
            let all = take_turns(
                core,
                &contestants[..taking_part],
                step,
                size,
                options.runs.unwrap_or(runs(size)),
            )?;
            for one in &all {
                table.row(one.cells(&all[0]));
                record.push(one.record());
            }
        }
        crate::show(&table);
    }
    Ok(record.into())
}

/// How often by default: the longer it takes, the less a moment's noise matters.
fn runs(size: u16) -> usize {
    match size {
        ..=100 => 9,
        101..=1_000 => 5,
        // The core's own time grows with the square: minutes for each plan.
        _ => 1,
    }
}

fn take_turns<'a>(
    core: &Core,
    contestants: &[&'a Contestant],
    step: Step,
    size: u16,
    runs: usize,
) -> Result<Vec<Measured<'a>>> {
    let measured = |contestant| Measured {
        task: Task {
            contestant,
            step,
            count: size,
            latency: Duration::ZERO,
        },
        samples: Vec::new(),
    };
    let mut all: Vec<_> = contestants.iter().copied().map(measured).collect();
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

    /// The median of each run's ratio: what slows one run down slows all contestants.
    fn ratio(&self, floor: &Self) -> f64 {
        let pairs = self.samples.iter().zip(&floor.samples);
        median(pairs.map(|(one, floor)| one.wall.as_secs_f64() / floor.wall.as_secs_f64()))
    }

    fn record(&self) -> Value {
        json!({
            "contestant": self.task.contestant.name,
            "step": self.task.step.name(),
            "count": self.task.count,
            "wall_seconds": self.wall(),
            "samples": self.samples.iter().map(Sample::record).collect::<Vec<_>>(),
        })
    }

    fn cells(&self, floor: &Self) -> Vec<String> {
        let size = self.task.count;
        let samples = || self.samples.iter();
        let of_provider = |cell: String| {
            let has_provider = self.task.contestant.provider.is_some();
            if has_provider { cell } else { String::new() }
        };
        let provider_cpu = median_seconds(samples().map(|it| it.provider.cpu));
        let peak = median_count(samples().map(|it| it.provider.peak));
        let requests = median_count(samples().map(|it| it.requests.all()));
        let api_cpu = median_seconds(samples().map(|it| it.api));
        vec![
            format!("{} {}", count(size), self.task.contestant.name),
            seconds(self.wall()),
            times(self.ratio(floor)),
            of_provider(seconds(provider_cpu)),
            of_provider(seconds(provider_cpu / f64::from(size))),
            seconds(median_seconds(samples().map(|it| it.core))),
            of_provider(megabytes(Some(peak))),
            of_provider(count(requests as u64)),
            of_provider(seconds(api_cpu)),
        ]
    }
}
