//! Builds programs as they are released. The programs that cargo builds for a benchmark have
//! features that only tests need.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::options::Options;

/// Returns the provider of `--provider`, else a release build.
///
/// # Errors
/// When it does not build.
pub fn provider(options: &Options) -> Result<PathBuf> {
    match &options.provider {
        Some(path) => Ok(path.clone()),
        None => build("terraform-provider-hostup"),
    }
}

/// Builds the program of `package` for release and returns its path.
///
/// # Errors
/// When it does not build.
pub fn build(package: &str) -> Result<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo sets it for the programs it runs"
    )]
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = cli_support::target_directory(&env::current_exe()?)?;
    let mut command = Command::new(cargo);
    // Cargo set these variables for the benchmark. In another cargo they would rerun build scripts.
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
        .with_context(|| format!("cargo reported no program of `{package}`"))
}
