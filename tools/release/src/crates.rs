//! The crates in the provider's program: the components of the SBOM, whose licences the notices
//! contain.
//!
//! `cargo tree` says which crates those are: normal dependencies with the features they are built
//! with, neither build scripts nor procedural macros. Their licences and directories come from
//! `cargo metadata`, whose own tree would include the features that only tests enable.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command;
use crate::compile;
use crate::names::PROVIDER;
use crate::project::Project;

/// A crate's name and version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) name: String,
    pub(crate) version: String,
}

/// What cargo knows about a crate.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) id: Id,
    /// The SPDX expression of its licences.
    pub(crate) license: String,
    pub(crate) repository: Option<String>,
    /// The directory of its sources.
    pub(crate) directory: PathBuf,
    pub(crate) dependencies: BTreeSet<Id>,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// Returns the crates in the program for `target`, sorted, the provider's own package included.
///
/// # Errors
/// When cargo fails, or a crate's manifest names no licence.
pub(crate) fn linked(project: &Project, target: &str) -> Result<Vec<Crate>> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["tree", "--locked", "--package", PROVIDER])
        .args(["--target", target, "--edges", "normal,no-proc-macro"])
        .args(["--prefix", "depth", "--format", " {p}"])
        .current_dir(&project.root);
    let tree = read(&command::run(&mut cargo)?)?;
    let metadata = compile::metadata(project, target)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let packages: BTreeMap<Id, &Value> = packages
        .filter_map(|package| {
            let (name, version) = (text(package, "name")?, text(package, "version")?);
            Some((Id { name, version }, package))
        })
        .collect();
    tree.into_iter()
        .map(|(id, dependencies)| {
            let package = packages
                .get(&id)
                .with_context(|| format!("`cargo metadata` does not list {id}"))?;
            let manifest = text(package, "manifest_path").unwrap_or_default();
            Ok(Crate {
                // Older crates write `MIT/Apache-2.0`, which is not an SPDX expression.
                license: text(package, "license")
                    .with_context(|| format!("the manifest of {id} names no licence"))?
                    .replace(" / ", " OR ")
                    .replace('/', " OR "),
                repository: text(package, "repository"),
                directory: Path::new(&manifest)
                    .parent()
                    .map(Path::to_owned)
                    .with_context(|| format!("`cargo metadata` has no directory of {id}"))?,
                id,
                dependencies,
            })
        })
        .collect()
}

fn text(package: &Value, field: &str) -> Option<String> {
    package[field].as_str().map(str::to_owned)
}

/// Reads the output of `cargo tree --prefix depth`: each crate with its dependencies. Where a crate
/// is listed again, its dependencies are left out.
fn read(tree: &str) -> Result<BTreeMap<Id, BTreeSet<Id>>> {
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    let mut ancestors: Vec<Id> = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let (depth, id) =
            read_line(line).with_context(|| format!("unexpected line of `cargo tree`: {line}"))?;
        ancestors.truncate(depth);
        if let Some(parent) = ancestors.last() {
            found.entry(parent.clone()).or_default().insert(id.clone());
        }
        found.entry(id.clone()).or_default();
        ancestors.push(id);
    }
    Ok(found)
}

/// Reads a line such as `2 serde v1.0.228 (*)`.
fn read_line(line: &str) -> Option<(usize, Id)> {
    let mut words = line.split(' ');
    let depth = words.next()?.parse().ok()?;
    let name = words.next()?.to_owned();
    let version = words.next()?.trim_start_matches('v').to_owned();
    Some((depth, Id { name, version }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_with_repeated_crates_is_read() {
        let tree = "0 a v1.0.0 (/somewhere)\n1 b v2.0.0\n2 d v4.0.0\n1 c v3.0.0\n2 b v2.0.0 (*)\n";
        let tree = read(tree).expect("a tree");
        let lines: Vec<_> = tree
            .iter()
            .map(|(id, dependencies)| {
                let names: Vec<_> = dependencies.iter().map(|it| it.name.as_str()).collect();
                format!("{id}: {}", names.join(" "))
            })
            .collect();
        assert_eq!(
            lines,
            ["a 1.0.0: b c", "b 2.0.0: d", "c 3.0.0: b", "d 4.0.0: "]
        );
    }
}
