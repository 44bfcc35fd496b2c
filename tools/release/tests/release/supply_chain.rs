//! Checks the rules in `deny.toml` for the machine that the tests run on. `cargo deny` takes
//! minutes to install, so only a workflow runs it.

use std::fs;

use spdx::{Expression, ParseMode};
use toml::Table;

use crate::fixture::{packages, project};

fn rules() -> Table {
    let text = fs::read_to_string(project().root.join("deny.toml")).expect("deny.toml");
    text.parse().expect("TOML")
}

/// Returns a list of strings: `strings(&rules, "licenses", "allow")`.
fn strings(rules: &Table, table: &str, name: &str) -> Vec<String> {
    let list = rules[table][name].as_array().expect("a list");
    let text = |value: &toml::Value| value.as_str().expect("a text").to_owned();
    list.iter().map(text).collect()
}

#[test]
fn every_package_has_an_allowed_source_and_an_allowed_licence() {
    let rules = rules();
    let sources = strings(&rules, "sources", "allow-registry");
    let licences = strings(&rules, "licenses", "allow");
    let banned = rules["bans"]["deny"].as_array().expect("a list");
    let banned: Vec<_> = banned
        .iter()
        .map(|one| one["crate"].as_str().expect("a name"))
        .collect();
    assert!(banned.contains(&"aws-lc-rs"));
    for package in packages() {
        let name = package["name"].as_str().expect("a name");
        assert!(!banned.contains(&name), "deny.toml bans `{name}`");
        let licence = package["license"].as_str().unwrap_or_default();
        let expression = Expression::parse_mode(licence, ParseMode::LAX)
            .unwrap_or_else(|error| panic!("the licence of `{name}` is invalid: {error}"));
        let allowed = |it: &spdx::LicenseReq| licences.contains(&it.to_string());
        assert!(
            expression.evaluate(allowed),
            "`{name}` is under `{licence}`, which deny.toml does not allow"
        );
        // Packages of this repository have none.
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
