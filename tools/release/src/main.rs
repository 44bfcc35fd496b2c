//! `cargo run -p release -- build` and the commands it is made of.
#![expect(clippy::print_stdout, reason = "a program for a person to watch")]
#![expect(clippy::print_stderr, reason = "notes for a file go to stdout alone")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use release::names::PROVIDER;
use release::verify::{Signer, faults};
use release::{Platform, Project, compile, hash, package, sbom, seal};

const USAGE: &str = "\
usage: cargo run -p release -- COMMAND [OPTION]…

  build   compiles, packs and seals the release for this machine's platform
  pack    compiles and packs one platform's program, with its bill of materials
  seal    adds the manifest, the sums and the signature to the packages that were made
  verify  checks a sealed release
  notes   prints what the changelog says of this version

  --out DIRECTORY     where the release is; target/release-set unless given
  --tag TAG           refuses to go on unless version, changelog and tag agree
  --target TRIPLE     build, pack: another platform
  --binary FILE       build, pack: a program that is there already
  --key FINGERPRINT   build, seal: signs with this key; GPG_FINGERPRINT in the environment does so too
  --public-key FILE   verify: who must have signed
  --unsigned          verify: nobody must have signed";

#[derive(Default)]
struct Options {
    out: Option<PathBuf>,
    tag: Option<String>,
    target: Option<String>,
    binary: Option<PathBuf>,
    key: Option<String>,
    public_key: Option<PathBuf>,
    unsigned: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("release: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut arguments = env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    if command == "--help" {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let options = Options::read(arguments)?;
    let project = Project::around(&env::current_dir()?)?;
    let notes = project.notes(options.tag.as_deref())?;
    let default = || project.target_directory.join("release-set");
    let out = options.out.clone().unwrap_or_else(default);
    match command.as_str() {
        "build" => {
            clear(&out)?;
            pack(&project, &options, &out)?;
            seal(&project, &options, &out)?;
        }
        "pack" => pack(&project, &options, &out)?,
        "seal" => seal(&project, &options, &out)?,
        "verify" => return verify(&project, &options, &out),
        "notes" => print!("{notes}"),
        _ => bail!("`{command}` is no command\n\n{USAGE}"),
    }
    Ok(ExitCode::SUCCESS)
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self::default();
        while let Some(name) = arguments.next() {
            let mut value = || {
                let value = arguments.next();
                value.with_context(|| format!("`{name}` needs a value\n\n{USAGE}"))
            };
            match name.as_str() {
                "--out" => options.out = Some(value()?.into()),
                "--tag" => options.tag = Some(value()?),
                "--target" => options.target = Some(value()?),
                "--binary" => options.binary = Some(value()?.into()),
                "--key" => options.key = Some(value()?),
                "--public-key" => options.public_key = Some(value()?.into()),
                "--unsigned" => options.unsigned = true,
                _ => bail!("`{name}` is no option\n\n{USAGE}"),
            }
        }
        Ok(options)
    }
}

/// Takes what an earlier build left away: files with the provider's name, and nothing else.
fn clear(out: &Path) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("could not make `{}`", out.display()))?;
    for entry in fs::read_dir(out)? {
        let entry = entry?;
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(&format!("{PROVIDER}_"))
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn pack(project: &Project, options: &Options, out: &Path) -> Result<()> {
    let host = compile::host()?;
    let target = options
        .target
        .clone()
        .unwrap_or_else(|| Platform::target_for(&host));
    let platform = Platform::of_target(&target)?;
    let program = match &options.binary {
        Some(binary) => binary.clone(),
        None => compile::provider(project, &target)?,
    };
    let package = package::pack(project, platform, &program, out)?;
    println!("{}\n  {}", package.display(), hash::h1(&package)?);
    println!("{}", sbom::write(project, &target, out)?.display());
    Ok(())
}

fn seal(project: &Project, options: &Options, out: &Path) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "this program's own setting")]
    let key = options
        .key
        .clone()
        .or_else(|| env::var("GPG_FINGERPRINT").ok());
    let key = key.filter(|key| !key.is_empty());
    seal::seal(project, out, key.as_deref())?;
    match key {
        Some(key) => println!("{}: sealed, and signed by {key}", out.display()),
        None => println!(
            "{}: sealed, NOT SIGNED; registries take no release without a signature (`--key FINGERPRINT`)",
            out.display()
        ),
    }
    Ok(())
}

fn verify(project: &Project, options: &Options, out: &Path) -> Result<ExitCode> {
    ensure!(
        options.public_key.is_some() != options.unsigned,
        "`verify` needs `--public-key FILE`, or `--unsigned` for a release that nobody signed"
    );
    let signer = options
        .public_key
        .as_deref()
        .map_or(Signer::Nobody, Signer::HolderOf);
    let faults = faults(out, &project.names(), signer)?;
    for fault in &faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() {
        println!("{}: a good release of {}", out.display(), project.version);
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{}: faults: {}", out.display(), faults.len());
    Ok(ExitCode::FAILURE)
}
