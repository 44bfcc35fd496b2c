//! The names of a release's files, which the registries prescribe.

use crate::Platform;

/// What every name begins with.
pub const PROVIDER: &str = "terraform-provider-hostup";

/// The licence inside every package, as its terms ask for.
pub const LICENSE: &str = "LICENSE";

/// The names in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    version: String,
}

/// What a file is, told by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A platform's package.
    Package(Platform),
    /// The bill of materials of a package's program.
    Bill(Platform),
    /// The plugin protocol, for the registry.
    Manifest,
    /// The sums of the others.
    Sums,
    /// The signature of the sums.
    Signature,
}

impl Names {
    /// The names in `version`, which is without a `v`.
    pub fn new(version: &str) -> Self {
        Self {
            version: version.to_owned(),
        }
    }

    /// The version they are of.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The name of a file.
    pub fn of(&self, kind: Kind) -> String {
        let tail = match kind {
            Kind::Package(platform) => format!("{platform}.zip"),
            Kind::Bill(platform) => format!("{platform}.cdx.json"),
            Kind::Manifest => "manifest.json".to_owned(),
            Kind::Sums => "SHA256SUMS".to_owned(),
            Kind::Signature => "SHA256SUMS.sig".to_owned(),
        };
        format!("{PROVIDER}_{}_{tail}", self.version)
    }

    /// What the file of this name is, if it is one of the release's.
    pub fn kind(&self, name: &str) -> Option<Kind> {
        let tail = name.strip_prefix(&format!("{PROVIDER}_{}_", self.version))?;
        if let Some(platform) = tail.strip_suffix(".zip") {
            return platform.parse().ok().map(Kind::Package);
        }
        if let Some(platform) = tail.strip_suffix(".cdx.json") {
            return platform.parse().ok().map(Kind::Bill);
        }
        [Kind::Manifest, Kind::Sums, Kind::Signature]
            .into_iter()
            .find(|kind| self.of(*kind) == name)
    }

    /// The name of the program inside a package.
    pub fn program(&self, platform: Platform) -> String {
        format!("{PROVIDER}_v{}{}", self.version, platform.suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_the_file_is_and_nothing_else_has_it() {
        let names = Names::new("1.2.3");
        let platform = Platform {
            os: "linux",
            arch: "amd64",
        };
        for kind in [
            Kind::Package(platform),
            Kind::Bill(platform),
            Kind::Manifest,
            Kind::Sums,
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
