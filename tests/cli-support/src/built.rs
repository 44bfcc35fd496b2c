//! Finds programs that are test targets. Cargo builds them beside the tests, with a hash in their
//! names.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

/// Returns the newest program of the test target `name` beside the running test.
///
/// # Errors
/// When there is none, or a file in `sources` is newer: cargo builds only the test targets that the
/// command line selects.
pub fn beside_this_test(name: &str, sources: &[PathBuf]) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let directory = own.parent().context("the test has no directory")?;
    let prefix = format!("{}-", name.replace('-', "_"));
    let remedy = format!("build it with `cargo test --no-run --test {name}`");
    let mut newest_program = None;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let is_target = path.extension().is_none()
            && path
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with(&prefix));
        if is_target {
            let built = fs::metadata(&path)?.modified()?;
            newest_program = newest_program.max(Some((built, path)));
        }
    }
    let (built, program) = newest_program.with_context(|| format!("no `{name}`; {remedy}"))?;
    for directory in sources {
        ensure!(
            newest(directory)? <= built,
            "`{}` is newer than `{name}`; {remedy}",
            directory.display()
        );
    }
    Ok(program)
}

fn newest(directory: &Path) -> Result<SystemTime> {
    let mut newest_file = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            newest_file = newest_file.max(newest(&entry.path())?);
        } else if entry.path().extension().is_some_and(|kind| kind == "rs") {
            newest_file = newest_file.max(entry.metadata()?.modified()?);
        }
    }
    Ok(newest_file)
}
