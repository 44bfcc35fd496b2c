//! Signatures, made and checked by the `gpg` command.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};
use tempfile::TempDir;

use crate::command;

/// The algorithms of keys that the Terraform registry takes, by their numbers in OpenPGP: RSA and
/// DSA.
const ACCEPTED: &[&str] = &["1", "17"];

/// Signs `file` with the key of this fingerprint in the caller's key ring: a detached binary
/// signature.
///
/// # Errors
/// When `gpg` is missing or refuses.
pub fn sign(file: &Path, signature: &Path, key: &str) -> Result<()> {
    let mut gpg = Command::new("gpg");
    gpg.args([
        "--batch",
        "--yes",
        "--no-armor",
        "--local-user",
        key,
        "--output",
    ]);
    gpg.arg(signature).arg("--detach-sign").arg(file);
    command::run(&mut gpg).map(drop)
}

/// Checks that `signature` is one of `file` by the key in the file `public_key`, and that
/// registries take it.
///
/// # Errors
/// When it is not, or `gpg` is missing.
pub fn check(file: &Path, signature: &Path, public_key: &Path) -> Result<()> {
    ensure!(
        !fs::read(signature)?.starts_with(b"-----"),
        "it is armoured, and registries want it binary: `gpg --detach-sign` without `--armor`"
    );
    let ring = Ring::of(public_key)?;
    let mut gpg = ring.gpg();
    gpg.args(["--status-fd", "1", "--verify"])
        .arg(signature)
        .arg(file);
    let output = command::output(&mut gpg)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let status = |word: &str| {
        let mut lines = said
            .lines()
            .map(|line| line.trim_start_matches("[GNUPG:] "));
        lines.find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))
    };
    let good = output.status.success() && status("GOODSIG").is_some();
    let Some(valid) = status("VALIDSIG").filter(|_| good) else {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("it is no good signature by that key: {}", reason.trim());
    };
    // Fingerprint, date, time, expiry, version, reserved, the key's algorithm.
    let algorithm = valid.split(' ').nth(6).unwrap_or_default();
    ensure!(
        ACCEPTED.contains(&algorithm),
        "the key's algorithm is number {algorithm} of OpenPGP, and the Terraform registry takes RSA and DSA only"
    );
    Ok(())
}

/// A key ring of one key, for a moment.
struct Ring {
    home: TempDir,
}

impl Ring {
    fn of(public_key: &Path) -> Result<Self> {
        let ring = Self {
            home: tempfile::Builder::new().prefix("gpg-").tempdir()?,
        };
        command::run(ring.gpg().arg("--import").arg(public_key))?;
        Ok(ring)
    }

    fn gpg(&self) -> Command {
        let mut gpg = Command::new("gpg");
        gpg.arg("--homedir")
            .arg(self.home.path())
            .args(["--batch", "--quiet"]);
        gpg
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // Some versions leave a process behind that holds the directory.
        let mut end = Command::new("gpgconf");
        end.arg("--homedir")
            .arg(self.home.path())
            .args(["--kill", "all"]);
        let _ = command::output(&mut end);
    }
}
