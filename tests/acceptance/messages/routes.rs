//! Routes.

use hostup_mock_api::{Fault, VpsOptions};

use super::routed;
use crate::gallery::Gallery;
use crate::scenarios;
use crate::scene::{child, reinstate, suspended_meanwhile};
use crate::world::World;

scenarios![the_messages_about_routes];

fn the_messages_about_routes(world: &mut World) {
    let mut gallery = Gallery::default();
    let vps = world.mock.add_vps("web-01");
    world.configure(&routed("ripv6_nobody", &vps, "prefix_length = 64"));
    gallery.errors("a pool id, and no pool exists", &world.plan_fails());
    let pool = world.foreign_pool();
    gallery.errors("a pool id that does not exist", &world.plan_fails());
    world.configure(&routed(&pool, &vps, "prefix = \"2001:db8:ffff::/64\""));
    gallery.errors("a prefix outside the pool", &world.plan_fails());
    let taken = world.mock.add_route(&pool, &vps, None, 56, None);
    world.foreign(&taken);
    let prefix = child(world, 0, 64);
    world.configure(&routed(&pool, &vps, &format!("prefix = \"{prefix}\"")));
    gallery.warnings("a prefix in use is planned", &world.plan().report);
    gallery.errors("a prefix in use is routed", &world.apply_fails());
    let free = child(world, 2, 56);
    let twins = routed(&pool, &vps, &format!("prefix = \"{free}\""));
    world.configure(&(twins.replace("\"web\"", "\"twin\"") + &twins));
    gallery.warnings("two routes of one prefix are planned", &world.plan().report);
    let old = world.mock.add_vps_with(VpsOptions {
        name: "old-01".to_owned(),
        ipv6: false,
        ..VpsOptions::default()
    });
    world.configure(&routed(&pool, &old, "prefix_length = 64"));
    gallery.warnings("a server without IPv6 is planned", &world.plan().report);
    gallery.errors("a server without IPv6 is routed to", &world.apply_fails());
    world.configure(&routed(&pool, "vps_nobody", "prefix_length = 64"));
    gallery.warnings("an unknown server is planned", &world.plan().report);
    gallery.errors("an unknown server is routed to", &world.apply_fails());
    world.configure(&routed(&pool, "web-01", "prefix_length = 64"));
    gallery.warnings("a server's name is planned as its id", &world.plan().report);
    world.configure(&routed(&pool, &vps, "prefix_length = 48"));
    gallery.errors("no prefix of the length is free", &world.apply_fails());

    world.configure(&routed(&pool, &vps, "prefix_length = 64"));
    world.apply();
    let spare = world.mock.add_vps("spare-01");
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    gallery.warnings("a move is planned", &world.plan().report);
    world.configure(&routed(&pool, &old, "prefix_length = 64"));
    gallery.warnings(
        "a move to a server without IPv6 is planned",
        &world.plan().report,
    );
    gallery.errors("a move to a server without IPv6", &world.apply_fails());
    world.configure(&routed(&pool, "vps_nobody", "prefix_length = 64"));
    gallery.errors("a move to an unknown server", &world.apply_fails());
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    world.mock.inject(suspended_meanwhile(&[&spare]));
    gallery.errors("a move is refused", &world.apply_fails());
    reinstate(world);
    world.mock.inject(suspended_meanwhile(&[&vps, &spare]));
    gallery.errors(
        "a move is refused, and the old route, too",
        &world.apply_fails(),
    );
    reinstate(world);
    world.apply();
    let stolen = (pool.clone(), vps.clone());
    world.mock.inject(
        Fault::on("DELETE", "/api/v2/routed-ipv6/routes/").run_after(move |account| {
            account.add_route(&stolen.0, &stolen.1, None, 64, Some("theirs"));
        }),
    );
    world.configure(&routed(&pool, &vps, "prefix_length = 64"));
    gallery.errors(
        "another route gets the prefix during a move",
        &world.apply_fails(),
    );
    for theirs in world.mock.routes() {
        if theirs["label"] == "theirs" {
            let id = theirs["id"].as_str().unwrap_or_default();
            world.mock.remove_route(id);
        }
    }
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    world.apply();
    let other = routed(&pool, &spare, "prefix_length = 64").replace("\"web\"", "\"other\"");
    world.configure(&format!(
        "{}{other}",
        routed(&pool, &spare, "prefix_length = 64")
    ));
    gallery.text(
        "a route that does not exist is imported",
        &world.import_fails("hostup_routed_ipv6_route.other", "ripv6rt_x"),
    );
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    world
        .mock
        .inject(Fault::on("DELETE", "/api/v2/routed-ipv6/routes/").problem(
            409,
            "route_locked",
            "The route is locked.",
        ));
    gallery.errors(
        "a route that is locked is destroyed",
        &world.destroy_fails(),
    );
    gallery.assert_snapshot("messages_routes");
}
