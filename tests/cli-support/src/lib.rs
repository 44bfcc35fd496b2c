//! Finds `terraform` and `tofu`, and runs them in clean workspaces against a locally built
//! provider.
//!
//! Reading order: [`core`] (which command-line programs there are), [`fetch`] (the ones that are
//! fetched), [`built`] (the programs cargo built beside a test), [`workspace`] (a directory with a
//! configuration and a state), [`process`] (one run, bounded in time), [`report`] (what a run said,
//! as data).

pub mod built;
pub mod core;
pub mod fetch;
pub mod process;
pub mod report;
pub mod workspace;

pub use crate::core::{Core, Product, Version};
pub use crate::process::{Finished, Running};
pub use crate::report::{Message, Report};
pub use crate::workspace::Workspace;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Cargo's target directory, in which `executable` lies.
///
/// # Errors
/// When it lies in none.
pub fn target_directory(executable: &Path) -> Result<PathBuf> {
    executable
        .ancestors()
        .find(|directory| directory.join("CACHEDIR.TAG").is_file())
        .map(Path::to_owned)
        .with_context(|| {
            format!(
                "`{}` does not lie in a target directory",
                executable.display()
            )
        })
}
