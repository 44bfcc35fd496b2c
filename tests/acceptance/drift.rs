//! What happened behind Terraform's back.

use hostup_mock_api::Fault;

use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    a_route_deleted_elsewhere_is_created_again,
    a_pool_deleted_elsewhere_is_created_again,
    a_network_deleted_elsewhere_is_created_again,
    a_retired_network_is_created_again,
    a_route_made_again_in_the_dashboard_is_adopted_by_its_prefix,
    a_route_moved_in_the_dashboard_under_its_label_is_moved_back,
    a_state_document_without_pools_removes_nothing,
    an_answer_from_the_edge_removes_nothing,
    a_pool_that_shows_late_is_no_wrong_pool,
    servers_attached_elsewhere_appear_after_a_refresh,
];

const POOL_AND_ROUTE: &str = r#"
resource "hostup_routed_ipv6_pool" "main" {}
resource "hostup_routed_ipv6_route" "web" {
  pool_id       = hostup_routed_ipv6_pool.main.id
  vps_id        = "VPS"
  prefix_length = 64
}
"#;

/// A pool and a route to `web-01`.
fn begin(world: &World) -> String {
    let vps = world.mock.add_vps("web-01");
    world.configure(&POOL_AND_ROUTE.replace("VPS", &vps));
    world.apply();
    world.a_minute_later();
    vps
}

/// A network.
fn begin_network(world: &World) {
    world.configure(r#"resource "hostup_private_network" "a" { name = "a" }"#);
    world.apply();
    world.a_minute_later();
}

fn a_route_deleted_elsewhere_is_created_again(world: &mut World) {
    begin(world);
    world
        .mock
        .remove_route(&world.attribute("hostup_routed_ipv6_route.web", "id"));
    assert_eq!(
        world.plan().action("hostup_routed_ipv6_route.web"),
        "create"
    );
    assert_eq!(world.plan().action("hostup_routed_ipv6_pool.main"), "no-op");
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
}

fn a_pool_deleted_elsewhere_is_created_again(world: &mut World) {
    begin(world);
    world
        .mock
        .remove_pool(&world.attribute("hostup_routed_ipv6_pool.main", "id"));
    let plan = world.plan();
    assert_eq!(plan.action("hostup_routed_ipv6_pool.main"), "create");
    assert_eq!(plan.action("hostup_routed_ipv6_route.web"), "create");
    world.apply();
    assert_eq!(world.mock.pools().len(), 1);
}

fn a_network_deleted_elsewhere_is_created_again(world: &mut World) {
    begin_network(world);
    world
        .mock
        .remove_network(&world.attribute("hostup_private_network.a", "id"));
    assert_eq!(world.plan().action("hostup_private_network.a"), "create");
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}

fn a_retired_network_is_created_again(world: &mut World) {
    begin_network(world);
    let id = world.attribute("hostup_private_network.a", "id");
    world
        .mock
        .edit_network(&id, |network| network["status"] = "retired".into());
    assert_eq!(world.plan().action("hostup_private_network.a"), "create");
    world.apply();
    assert_ne!(world.attribute("hostup_private_network.a", "id"), id);
}

fn a_route_made_again_in_the_dashboard_is_adopted_by_its_prefix(world: &mut World) {
    let vps = begin(world);
    let (old, prefix) = (
        world.attribute("hostup_routed_ipv6_route.web", "id"),
        world.attribute("hostup_routed_ipv6_route.web", "prefix"),
    );
    let pool = world.attribute("hostup_routed_ipv6_pool.main", "id");
    world.mock.remove_route(&old);
    let new = world.mock.add_route(&pool, &vps, Some(&prefix), 64, None);
    world.assert_settled();
    world.apply();
    assert_eq!(world.attribute("hostup_routed_ipv6_route.web", "id"), new);
    assert_eq!(world.mock.routes().len(), 1);
}

fn a_route_moved_in_the_dashboard_under_its_label_is_moved_back(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    let labelled = POOL_AND_ROUTE.replace("prefix_length", "label = \"front\"\n  prefix_length");
    world.configure(&labelled.replace("VPS", &vps));
    world.apply();
    world.a_minute_later();
    let prefix = world.attribute("hostup_routed_ipv6_route.web", "prefix");
    let pool = world.attribute("hostup_routed_ipv6_pool.main", "id");
    let other = world.mock.add_vps("other-01");
    world
        .mock
        .remove_route(&world.attribute("hostup_routed_ipv6_route.web", "id"));
    world
        .mock
        .add_route(&pool, &other, Some(&prefix), 64, Some("front"));
    assert_eq!(
        world.plan().action("hostup_routed_ipv6_route.web"),
        "update"
    );
    world.apply();
    assert_eq!(world.mock.routes()[0]["vpsId"], vps);
    assert_eq!(world.mock.routes()[0]["prefix"], prefix);
}

fn a_state_document_without_pools_removes_nothing(world: &mut World) {
    begin(world);
    world
        .mock
        .configure(|switches| switches.state_without_pools = true);
    let report = world.plan_fails();
    assert_error(
        &report,
        &["Could not read hostup_routed_ipv6_pool", "pools"],
    );
    let report = world.apply_fails();
    assert_error(&report, &["pools"]);
    world
        .mock
        .configure(|switches| switches.state_without_pools = false);
    assert_eq!(
        world.addresses(),
        [
            "hostup_routed_ipv6_pool.main",
            "hostup_routed_ipv6_route.web"
        ]
    );
    world.assert_settled();
}

fn an_answer_from_the_edge_removes_nothing(world: &mut World) {
    begin_network(world);
    world.mock.inject(
        Fault::on("GET", "/api/v2/private-networks/")
            .html(404)
            .always(),
    );
    let report = world.plan_fails();
    assert_error(&report, &["Could not read hostup_private_network", "404"]);
    assert_eq!(world.addresses(), ["hostup_private_network.a"]);
    world.mock.clear_faults();
    world.assert_settled();
}

fn a_pool_that_shows_late_is_no_wrong_pool(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world.configure(&format!(
        "resource \"hostup_routed_ipv6_route\" \"web\" {{\n pool_id = \"{pool}\"\n vps_id = \"{vps}\"\n prefix_length = 64\n}}"
    ));
    // A copy of the account that lags behind.
    let before =
        Fault::on("GET", "/api/v2/routed-ipv6").body(r#"{"pools":[]}"#, "application/json");
    world.mock.inject(before);
    assert_eq!(
        world.plan().action("hostup_routed_ipv6_route.web"),
        "create"
    );
    assert_eq!(world.mock.count("GET", "/"), 2);
}

fn servers_attached_elsewhere_appear_after_a_refresh(world: &mut World) {
    begin_network(world);
    let id = world.attribute("hostup_private_network.a", "id");
    let vps = world.mock.add_vps("web-01");
    world.mock.attach_vps(&id, &vps);
    world.assert_settled();
    world.apply();
    let stored = world.attributes("hostup_private_network.a");
    assert_eq!(stored["attached_vps_count"], 1);
    assert_eq!(stored["attached_vps"][0]["id"], vps);
    assert_eq!(stored["attached_vps"][0]["name"], "web-01");
    assert!(stored["attached_vps"][0]["primary_ip"].is_string());
    world.mock.detach_vps(&id, &vps);
}
