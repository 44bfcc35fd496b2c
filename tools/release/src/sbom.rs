//! The bill of materials of a package's program, as CycloneDX 1.6 in JSON.
//!
//! What is in a program is told by cargo's own tree for its target: normal dependencies with the
//! features they are built with, neither build scripts nor macros. Who they are and their licences
//! come from `cargo metadata`, whose own tree would mix in the features that tests turn on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::command;
use crate::compile;
use crate::names::{Kind, PROVIDER};
use crate::platform::Platform;
use crate::project::Project;

/// Writes the bill of the program for `target` into `directory` and gives the file.
///
/// # Errors
/// When cargo can't tell, or the file can't be written.
pub fn write(project: &Project, target: &str, directory: &Path) -> Result<PathBuf> {
    let platform = Platform::of_target(target)?;
    let sbom = of(project, target)?;
    let path = directory.join(project.names().of(Kind::Bill(platform)));
    fs::write(&path, format!("{sbom:#}\n"))
        .with_context(|| format!("could not write `{}`", path.display()))?;
    Ok(path)
}

/// A crate's name and version, as in ` serde v1.0.228`.
type Crate = (String, String);

fn of(project: &Project, target: &str) -> Result<Value> {
    let mut cargo = Command::new("cargo");
    cargo
        .args([
            "tree",
            "--locked",
            "--package",
            PROVIDER,
            "--target",
            target,
        ])
        .args([
            "--edges",
            "normal,no-proc-macro",
            "--prefix",
            "depth",
            "--format",
            " {p}",
        ])
        .current_dir(&project.root);
    let tree = read(&command::run(&mut cargo)?)?;
    let metadata = compile::metadata(project, target)?;
    let packages: BTreeMap<Crate, &Value> = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|package| {
            let text = |name: &str| package[name].as_str().map(str::to_owned);
            Some(((text("name")?, text("version")?), package))
        })
        .collect();
    let mut components = Vec::new();
    let mut dependencies = Vec::new();
    let mut subject = Value::Null;
    for (one, needs) in &tree {
        let package = packages
            .get(one)
            .with_context(|| format!("`cargo metadata` does not know {} {}", one.0, one.1))?;
        let is_subject = one.0 == PROVIDER;
        let component = component(one, package, is_subject);
        if is_subject {
            subject = component;
        } else {
            components.push(component);
        }
        let needs: Vec<_> = needs.iter().map(purl).collect();
        dependencies.push(json!({ "ref": purl(one), "dependsOn": needs }));
    }
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": subject,
            "properties": [{ "name": "cdx:rustc:sbom:target:triple", "value": target }],
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// Reads `cargo tree --prefix depth`: what depends on what. A crate that was shown before is shown
/// again without what it depends on.
fn read(tree: &str) -> Result<BTreeMap<Crate, BTreeSet<Crate>>> {
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    let mut above: Vec<Crate> = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let read = || Some((words.next()?.parse().ok()?, words.next()?, words.next()?));
        let (depth, name, version): (usize, _, _) = { read }()
            .with_context(|| format!("`cargo tree` wrote a line of another form: {line}"))?;
        let one = (name.to_owned(), version.trim_start_matches('v').to_owned());
        above.truncate(depth);
        if let Some(parent) = above.last() {
            found.entry(parent.clone()).or_default().insert(one.clone());
        }
        found.entry(one.clone()).or_default();
        above.push(one);
    }
    Ok(found)
}

fn component(one: &Crate, package: &Value, is_subject: bool) -> Value {
    let (name, version) = one;
    let mut component = json!({
        "type": if is_subject { "application" } else { "library" },
        "bom-ref": purl(one),
        "name": name,
        "version": version,
        "purl": purl(one),
    });
    if let Some(licence) = package["license"].as_str() {
        // Older crates write `MIT/Apache-2.0`, which is no expression.
        let expression = licence.replace(" / ", " OR ").replace('/', " OR ");
        component["licenses"] = json!([{ "expression": expression }]);
    }
    if let Some(repository) = package["repository"].as_str() {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

fn purl((name, version): &Crate) -> String {
    format!("pkg:cargo/{name}@{version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_with_what_was_shown_before() {
        let tree = "0 a v1.0.0 (/somewhere)\n1 b v2.0.0\n2 d v4.0.0\n1 c v3.0.0\n2 b v2.0.0 (*)\n";
        let tree = read(tree).expect("a tree");
        let needs: Vec<_> = tree
            .iter()
            .map(|(one, needs)| {
                let needs: Vec<_> = needs.iter().map(|it| it.0.as_str()).collect();
                format!("{} {}: {}", one.0, one.1, needs.join(" "))
            })
            .collect();
        assert_eq!(
            needs,
            ["a 1.0.0: b c", "b 2.0.0: d", "c 3.0.0: b", "d 4.0.0: "]
        );
    }
}
