//! The import examples in `examples/resources`, generated from each resource's example and identity
//! schema, and from `import.json` beside the example: how the examples name the object.

use serde_json::Value;

use crate::{examples, members};

/// Returns the import examples of every resource: paths and texts.
pub(crate) fn all(provider: &Value) -> Vec<(String, String)> {
    members(&provider["resource_schemas"])
        .flat_map(|(resource, _)| of(resource, &provider["resource_identity_schemas"][resource]))
        .collect()
}

fn of(resource: &str, schema: &Value) -> [(String, String); 3] {
    let path = |name: &str| format!("examples/resources/{resource}/{name}");
    let object: Value = serde_json::from_str(&examples::read(&path("import.json"))).expect("JSON");
    let text = |name: &str| object[name].as_str().expect("a text");
    let [accepts, command, id] = ["accepts", "command", "id"].map(text);
    // Another value that the import accepts.
    let alternative = object["alternative"].as_str();
    let alternative = alternative.map_or_else(String::new, |text| format!(" # or {text}"));

    let lines: Vec<_> = members(&schema["attributes"])
        .map(|(name, _)| {
            let value = object["identity"][name].as_str();
            let value = value.unwrap_or_else(|| panic!("{resource}: no `{name}` in the identity"));
            format!("    {name} = \"{value}\"\n")
        })
        .collect();
    let (identity, address) = (lines.concat(), address(resource));
    [
        (
            path("import.sh"),
            format!("# {accepts}\nterraform import {address} {command}\n"),
        ),
        (
            path("import-by-string-id.tf"),
            format!("import {{\n  to = {address}\n  id = \"{id}\"{alternative}\n}}\n"),
        ),
        (
            path("import-by-identity.tf"),
            format!("import {{\n  to = {address}\n  identity = {{\n{identity}  }}\n}}\n"),
        ),
    ]
}

/// Returns the address of the last object of this type in the resource's example.
fn address(resource: &str) -> String {
    let example = examples::read(&format!("examples/resources/{resource}/resource.tf"));
    let (_, rest) = example
        .rsplit_once(&format!("resource \"{resource}\" \""))
        .unwrap_or_else(|| panic!("the example of `{resource}` has no such object"));
    let name = rest.split('"').next().unwrap_or_default();
    format!("{resource}.{name}")
}
