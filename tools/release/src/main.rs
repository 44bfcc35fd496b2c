//! `cargo run -p release -- build` and the commands it combines.
#![expect(clippy::print_stdout, reason = "a command-line program")]
#![expect(
    clippy::print_stderr,
    reason = "stdout of `notes` is redirected to a file"
)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail, ensure};
use lexopt::{Arg, Parser, ValueExt as _};
use release::names::PROVIDER;
use release::{Platform, Project, checksums, compile, hash, package, sbom, verify};

const USAGE: &str = "\
usage: cargo run -p release -- COMMAND [OPTION]…

  build      compiles and packs the release for this machine's platform, with checksums
  pack       compiles and packs the program for one platform, and writes its SBOM
  checksums  adds the manifest and the checksums to the packages, and signs the checksums
  verify     checks a complete release
  notes      prints this version's section of the changelog

  --out DIRECTORY     directory of the release; default target/release-set
  --tag TAG           fail unless version, changelog and tag agree
  --target TRIPLE     build, pack: compile for this target
  --binary FILE       build, pack: pack this program instead of compiling one
  --key FINGERPRINT   build, checksums: sign with this key; default $GPG_FINGERPRINT
  --public-key FILE   verify: require a signature by this key
  --unsigned          verify: require that there is no signature";

#[derive(Default)]
struct Options {
    command: Option<String>,
    help: bool,
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
    let options =
        Options::read(&mut Parser::from_env()).map_err(|error| anyhow!("{error}\n\n{USAGE}"))?;
    if options.help {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let project = Project::around(&env::current_dir()?)?;
    let notes = project.notes(options.tag.as_deref())?;
    let default = || project.target_directory.join("release-set");
    let out = options.out.clone().unwrap_or_else(default);
    match options.command.as_deref() {
        Some("build") => {
            clear(&out)?;
            pack(&project, &options, &out)?;
            checksums(&project, &options, &out)?;
        }
        Some("pack") => pack(&project, &options, &out)?,
        Some("checksums") => checksums(&project, &options, &out)?,
        Some("verify") => return verify(&project, &options, &out),
        Some("notes") => print!("{notes}"),
        Some(other) => bail!("unknown command `{other}`\n\n{USAGE}"),
        None => bail!("a command is missing\n\n{USAGE}"),
    }
    Ok(ExitCode::SUCCESS)
}

impl Options {
    fn read(parser: &mut Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("help") => options.help = true,
                Arg::Long("out") => options.out = Some(parser.value()?.into()),
                Arg::Long("tag") => options.tag = Some(parser.value()?.string()?),
                Arg::Long("target") => options.target = Some(parser.value()?.string()?),
                Arg::Long("binary") => options.binary = Some(parser.value()?.into()),
                Arg::Long("key") => options.key = Some(parser.value()?.string()?),
                Arg::Long("public-key") => options.public_key = Some(parser.value()?.into()),
                Arg::Long("unsigned") => options.unsigned = true,
                Arg::Value(command) if options.command.is_none() => {
                    options.command = Some(command.string()?);
                }
                _ => return Err(argument.unexpected()),
            }
        }
        Ok(options)
    }
}

/// Removes the files of an earlier build: those with the provider's name.
fn clear(out: &Path) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("could not create `{}`", out.display()))?;
    let prefix = format!("{PROVIDER}_");
    for entry in fs::read_dir(out)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn pack(project: &Project, options: &Options, out: &Path) -> Result<()> {
    let target = match &options.target {
        Some(target) => target.clone(),
        None => Platform::target_for(&compile::host()?),
    };
    let program = match &options.binary {
        Some(binary) => binary.clone(),
        None => compile::provider(project, &target)?,
    };
    let package = package::pack(project, &target, &program, out)?;
    println!("{}\n  {}", package.display(), hash::h1(&package)?);
    println!("{}", sbom::write(project, &target, out)?.display());
    Ok(())
}

fn checksums(project: &Project, options: &Options, out: &Path) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "this program's own setting")]
    let key = options
        .key
        .clone()
        .or_else(|| env::var("GPG_FINGERPRINT").ok());
    let key = key.filter(|key| !key.is_empty());
    checksums::write(project, out, key.as_deref())?;
    match key {
        Some(key) => println!("{}: complete, signed by {key}", out.display()),
        None => println!(
            "{}: complete, NOT SIGNED; registries require a signature (`--key FINGERPRINT`)",
            out.display()
        ),
    }
    Ok(())
}

fn verify(project: &Project, options: &Options, out: &Path) -> Result<ExitCode> {
    ensure!(
        options.public_key.is_some() != options.unsigned,
        "`verify` needs `--public-key FILE`, or `--unsigned` for an unsigned release"
    );
    let problems = verify::problems(out, &project.names(), options.public_key.as_deref())?;
    for problem in &problems {
        eprintln!("{problem}");
    }
    if problems.is_empty() {
        println!("{}: valid release {}", out.display(), project.version);
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{}: problems: {}", out.display(), problems.len());
    Ok(ExitCode::FAILURE)
}
