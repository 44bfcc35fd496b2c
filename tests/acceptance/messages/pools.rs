//! Pools.

use super::POOL;
use crate::gallery::Gallery;
use crate::scenarios;
use crate::world::World;

scenarios![the_messages_about_pools];

fn the_messages_about_pools(world: &mut World) {
    let mut gallery = Gallery::default();
    world.configure(
        "resource \"hostup_routed_ipv6_pool\" \"main\" { deletion_protection = true }\n",
    );
    world.apply();
    gallery.errors("a protected pool is destroyed", &world.destroy_fails());
    world.configure(POOL);
    world.apply();
    let pool = world.attribute("hostup_routed_ipv6_pool.main", "id");
    let vps = world.mock.add_vps("web-01");
    let route = world.mock.add_route(&pool, &vps, None, 64, None);
    gallery.warnings(
        "the destroy of a pool with a route that is not managed is planned",
        &world.plan_with(&["-destroy"]).report,
    );
    gallery.errors(
        "a pool with a route that is not managed is destroyed",
        &world.destroy_fails(),
    );
    world.mock.remove_route(&route);
    gallery.warnings("a pool is destroyed", &world.destroy());

    world
        .mock
        .configure(|switches| switches.strict_pool_cooldown = true);
    gallery.warnings(
        "a pool is planned before the cooldown ends",
        &world.plan().report,
    );
    gallery.errors(
        "a pool is created before the cooldown ends",
        &world.apply_fails(),
    );
    world
        .mock
        .configure(|switches| switches.strict_pool_cooldown = false);

    let id = world.foreign_pool();
    gallery.warnings("a pool is planned, and one exists", &world.plan().report);
    gallery.errors("a pool is created, and one exists", &world.apply_fails());
    assert!(!id.is_empty());
    gallery.text(
        "a pool that does not exist is imported",
        &world.import_fails("hostup_routed_ipv6_pool.main", "ripv6_x"),
    );
    world.configure("");
    gallery.assert_snapshot("messages_pools");
}
