//! Creates and checks signatures with the `gpg` command.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};
use tempfile::TempDir;

use crate::command;

/// The key algorithms that the Terraform registry accepts, by their OpenPGP numbers: RSA and DSA.
const ACCEPTED: &[&str] = &["1", "17"];

/// Writes a detached binary signature of `file` by the key with this fingerprint in the user's key
/// ring.
///
/// # Errors
/// When `gpg` is missing or fails.
pub(crate) fn sign(file: &Path, signature: &Path, key: &str) -> Result<()> {
    let mut gpg = Command::new("gpg");
    gpg.args(["--batch", "--yes", "--no-armor", "--local-user", key])
        .arg("--output")
        .arg(signature)
        .arg("--detach-sign")
        .arg(file);
    command::run(&mut gpg).map(drop)
}

/// Checks that `signature` is a signature of `file` by the key in the file `public_key`, and that
/// the registries accept it.
///
/// # Errors
/// When they don't, or `gpg` is missing.
pub(crate) fn check(file: &Path, signature: &Path, public_key: &Path) -> Result<()> {
    ensure!(
        !fs::read(signature)?.starts_with(b"-----"),
        "it is armoured; registries require `gpg --detach-sign` without `--armor`"
    );
    let ring = KeyRing::of(public_key)?;
    let mut gpg = ring.gpg();
    gpg.args(["--status-fd", "1", "--verify"])
        .arg(signature)
        .arg(file);
    let output = command::output(&mut gpg)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let status = |word: &str| {
        let mut lines = text
            .lines()
            .map(|line| line.trim_start_matches("[GNUPG:] "));
        lines.find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))
    };
    let good = output.status.success() && status("GOODSIG").is_some();
    let Some(valid) = status("VALIDSIG").filter(|_| good) else {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("it is not a valid signature by that key: {}", reason.trim());
    };
    // Fingerprint, date, time, expiry, version, reserved, the key's algorithm.
    let algorithm = valid.split(' ').nth(6).unwrap_or_default();
    ensure!(
        ACCEPTED.contains(&algorithm),
        "the key's algorithm has OpenPGP number {algorithm}; the Terraform registry accepts only \
         RSA and DSA"
    );
    Ok(())
}

/// A temporary key ring with one key.
struct KeyRing {
    home: TempDir,
}

impl KeyRing {
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

impl Drop for KeyRing {
    fn drop(&mut self) {
        // Some versions leave a process running that uses the directory.
        let mut kill = Command::new("gpgconf");
        kill.arg("--homedir")
            .arg(self.home.path())
            .args(["--kill", "all"]);
        let _ = command::output(&mut kill);
    }
}
