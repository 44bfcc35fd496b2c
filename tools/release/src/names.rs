//! The names of a release's files. The registries prescribe them.

use crate::Platform;

/// The prefix of every name.
pub const PROVIDER: &str = "terraform-provider-hostup";

/// The provider's licence in every package. Its terms require that.
pub const LICENSE: &str = "LICENSE";

/// The licences of the crates in the program, in every package.
pub const NOTICES: &str = "THIRD-PARTY-NOTICES.txt";

/// The names of one version's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    version: String,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The package for a platform.
    Package(Platform),
    /// The SBOM of a package's program.
    Sbom(Platform),
    /// The plugin protocol's version, for the registry.
    Manifest,
    /// The checksums of the others.
    Checksums,
    /// The signature of the checksums.
    Signature,
}

impl Names {
    /// The names of the files of `version`, which has no `v`.
    pub fn new(version: &str) -> Self {
        Self {
            version: version.to_owned(),
        }
    }

    /// Returns the version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the name of a file.
    pub fn of(&self, kind: Kind) -> String {
        let tail = match kind {
            Kind::Package(platform) => format!("{platform}.zip"),
            Kind::Sbom(platform) => format!("{platform}.cdx.json"),
            Kind::Manifest => "manifest.json".to_owned(),
            Kind::Checksums => "SHA256SUMS".to_owned(),
            Kind::Signature => "SHA256SUMS.sig".to_owned(),
        };
        format!("{PROVIDER}_{}_{tail}", self.version)
    }

    /// Returns what the file with this name is, or `None` if it is not part of the release.
    pub fn kind(&self, name: &str) -> Option<Kind> {
        let tail = name.strip_prefix(&format!("{PROVIDER}_{}_", self.version))?;
        if let Some(platform) = tail.strip_suffix(".zip") {
            return platform.parse().ok().map(Kind::Package);
        }
        if let Some(platform) = tail.strip_suffix(".cdx.json") {
            return platform.parse().ok().map(Kind::Sbom);
        }
        [Kind::Manifest, Kind::Checksums, Kind::Signature]
            .into_iter()
            .find(|kind| self.of(*kind) == name)
    }

    /// Returns the name of the program in a package.
    pub fn program(&self, platform: Platform) -> String {
        format!("{PROVIDER}_v{}{}", self.version, platform.suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_kind_can_be_read_from_its_name() {
        let names = Names::new("1.2.3");
        let platform = Platform {
            os: "linux",
            arch: "amd64",
        };
        for kind in [
            Kind::Package(platform),
            Kind::Sbom(platform),
            Kind::Manifest,
            Kind::Checksums,
            Kind::Signature,
        ] {
            assert_eq!(names.kind(&names.of(kind)), Some(kind));
        }
        for other in [
            "terraform-provider-hostup_1.2.4_linux_amd64.zip",
            "terraform-provider-hostup_v1.2.3_linux_amd64.zip",
            "terraform-provider-hostup_1.2.3_linux_x86_64.zip",
            "terraform-provider-hostup-1.2.3_manifest.json",
            "README.md",
        ] {
            assert_eq!(names.kind(other), None, "{other}");
        }
    }
}
