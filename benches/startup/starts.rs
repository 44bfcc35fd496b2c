//! Measures the starts of several providers, which take turns.

use std::time::Duration;

use anyhow::Result;
use bench_support::numbers::{median, median_count, median_seconds, megabytes, seconds, times};
use bench_support::options::Options;
use bench_support::table::Table;
use serde_json::{Value, json};
use tokio::runtime::Builder;

use crate::Program;
use crate::launch::Start;
use crate::size::Size;

const RUNS: usize = 40;

/// One program's starts, in the order of the runs.
struct Measured<'a> {
    program: &'a Program,
    size: Size,
    starts: Vec<Start>,
}

/// Measures, prints a table and returns the record. The others are compared with the first program.
pub(crate) fn measure(programs: &[Program], options: &Options) -> Result<Value> {
    let mut all = Vec::new();
    for program in programs {
        all.push(Measured {
            program,
            size: Size::of(&program.path)?,
            starts: Vec::new(),
        });
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    // The first run is not counted: it loads the programs into memory.
    for run in 0..=options.runs.unwrap_or(RUNS) {
        for one in &mut all {
            let start = runtime.block_on(Start::of(&one.program.path))?;
            if run > 0 {
                one.starts.push(start);
            }
        }
    }
    let mut table = Table::new(&[
        "start",
        "handshake",
        "TLS",
        "first schema",
        "all",
        "ours is",
        "CPU",
        "memory",
        "ours is",
        "binary",
        "ours is",
        "zipped",
    ]);
    for one in &all {
        table.row(one.cells(&all[0]));
    }
    println!("{table}");
    Ok(all.iter().map(Measured::record).collect())
}

impl Measured<'_> {
    fn time(&self, of: impl Fn(&Start) -> Duration) -> String {
        seconds(median_seconds(self.starts.iter().map(of)))
    }

    fn resident(&self) -> Option<u64> {
        median_count(self.starts.iter().map(|it| it.resident))
    }

    /// Returns the median of the ratios of each run: a busy machine slows all starts of a run.
    fn ratio_of(&self, ours: &Self) -> f64 {
        let pairs = ours.starts.iter().zip(&self.starts);
        median(pairs.map(|(ours, it)| ours.ready().as_secs_f64() / it.ready().as_secs_f64()))
    }

    fn cells(&self, ours: &Self) -> Vec<String> {
        vec![
            self.program.name.clone(),
            self.time(|it| it.handshake),
            self.time(|it| it.connect),
            self.time(|it| it.schema),
            self.time(Start::ready),
            times(self.ratio_of(ours)),
            self.time(|it| it.cpu),
            megabytes(self.resident()),
            ratio(ours.resident(), self.resident()),
            megabytes(Some(self.size.binary)),
            ratio(Some(ours.size.binary), Some(self.size.binary)),
            megabytes(Some(self.size.zipped)),
        ]
    }

    fn record(&self) -> Value {
        json!({
            "program": self.program.name,
            "ready_seconds": median_seconds(self.starts.iter().map(Start::ready)),
            "resident_bytes": self.resident(),
            "binary_bytes": self.size.binary,
            "zipped_bytes": self.size.zipped,
            "samples": self.starts.iter().map(Start::record).collect::<Vec<_>>(),
        })
    }
}

fn ratio(ours: Option<u64>, other: Option<u64>) -> String {
    let kilobytes = |bytes: u64| f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX));
    ours.zip(other).map_or_else(String::new, |(ours, other)| {
        times(kilobytes(ours) / kilobytes(other))
    })
}
