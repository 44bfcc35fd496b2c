//! Platforms. Compilers use Rust's names of targets, the registries use Go's names of operating
//! systems and architectures.

use std::fmt;
use std::str::FromStr;

use anyhow::{Error, Result, bail};

/// An operating system and an architecture, in Go's names: `linux` and `amd64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Platform {
    /// `darwin`, `freebsd`, `linux` or `windows`.
    pub os: &'static str,
    /// `amd64` or `arm64`.
    pub arch: &'static str,
}

const SYSTEMS: &[(&str, &str)] = &[
    ("-apple-darwin", "darwin"),
    ("-unknown-freebsd", "freebsd"),
    ("-unknown-linux-", "linux"),
    ("-pc-windows-", "windows"),
];

const ARCHITECTURES: &[(&str, &str)] = &[("x86_64", "amd64"), ("aarch64", "arm64")];

impl Platform {
    /// Returns the platform of a target such as `x86_64-unknown-linux-musl`.
    ///
    /// # Errors
    /// When the provider is not released for it.
    pub fn of_target(target: &str) -> Result<Self> {
        let found = ARCHITECTURES.iter().find_map(|(rust, arch)| {
            let rest = target.strip_prefix(rust)?;
            let (_, os) = SYSTEMS.iter().find(|(part, _)| rest.starts_with(part))?;
            Some(Self { os, arch })
        });
        match found {
            Some(platform) => Ok(platform),
            None => bail!("the provider is not released for the target `{target}`"),
        }
    }

    /// Returns the target whose program runs on every machine of `host`'s platform. On Linux that
    /// is musl: a program that is linked to a C library does not start with an older or another
    /// one.
    pub fn target_for(host: &str) -> String {
        match host.split_once("-unknown-linux-") {
            Some((arch, _)) => format!("{arch}-unknown-linux-musl"),
            None => host.to_owned(),
        }
    }

    /// Returns the suffix of a program's name.
    pub fn suffix(self) -> &'static str {
        if self.os == "windows" { ".exe" } else { "" }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.os, self.arch)
    }
}

impl FromStr for Platform {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = SYSTEMS
            .iter()
            .flat_map(|(_, os)| ARCHITECTURES.iter().map(move |(_, arch)| Self { os, arch }));
        let mut known = known.filter(|platform| platform.to_string() == text);
        match known.next() {
            Some(platform) => Ok(platform),
            None => bail!("`{text}` is not a platform; platforms are named like `linux_amd64`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(target: &str, expected: Option<&str>) {
        let platform = Platform::of_target(target).ok();
        assert_eq!(platform.map(|it| it.to_string()).as_deref(), expected);
        if let Some(platform) = platform {
            assert_eq!(
                platform.to_string().parse::<Platform>().ok(),
                Some(platform)
            );
        }
    }

    #[test]
    fn targets_are_translated_to_the_registries_names() {
        check("x86_64-unknown-linux-musl", Some("linux_amd64"));
        check("aarch64-unknown-linux-gnu", Some("linux_arm64"));
        check("aarch64-apple-darwin", Some("darwin_arm64"));
        check("x86_64-pc-windows-msvc", Some("windows_amd64"));
        check("x86_64-unknown-freebsd", Some("freebsd_amd64"));
        check("aarch64-apple-ios", None);
        check("riscv64gc-unknown-linux-gnu", None);
    }

    #[test]
    fn the_target_for_linux_is_musl() {
        let target = Platform::target_for("x86_64-unknown-linux-gnu");
        assert_eq!(target, "x86_64-unknown-linux-musl");
        let target = Platform::target_for("aarch64-apple-darwin");
        assert_eq!(target, "aarch64-apple-darwin");
    }
}
