//! What a provider takes that a core starts.
//!
//! The core gets the benchmark itself for a provider. Started that way it starts the real one as
//! its child, leaves streams and environment as they are, waits, and notes what the child took: the
//! system tells that of children only. It costs the time of starting one more process, each time a
//! provider is started.

use std::env;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context as _, Result};
use cli_support::{Core, Workspace};

use crate::usage::{self, Used};

/// The provider to start.
const PROVIDER: &str = "HOSTUP_BENCH_PROVIDER";
/// The file to note in, a line for each process.
const NOTES: &str = "HOSTUP_BENCH_NOTES";

/// A directory in which `core` uses `provider`, and what that takes is noted.
///
/// # Errors
/// When the directory can't be written.
pub fn workspace(core: Core, provider: &Path) -> Result<Workspace> {
    let mut workspace = Workspace::new(core, &env::current_exe()?)?;
    let notes = notes(&workspace);
    workspace.set(PROVIDER, &provider.display().to_string());
    workspace.set(NOTES, &notes.display().to_string());
    Ok(workspace)
}

fn notes(workspace: &Workspace) -> PathBuf {
    workspace.path().join(".notes")
}

/// What the providers took that have run in `workspace`: their time together, and the most memory
/// of one.
///
/// # Errors
/// When there is something unreadable in the notes.
pub fn read(workspace: &Workspace) -> Result<Used> {
    let mut all = Used {
        cpu: Duration::ZERO,
        peak: 0,
    };
    // No provider ran, no notes.
    let text = fs::read_to_string(notes(workspace)).unwrap_or_default();
    for line in text.lines() {
        let (micros, peak) = line.split_once(' ').context("an unreadable note")?;
        all.cpu += Duration::from_micros(micros.parse()?);
        all.peak = all.peak.max(peak.parse()?);
    }
    Ok(all)
}

/// Runs the provider, when this process was started to do that; the benchmark itself must do
/// nothing then.
pub fn stand_in() -> Option<ExitCode> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how the benchmark speaks to itself"
    )]
    let (provider, notes) = (env::var_os(PROVIDER)?, env::var_os(NOTES)?);
    let code = run(Path::new(&provider), Path::new(&notes));
    Some(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn run(provider: &Path, notes: &Path) -> Result<u8> {
    let status = Command::new(provider)
        .args(env::args_os().skip(1))
        .env_remove(PROVIDER)
        .env_remove(NOTES)
        .status()?;
    let Used { cpu, peak } = usage::children()?;
    let note = format!("{} {peak}\n", cpu.as_micros());
    // In one piece: providers may end at the same time.
    let mut notes = File::options().create(true).append(true).open(notes)?;
    notes.write_all(note.as_bytes())?;
    Ok(status
        .code()
        .and_then(|code| code.try_into().ok())
        .unwrap_or(1))
}
