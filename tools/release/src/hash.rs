//! Checksums of files and packages.

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

/// Returns the SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// When the file can't be read.
pub fn file(path: &Path) -> Result<String> {
    let sum = File::open(path).and_then(sha256);
    sum.with_context(|| format!("could not read `{}`", path.display()))
}

/// Returns the hash of a package that Terraform and OpenTofu write into the lock file: it covers
/// the content and not the compression.
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
        let sum = sha256(archive.by_name(&name)?)?;
        summary.update(format!("{sum}  {name}\n"));
    }
    Ok(format!("h1:{}", STANDARD.encode(summary.finalize())))
}

fn sha256(mut content: impl Read) -> io::Result<String> {
    let mut sum = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&sum.finalize())),
            length => sum.update(&buffer[..length]),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
