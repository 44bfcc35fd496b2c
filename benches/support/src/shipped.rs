//! Programs as they are released. What cargo builds for a benchmark has the features that tests
//! need in it, and is not what a user runs.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::options::Options;

/// The provider: what was asked for, else as it is released.
///
/// # Errors
/// When it does not build.
pub fn provider(options: &Options) -> Result<PathBuf> {
    match &options.provider {
        Some(asked_for) => Ok(asked_for.clone()),
        None => build("terraform-provider-hostup"),
    }
}

/// Builds the program of `package` for release, and says where it is.
///
/// # Errors
/// When it does not build.
pub fn build(package: &str) -> Result<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo names itself to what it runs"
    )]
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = cli_support::target_directory(&env::current_exe()?)?;
    let mut command = Command::new(cargo);
    // What cargo says to the benchmark is not meant for another cargo: build scripts take it for a
    // change.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_EXE_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            command.env_remove(name.as_ref());
        }
    }
    let built = command
        .args(["build", "--release", "--locked", "--bins", "--quiet"])
        .args(["--message-format", "json-render-diagnostics"])
        .args(["--package", package, "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(built.status.success(), "could not build `{package}`");
    String::from_utf8(built.stdout)?
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)))
        .with_context(|| format!("`{package}` has no program"))
}
