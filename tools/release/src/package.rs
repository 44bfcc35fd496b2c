//! A platform's package: the program and its licence.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::command;
use crate::compile;
use crate::names::{Kind, LICENSE, PROVIDER};
use crate::platform::Platform;
use crate::project::Project;

/// Packs `program`, which was built for `platform`, into `directory`, and gives the package.
///
/// # Errors
/// When the program does not say that it is of the project's version, as far as it runs here, or
/// when a file can't be read or written.
pub fn pack(
    project: &Project,
    platform: Platform,
    program: &Path,
    directory: &Path,
) -> Result<PathBuf> {
    if Platform::of_target(&compile::host()?).is_ok_and(|host| host == platform) {
        says_its_version(program, &project.version)?;
    }
    let names = project.names();
    let path = directory.join(names.of(Kind::Package(platform)));
    let written = || -> Result<()> {
        fs::create_dir_all(directory)?;
        let mut package = ZipWriter::new(File::create(&path)?);
        let entries = [
            (LICENSE.to_owned(), project.root.join(LICENSE), 0o644),
            (names.program(platform), program.to_owned(), 0o755),
        ];
        for (name, source, permissions) in entries {
            package.start_file(name, options(permissions))?;
            let mut source = File::open(&source)
                .with_context(|| format!("could not read `{}`", source.display()))?;
            io::copy(&mut source, &mut package)?;
        }
        package.finish()?;
        Ok(())
    };
    written().with_context(|| format!("could not write `{}`", path.display()))?;
    Ok(path)
}

/// The same everywhere and always: the earliest time a zip knows, permissions of our own.
fn options(permissions: u32) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(permissions)
}

fn says_its_version(program: &Path, version: &str) -> Result<()> {
    let said = command::run(Command::new(program).arg("--version"))?;
    ensure!(
        said.trim() == format!("{PROVIDER} {version}"),
        "`{} --version` says `{}`, but `Cargo.toml` says {version}: build it again",
        program.display(),
        said.trim()
    );
    Ok(())
}
