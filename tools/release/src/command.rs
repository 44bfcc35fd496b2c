//! Running a program to its end.

use std::io;
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};

/// Runs `command` and gives what it wrote to standard output.
///
/// # Errors
/// When it can't be started or fails; the message holds what it wrote to standard error.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    ensure!(
        output.status.success(),
        "`{}` failed: {}",
        command.get_program().display(),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    String::from_utf8(output.stdout).context("a program's output is not text")
}

/// Runs `command`, whether it fails or not.
///
/// # Errors
/// When it can't be started; the message says what to install.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    command.output().map_err(|error| {
        let program = command.get_program().display();
        if error.kind() == io::ErrorKind::NotFound {
            anyhow::anyhow!("`{program}` is not installed{}", package_of(command))
        } else {
            anyhow::anyhow!("could not start `{program}`: {error}")
        }
    })
}

fn package_of(command: &Command) -> &'static str {
    if command.get_program() == "gpg" {
        "; on Debian and Ubuntu `apt-get install gnupg`, on macOS `brew install gnupg`"
    } else {
        ""
    }
}
