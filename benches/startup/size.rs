//! How big a program is, and how big in the archive it is fetched in.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::DeflateEncoder;

/// In bytes.
pub(crate) struct Size {
    pub(crate) binary: u64,
    /// Deflated, which a zip archive adds a few hundred bytes to.
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
