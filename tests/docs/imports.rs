//! The import examples in `examples/resources`, generated from each resource's example and identity
//! schema, with the names that HostUp's documents give such objects.

use serde_json::Value;

use crate::{examples, members};

/// How the import examples of a resource name an object.
struct Object {
    resource: &'static str,
    /// What the command's argument may be.
    accepts: &'static str,
    /// The command's argument.
    command: &'static str,
    /// The `id` of the `import` block, and what it may be instead.
    block: (&'static str, &'static str),
    /// The attributes of the identity.
    identity: &'static [(&'static str, &'static str)],
}

const OBJECTS: [Object; 3] = [
    Object {
        resource: "hostup_private_network",
        accepts: "By id, or by name when only one network has it.",
        command: "pnet_01hxa3b4c5d6e7f8g9h0j1k2m3",
        block: ("backend", "the network's id"),
        identity: &[("id", "pnet_01hxa3b4c5d6e7f8g9h0j1k2m3")],
    },
    Object {
        resource: "hostup_routed_ipv6_pool",
        accepts: "By id or by CIDR.",
        command: "ripv6_01hxa3b4c5d6e7f8g9h0j1k2m3",
        block: ("2001:db8:1000::/48", "the pool's id"),
        identity: &[("id", "ripv6_01hxa3b4c5d6e7f8g9h0j1k2m3")],
    },
    Object {
        resource: "hostup_routed_ipv6_route",
        accepts: "By id or by prefix.",
        command: "2001:db8:1000:1000::/64",
        block: ("2001:db8:1000:1000::/64", "the route's id"),
        identity: &[("prefix", "2001:db8:1000:1000::/64")],
    },
];

/// Returns the import examples of every resource: paths and texts.
pub(crate) fn all(provider: &Value) -> Vec<(String, String)> {
    members(&provider["resource_schemas"])
        .flat_map(|(resource, _)| of(resource, &provider["resource_identity_schemas"][resource]))
        .collect()
}

fn of(resource: &str, identity: &Value) -> [(String, String); 3] {
    let object = OBJECTS.iter().find(|object| object.resource == resource);
    let Some(object) = object else {
        panic!("`tests/docs/imports.rs` does not say how `{resource}` is imported");
    };
    let named: Vec<_> = object.identity.iter().map(|(name, _)| *name).collect();
    let attributes: Vec<_> = members(&identity["attributes"])
        .map(|(name, _)| name)
        .collect();
    assert_eq!(named, attributes, "the identity of `{resource}`");

    let address = address(resource);
    let (id, alternative) = object.block;
    let identity: Vec<_> = object
        .identity
        .iter()
        .map(|(name, value)| format!("    {name} = \"{value}\"\n"))
        .collect();
    let identity = identity.concat();
    let file = |name: &str| format!("examples/resources/{resource}/{name}");
    [
        (
            file("import.sh"),
            format!(
                "# {}\nterraform import {address} {}\n",
                object.accepts, object.command
            ),
        ),
        (
            file("import-by-string-id.tf"),
            format!("import {{\n  to = {address}\n  id = \"{id}\" # or {alternative}\n}}\n"),
        ),
        (
            file("import-by-identity.tf"),
            format!("import {{\n  to = {address}\n  identity = {{\n{identity}  }}\n}}\n"),
        ),
    ]
}

/// The address of the last object of this type in the resource's example.
fn address(resource: &str) -> String {
    let example = examples::read(&format!("examples/resources/{resource}/resource.tf"));
    let name = example
        .split(&format!("resource \"{resource}\" \""))
        .last()
        .and_then(|rest| rest.split('"').next())
        .filter(|_| example.contains(resource));
    let name = name.unwrap_or_else(|| panic!("the example of `{resource}` has no such object"));
    format!("{resource}.{name}")
}
