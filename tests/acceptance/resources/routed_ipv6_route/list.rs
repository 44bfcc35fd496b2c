//! Routes as `terraform query` lists them.

use crate::resources::checks::{assert_wrong_list_arguments, list};
use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    filters_select_routes if has_query,
    a_missing_scope_is_named if has_query,
    wrong_arguments_are_errors if has_query,
];

fn routes(config: &str) -> String {
    list("hostup_routed_ipv6_route", config)
}

fn filters_select_routes(world: &mut World) {
    let (first, second) = (world.foreign_pool(), world.foreign_pool());
    let (web, db) = (world.mock.add_vps("web-01"), world.mock.add_vps("db-01"));
    for pool in [&first, &second] {
        for (vps, length) in [(&web, 64), (&web, 64), (&db, 56)] {
            world.foreign_route(pool, vps, length);
        }
    }
    world.configure("");
    for (config, count) in [
        (String::new(), 6),
        (format!("pool_id = \"{second}\""), 3),
        (format!("vps_id = \"{db}\""), 2),
        (format!("pool_id = \"{second}\"\nvps_id = \"{db}\""), 1),
        ("pool_id = \"ripv6_missing\"".to_owned(), 0),
    ] {
        assert_eq!(world.query(&routes(&config), &[]).len(), count, "{config}");
    }
}

fn a_missing_scope_is_named(world: &mut World) {
    world.mock.add_key("weak", &["read:network"]);
    world.workspace.set("HOSTUP_API_KEY", "weak");
    world.configure("");
    assert_error(
        &world.query_fails(&routes("")),
        &["Could not list hostup_routed_ipv6_route", "`read:vm`"],
    );
}

fn wrong_arguments_are_errors(world: &mut World) {
    let says = ["`vps_id` is empty", "list.hostup_routed_ipv6_route.it"];
    assert_wrong_list_arguments(world, &routes("vps_id = \"\""), &says);
}
