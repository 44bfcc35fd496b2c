//! Sums of files and packages.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zip::ZipArchive;
use zip::result::ZipError;

/// The SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// When the file can't be read.
pub fn file(path: &Path) -> Result<String> {
    let read = File::open(path).and_then(of);
    read.with_context(|| format!("could not read `{}`", path.display()))
}

/// What Terraform and OpenTofu write into the lock file for a package: the hash of what is in it,
/// however it is compressed.
///
/// # Errors
/// When the package can't be read.
pub fn h1(package: &Path) -> Result<String> {
    let mut archive = ZipArchive::new(File::open(package)?)?;
    let names: Result<BTreeSet<_>, ZipError> = archive
        .file_names()
        .map(|name| Ok(name?.into_owned()))
        .collect();
    let mut summary = Sha256::new();
    for name in names? {
        let sum = of(archive.by_name(&name)?)?;
        summary.update(format!("{sum}  {name}\n"));
    }
    Ok(format!("h1:{}", STANDARD.encode(summary.finalize())))
}

fn of(mut content: impl Read) -> io::Result<String> {
    let mut sum = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match content.read(&mut piece)? {
            0 => return Ok(hexadecimal(&sum.finalize())),
            length => sum.update(&piece[..length]),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
