//! The files of a release, as the registries of Terraform and OpenTofu want them.
//!
//! ```text
//! terraform-provider-hostup_VERSION_OS_ARCH.zip        a platform's package      pack
//! terraform-provider-hostup_VERSION_OS_ARCH.cdx.json   what its program is of    sbom
//! terraform-provider-hostup_VERSION_manifest.json      the plugin protocol       seal
//! terraform-provider-hostup_VERSION_SHA256SUMS         the sums of all of these  seal
//! terraform-provider-hostup_VERSION_SHA256SUMS.sig     the signature of the sums seal
//! ```
//!
//! Reading order: [`project`] (what is released: the version, and that the changelog and the tag
//! agree with it), [`names`] and [`platform`], [`compile`], [`package`], [`sbom`], [`seal`], and
//! [`verify`], which trusts nothing of the others. [`hash`] and [`signature`] are their tools,
//! [`program`] reads what kind of program a file is.
//!
//! Nothing in a file depends on when, where or by whom it was made: no time, no directory, no order
//! of a directory's listing. Only the signature does.

pub mod compile;
pub mod hash;
pub mod names;
pub mod package;
pub mod platform;
pub mod program;
pub mod project;
pub mod sbom;
pub mod seal;
pub mod signature;
pub mod verify;

mod command;

pub use names::Names;
pub use platform::Platform;
pub use project::Project;

/// The major and minor version of the plugin protocol, as the registry's manifest names them. A
/// minor version that a core does not know is no obstacle, so it is always 0.
pub const PROTOCOL: &str = "6.0";
