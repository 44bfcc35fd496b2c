//! The provider's program, compiled so that it is the same wherever it is compiled.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::command;
use crate::names::PROVIDER;
use crate::platform::Platform;
use crate::project::Project;

/// The target that `rustc` builds for unless told otherwise.
///
/// # Errors
/// When there is no `rustc`.
pub fn host() -> Result<String> {
    let about = command::run(Command::new("rustc").arg("-vV"))?;
    about
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("`rustc -vV` names no host")
}

/// Compiles the provider for `target` and gives the program.
///
/// # Errors
/// When it does not compile. What the compiler says goes to standard error.
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
        "the provider does not compile for `{target}`. If the compiler misses `core` or `std`: \
         `rustup target add {target}`; if a `musl-gcc` is missing: `apt-get install musl-tools`"
    );
    let platform = Platform::of_target(target)?;
    let program = format!("{target}/release/{PROVIDER}{}", platform.suffix());
    Ok(project.target_directory.join(program))
}

/// Places that stand in messages of panics get names that are the same on every machine: the
/// repository, the target directory and the crates' sources. Separated as `CARGO_ENCODED_RUSTFLAGS`
/// wants it, in which no flag of the machine's has a say.
fn flags(project: &Project, target: &str) -> Result<String> {
    let crates = sources(project, target)?;
    let places = [
        (project.root.as_path(), "/provider"),
        (&project.target_directory, "/target"),
        (&crates, "/crates"),
    ];
    let flags = places.map(|(place, name)| {
        let place = place.display();
        format!("--remap-path-prefix={place}={name}")
    });
    Ok(flags.join("\u{1f}"))
}

/// The directory into which cargo unpacked the crates.
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

/// What cargo knows of the packages for `target`.
///
/// # Errors
/// When they can't be had.
pub(crate) fn metadata(project: &Project, target: &str) -> Result<Value> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--filter-platform", target])
        .current_dir(&project.root);
    Ok(serde_json::from_str(&command::run(&mut cargo)?)?)
}
