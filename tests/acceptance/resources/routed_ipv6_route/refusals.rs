//! What the API refuses, and what the plan reports of it.

use crate::scenarios;
use crate::scene::{add_server_without_ipv6, child, route};
use crate::world::{World, assert_error, assert_warning};

scenarios![
    an_overlap_is_a_warning_at_plan_and_an_error_at_apply,
    a_server_without_ipv6_is_a_warning_at_plan,
    a_full_pool_is_a_warning_at_plan,
    a_missing_pool_is_an_error_at_plan,
    a_prefix_outside_the_pool_is_an_error_at_plan,
];

/// A route with a configured prefix.
fn routed(pool: &str, vps: &str, prefix: &str) -> String {
    route("web", pool, vps, &format!("prefix = \"{prefix}\""))
}

fn an_overlap_is_a_warning_at_plan_and_an_error_at_apply(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let taken = world.foreign_route(&pool, &vps, 56);
    let prefix = world.mock.routes()[0]["prefix"]
        .as_str()
        .expect("a prefix")
        .replace("/56", "/64");
    world.configure(&routed(&pool, &vps, &prefix));
    assert_warning(&world.plan().report, &["Prefix in use", &taken, &prefix]);
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not route",
            "409",
            "routed_ipv6_prefix_conflict",
            "req_",
        ],
    );
    assert!(world.addresses().is_empty());
}

fn a_server_without_ipv6_is_a_warning_at_plan(world: &mut World) {
    let pool = world.foreign_pool();
    let vps = add_server_without_ipv6(world, "old-01");
    let prefix = child(world, 1, 64);
    world.configure(&routed(&pool, &vps, &prefix));
    assert_warning(
        &world.plan().report,
        &["A server cannot receive a route now", "`old-01`", "vps_id"],
    );
    assert_error(
        &world.apply_fails(),
        &["Could not create hostup_routed_ipv6_route", "vps_not_ready"],
    );
}

fn a_full_pool_is_a_warning_at_plan(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world.foreign_route(&pool, &vps, 48);
    world.configure(&route("web", &pool, &vps, "prefix_length = 64"));
    assert_warning(
        &world.plan().report,
        &[
            "HostUp would not create a route in this pool now",
            "pool_id = ",
        ],
    );
    assert_error(
        &world.apply_fails(),
        &[
            "Could not create hostup_routed_ipv6_route",
            "routed_ipv6_no_capacity",
        ],
    );
}

fn a_missing_pool_is_an_error_at_plan(world: &mut World) {
    let pool = world.foreign_pool();
    let vps = world.mock.add_vps("web-01");
    world.configure(&routed("ripv6_missing", &vps, "2001:db8::/64"));
    assert_error(
        &world.plan_fails(),
        &["No such pool", "`ripv6_missing`", &pool, "pool_id = "],
    );
    world.configure("");
}

fn a_prefix_outside_the_pool_is_an_error_at_plan(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world.configure(&routed(&pool, &vps, "2001:db8:ffff::/64"));
    assert_error(
        &world.plan_fails(),
        &[
            "Prefix outside the pool",
            "`2001:db8:ffff::/64`",
            "prefix = ",
        ],
    );
    assert_eq!(world.mock.count("POST", "/"), 0);
    world.configure("");
}
