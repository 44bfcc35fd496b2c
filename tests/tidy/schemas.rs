//! The schemas as a user reads them: tf-provider's silent defaults must not show.

use std::path::Path;

use serde_json::Value;

use crate::served::{Names, members, schemas};

/// Every block and its name.
fn blocks() -> Vec<(String, &'static Value)> {
    let mut all = vec![("provider".to_owned(), &schemas()["provider"]["block"])];
    for kind in [
        "resource_schemas",
        "data_source_schemas",
        "list_resource_schemas",
    ] {
        let schemas = members(&schemas()[kind]);
        all.extend(schemas.map(|(name, schema)| (format!("{kind}.{name}"), &schema["block"])));
    }
    all
}

/// Returns every attribute with its path, nested ones included.
pub(crate) fn attributes() -> Vec<(String, &'static Value)> {
    let mut found = Vec::new();
    for (name, block) in blocks() {
        walk(&name, &block["attributes"], &mut found);
    }
    found
}

fn walk(path: &str, attributes: &'static Value, found: &mut Vec<(String, &'static Value)>) {
    for (name, attribute) in members(attributes) {
        let path = format!("{path}.{name}");
        walk(&path, &attribute["nested_type"]["attributes"], found);
        found.push((path, attribute));
    }
}

#[test]
fn every_description_is_a_full_sentence() {
    let mut described = blocks();
    described.extend(attributes());
    let mut texts: Vec<_> = described
        .into_iter()
        .map(|(path, it)| (path, &it["description"]))
        .collect();
    for (name, function) in members(&schemas()["functions"]) {
        texts.push((name.clone(), &function["summary"]));
        texts.push((name.clone(), &function["description"]));
        let parameters = function["parameters"].as_array().into_iter().flatten();
        texts.extend(parameters.map(|it| (format!("{name}.{}", it["name"]), &it["description"])));
    }
    for (path, text) in texts {
        let text = text.as_str().unwrap_or_default();
        let sentence =
            text.ends_with('.') && text.starts_with(char::is_uppercase) && text.len() > 15;
        assert!(sentence, "{path} is described as {text:?}");
    }
}

#[test]
fn every_attribute_has_a_type() {
    for (path, attribute) in attributes() {
        let is_typed = !attribute["type"].is_null() && attribute["type"] != "dynamic";
        assert!(attribute["nested_type"].is_object() || is_typed, "{path}");
    }
}

#[test]
fn only_the_api_key_is_sensitive() {
    let sensitive: Vec<_> = attributes()
        .into_iter()
        .filter(|(_, attribute)| attribute["sensitive"] == true)
        .map(|(path, _)| path)
        .collect();
    assert_eq!(sensitive, ["provider.api_key"]);
}

#[test]
fn everything_that_is_served_has_an_example() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let missing: Vec<_> = Names::served()
        .examples()
        .into_iter()
        .chain(["provider/provider.tf".to_owned()])
        .filter(|path| !examples.join(path).is_file())
        .collect();
    assert!(missing.is_empty(), "no example at {missing:?}");
}
