//! Checks a release as a registry and its users will: it trusts nothing that made it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::names::{Kind, LICENSE, Names, PROVIDER};
use crate::platform::Platform;
use crate::program::Program;
use crate::seal::files;
use crate::{PROTOCOL, hash, signature};

/// Who must have signed.
#[derive(Clone, Copy, Debug)]
pub enum Signer<'a> {
    /// Whoever has the private key to the public one in this file.
    HolderOf(&'a Path),
    /// Nobody.
    Nobody,
}

/// What is wrong with the release in `directory`, a sentence a fault; nothing when it is good.
///
/// # Errors
/// When `directory` can't be read.
pub fn faults(directory: &Path, names: &Names, signer: Signer<'_>) -> Result<Vec<String>> {
    let mut check = Check {
        directory,
        names,
        faults: Vec::new(),
    };
    let present = check.names(
        files(directory)?
            .into_iter()
            .map(|(name, _)| name)
            .collect(),
    );
    check.completeness(&present);
    check.sums(&present);
    for kind in present {
        let name = names.of(kind);
        let found = match kind {
            Kind::Package(platform) => check.package(&name, platform),
            Kind::Bill(_) => check.sbom(&name),
            Kind::Manifest => check.manifest(&name),
            Kind::Sums | Kind::Signature => Ok(()),
        };
        check.note(&name, found);
    }
    check.signature(signer);
    Ok(check.faults)
}

struct Check<'a> {
    directory: &'a Path,
    names: &'a Names,
    faults: Vec<String>,
}

/// What a file is, in an order.
type Present = Vec<Kind>;

