//! Checks a release as a registry and its users do, without relying on the code that wrote it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::checksums::files;
use crate::names::{Kind, LICENSE, NOTICES, Names, PROVIDER};
use crate::platform::Platform;
use crate::program::Program;
use crate::{PROTOCOL, hash, notices, signature};

/// Returns the problems of the release in `directory`, one sentence each; none when it is valid.
/// With `public_key` it must be signed by that key, without one it must be unsigned.
///
/// # Errors
/// When `directory` can't be read.
pub fn problems(directory: &Path, names: &Names, public_key: Option<&Path>) -> Result<Vec<String>> {
    let mut check = Check {
        directory,
        names,
        problems: Vec::new(),
    };
    let present = check.names(files(directory)?.into_iter().map(|(name, _)| name));
    check.completeness(&present);
    check.checksums(&present);
    for kind in &present {
        let name = names.of(*kind);
        let found = match *kind {
            Kind::Package(platform) => check.package(&name, platform),
            Kind::Sbom(platform) => check.sbom(&name, platform),
            Kind::Manifest => check.manifest(&name),
            Kind::Checksums | Kind::Signature => Ok(()),
        };
        check.note(&name, found);
    }
    check.signature(public_key);
    Ok(check.problems)
}

struct Check<'a> {
    directory: &'a Path,
    names: &'a Names,
    problems: Vec<String>,
}

