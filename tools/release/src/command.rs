//! Runs other programs.

use std::io;
use std::process::{Command, Output};

use anyhow::{Context, Result, anyhow, ensure};

/// Runs `command` and returns its standard output.
///
/// # Errors
/// When it can't be started or fails; the message includes its standard error.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    let program = command.get_program().display();
    ensure!(
        output.status.success(),
        "`{program}` failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    String::from_utf8(output.stdout)
        .with_context(|| format!("the output of `{program}` is not UTF-8"))
}

/// Runs `command` and returns its output and status, also when it fails.
///
/// # Errors
/// When it can't be started; the message says what to install.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    command.output().map_err(|error| {
        let program = command.get_program();
        let hint = if program == "gpg" {
            "; on Debian and Ubuntu `apt-get install gnupg`, on macOS `brew install gnupg`"
        } else {
            ""
        };
        let program = program.display();
        match error.kind() {
            io::ErrorKind::NotFound => anyhow!("`{program}` is not installed{hint}"),
            _ => anyhow!("could not start `{program}`: {error}"),
        }
    })
}
