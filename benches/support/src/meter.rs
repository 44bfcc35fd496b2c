//! Measures the resources that a provider uses when a core starts it.
//!
//! The system reports resource usage only to a process's parent. So the core gets the benchmark's
//! own program as the provider. It starts the real provider as its child with the same streams and
//! environment, waits for it, and appends the child's usage to a file. This costs one more process
//! per start of the provider.

use std::env;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context as _, Result};
use cli_support::{Core, Workspace};

use crate::usage::{self, Usage};

/// Variable with the provider to start.
const PROVIDER: &str = "HOSTUP_BENCH_PROVIDER";
/// Variable with the file to append to, one line per process.
const USAGE: &str = "HOSTUP_BENCH_USAGE";

/// Creates a directory in which `core` uses `provider` and its usage is measured.
///
/// # Errors
/// When the directory can't be written.
pub fn workspace(core: Core, provider: &Path) -> Result<Workspace> {
    let mut workspace = Workspace::new(core, &env::current_exe()?)?;
    let file = file(&workspace);
    workspace.set(PROVIDER, &provider.display().to_string());
    workspace.set(USAGE, &file.display().to_string());
    Ok(workspace)
}

fn file(workspace: &Workspace) -> PathBuf {
    workspace.path().join(".usage")
}

/// Returns the usage of the providers that ran in `workspace`: their total time, and the peak
/// memory of one process.
///
/// # Errors
/// When the file has another format.
pub fn read(workspace: &Workspace) -> Result<Usage> {
    let mut all = Usage {
        cpu: Duration::ZERO,
        peak: 0,
    };
    // Without a provider there is no file.
    let text = fs::read_to_string(file(workspace)).unwrap_or_default();
    for line in text.lines() {
        let (micros, peak) = line.split_once(' ').context("an unexpected line")?;
        all.cpu += Duration::from_micros(micros.parse()?);
        all.peak = all.peak.max(peak.parse()?);
    }
    Ok(all)
}

/// Runs the provider if this process was started as one. Then the benchmark must do nothing else.
pub fn run_if_provider() -> Option<ExitCode> {
    #[expect(clippy::disallowed_methods, reason = "set by the benchmark itself")]
    let (provider, file) = (env::var_os(PROVIDER)?, env::var_os(USAGE)?);
    let code = run(Path::new(&provider), Path::new(&file));
    Some(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn run(provider: &Path, file: &Path) -> Result<u8> {
    let status = Command::new(provider)
        .args(env::args_os().skip(1))
        .env_remove(PROVIDER)
        .env_remove(USAGE)
        .status()?;
    let Usage { cpu, peak } = usage::children()?;
    let line = format!("{} {peak}\n", cpu.as_micros());
    // A single write, because providers may end at the same time.
    let mut file = File::options().create(true).append(true).open(file)?;
    file.write_all(line.as_bytes())?;
    Ok(status
        .code()
        .and_then(|code| code.try_into().ok())
        .unwrap_or(1))
}
