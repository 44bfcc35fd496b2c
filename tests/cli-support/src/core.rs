//! The command-line programs that use a provider: Terraform and OpenTofu in several versions.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::fetch;

/// The product. The two differ in their registry and, since 1.8, in features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// Terraform.
    Terraform,
    /// OpenTofu.
    OpenTofu,
}

impl Product {
    /// Returns the registry host of provider addresses without a host.
    pub fn registry_host(self) -> &'static str {
        match self {
            Self::Terraform => "registry.terraform.io",
            Self::OpenTofu => "registry.opentofu.org",
        }
    }
}

/// A version without a pre-release tag.
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
    /// Parses `1.15.5`, also with a leading `v` or a tag such as `-beta1`.
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

/// A `terraform` or `tofu` program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Core {
    /// The product.
    pub product: Product,
    /// The version it reports.
    pub version: Version,
    /// The path of the program.
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
    /// Runs `program version` to find out what it is.
    ///
    /// # Errors
    /// When it can't be started or its output is not that of Terraform or OpenTofu.
    pub fn at(program: &Path) -> Result<Self> {
        let output = Command::new(program)
            .args(["version", "-json"])
            .env("CHECKPOINT_DISABLE", "1")
            // If the file is missing, the programs print a warning before the JSON.
            .env_remove("TF_CLI_CONFIG_FILE")
            .output()
            .with_context(|| format!("could not start `{}`", program.display()))?;
        let json: serde_json::Value =
            serde_json::from_slice(&output.stdout).with_context(|| {
                format!(
                    "the output of `{} version -json` is not JSON",
                    program.display()
                )
            })?;
        let version = json["terraform_version"]
            .as_str()
            .and_then(Version::parse)
            .with_context(|| {
                format!(
                    "the output of `{} version -json` has no version",
                    program.display()
                )
            })?;
        // The JSON of both products is the same; only the text output names the product.
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

    /// Returns whether it supports resource identity (protocol 6.9).
    pub fn has_identity(&self) -> bool {
        self.version
            >= Version {
                major: 1,
                minor: 12,
                patch: 0,
            }
    }

    /// Returns whether it supports `query` and list resources (protocol 6.10).
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

/// Returns the first `terraform` and the first `tofu` on `PATH`.
pub fn on_path() -> Vec<Core> {
    #[expect(clippy::disallowed_methods, reason = "looks for programs")]
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

/// How many versions the tests run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Those on `PATH`, and the newest Terraform that can be downloaded.
    Usual,
    /// Also the older versions that can be downloaded.
    All,
}

/// Returns the programs to test with: those on `PATH`, and those downloaded to `target`.
///
/// # Errors
/// When there are none, or, with [`Extent::All`], when a download failed.
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
            "no usable `terraform` or `tofu` was found on PATH, and the download failed: {}",
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
    fn versions_are_parsed_with_and_without_prefix_and_tag() {
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
