//! The command-line programs a provider has to get on with: Terraform and OpenTofu, in several
//! versions.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::fetch;

/// Whose program it is. The two differ in registry host and, from 1.8 on, in features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// Terraform.
    Terraform,
    /// OpenTofu, its open fork.
    OpenTofu,
}

impl Product {
    /// The host that an address without one belongs to.
    pub fn registry_host(self) -> &'static str {
        match self {
            Self::Terraform => "registry.terraform.io",
            Self::OpenTofu => "registry.opentofu.org",
        }
    }
}

/// A release number, without pre-release tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// `1` in `1.15.5`.
    pub major: u32,
    /// `15` in `1.15.5`.
    pub minor: u32,
    /// `5` in `1.15.5`.
    pub patch: u32,
}

impl Version {
    /// Reads `1.15.5`, with or without a `v` before it and a tag such as `-beta1` after it.
    pub fn parse(text: &str) -> Option<Self> {
        let core = text.trim().trim_start_matches('v');
        let core = core.split(['-', '+']).next()?;
        let mut parts = core.split('.').map(str::parse);
        let version = Self {
            major: parts.next()?.ok()?,
            minor: parts.next()?.ok()?,
            patch: parts.next()?.ok()?,
        };
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// One program that can plan and apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Core {
    /// Whose it is.
    pub product: Product,
    /// What it says of itself.
    pub version: Version,
    /// The file to run.
    pub program: PathBuf,
}

impl fmt::Display for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.product {
            Product::Terraform => "terraform",
            Product::OpenTofu => "tofu",
        };
        write!(f, "{name} {}", self.version)
    }
}

impl Core {
    /// Asks the program at `program` who it is.
    ///
    /// # Errors
    /// When it can't be started or does not answer as Terraform or OpenTofu does.
    pub fn at(program: &Path) -> Result<Self> {
        let output = Command::new(program)
            .args(["version", "-json"])
            .env("CHECKPOINT_DISABLE", "1")
            // A file that is named in the environment and missing makes the programs print
            // warnings in front of the JSON.
            .env_remove("TF_CLI_CONFIG_FILE")
            .output()
            .with_context(|| format!("could not start `{}`", program.display()))?;
        let answer: serde_json::Value =
            serde_json::from_slice(&output.stdout).with_context(|| {
                format!(
                    "`{} version -json` did not answer in JSON",
                    program.display()
                )
            })?;
        let version = answer["terraform_version"]
            .as_str()
            .and_then(Version::parse)
            .with_context(|| format!("`{} version -json` names no version", program.display()))?;
        // OpenTofu kept the JSON key; only the text form names the product.
        let text = Command::new(program)
            .arg("version")
            .env("CHECKPOINT_DISABLE", "1")
            .env_remove("TF_CLI_CONFIG_FILE")
            .output()?;
        let product = if String::from_utf8_lossy(&text.stdout).contains("OpenTofu") {
            Product::OpenTofu
        } else {
            Product::Terraform
        };
        Ok(Self {
            product,
            version,
            program: program.to_owned(),
        })
    }

    /// Whether resources have an identity here (protocol 6.9).
    pub fn has_identity(&self) -> bool {
        self.version
            >= Version {
                major: 1,
                minor: 12,
                patch: 0,
            }
    }

    /// Whether `query` and list resources exist here (protocol 6.10).
    pub fn has_query(&self) -> bool {
        self.product == Product::Terraform
            && self.version
                >= Version {
                    major: 1,
                    minor: 14,
                    patch: 0,
                }
    }
}

/// Every program on `PATH`, one of each name.
pub fn on_path() -> Vec<Core> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test tool that looks for programs"
    )]
    let path = env::var_os("PATH").unwrap_or_default();
    ["terraform", "tofu"]
        .into_iter()
        .filter_map(|name| {
            env::split_paths(&path)
                .map(|directory| directory.join(name))
                .filter(|file| file.is_file())
                .find_map(|file| Core::at(&file).ok())
        })
        .collect()
}

/// How many different versions the tests are to run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What is on `PATH`, and the newest Terraform that can be fetched.
    Usual,
    /// Also the older versions that can be fetched.
    All,
}

/// The programs to test with: those on `PATH`, and those fetched into `target`.
///
/// # Errors
/// When a program that is not there yet could not be fetched, and nothing else was found either.
pub fn all(target: &Path, extent: Extent) -> Result<Vec<Core>> {
    let mut cores = on_path();
    let wanted = match extent {
        Extent::Usual => &fetch::RELEASES[..1],
        Extent::All => fetch::RELEASES,
    };
    let mut failures = Vec::new();
    for release in wanted {
        match fetch::terraform(target, release) {
            Ok(core) => {
                let known = cores
                    .iter()
                    .any(|other| other.product == core.product && other.version == core.version);
                if !known {
                    cores.push(core);
                }
            }
            Err(error) => failures.push(format!("{error:#}")),
        }
    }
    if cores.is_empty() || (extent == Extent::All && !failures.is_empty()) {
        bail!(
            "no usable `terraform` or `tofu` was found on PATH, and fetching failed: {}",
            failures.join("; ")
        );
    }
    cores.sort_by_key(|core| (core.product, core.version));
    Ok(cores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_and_without_decoration() {
        let v = |major, minor, patch| {
            Some(Version {
                major,
                minor,
                patch,
            })
        };
        assert_eq!(Version::parse("1.15.5"), v(1, 15, 5));
        assert_eq!(Version::parse("v1.8.0-rc1"), v(1, 8, 0));
        assert_eq!(Version::parse("1.8"), None);
        assert_eq!(Version::parse("1.8.4.2"), None);
        assert_eq!(Version::parse("OpenTofu"), None);
    }

    #[test]
    fn versions_are_ordered_as_numbers() {
        assert!(Version::parse("1.9.0") < Version::parse("1.10.0"));
    }
}