impl Check<'_> {
    fn problem(&mut self, name: &str, what: &str) {
        self.problems.push(format!("`{name}`: {what}"));
    }

    fn note(&mut self, name: &str, found: Result<()>) {
        if let Err(error) = found {
            self.problem(name, &format!("{error:#}"));
        }
    }

    fn names(&mut self, present: impl Iterator<Item = String>) -> Vec<Kind> {
        let version = self.names.version();
        let mut known = Vec::new();
        for name in present {
            match self.names.kind(&name) {
                Some(kind) => known.push(kind),
                None => self.problem(
                    &name,
                    &format!(
                        "this is not the name of a file of release {version}; packages are named \
                         `{PROVIDER}_{version}_OS_ARCH.zip`: remove or rename it"
                    ),
                ),
            }
        }
        known
    }

    fn completeness(&mut self, present: &[Kind]) {
        if !present.iter().any(|kind| matches!(kind, Kind::Package(_))) {
            self.problems.push(format!(
                "there is no package of {}; `release pack` creates one",
                self.names.version()
            ));
        }
        let mut required = vec![Kind::Manifest, Kind::Checksums];
        for kind in present {
            match kind {
                Kind::Package(platform) => required.push(Kind::Sbom(*platform)),
                Kind::Sbom(platform) => required.push(Kind::Package(*platform)),
                _ => {}
            }
        }
        for kind in required.into_iter().filter(|kind| !present.contains(kind)) {
            let command = match kind {
                Kind::Package(_) | Kind::Sbom(_) => "pack",
                _ => "checksums",
            };
            let what = format!("it is missing; `release {command}` creates it");
            self.problem(&self.names.of(kind), &what);
        }
    }

    fn checksums(&mut self, present: &[Kind]) {
        if !present.contains(&Kind::Checksums) {
            return;
        }
        let file = self.names.of(Kind::Checksums);
        let listed = fs::read_to_string(self.directory.join(&file))
            .context("it is not text")
            .and_then(|text| read_checksums(&text));
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => return self.problem(&file, &format!("{error:#}")),
        };
        let present: BTreeSet<_> = present
            .iter()
            .filter(|kind| !matches!(kind, Kind::Checksums | Kind::Signature))
            .map(|kind| self.names.of(*kind))
            .collect();
        for name in present.iter().filter(|name| !listed.contains_key(*name)) {
            let what = format!("`{file}` does not list it; `release checksums` adds it");
            self.problem(name, &what);
        }
        for (name, expected) in &listed {
            if !present.contains(name) {
                self.problem(name, &format!("`{file}` lists it, but it is missing"));
                continue;
            }
            match hash::file(&self.directory.join(name)) {
                Ok(found) if found == *expected => {}
                Ok(found) => self.problem(
                    name,
                    &format!(
                        "its SHA-256 is {found}, but `{file}` has {expected}: the file was changed \
                         later"
                    ),
                ),
                Err(error) => self.problem(name, &format!("{error:#}")),
            }
        }
    }

    fn package(&self, name: &str, platform: Platform) -> Result<()> {
        let mut package = self.archive(name)?;
        let program = self.names.program(platform);
        let found: Result<BTreeSet<Cow<'_, str>>, ZipError> = package.file_names().collect();
        let found = found?;
        ensure!(
            found == BTreeSet::from([LICENSE.into(), NOTICES.into(), program.as_str().into()]),
            "it must contain `{LICENSE}`, `{NOTICES}` and `{program}`, but contains {found:?}"
        );
        let mut program = package.by_name(&program)?;
        let mode = program.unix_mode().unwrap_or_default() & 0o777;
        ensure!(
            mode == 0o755,
            "the program's permissions are {mode:o} instead of 755: it could not be started"
        );
        let mut bytes = Vec::new();
        program
            .read_to_end(&mut bytes)
            .context("it can't be unpacked")?;
        let program = Program::read(&bytes).context("the program in it is not an executable")?;
        ensure!(
            program.systems.contains(&platform.os) && program.arch == platform.arch,
            "the program is for {} {}, but the name is for {platform}",
            program.systems.join(" or "),
            program.arch
        );
        ensure!(
            platform.os != "linux" || !program.is_dynamic,
            "the program needs the C library of the system it was built on; build it for a target \
             that ends in `-musl`"
        );
        Ok(())
    }

    fn archive(&self, name: &str) -> Result<ZipArchive<File>> {
        ZipArchive::new(File::open(self.directory.join(name))?).context("it is not a zip file")
    }

    fn sbom(&self, name: &str, platform: Platform) -> Result<()> {
        let sbom = self.json(name)?;
        ensure!(
            sbom["bomFormat"] == "CycloneDX",
            "it is not a CycloneDX document"
        );
        let subject = &sbom["metadata"]["component"];
        ensure!(
            subject["name"] == PROVIDER && subject["version"] == self.names.version(),
            "it describes {} {}",
            subject["name"],
            subject["version"]
        );
        let components = sbom["components"].as_array().into_iter().flatten();
        let components: BTreeSet<_> = components.map(component).collect();
        ensure!(!components.is_empty(), "it lists no component");
        // Other problems of the package are reported with its name.
        let package = self.names.of(Kind::Package(platform));
        let mut notices = String::new();
        let Ok(mut package) = self.archive(&package) else {
            return Ok(());
        };
        let Ok(mut file) = package.by_name(NOTICES) else {
            return Ok(());
        };
        file.read_to_string(&mut notices)
            .with_context(|| format!("`{NOTICES}` is not text"))?;
        let in_package = notices::read(&notices).into_iter().map(str::to_owned);
        let different: Vec<_> = in_package
            .collect::<BTreeSet<_>>()
            .symmetric_difference(&components)
            .cloned()
            .collect();
        ensure!(
            different.is_empty(),
            "it does not list the same crates as the package's `{NOTICES}`: {}",
            different.join("; ")
        );
        Ok(())
    }

    fn manifest(&self, name: &str) -> Result<()> {
        let manifest = self.json(name)?;
        ensure!(
            manifest["version"] == 1,
            "the manifest's own version must be 1"
        );
        let protocols = &manifest["metadata"]["protocol_versions"];
        ensure!(
            *protocols == serde_json::json!([PROTOCOL]),
            "it lists the protocol versions {protocols}, but the provider speaks {PROTOCOL}: set \
             `protocol_versions` in `terraform-registry-manifest.json`"
        );
        Ok(())
    }

    fn json(&self, name: &str) -> Result<Value> {
        let text = fs::read_to_string(self.directory.join(name))?;
        serde_json::from_str(&text).context("it is not JSON")
    }

    fn signature(&mut self, public_key: Option<&Path>) {
        let [checksums, signature] =
            [Kind::Checksums, Kind::Signature].map(|kind| self.names.of(kind));
        let [file, signature_file] = [&checksums, &signature].map(|name| self.directory.join(name));
        match (public_key, signature_file.exists()) {
            (None, false) => {}
            (None, true) => self.problem(
                &signature,
                "the release is signed; check the signature with `--public-key FILE`",
            ),
            (Some(_), false) => self.problem(
                &signature,
                "it is missing; `release checksums --key FINGERPRINT` creates it, and \
                 `--unsigned` accepts a release without it",
            ),
            // The missing file is a problem of its own.
            (Some(_), true) if !file.exists() => {}
            (Some(key), true) => {
                let found = signature::check(&file, &signature_file, key);
                self.note(&signature, found);
            }
        }
    }
}

/// Returns an SBOM component as the notices write it: `serde 1.0.228: MIT OR Apache-2.0`.
fn component(component: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!(
        "{} {}: {}",
        text(&component["name"]),
        text(&component["version"]),
        text(&component["licenses"][0]["expression"])
    )
}

/// Reads lines of a checksum, two spaces and a name.
fn read_checksums(text: &str) -> Result<BTreeMap<String, String>> {
    let mut checksums = BTreeMap::new();
    for line in text.lines() {
        let (sum, name) = line
            .split_once("  ")
            .filter(|(sum, _)| sum.len() == 64 && sum.bytes().all(|it| it.is_ascii_hexdigit()))
            .with_context(|| format!("`{line}` is not a SHA-256, two spaces and a name"))?;
        let before = checksums.insert(name.to_owned(), sum.to_owned());
        ensure!(before.is_none(), "it lists `{name}` twice");
    }
    Ok(checksums)
}
