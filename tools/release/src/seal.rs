//! What makes packages a release: the manifest, the sums of everything, and their signature.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::hash;
use crate::names::{Kind, Names};
use crate::project::Project;
use crate::signature;

/// Seals the packages in `directory`, signed by `key` if there is one.
///
/// # Errors
/// When `directory` holds no package, or a file that is not of this release, or a file can't be
/// written.
pub fn seal(project: &Project, directory: &Path, key: Option<&str>) -> Result<()> {
    let names = project.names();
    let manifest = project.root.join("terraform-registry-manifest.json");
    fs::copy(&manifest, directory.join(names.of(Kind::Manifest)))
        .with_context(|| format!("could not copy `{}`", manifest.display()))?;
    let (sums, signature) = (names.of(Kind::Sums), names.of(Kind::Signature));
    let (sums, signature) = (directory.join(sums), directory.join(signature));
    // A signature of other sums would be worse than none.
    if signature.exists() {
        fs::remove_file(&signature)?;
    }
    fs::write(&sums, self::sums(&names, directory)?)
        .with_context(|| format!("could not write `{}`", sums.display()))?;
    match key {
        Some(key) => signature::sign(&sums, &signature, key),
        None => Ok(()),
    }
}

/// The sums of the release's files in `directory`, in the form of `sha256sum`.
fn sums(names: &Names, directory: &Path) -> Result<String> {
    let mut packages = 0;
    let mut lines = String::new();
    for (name, path) in files(directory)? {
        match names.kind(&name) {
            Some(Kind::Sums | Kind::Signature) => continue,
            Some(Kind::Package(_)) => packages += 1,
            Some(Kind::Bill(_) | Kind::Manifest) => {}
            None => anyhow::bail!(
                "`{}` is not of the release {}: take it away",
                path.display(),
                names.version()
            ),
        }
        writeln!(lines, "{}  {name}", hash::file(&path)?)?;
    }
    ensure!(
        packages > 0,
        "`{}` holds no package of {}; `release pack` makes one",
        directory.display(),
        names.version()
    );
    Ok(lines)
}

/// What lies in `directory`, by name.
///
/// # Errors
/// When it can't be read.
pub(crate) fn files(directory: &Path) -> Result<Vec<(String, PathBuf)>> {
    let entries = fs::read_dir(directory)
        .with_context(|| format!("could not read `{}`", directory.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        files.push((
            entry.file_name().to_string_lossy().into_owned(),
            entry.path(),
        ));
    }
    files.sort();
    Ok(files)
}
