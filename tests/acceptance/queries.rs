//! `terraform query`: what exists is found, managed or not, and can be taken over as it is.

use std::collections::BTreeSet;

use hostup_mock_api::MockApi;
use serde_json::{Value, json};

use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    a_query_finds_everything if has_query,
    what_a_query_writes_is_imported_and_plans_empty if has_query,
    filters_choose_routes_and_networks if has_query,
    whole_networks_are_read_only_when_they_are_asked_for if has_query,
    a_limit_ends_the_list if has_query,
    an_empty_account_has_nothing_to_find if has_query,
    what_can_not_be_taken_over_is_not_listed if has_query,
    a_network_that_vanishes_meanwhile_is_left_out if has_query,
    wrong_arguments_of_a_list_are_told if has_query,
    a_list_that_breaks_off_is_an_error if has_query,
];

/// Every list's example, as the registry shows it.
const EXAMPLES: &str = concat!(
    include_str!("../../examples/list-resources/hostup_routed_ipv6_pool/list-resource.tfquery.hcl"),
    include_str!(
        "../../examples/list-resources/hostup_routed_ipv6_route/list-resource.tfquery.hcl"
    ),
    include_str!("../../examples/list-resources/hostup_private_network/list-resource.tfquery.hcl"),
);

/// A `list` block for whole objects.
fn list(resource: &str, name: &str, config: &str) -> String {
    format!(
        "list \"{resource}\" \"{name}\" {{\n  provider = hostup\n  include_resource = true\n  config {{\n    {config}\n  }}\n}}\n"
    )
}

/// Three networks on two pages, two pools as in an account that was migrated, and twenty routes.
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

/// Takes the account's objects away, for a scenario in which none was Terraform's.
fn empty(mock: &MockApi) {
    let id = |object: &Value| object["id"].as_str().unwrap_or_default().to_owned();
    for pool in mock.pools() {
        mock.remove_pool(&id(&pool));
    }
    for network in mock.networks() {
        mock.remove_network(&id(&network));
    }
}

/// What was found of a resource: identity, display name and object.
fn found<'a>(events: &'a [Value], resource: &str) -> Vec<&'a Value> {
    events
        .iter()
        .filter(|event| event["resource_type"] == resource)
        .collect()
}

/// The texts at `pointer` in each of these.
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
    let events = world.query(EXAMPLES, &[]);

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
        "what the API's list lacks is there"
    );
    empty(&world.mock);
}