impl Check<'_> {
    fn fault(&mut self, name: &str, what: &str) {
        self.faults.push(format!("`{name}`: {what}"));
    }

    fn note(&mut self, name: &str, found: Result<()>) {
        if let Err(error) = found {
            self.fault(name, &format!("{error:#}"));
        }
    }

    fn names(&mut self, present: Vec<String>) -> Present {
        let mut known = Vec::new();
        for name in present {
            match self.names.kind(&name) {
                Some(kind) => known.push(kind),
                None => self.fault(
                    &name,
                    &format!(
                        "no file of release {} has this name; packages are named \
                         `{PROVIDER}_{}_OS_ARCH.zip`: take it away or name it right",
                        self.names.version(),
                        self.names.version()
                    ),
                ),
            }
        }
        known
    }

    fn completeness(&mut self, present: &Present) {
        let packages: Vec<_> = present
            .iter()
            .filter(|kind| matches!(kind, Kind::Package(_)))
            .collect();
        if packages.is_empty() {
            self.faults.push(format!(
                "there is no package of {}; `release pack` makes one",
                self.names.version()
            ));
        }
        let mut wanted = vec![Kind::Manifest, Kind::Sums];
        for kind in present {
            match kind {
                Kind::Package(platform) => wanted.push(Kind::Bill(*platform)),
                Kind::Bill(platform) => wanted.push(Kind::Package(*platform)),
                _ => {}
            }
        }
        for kind in wanted.into_iter().filter(|kind| !present.contains(kind)) {
            let remedy = match kind {
                Kind::Package(_) | Kind::Bill(_) => "pack",
                _ => "seal",
            };
            let what = format!("it is missing; `release {remedy}` makes it");
            self.fault(&self.names.of(kind), &what);
        }
    }

    fn sums(&mut self, present: &Present) {
        if !present.contains(&Kind::Sums) {
            return;
        }
        let file = self.names.of(Kind::Sums);
        let listed = fs::read_to_string(self.directory.join(&file))
            .context("it is no text")
            .and_then(|text| read_sums(&text));
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => return self.fault(&file, &format!("{error:#}")),
        };
        let present: BTreeSet<_> = present
            .iter()
            .filter(|kind| !matches!(kind, Kind::Sums | Kind::Signature))
            .map(|kind| self.names.of(*kind))
            .collect();
        for name in present.iter().filter(|name| !listed.contains_key(*name)) {
            self.fault(
                name,
                &format!("`{file}` does not list it; `release seal` does"),
            );
        }
        for (name, sum) in &listed {
            if !present.contains(name) {
                self.fault(name, &format!("`{file}` lists it, and it is not there"));
                continue;
            }
            match hash::file(&self.directory.join(name)) {
                Ok(found) if found == *sum => {}
                Ok(found) => self.fault(
                    name,
                    &format!(
                        "its SHA-256 is {found}, and `{file}` says {sum}: it was changed after it was sealed"
                    ),
                ),
                Err(error) => self.fault(name, &format!("{error:#}")),
            }
        }
    }

    fn package(&self, name: &str, platform: Platform) -> Result<()> {
        let package = File::open(self.directory.join(name))?;
        let mut package = ZipArchive::new(package).context("it is no zip")?;
        let program = self.names.program(platform);
        let found: Result<BTreeSet<Cow<'_, str>>, ZipError> = package.file_names().collect();
        let found = found?;
        ensure!(
            found == BTreeSet::from([LICENSE.into(), program.as_str().into()]),
            "it must hold `{LICENSE}` and `{program}`, and it holds {found:?}"
        );
        let mut program = package.by_name(&program)?;
        let mode = program.unix_mode().unwrap_or_default() & 0o777;
        ensure!(
            mode == 0o755,
            "the program's permissions are {mode:o}, not 755: it could not be started"
        );
        let mut bytes = Vec::new();
        program
            .read_to_end(&mut bytes)
            .context("it can't be unpacked")?;
        let program = Program::read(&bytes).context("what it holds is no program")?;
        ensure!(
            program.systems.contains(&platform.os) && program.arch == platform.arch,
            "the program is for {} {}, and the name says {platform}",
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

    fn sbom(&self, name: &str) -> Result<()> {
        let sbom = self.json(name)?;
        ensure!(
            sbom["bomFormat"] == "CycloneDX",
            "it is no CycloneDX document"
        );
        let subject = &sbom["metadata"]["component"];
        ensure!(
            subject["name"] == PROVIDER && subject["version"] == self.names.version(),
            "it is about {} {}",
            subject["name"],
            subject["version"]
        );
        let components = sbom["components"].as_array().map_or(0, Vec::len);
        ensure!(components > 0, "it lists no component");
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
            "it names the protocol versions {protocols}, and the provider speaks {PROTOCOL}: set \
             `protocol_versions` in `terraform-registry-manifest.json`"
        );
        Ok(())
    }

    fn json(&self, name: &str) -> Result<Value> {
        let text = fs::read_to_string(self.directory.join(name))?;
        serde_json::from_str(&text).context("it is no JSON")
    }

    fn signature(&mut self, signer: Signer<'_>) {
        let [sums, signature] = [Kind::Sums, Kind::Signature].map(|kind| self.names.of(kind));
        let [sums_file, file] = [&sums, &signature].map(|name| self.directory.join(name));
        match (signer, file.exists()) {
            (Signer::Nobody, false) => {}
            (Signer::Nobody, true) => self.fault(
                &signature,
                "there is a signature, and nobody to check it against: name the public key's file with \
                 `--public-key`",
            ),
            (Signer::HolderOf(_), false) => self.fault(
                &signature,
                "it is missing; `release seal --key FINGERPRINT` makes it, and `--unsigned` accepts a release \
                 without",
            ),
            // What is missing was said.
            (Signer::HolderOf(_), true) if !sums_file.exists() => {}
            (Signer::HolderOf(key), true) => {
                let found = signature::check(&sums_file, &file, key);
                self.note(&signature, found);
            }
        }
    }
}

/// Reads lines of a sum, two spaces and a name.
fn read_sums(text: &str) -> Result<BTreeMap<String, String>> {
    let mut sums = BTreeMap::new();
    for line in text.lines() {
        let (sum, name) = line
            .split_once("  ")
            .filter(|(sum, _)| sum.len() == 64 && sum.bytes().all(|it| it.is_ascii_hexdigit()))
            .with_context(|| format!("`{line}` is not a SHA-256, two spaces and a name"))?;
        let before = sums.insert(name.to_owned(), sum.to_owned());
        ensure!(before.is_none(), "it lists `{name}` twice");
    }
    Ok(sums)
}
