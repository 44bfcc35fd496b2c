//! Compiles the provider's program. The same sources and compiler give the same bytes everywhere.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::command;
use crate::names::PROVIDER;
use crate::platform::Platform;
use crate::project::Project;

/// Returns the target that `rustc` compiles for by default.
///
/// # Errors
/// When `rustc` is missing.
pub fn host() -> Result<String> {
    let about = command::run(Command::new("rustc").arg("-vV"))?;
    about
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("`rustc -vV` names no host")
}

/// Compiles the provider for `target` and returns the program's path.
///
/// # Errors
/// When it does not compile. The compiler's own messages go to standard error.
pub fn provider(project: &Project, target: &str) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--release", "--locked", "--package", PROVIDER])
        .args(["--bin", PROVIDER, "--target", target])
        .current_dir(&project.root)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(project, target)?);
    let status = cargo.status().context("could not start `cargo`")?;
    ensure!(
        status.success(),
        "the provider does not compile for `{target}`. If `core` or `std` is missing: \
         `rustup target add {target}`; if `musl-gcc` is missing: `apt-get install musl-tools`; \
         if `x86_64-w64-mingw32-gcc` is missing: `apt-get install gcc-mingw-w64-x86-64`"
    );
    let platform = Platform::of_target(target)?;
    let program = format!("{target}/release/{PROVIDER}{}", platform.suffix());
    Ok(project.target_directory.join(program))
}

/// Returns compiler flags that replace local directories in panic messages by fixed names: the
/// repository, the target directory and the crates' sources. They are encoded for
/// `CARGO_ENCODED_RUSTFLAGS`, which overrides the machine's own flags.
fn flags(project: &Project, target: &str) -> Result<String> {
    let crates = sources(project, target)?;
    let directories = [
        (project.root.as_path(), "/provider"),
        (&project.target_directory, "/target"),
        (&crates, "/crates"),
    ];
    let flags = directories.map(|(directory, name)| {
        let directory = directory.display();
        format!("--remap-path-prefix={directory}={name}")
    });
    Ok(flags.join("\u{1f}"))
}

/// Returns the directory that cargo unpacks crates into.
fn sources(project: &Project, target: &str) -> Result<PathBuf> {
    let metadata = metadata(project, target)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter(|package| !package["source"].is_null())
        .find_map(|package| {
            Path::new(package["manifest_path"].as_str()?)
                .ancestors()
                .nth(2)
        })
        .map(Path::to_owned)
        .context("the provider depends on no crate")
}

/// Returns the output of `cargo metadata` for `target`, tests included.
///
/// # Errors
/// When cargo fails.
pub fn metadata(project: &Project, target: &str) -> Result<Value> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--filter-platform", target])
        .current_dir(&project.root);
    Ok(serde_json::from_str(&command::run(&mut cargo)?)?)
}
