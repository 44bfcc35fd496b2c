//! The repository, and a valid release of it whose program is a few bytes long.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use release::{Names, Platform, Project, checksums, compile, package, sbom};
use serde_json::Value;
use tempfile::TempDir;

/// The repository.
pub(crate) fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        Project::around(here).expect("a repository")
    })
}

pub(crate) fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| compile::host().expect("a compiler"))
}

/// Returns cargo's metadata of the packages that a build on this machine needs, tests included.
pub(crate) fn packages() -> Vec<Value> {
    let metadata = compile::metadata(project(), host()).expect("metadata");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "only {} packages", packages.len());
    packages.clone()
}

/// A target whose programs do not run on this machine, so that tests can make them up.
pub(crate) fn elsewhere() -> (&'static str, Platform) {
    let target = if host().starts_with("x86_64") {
        "aarch64-unknown-linux-musl"
    } else {
        "x86_64-unknown-linux-musl"
    };
    (target, Platform::of_target(target).expect("a platform"))
}

/// The beginning of a Linux program: a header, and one segment of this type.
pub(crate) fn program(arch: &str, segment: u8) -> Vec<u8> {
    let mut bytes = vec![0; 120];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[18] = if arch == "amd64" { 0x3e } else { 0xb7 };
    (bytes[32], bytes[54], bytes[56]) = (64, 56, 1);
    bytes[64] = segment;
    bytes
}

/// The type of a segment that is loaded. Every program has one.
pub(crate) const LOADED: u8 = 1;
/// The type of the segment that names the loader. Programs with shared libraries have one.
pub(crate) const LOADER: u8 = 3;

/// A release that a test may damage.
pub(crate) struct Set {
    directory: TempDir,
}

impl Set {
    /// A valid release with one package, unsigned.
    pub(crate) fn valid() -> Self {
        static VALID: OnceLock<TempDir> = OnceLock::new();
        let valid = VALID.get_or_init(|| {
            let (target, platform) = elsewhere();
            let directory = directory();
            let program = write(&directory, "program", &program(platform.arch, LOADED));
            package::pack(project(), target, &program, directory.path()).expect("a package");
            fs::remove_file(program).expect("a file");
            sbom::write(project(), target, directory.path()).expect("an SBOM");
            checksums::write(project(), directory.path(), None).expect("checksums");
            directory
        });
        let set = Self {
            directory: directory(),
        };
        for entry in fs::read_dir(valid.path()).expect("a directory") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), set.path().join(entry.file_name())).expect("a copy");
        }
        set
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Returns the path of a file.
    pub(crate) fn file(&self, kind: release::names::Kind) -> PathBuf {
        self.path().join(names().of(kind))
    }

    /// Writes the checksums again, so that they don't show the damage.
    pub(crate) fn update_checksums(&self) {
        checksums::write(project(), self.path(), None).expect("checksums");
    }
}

pub(crate) fn names() -> Names {
    project().names()
}

pub(crate) fn directory() -> TempDir {
    tempfile::Builder::new()
        .prefix("release-")
        .tempdir()
        .expect("a directory")
}

pub(crate) fn write(directory: &TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = directory.path().join(name);
    fs::write(&path, content).expect("a file");
    path
}

/// Runs the program `release` in the repository with these environment variables.
pub(crate) fn release(arguments: &[&str], variables: &[(&str, &Path)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_release"))
        .args(arguments)
        .current_dir(&project().root)
        .env_remove("GPG_FINGERPRINT")
        .envs(variables.iter().copied())
        .output()
        .expect("a program")
}

/// Asserts that a run failed with all of `parts` in its message.
#[track_caller]
pub(crate) fn assert_refused(run: &Output, parts: &[&str]) {
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success(), "it succeeded: {stderr}");
    for part in parts {
        assert!(stderr.contains(part), "{part:?} is missing in:\n{stderr}");
    }
}

/// Asserts that a run succeeded, and returns its standard output.
#[track_caller]
pub(crate) fn assert_done(run: &Output) -> String {
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "it failed: {stderr}");
    String::from_utf8_lossy(&run.stdout).into_owned()
}
