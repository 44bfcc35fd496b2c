//! A key for one test, in a key ring of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The key, gone when dropped.
pub(crate) struct Key {
    home: TempDir,
    /// What it is named by.
    pub(crate) fingerprint: String,
}

impl Key {
    /// Makes a key of this algorithm: `rsa2048`, `ed25519`.
    pub(crate) fn new(algorithm: &str) -> Self {
        Self::generate(&[], algorithm, "never")
    }

    /// Makes a key that was good in January 2020.
    pub(crate) fn of_2020() -> Self {
        Self::generate(&["--faked-system-time", "20200101T000000"], "rsa2048", "1m")
    }

    fn generate(options: &[&str], algorithm: &str, lifetime: &str) -> Self {
        let home = tempfile::Builder::new().prefix("key-").tempdir();
        let mut key = Self {
            home: home.expect("a directory"),
            fingerprint: String::new(),
        };
        let name = "A test <test@example.org>";
        let generate = [
            "--status-fd",
            "1",
            "--passphrase",
            "",
            "--quick-generate-key",
            name,
        ];
        let said = key.gpg(&[options, &generate, &[algorithm, "sign", lifetime]].concat());
        let made = said
            .lines()
            .find_map(|line| line.strip_prefix("[GNUPG:] KEY_CREATED "));
        let fingerprint = made.and_then(|words| words.split(' ').nth(1));
        fingerprint
            .expect("a fingerprint")
            .clone_into(&mut key.fingerprint);
        key
    }

    /// Where its key ring is.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file with the public half.
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

    /// Runs `gpg` with this key ring, and gives what it says.
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
            panic!("`gpg` does not start ({error}); install it: on Debian and Ubuntu `apt-get install gnupg`, on macOS `brew install gnupg`")
        });
        let failed = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "gpg {arguments:?}: {failed}");
        String::from_utf8(output.stdout).expect("text")
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let mut end = Command::new("gpgconf");
        end.arg("--homedir")
            .arg(self.home.path())
            .args(["--kill", "all"]);
        let _ = end.output();
    }
}
