//! Measures the size of a program, and of the archive that users download.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Sizes in bytes.
pub(crate) struct Size {
    pub(crate) binary: u64,
    /// Compressed. A zip archive adds a few hundred bytes.
    pub(crate) zipped: u64,
}

impl Size {
    pub(crate) fn of(program: &Path) -> Result<Self> {
        let content = fs::read(program)?;
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
        deflated.write_all(&content)?;
        Ok(Self {
            binary: content.len() as u64,
            zipped: deflated.finish()?.len() as u64,
        })
    }
}
