//! The files of a release, as the registries of Terraform and OpenTofu require them.
//!
//! ```text
//! terraform-provider-hostup_VERSION_OS_ARCH.zip        package for a platform    pack
//! terraform-provider-hostup_VERSION_OS_ARCH.cdx.json   SBOM of its program       sbom
//! terraform-provider-hostup_VERSION_manifest.json      plugin protocol           checksums
//! terraform-provider-hostup_VERSION_SHA256SUMS         checksums of all these    checksums
//! terraform-provider-hostup_VERSION_SHA256SUMS.sig     signature of these sums   checksums
//! ```
//!
//! Reading order: [`project`] (the version, and that the changelog and the tag agree with it),
//! [`names`] and [`platform`], [`compile`], [`package`] with the [`notices`], [`sbom`],
//! [`checksums`], and [`verify`], which does not rely on the code that wrote the files. [`hash`],
//! `crates` (what is in the program), `program` (the format of executables) and `signature` help
//! them.
//!
//! Builds are reproducible. No file except the signature contains a time, a local directory or the
//! order of a directory listing.

pub mod checksums;
pub mod compile;
pub mod hash;
pub mod names;
pub mod notices;
pub mod package;
pub mod platform;
pub mod project;
pub mod sbom;
pub mod verify;

mod command;
mod crates;
mod program;
mod signature;

pub use names::Names;
pub use platform::Platform;
pub use project::Project;

/// The plugin protocol's major and minor version for the registry's manifest. The minor version is
/// always 0: cores accept minor versions they don't know.
pub const PROTOCOL: &str = "6.0";
