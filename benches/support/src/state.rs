//! Writes states with many objects. Creating the objects would take too long.

use cli_support::Core;
use serde_json::{Value, json};

/// Returns the state after an apply of `terraform_data`.
pub fn built_in(core: &Core, count: u16) -> Value {
    let instances = (0..count).map(|nth| {
        json!({
            "index_key": nth,
            "schema_version": 0,
            "attributes": {
                "id": format!("8d3b2a54-6a0f-4f0e-9d3f-{nth:012}"),
                "input": { "value": nth, "type": "number" },
                "output": { "value": nth, "type": "number" },
                "triggers_replace": null,
            },
            "sensitive_attributes": [],
        })
    });
    let provider = "provider[\"terraform.io/builtin/terraform\"]";
    state(
        core,
        "terraform_data",
        provider,
        &instances.collect::<Vec<_>>(),
    )
}

/// Returns the state after an apply of these routes of the account.
pub fn routes(core: &Core, pool: &str, routes: &[Value]) -> Value {
    let instances = routes.iter().enumerate().map(|(nth, route)| {
        let mut instance = json!({
            "index_key": nth,
            "schema_version": 0,
            "attributes": {
                "pool_id": pool,
                "vps_id": route["vpsId"],
                "prefix": route["prefix"],
                "prefix_length": route["prefixLength"],
                "label": route["label"],
                "timeouts": null,
                "id": route["id"],
                "next_hop": route["nextHop"],
                "vps_name": route["vpsName"],
                "status": route["status"],
            },
            "sensitive_attributes": [],
        });
        if core.has_identity() {
            instance["identity_schema_version"] = 0.into();
            instance["identity"] = json!({ "prefix": route["prefix"] });
        }
        instance
    });
    let provider = format!(
        "provider[\"{}/hostup/hostup\"]",
        core.product.registry_host()
    );
    state(
        core,
        "hostup_routed_ipv6_route",
        &provider,
        &instances.collect::<Vec<_>>(),
    )
}

fn state(core: &Core, kind: &str, provider: &str, instances: &[Value]) -> Value {
    json!({
        "version": 4,
        "terraform_version": core.version.to_string(),
        "serial": 1,
        "lineage": "b0a3a6c4-4d0e-4a63-9c34-8b1fbc1d7a55",
        "outputs": {},
        "resources": [{
            "mode": "managed",
            "type": kind,
            "name": "many",
            "provider": provider,
            "instances": instances,
        }],
    })
}

/// Returns the number of objects in a state.
pub fn count(state: &Value) -> usize {
    let resources = state["resources"].as_array().into_iter().flatten();
    let instances = resources.filter_map(|resource| resource["instances"].as_array());
    instances.map(Vec::len).sum()
}
