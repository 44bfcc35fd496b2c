//! Pools as the data source shows them.

use serde_json::Value;

use crate::resources::checks::{assert_shows, assert_wrong_arguments};
use crate::scenarios;
use crate::scene::{POOL, POOL_ADDRESS, POOL_ID};
use crate::world::{World, assert_error};

scenarios![
    the_only_pool_needs_no_id,
    one_of_several_pools_is_found_by_id,
    an_id_of_a_new_pool_is_read_during_apply,
    a_pool_that_is_not_exactly_one_is_an_error,
    wrong_arguments_are_reported_at_their_line,
];

const THE_POOL: &str = "data \"hostup_routed_ipv6_pool\" \"it\" {}\n";

fn the_only_pool_needs_no_id(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    let pool = world.foreign_pool();
    world.foreign_route(&pool, &web, 64);
    world.configure(THE_POOL);
    world.apply();
    let shown = world.attributes("data.hostup_routed_ipv6_pool.it");
    let document = &world.mock.pools()[0];
    assert_shows(&shown, document, &["routes"]);
    assert_shows(&shown["routes"][0], &document["routes"][0], &[]);
}

fn one_of_several_pools_is_found_by_id(world: &mut World) {
    let (_, second) = (world.foreign_pool(), world.foreign_pool());
    world.configure(&format!(
        "data \"hostup_routed_ipv6_pool\" \"it\" {{ id = \"{second}\" }}"
    ));
    world.apply();
    let shown = world.attributes("data.hostup_routed_ipv6_pool.it");
    assert_shows(&shown, &world.mock.pools()[1], &["routes"]);
    assert_eq!(shown["can_release"], true);
    assert_eq!(shown["can_release_reason"], Value::Null);
}

fn an_id_of_a_new_pool_is_read_during_apply(world: &mut World) {
    let data = format!("data \"hostup_routed_ipv6_pool\" \"it\" {{\n  id = {POOL_ID}\n}}\n");
    world.configure(&format!("{POOL}{data}"));
    assert_eq!(
        world.plan().action("data.hostup_routed_ipv6_pool.it"),
        "read"
    );
    world.apply();
    let shown = world.attributes("data.hostup_routed_ipv6_pool.it");
    assert_eq!(
        shown["parent_cidr"],
        world.attribute(POOL_ADDRESS, "parent_cidr")
    );
}

fn a_pool_that_is_not_exactly_one_is_an_error(world: &mut World) {
    let by_id = "data \"hostup_routed_ipv6_pool\" \"it\" {\n  id = \"ripv6_missing\"\n}";
    world.configure(THE_POOL);
    assert_error(
        &world.plan_fails(),
        &[
            "Could not read hostup_routed_ipv6_pool",
            "the account has no pool",
            "hint: allocate one",
        ],
    );
    world.configure(by_id);
    assert_error(&world.plan_fails(), &["no pool `ripv6_missing`", "id = "]);
    let (first, second) = (world.foreign_pool(), world.foreign_pool());
    let said = world.plan_fails();
    assert_error(
        &said,
        &["no pool `ripv6_missing`", &first, &second, "::/48"],
    );
    world.configure(THE_POOL);
    assert_error(
        &world.plan_fails(),
        &[
            "2 pools",
            "`id` does not say which",
            &first,
            &second,
            "::/48",
        ],
    );
    world.configure("");
}

fn wrong_arguments_are_reported_at_their_line(world: &mut World) {
    assert_wrong_arguments(
        world,
        "hostup_routed_ipv6_pool",
        &[
            ("id = \"\"", "id = ", "`id` is empty"),
            (
                "status = \"active\"",
                "status = ",
                "HostUp sets `status`; a configuration cannot",
            ),
        ],
    );
}
