//! Created with and without a prefix, in any spelling.

use serde_json::json;

use crate::scenarios;
use crate::scene::{POOL_ADDRESS, ROUTE_ADDRESS, child, pool_and_route, route};
use crate::world::World;

scenarios![
    two_routes_of_one_pool_get_a_prefix_and_an_id_each,
    a_route_has_the_prefix_that_is_configured,
    a_prefix_in_any_spelling_is_stored_as_configured,
    another_spelling_of_the_prefix_is_no_change,
    attributes_of_an_earlier_version_in_the_state_are_dropped,
];

/// A route with a configured prefix.
fn routed(pool: &str, vps: &str, prefix: &str) -> String {
    route("web", pool, vps, &format!("prefix = \"{prefix}\""))
}

fn two_routes_of_one_pool_get_a_prefix_and_an_id_each(world: &mut World) {
    let (web, db) = (world.mock.add_vps("web-01"), world.mock.add_vps("db-01"));
    world.configure(&format!(
        r#"
        resource "hostup_routed_ipv6_pool" "main" {{}}
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id       = hostup_routed_ipv6_pool.main.id
          vps_id        = "{web}"
          prefix_length = 64
        }}
        resource "hostup_routed_ipv6_route" "db" {{
          pool_id       = hostup_routed_ipv6_pool.main.id
          vps_id        = "{db}"
          prefix_length = 64
        }}
        "#
    ));
    world.apply();
    for (address, vps, name) in [
        (ROUTE_ADDRESS, &web, "web-01"),
        ("hostup_routed_ipv6_route.db", &db, "db-01"),
    ] {
        let stored = world.attributes(address);
        let routes = world.mock.routes();
        let route = routes
            .iter()
            .find(|route| route["id"] == stored["id"])
            .expect("the route of this id");
        assert_eq!(
            route["vpsId"], **vps,
            "{address} holds another server's route"
        );
        assert_eq!(stored["vps_name"], name);
        assert_eq!(stored["prefix"], route["prefix"]);
        assert_eq!(stored["next_hop"], route["nextHop"]);
    }
    assert_ne!(
        world.attribute(ROUTE_ADDRESS, "prefix"),
        world.attribute("hostup_routed_ipv6_route.db", "prefix")
    );
}

fn a_route_has_the_prefix_that_is_configured(world: &mut World) {
    let pool = world.foreign_pool();
    let vps = world.mock.add_vps("web-01");
    let prefix = child(world, 7, 56);
    world.configure(&format!(
        r#"
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id = "{pool}"
          vps_id  = "{vps}"
          prefix  = "{prefix}"
          label   = "web subnet"
        }}
        "#
    ));
    let plan = world.plan();
    assert_eq!(
        plan.unknown(ROUTE_ADDRESS),
        ["id", "next_hop", "status", "vps_name"],
        "the length follows from the prefix"
    );
    world.apply();
    assert_eq!(world.mock.routes()[0]["prefix"], prefix);
    assert_eq!(world.mock.routes()[0]["label"], "web subnet");
    assert_eq!(world.attribute(ROUTE_ADDRESS, "prefix_length"), "56");
}

/// `2001:db8:…:100::/56` as `2001:0DB8:…:0100:0000::/56`.
fn spelled_out(prefix: &str) -> String {
    let network: ipnet::Ipv6Net = prefix.parse().expect("a network");
    let groups: Vec<_> = network
        .network()
        .segments()
        .iter()
        .take(5)
        .map(|group| format!("{group:04X}"))
        .collect();
    format!("{}::/{}", groups.join(":"), network.prefix_len())
}

fn a_prefix_in_any_spelling_is_stored_as_configured(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let prefix = child(world, 1, 56);
    let spelled = spelled_out(&prefix);
    assert_ne!(spelled, prefix);
    world.configure(&routed(&pool, &vps, &spelled));
    world.apply();
    assert_eq!(
        world.mock.routes()[0]["prefix"],
        prefix,
        "the API has the canonical text"
    );
    assert_eq!(
        world.attribute(ROUTE_ADDRESS, "prefix"),
        spelled,
        "the state has the user's"
    );
}

fn another_spelling_of_the_prefix_is_no_change(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let prefix = child(world, 1, 56);
    world.configure(&routed(&pool, &vps, &prefix));
    world.apply();
    world.mock.clear_requests();
    world.configure(&routed(&pool, &vps, &spelled_out(&prefix)));
    world.assert_settled();
    world.apply();
    assert_eq!(world.mock.count("DELETE", "/"), 0);
}

/// Pools and routes had `updated_at`, and routes `allocated_at`, before 0.1.0.
fn attributes_of_an_earlier_version_in_the_state_are_dropped(world: &mut World) {
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    world.configure(&pool_and_route(&web));
    world.apply();
    world.edit_instances(|instance| {
        for name in ["allocated_at", "updated_at"] {
            instance["attributes"][name] = json!("2026-01-02T03:04:05.678Z");
        }
    });
    world.assert_settled();
    world.configure(&pool_and_route(&spare));
    world.apply();
    for address in [POOL_ADDRESS, ROUTE_ADDRESS] {
        assert_eq!(
            world.attributes(address).get("updated_at"),
            None,
            "{address}"
        );
    }
    assert_eq!(world.attributes(ROUTE_ADDRESS).get("allocated_at"), None);
}
