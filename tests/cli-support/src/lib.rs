//! Finds `terraform` and `tofu`, and runs them in clean workspaces with a locally built provider.
//!
//! Reading order: [`core`] (the programs), [`fetch`] (downloads), [`built`] (test programs built by
//! cargo), [`workspace`] (a directory with a configuration and a state), [`process`] (one run with
//! a time-out), [`report`] (the messages of a run).

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

/// Returns cargo's target directory that contains `executable`.
///
/// # Errors
/// When it is in none.
pub fn target_directory(executable: &Path) -> Result<PathBuf> {
    executable
        .ancestors()
        .find(|directory| directory.join("CACHEDIR.TAG").is_file())
        .map(Path::to_owned)
        .with_context(|| format!("`{}` is not in a target directory", executable.display()))
}
