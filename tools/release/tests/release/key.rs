//! A signing key for one test, in a key ring of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A key. Dropping it removes its key ring.
pub(crate) struct Key {
    home: TempDir,
    pub(crate) fingerprint: String,
}

impl Key {
    /// Creates a key with this algorithm: `rsa2048`, `ed25519`.
    pub(crate) fn new(algorithm: &str) -> Self {
        Self::generate(&[], algorithm, "never")
    }

    /// Creates a key that expired in 2020.
    pub(crate) fn expired() -> Self {
        Self::generate(&["--faked-system-time", "20200101T000000"], "rsa2048", "1m")
    }

    fn generate(options: &[&str], algorithm: &str, lifetime: &str) -> Self {
        let home = tempfile::Builder::new().prefix("key-").tempdir();
        let mut key = Self {
            home: home.expect("a directory"),
            fingerprint: String::new(),
        };
        let name = "A test <test@example.org>";
        let batch = ["--status-fd", "1", "--passphrase", ""];
        let generate = [&batch[..], &["--quick-generate-key", name]].concat();
        let output = key.gpg(&[options, &generate, &[algorithm, "sign", lifetime]].concat());
        let created = output
            .lines()
            .find_map(|line| line.strip_prefix("[GNUPG:] KEY_CREATED "));
        let fingerprint = created.and_then(|words| words.split(' ').nth(1));
        fingerprint
            .expect("a fingerprint")
            .clone_into(&mut key.fingerprint);
        key
    }

    /// Returns the directory of its key ring.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes the public key to a file and returns its path.
    pub(crate) fn public(&self) -> PathBuf {
        let file = self.home().join("public.asc");
        let path = file.to_str().expect("a path");
        self.gpg(&[
            "--yes",
            "--armor",
            "--output",
            path,
            "--export",
            &self.fingerprint,
        ]);
        file
    }

    /// Runs `gpg` with this key ring and returns its standard output.
    pub(crate) fn gpg(&self, arguments: &[&str]) -> String {
        let mut gpg = Command::new("gpg");
        gpg.arg("--homedir")
            .arg(self.home())
            .args(["--batch", "--quiet"]);
        let output = gpg
            .args(["--pinentry-mode", "loopback"])
            .args(arguments)
            .output();
        let output = output.unwrap_or_else(|error| {
            panic!(
                "`gpg` does not start ({error}); install it: on Debian and Ubuntu \
                 `apt-get install gnupg`, on macOS `brew install gnupg`"
            )
        });
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "gpg {arguments:?}: {stderr}");
        String::from_utf8(output.stdout).expect("text")
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let mut kill = Command::new("gpgconf");
        kill.arg("--homedir")
            .arg(self.home.path())
            .args(["--kill", "all"]);
        let _ = kill.output();
    }
}