fn what_a_query_writes_is_imported_and_plans_empty(world: &mut World) {
    populate(&world.mock);
    world.configure("");
    let events = world.query(EXAMPLES, &["-generate-config-out=generated.tf"]);
    assert_eq!(events.len(), 25);
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
    assert_eq!(world.addresses().len(), 25);
    world.assert_no_writes();
    // The generated routes name their pools by id alone, so the core would destroy both at once.
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

fn filters_choose_routes_and_networks(world: &mut World) {
    populate(&world.mock);
    world.mock.add_network("backend", Some("helsinki"));
    let (pools, servers) = (world.mock.pools(), world.mock.vpses());
    let (pool, db) = (&pools[1]["id"], &servers[1]["id"]);
    world.configure("");
    let route = |config: &str| list("hostup_routed_ipv6_route", "it", config);
    let network = |config: &str| list("hostup_private_network", "it", config);
    for (lists, count) in [
        (route(""), 20),
        (route(&format!("pool_id = {pool}")), 10),
        (route(&format!("vps_id = {db}")), 8),
        (route(&format!("pool_id = {pool}\nvps_id = {db}")), 4),
        (route("pool_id = \"ripv6_missing\""), 0),
        (network(""), 4),
        (network("region = \"helsinki\""), 1),
        (network("name = \"backend\""), 3),
        (network("region = \"stockholm\"\nname = \"backend\""), 2),
        (network("name = \"Backend\""), 0),
    ] {
        assert_eq!(world.query(&lists, &[]).len(), count, "{lists}");
    }
    empty(&world.mock);
}

fn whole_networks_are_read_only_when_they_are_asked_for(world: &mut World) {
    populate(&world.mock);
    world.configure("");
    world.mock.clear_requests();
    let events = world.query(
        "list \"hostup_private_network\" \"it\" {\n  provider = hostup\n}\n",
        &[],
    );
    assert_eq!(events.len(), 3);
    assert_eq!(world.mock.count("GET", "/api/v2/private-networks/pnet_"), 0);
    assert!(
        events
            .iter()
            .all(|event| event["resource_object"].is_null())
    );
    empty(&world.mock);
}

fn a_limit_ends_the_list(world: &mut World) {
    populate(&world.mock);
    world.configure("");
    let events = world.query(
        "list \"hostup_routed_ipv6_route\" \"it\" {\n  provider = hostup\n  limit = 7\n}\n",
        &[],
    );
    assert_eq!(events.len(), 7);
    empty(&world.mock);
}

fn an_empty_account_has_nothing_to_find(world: &mut World) {
    world.configure("");
    assert!(world.query(EXAMPLES, &[]).is_empty());
}

fn what_can_not_be_taken_over_is_not_listed(world: &mut World) {
    let mut range = String::new();
    for status in ["retired", "deprovisioning", "active"] {
        let id = world.foreign_network(status, Some("stockholm"));
        world.mock.edit_network(&id, |network| {
            network["status"] = json!(status);
            network["parentCidr"]
                .as_str()
                .unwrap_or_default()
                .clone_into(&mut range);
        });
    }
    world.configure("");
    let events = world.query(EXAMPLES, &[]);
    assert_eq!(
        texts(&events, "/display_name"),
        BTreeSet::from([format!("active ({range})")])
    );
}

fn a_network_that_vanishes_meanwhile_is_left_out(world: &mut World) {
    let gone = world.foreign_network("gone", Some("stockholm"));
    world.foreign_network("here", Some("stockholm"));
    let path = format!("/api/v2/private-networks/{gone}");
    world
        .mock
        .inject(hostup_mock_api::Fault::on("GET", &path).not_found());
    world.configure("");
    let networks = list("hostup_private_network", "it", "");
    let events = world.query(&networks, &[]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["resource_object"]["name"], "here");
}

fn wrong_arguments_of_a_list_are_told(world: &mut World) {
    world.configure("");
    for (lists, parts) in [
        (
            list("hostup_routed_ipv6_route", "it", "vps_id = \"\""),
            [
                "`vps_id` is an empty text",
                "list.hostup_routed_ipv6_route.it",
            ],
        ),
        (
            list("hostup_private_network", "it", "region = \"\""),
            [
                "`region` is an empty text",
                "list.hostup_private_network.it",
            ],
        ),
        (
            list("hostup_routed_ipv6_pool", "it", "id = \"x\""),
            ["Unsupported argument", "id = "],
        ),
    ] {
        assert_error(&world.query_fails(&lists), &parts);
    }
    assert!(world.mock.requests().is_empty());
}

fn a_list_that_breaks_off_is_an_error(world: &mut World) {
    populate(&world.mock);
    let key = world.mock.api_key().to_owned();
    world.mock.add_key("weak", &["read:network"]);
    world.workspace.set("HOSTUP_API_KEY", "weak");
    world.configure("");
    let routes = list("hostup_routed_ipv6_route", "it", "");
    assert_error(
        &world.query_fails(&routes),
        &["Could not list hostup_routed_ipv6_route", "`read:vm`"],
    );
    world.workspace.set("HOSTUP_API_KEY", &key);
    // Half a list would say that the rest does not exist.
    let network = world.mock.networks()[1]["id"].clone();
    let path = format!(
        "/api/v2/private-networks/{}",
        network.as_str().expect("an id")
    );
    world
        .mock
        .inject(hostup_mock_api::Fault::on("GET", &path).html(403));
    let networks = list("hostup_private_network", "it", "");
    assert_error(
        &world.query_fails(&networks),
        &["Could not list hostup_private_network", "403"],
    );
    empty(&world.mock);
}
