//! Draws the README's chart from the latest records of this benchmark and of `startup`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use bench_support::chart::{self, Bar, Panel};
use bench_support::numbers::{count, times};
use bench_support::record;
use serde_json::Value;

const COUNT: u64 = 1_000;

/// Draws `docs/measurements.svg` and returns its path.
///
/// # Errors
/// When no record has what the chart shows.
pub(crate) fn draw() -> Result<PathBuf> {
    let scale = record::read("scale").context("there is no record yet")?;
    let mut panels: Vec<_> = ["plan", "apply"]
        .into_iter()
        .filter_map(|step| thousand(&scale[0], step))
        .chain(latency(&scale[0]))
        .collect();
    panels.extend(record::read("startup").and_then(|startup| starts(&startup)));
    ensure!(
        !panels.is_empty(),
        "the records have nothing that the chart shows"
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/measurements.svg");
    fs::write(&path, chart::draw(&panels))?;
    Ok(path)
}

/// Shows one step with a thousand objects.
fn thousand(measured: &Value, step: &str) -> Option<Panel> {
    let rows = measured["steps"].as_array()?.iter();
    let rows: Vec<_> = rows
        .filter(|row| row["step"] == step && row["count"] == COUNT)
        .collect();
    let baseline = rows.first()?["wall_seconds"].as_f64()?;
    let bars = rows.iter().filter_map(|row| {
        let name = row["candidate"].as_str()?;
        let seconds = row["wall_seconds"].as_f64()?;
        let label = if name == "terraform_data" {
            "built-in terraform_data"
        } else {
            name
        };
        let requests = &row["samples"][0]["requests"];
        let requests = requests["reads"].as_u64()? + requests["writes"].as_u64()?;
        let note = match requests {
            0 => String::new(),
            1 => format!("{}, 1 request", times(seconds / baseline)),
            _ => format!(
                "{}, {} requests",
                times(seconds / baseline),
                count(requests)
            ),
        };
        Some(Bar {
            label: label.to_owned(),
            seconds,
            note,
            is_ours: name == "hostup",
        })
    });
    let what = match step {
        "plan" => "Plan of 1,000 routes, nothing to change",
        _ => "Apply of 1,000 routes",
    };
    Some(Panel {
        title: format!("{what} ({})", measured["core"].as_str()?),
        bars: bars.collect(),
    })
}

/// Shows how much of an apply with the longest latency is the client's.
fn latency(measured: &Value) -> Option<Panel> {
    let row = measured["latency"]["latencies"].as_array()?.last()?;
    let bar = |label: &str, key: &str, is_ours| {
        Some(Bar {
            label: label.to_owned(),
            seconds: row[key].as_f64()?,
            note: String::new(),
            is_ours,
        })
    };
    let millis = row["latency_seconds"].as_f64()? * 1e3;
    Some(Panel {
        title: format!("300 creates, ten at a time, each {millis:.0} ms at the API"),
        bars: vec![
            bar("the latency alone", "ideal_seconds", false)?,
            bar("the client", "client_seconds", true)?,
            bar("from first to last in an apply", "writing_seconds", true)?,
        ],
    })
}

/// Shows the time from the start of a provider to the response to its first call.
fn starts(startup: &Value) -> Option<Panel> {
    let rows = startup["starts"].as_array()?;
    let bars = rows.iter().filter_map(|row| {
        let megabytes = row["resident_bytes"].as_f64().map(|bytes| bytes / 1e6);
        Some(Bar {
            label: row["program"].as_str()?.to_owned(),
            seconds: row["ready_seconds"].as_f64()?,
            note: megabytes.map_or_else(String::new, |it| format!("{it:.1} MB of memory")),
            is_ours: row["program"] == "hostup",
        })
    });
    Some(Panel {
        title: "From start to the first response".to_owned(),
        bars: bars.collect(),
    })
}
