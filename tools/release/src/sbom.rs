//! The SBOM of a package's program: a CycloneDX 1.6 document in JSON.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::crates::{self, Crate, Id};
use crate::names::{Kind, PROVIDER};
use crate::platform::Platform;
use crate::project::Project;

/// Writes the SBOM of the program for `target` into `directory` and returns its path.
///
/// # Errors
/// When cargo fails, or the file can't be written.
pub fn write(project: &Project, target: &str, directory: &Path) -> Result<PathBuf> {
    let platform = Platform::of_target(target)?;
    let sbom = document(&crates::linked(project, target)?, target);
    let path = directory.join(project.names().of(Kind::Sbom(platform)));
    fs::write(&path, format!("{sbom:#}\n"))
        .with_context(|| format!("could not write `{}`", path.display()))?;
    Ok(path)
}

fn document(crates: &[Crate], target: &str) -> Value {
    let is_provider = |one: &&Crate| one.id.name == PROVIDER;
    let provider = crates.iter().find(is_provider);
    let components = crates.iter().filter(|one| !is_provider(one));
    let dependencies = crates.iter().map(|one| {
        let needed: Vec<_> = one.dependencies.iter().map(purl).collect();
        json!({ "ref": purl(&one.id), "dependsOn": needed })
    });
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": provider.map(|one| component(one, "application")),
            "properties": [{ "name": "cdx:rustc:sbom:target:triple", "value": target }],
        },
        "components": components.map(|one| component(one, "library")).collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
    })
}

fn component(one: &Crate, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": purl(&one.id),
        "name": one.id.name,
        "version": one.id.version,
        "purl": purl(&one.id),
        "licenses": [{ "expression": one.license }],
    });
    if let Some(repository) = &one.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

fn purl(id: &Id) -> String {
    format!("pkg:cargo/{}@{}", id.name, id.version)
}
