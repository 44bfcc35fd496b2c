//! Completes a release: the manifest, the checksums of all files, and their signature.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::hash;
use crate::names::{Kind, Names};
use crate::project::Project;
use crate::signature;

/// Writes the manifest and the checksums of the packages in `directory`, signed with `key` if there
/// is one.
///
/// # Errors
/// When `directory` contains no package, or a file that is not part of this release, or a file
/// can't be written.
pub fn write(project: &Project, directory: &Path, key: Option<&str>) -> Result<()> {
    let names = project.names();
    let manifest = project.root.join("terraform-registry-manifest.json");
    fs::copy(&manifest, directory.join(names.of(Kind::Manifest)))
        .with_context(|| format!("could not copy `{}`", manifest.display()))?;
    let [checksums, signature] =
        [Kind::Checksums, Kind::Signature].map(|kind| directory.join(names.of(kind)));
    // It would be the signature of other checksums.
    if signature.exists() {
        fs::remove_file(&signature)?;
    }
    fs::write(&checksums, list(&names, directory)?)
        .with_context(|| format!("could not write `{}`", checksums.display()))?;
    match key {
        Some(key) => signature::sign(&checksums, &signature, key),
        None => Ok(()),
    }
}

/// Returns the checksums of the release's files in `directory`, in the format of `sha256sum`.
fn list(names: &Names, directory: &Path) -> Result<String> {
    let mut packages = 0;
    let mut lines = String::new();
    for (name, path) in files(directory)? {
        match names.kind(&name) {
            Some(Kind::Checksums | Kind::Signature) => continue,
            Some(Kind::Package(_)) => packages += 1,
            Some(Kind::Sbom(_) | Kind::Manifest) => {}
            None => bail!(
                "`{}` is not part of release {}: remove it",
                path.display(),
                names.version()
            ),
        }
        writeln!(lines, "{}  {name}", hash::file(&path)?)?;
    }
    ensure!(
        packages > 0,
        "`{}` contains no package of {}; `release pack` creates one",
        directory.display(),
        names.version()
    );
    Ok(lines)
}

/// Returns the names and paths of the files in `directory`, sorted.
///
/// # Errors
/// When it can't be read.
pub(crate) fn files(directory: &Path) -> Result<Vec<(String, PathBuf)>> {
    let entries = fs::read_dir(directory)
        .with_context(|| format!("could not read `{}`", directory.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        files.push((name, entry.path()));
    }
    files.sort();
    Ok(files)
}
