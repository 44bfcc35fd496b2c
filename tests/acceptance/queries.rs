//! `terraform query` over every list: it finds every object, managed or not, and the core imports
//! it unchanged.

use std::collections::BTreeSet;

use hostup_mock_api::MockApi;
use serde_json::Value;

use crate::examples;
use crate::scenarios;
use crate::world::World;

scenarios![
    a_query_finds_everything if has_query,
    the_generated_configuration_imports_everything_and_changes_nothing if has_query,
    a_limit_shortens_the_list if has_query,
    an_empty_account_has_empty_lists if has_query,
];

/// The example of every list.
fn examples() -> String {
    examples::read_all("list-resources")
}

/// Adds three networks on two pages, two pools, and twenty routes.
fn populate(mock: &MockApi) {
    mock.configure(|switches| switches.page_cap = 2);
    let (web, db) = (mock.add_vps("web-01"), mock.add_vps("db-01"));
    for name in ["backend", "frontend", "backend"] {
        mock.add_network(name, Some("stockholm"));
    }
    let network = mock.networks()[0]["id"].clone();
    mock.attach_vps(network.as_str().expect("an id"), &web);
    for pool in [mock.add_pool(), mock.add_pool()] {
        for index in 0..10 {
            let (vps, length) = if index % 3 == 0 {
                (&db, 56)
            } else {
                (&web, 64)
            };
            let label = (index % 2 == 0).then(|| format!("route {index}"));
            mock.add_route(&pool, vps, None, length, label.as_deref());
        }
    }
}

/// Removes every object, at the end of a scenario in which Terraform manages none.
fn empty(mock: &MockApi) {
    let id = |object: &Value| object["id"].as_str().unwrap_or_default().to_owned();
    for pool in mock.pools() {
        mock.remove_pool(&id(&pool));
    }
    for network in mock.networks() {
        mock.remove_network(&id(&network));
    }
}

/// Returns what a query found of a resource: identity, display name and object.
fn found<'a>(events: &'a [Value], resource: &str) -> Vec<&'a Value> {
    events
        .iter()
        .filter(|event| event["resource_type"] == resource)
        .collect()
}

/// Returns the text at `pointer` in each of these.
fn texts<'a>(values: impl IntoIterator<Item = &'a Value>, pointer: &str) -> BTreeSet<String> {
    values
        .into_iter()
        .map(|value| value.pointer(pointer).and_then(Value::as_str))
        .map(|text| {
            text.unwrap_or_else(|| panic!("no text at {pointer}"))
                .to_owned()
        })
        .collect()
}

fn a_query_finds_everything(world: &mut World) {
    populate(&world.mock);
    world.configure("");
    let events = world.query(&examples(), &[]);

    let pools = found(&events, "hostup_routed_ipv6_pool");
    assert_eq!(pools.len(), 2);
    let cidrs = texts(&world.mock.pools(), "/parentCidr");
    assert_eq!(texts(pools.iter().copied(), "/display_name"), cidrs);
    assert_eq!(
        texts(pools.iter().copied(), "/identity/id"),
        texts(&world.mock.pools(), "/id")
    );

    let routes = found(&events, "hostup_routed_ipv6_route");
    assert_eq!(routes.len(), 20);
    assert_eq!(
        texts(routes.iter().copied(), "/identity/prefix"),
        texts(&world.mock.routes(), "/prefix")
    );
    for route in routes {
        let object = &route["resource_object"];
        assert_eq!(
            route["display_name"],
            format!(
                "{} to {}",
                object["prefix"].as_str().expect("a prefix"),
                object["vps_name"].as_str().expect("a name")
            )
        );
    }

    let networks = found(&events, "hostup_private_network");
    assert_eq!(networks.len(), 3);
    assert_eq!(
        texts(networks.iter().copied(), "/identity/id"),
        texts(&world.mock.networks(), "/id")
    );
    let first = networks
        .iter()
        .find(|event| event["identity"]["id"] == world.mock.networks()[0]["id"])
        .expect("the first network");
    assert_eq!(first["display_name"], "backend (10.201.0.0/21)");
    assert_eq!(
        first["resource_object"]["attached_vps"][0]["name"], "web-01",
        "the list of the API lacks the servers"
    );
    empty(&world.mock);
}

fn the_generated_configuration_imports_everything_and_changes_nothing(world: &mut World) {
    populate(&world.mock);
    world.configure("");
    let events = world.query(&examples(), &["-generate-config-out=generated.tf"]);
    assert!(events.len() >= 25, "{events:?}");
    world.mock.clear_requests();
    let plan = world.plan();
    assert!(
        plan.report
            .planned
            .iter()
            .all(|it| it.ends_with(": import")),
        "{:?}",
        plan.report.planned
    );
    world.apply();
    assert_eq!(world.addresses().len(), events.len());
    world.assert_no_writes();
    // The generated routes have the id of the pool as a text, so the core would destroy both at
    // once.
    for route in world.mock.routes() {
        world
            .mock
            .remove_route(route["id"].as_str().expect("an id"));
    }
    let (network, web) = (&world.mock.networks()[0], &world.mock.vpses()[0]);
    world.mock.detach_vps(
        network["id"].as_str().expect("an id"),
        web["id"].as_str().expect("an id"),
    );
}

fn a_limit_shortens_the_list(world: &mut World) {
    populate(&world.mock);
    world.configure("");
    let events = world.query(
        "list \"hostup_routed_ipv6_route\" \"it\" {\n  provider = hostup\n  limit = 7\n}\n",
        &[],
    );
    assert_eq!(events.len(), 7);
    empty(&world.mock);
}

fn an_empty_account_has_empty_lists(world: &mut World) {
    world.configure("");
    assert!(world.query(&examples(), &[]).is_empty());
}
