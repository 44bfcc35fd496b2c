//! Records every single measurement in `target/bench/<name>.json`.

use std::path::PathBuf;
use std::{env, fs, thread};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// Returns the path of the record of the benchmark `name`.
///
/// # Errors
/// When the benchmark's program is not in a target directory.
fn path(name: &str) -> Result<PathBuf> {
    let target = cli_support::target_directory(&env::current_exe()?)?;
    Ok(target.join("bench").join(format!("{name}.json")))
}

/// Writes the record and returns its path.
///
/// # Errors
/// When the file can't be written.
pub fn write(name: &str, measured: &Value) -> Result<PathBuf> {
    let path = path(name)?;
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let record = json!({
        "bench": name,
        "version": env!("CARGO_PKG_VERSION"),
        "machine": {
            "os": env::consts::OS,
            "architecture": env::consts::ARCH,
            "processors": thread::available_parallelism()?.get(),
        },
        "measured": measured,
    });
    let text = serde_json::to_string_pretty(&record)?;
    fs::write(&path, text).with_context(|| format!("could not write `{}`", path.display()))?;
    Ok(path)
}

/// Returns the measurements in the record of the benchmark `name`, if there is one.
pub fn read(name: &str) -> Option<Value> {
    let text = fs::read_to_string(path(name).ok()?).ok()?;
    let mut record: Value = serde_json::from_str(&text).ok()?;
    Some(record["measured"].take())
}
