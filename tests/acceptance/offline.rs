//! What works without a key, and what is wrong before anybody is asked.

use serde_json::Value;

use crate::scenarios;
use crate::world::World;

scenarios![
    validate_works_without_a_key,
    the_schema_is_told_without_a_key,
];

fn validate_works_without_a_key(world: &mut World) {
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure(
        "provider \"hostup\" {}\nresource \"hostup_private_network\" \"a\" { name = \"a\" }",
    );
    let run = world.workspace.run(["validate", "-json"]).expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
    assert!(world.mock.requests().is_empty());
}

fn the_schema_is_told_without_a_key(world: &mut World) {
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure("provider \"hostup\" {}");
    let run = world
        .workspace
        .run(["providers", "schema", "-json"])
        .expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
    let schemas: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let address = format!(
        "{}/hostup/hostup",
        world.workspace.core().product.registry_host()
    );
    let provider = &schemas["provider_schemas"][&address];
    for resource in [
        "hostup_routed_ipv6_pool",
        "hostup_routed_ipv6_route",
        "hostup_private_network",
    ] {
        assert!(
            provider["resource_schemas"][resource]["block"]["attributes"]["id"].is_object(),
            "{resource}"
        );
    }
    assert_eq!(
        provider["provider"]["block"]["attributes"]["api_key"]["sensitive"],
        true
    );
}
