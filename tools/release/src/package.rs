//! The package for a platform: a zip with the program, its licence and the third-party notices.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::command;
use crate::compile;
use crate::names::{Kind, LICENSE, NOTICES, PROVIDER};
use crate::notices;
use crate::platform::Platform;
use crate::project::Project;

/// Packs `program`, which was compiled for `target`, into `directory` and returns the package's
/// path.
///
/// # Errors
/// When the program runs on this machine and reports another version than the project's, or when a
/// file can't be read or written.
pub fn pack(project: &Project, target: &str, program: &Path, directory: &Path) -> Result<PathBuf> {
    let platform = Platform::of_target(target)?;
    if Platform::of_target(&compile::host()?).is_ok_and(|host| host == platform) {
        check_version(program, &project.version)?;
    }
    let notices = notices::text(project, target)?;
    let names = project.names();
    let path = directory.join(names.of(Kind::Package(platform)));
    let written = || -> Result<()> {
        fs::create_dir_all(directory)?;
        let mut package = ZipWriter::new(File::create(&path)?);
        package.start_file(NOTICES, options(0o644))?;
        package.write_all(notices.as_bytes())?;
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

/// Returns options that don't depend on the machine: the earliest time of the zip format, and fixed
/// permissions.
fn options(permissions: u32) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(permissions)
}

fn check_version(program: &Path, version: &str) -> Result<()> {
    let output = command::run(Command::new(program).arg("--version"))?;
    ensure!(
        output.trim() == format!("{PROVIDER} {version}"),
        "`{} --version` prints `{}`, but `Cargo.toml` has version {version}: build it again",
        program.display(),
        output.trim()
    );
    Ok(())
}
