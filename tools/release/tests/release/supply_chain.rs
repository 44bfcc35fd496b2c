//! What `deny.toml` promises, held for the machine the tests run on. `cargo deny` itself takes
//! minutes to install; a workflow runs it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, ParseMode};
use toml::Table;

use crate::fixture::{host, project};

fn promises() -> Table {
    let text = fs::read_to_string(project().root.join("deny.toml")).expect("deny.toml");
    text.parse().expect("TOML")
}

/// A list of texts: `words(&promises, "licenses", "allow")`.
fn words(promises: &Table, table: &str, name: &str) -> Vec<String> {
    let list = promises[table][name].as_array().expect("a list");
    let text = |value: &toml::Value| value.as_str().expect("a text").to_owned();
    list.iter().map(text).collect()
}

/// The packages of these manifests' whole builds on this machine, tests included.
fn packages(manifest: &Path) -> Vec<Value> {
    let metadata = Command::new("cargo")
        .args([
            "metadata",
            "--locked",
            "--format-version",
            "1",
            "--filter-platform",
            host(),
        ])
        .arg("--manifest-path")
        .arg(manifest)
        .output()
        .expect("cargo");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("metadata");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "too few to be true");
    packages.clone()
}

#[test]
fn every_package_comes_from_the_one_source_with_a_licence_that_is_allowed() {
    let promises = promises();
    let sources = words(&promises, "sources", "allow-registry");
    let licences = words(&promises, "licenses", "allow");
    let banned = promises["bans"]["deny"].as_array().expect("a list");
    let banned: Vec<_> = banned
        .iter()
        .map(|one| one["crate"].as_str().expect("a name"))
        .collect();
    assert!(banned.contains(&"aws-lc-rs"));
    for package in packages(&project().root.join("Cargo.toml")) {
        let name = package["name"].as_str().expect("a name");
        assert!(!banned.contains(&name), "deny.toml bans `{name}`");
        let licence = package["license"].as_str().unwrap_or_default();
        let expression = Expression::parse_mode(licence, ParseMode::LAX)
            .unwrap_or_else(|error| panic!("`{name}` names no licence: {error}"));
        let allowed = |it: &spdx::LicenseReq| licences.contains(&it.to_string());
        assert!(
            expression.evaluate(allowed),
            "`{name}` is under `{licence}`, which deny.toml does not allow"
        );
        // Our own have no source.
        if let Some(source) = package["source"].as_str() {
            let known = sources
                .iter()
                .any(|one| source == format!("registry+{one}"));
            assert!(
                known,
                "`{name}` comes from {source}, which deny.toml does not allow"
            );
        }
    }
}
