//! The repository, and a good release of it whose programs are a few bytes long.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use release::{Names, Platform, Project, compile, package, sbom, seal};
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

/// A target whose programs do not run here, and so can be made up; its crates are the host's as far
/// as they go.
pub(crate) fn elsewhere() -> (&'static str, Platform) {
    let target = if host().starts_with("x86_64") {
        "aarch64-unknown-linux-musl"
    } else {
        "x86_64-unknown-linux-musl"
    };
    (target, Platform::of_target(target).expect("a platform"))
}

/// The beginning of a Linux program: a header, and one segment of this kind.
pub(crate) fn program(arch: &str, segment: u8) -> Vec<u8> {
    let mut bytes = vec![0; 120];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[18] = if arch == "amd64" { 0x3e } else { 0xb7 };
    (bytes[32], bytes[54], bytes[56]) = (64, 56, 1);
    bytes[64] = segment;
    bytes
}

/// A segment that is loaded, as every program has.
pub(crate) const LOADED: u8 = 1;
/// A segment that names the loader, as programs with shared libraries have.
pub(crate) const LOADER: u8 = 3;

/// A release that can be broken.
pub(crate) struct Set {
    directory: TempDir,
}

impl Set {
    /// A good one, of one package; nobody signed it.
    pub(crate) fn good() -> Self {
        static GOOD: OnceLock<TempDir> = OnceLock::new();
        let good = GOOD.get_or_init(|| {
            let (target, platform) = elsewhere();
            let directory = directory();
            let program = write(&directory, "program", &program(platform.arch, LOADED));
            package::pack(project(), platform, &program, directory.path()).expect("a package");
            fs::remove_file(program).expect("a file");
            sbom::write(project(), target, directory.path()).expect("a sbom");
            seal::seal(project(), directory.path(), None).expect("a seal");
            directory
        });
        let set = Self {
            directory: directory(),
        };
        for entry in fs::read_dir(good.path()).expect("a directory") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), set.path().join(entry.file_name())).expect("a copy");
        }
        set
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The file of this kind.
    pub(crate) fn file(&self, kind: release::names::Kind) -> PathBuf {
        self.path().join(names().of(kind))
    }

    /// Sums it again, as somebody would who made what is in it.
    pub(crate) fn reseal(&self) {
        seal::seal(project(), self.path(), None).expect("a seal");
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

/// Runs the program `release` in the repository; variables come before.
pub(crate) fn release(arguments: &[&str], variables: &[(&str, &Path)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_release"))
        .args(arguments)
        .current_dir(&project().root)
        .env_remove("GPG_FINGERPRINT")
        .envs(variables.iter().copied())
        .output()
        .expect("a program")
}

/// Asserts that a run failed, and said all of `parts`.
#[track_caller]
pub(crate) fn assert_refused(run: &Output, parts: &[&str]) {
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success(), "it succeeded: {said}");
    for part in parts {
        assert!(said.contains(part), "it does not say {part:?}:\n{said}");
    }
}

/// Asserts that a run succeeded, and gives what it wrote to standard output.
#[track_caller]
pub(crate) fn assert_done(run: &Output) -> String {
    let failed = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "it failed: {failed}");
    String::from_utf8_lossy(&run.stdout).into_owned()
}
