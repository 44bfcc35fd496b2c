//! What works without a key.

use serde_json::Value;

use crate::scenarios;
use crate::world::World;

scenarios![validate_needs_no_key, the_schema_needs_no_key,];

fn validate_needs_no_key(world: &mut World) {
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure(
        "provider \"hostup\" {}\nresource \"hostup_private_network\" \"a\" { name = \"a\" }",
    );
    let run = world.workspace.run(["validate", "-json"]).expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
    assert!(world.mock.requests().is_empty());
}

fn the_schema_needs_no_key(world: &mut World) {
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
    let resources = provider["resource_schemas"].as_object();
    assert!(resources.is_some_and(|schemas| !schemas.is_empty()));
    assert_eq!(
        provider["provider"]["block"]["attributes"]["api_key"]["sensitive"],
        true
    );
}
