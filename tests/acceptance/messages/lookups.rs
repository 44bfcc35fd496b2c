//! Data sources and functions.

use crate::gallery::Gallery;
use crate::scenarios;
use crate::world::World;

scenarios![the_messages_about_lookups, the_messages_about_functions];

fn the_messages_about_lookups(world: &mut World) {
    let mut gallery = Gallery::default();
    let look = |kind: &str, lines: &str| format!("data \"{kind}\" \"it\" {{\n{lines}\n}}\n");
    let pool = |lines: &str| look("hostup_routed_ipv6_pool", lines);
    let server = |lines: &str| look("hostup_routed_ipv6_destination", lines);
    let network = |lines: &str| look("hostup_private_network", lines);
    let vps = |lines: &str| look("hostup_vps", lines);
    let mut fails = |world: &World, situation: &str, configuration: String| {
        world.configure(&configuration);
        gallery.errors(situation, &world.plan_fails());
    };
    fails(world, "no pool exists", pool(""));
    fails(
        world,
        "no pool with this id, and none exists",
        pool("id = \"ripv6_nobody\""),
    );
    world.foreign_pool();
    world.foreign_pool();
    fails(world, "several pools, and no id", pool(""));
    fails(world, "no pool with this id", pool("id = \"ripv6_nobody\""));
    fails(
        world,
        "no server with this id",
        server("vps_id = \"vps_nobody\""),
    );
    fails(
        world,
        "no server with this name",
        server("name = \"nobody\""),
    );
    for _ in 0..2 {
        world.mock.add_vps("web-01");
        world.foreign_network("backend", None);
    }
    fails(world, "no hostup_vps with this id", vps("id = \"web-01\""));
    fails(
        world,
        "no hostup_vps with this name",
        vps("name = \"nobody\""),
    );
    fails(
        world,
        "two servers with this name",
        server("name = \"web-01\""),
    );
    fails(
        world,
        "a server by both",
        server("name = \"web-01\"\nvps_id = \"vps_x\""),
    );
    fails(world, "a server by neither", server(""));
    fails(
        world,
        "no network with this id",
        network("id = \"pnet_nobody\""),
    );
    fails(
        world,
        "no network with this name",
        network("name = \"nobody\""),
    );
    fails(
        world,
        "two networks with this name",
        network("name = \"backend\""),
    );
    fails(
        world,
        "a network by both",
        network("name = \"backend\"\nid = \"pnet_x\""),
    );
    fails(world, "a network by neither", network(""));
    fails(
        world,
        "an empty region",
        look("hostup_private_networks", "region = \"\""),
    );
    world.configure("");
    gallery.assert_snapshot("messages_lookups");
}

fn the_messages_about_functions(world: &mut World) {
    let mut gallery = Gallery::default();
    for (situation, call) in [
        (
            "a network with host bits",
            "canonical_cidr(\"2001:db8:1000:101::/56\")",
        ),
        ("a text that is not a network", "canonical_cidr(\"web\")"),
        (
            "an outer network that is an address",
            "cidr_contains(\"10.0.0.0\", \"10.0.0.1\")",
        ),
        (
            "an inner text that is not a network",
            "cidr_contains(\"10.0.0.0/8\", \"web\")",
        ),
        (
            "no free prefix",
            "next_free_prefix(\"2001:db8::/48\", [\"2001:db8::/48\"], 64)",
        ),
        (
            "a length above the parent's",
            "next_free_prefix(\"2001:db8::/48\", [], 32)",
        ),
        (
            "a used text that is not a network",
            "next_free_prefix(\"2001:db8::/48\", [\"2001:db8::/64\", \"web\"], 64)",
        ),
    ] {
        world.configure(&format!(
            "output \"it\" {{\n  value = provider::hostup::{call}\n}}\n"
        ));
        gallery.errors(situation, &world.plan_fails());
    }
    world.configure("");
    gallery.assert_snapshot("messages_functions");
}
