//! The life of each resource: created, unchanged, destroyed.

use crate::scenarios;
use crate::world::{World, assert_warning};

scenarios![
    a_pool_lives,
    two_routes_of_one_pool_get_a_prefix_and_an_id_each,
    a_route_with_a_chosen_prefix_lives,
    a_network_lives_and_is_active_when_the_apply_ends,
    a_network_in_a_chosen_range_lives,
    a_name_that_changes_makes_another_network,
    everything_at_once_lives,
    a_pool_that_is_protected_stays,
    time_outs_change_in_place_and_touch_nothing,
];

fn a_pool_lives(world: &mut World) {
    world.configure(r#"resource "hostup_routed_ipv6_pool" "main" {}"#);
    let plan = world.plan();
    assert_eq!(plan.action("hostup_routed_ipv6_pool.main"), "create");
    assert_eq!(
        plan.unknown("hostup_routed_ipv6_pool.main"),
        [
            "allocated_at",
            "id",
            "parent_cidr",
            "prefix_length",
            "status",
            "updated_at"
        ]
    );
    world.apply();
    let pool = &world.mock.pools()[0];
    let stored = world.attributes("hostup_routed_ipv6_pool.main");
    assert_eq!(stored["id"], pool["id"]);
    assert_eq!(stored["parent_cidr"], pool["parentCidr"]);
    assert_eq!(stored["prefix_length"], 48);
    assert_eq!(stored["status"], "active");
    assert_eq!(stored["allocated_at"], pool["allocatedAt"]);
    assert_eq!(stored["updated_at"], pool["updatedAt"]);

    let cidr = world.attribute("hostup_routed_ipv6_pool.main", "parent_cidr");
    let report = world.destroy();
    assert_warning(&report, &[&cidr, "will be lost", "cooldown"]);
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
        ("hostup_routed_ipv6_route.web", &web, "web-01"),
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
        assert_eq!(stored["allocated_at"], route["allocatedAt"]);
    }
    assert_ne!(
        world.attribute("hostup_routed_ipv6_route.web", "prefix"),
        world.attribute("hostup_routed_ipv6_route.db", "prefix")
    );
}

fn a_route_with_a_chosen_prefix_lives(world: &mut World) {
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
        plan.unknown("hostup_routed_ipv6_route.web"),
        [
            "allocated_at",
            "id",
            "next_hop",
            "status",
            "updated_at",
            "vps_name"
        ],
        "a prefix says its length"
    );
    world.apply();
    assert_eq!(world.mock.routes()[0]["prefix"], prefix);
    assert_eq!(world.mock.routes()[0]["label"], "web subnet");
    assert_eq!(
        world.attribute("hostup_routed_ipv6_route.web", "prefix_length"),
        "56"
    );
}

fn a_network_lives_and_is_active_when_the_apply_ends(world: &mut World) {
    world.mock.configure(|switches| {
        switches.provisioning_reads = 2;
        switches.deprovisioning_reads = 2;
    });
    world.configure(
        r#"
        resource "hostup_private_network" "backend" {
          name        = "backend"
          region      = "stockholm"
          description = "Private backend network"
        }
        "#,
    );
    let plan = world.plan();
    assert_eq!(
        plan.unknown("hostup_private_network.backend"),
        [
            "attached_vps",
            "attached_vps_count",
            "created_at",
            "id",
            "location",
            "parent_cidr",
            "status",
            "subnet_count",
            "subnets"
        ]
    );
    world.apply();
    let network = &world.mock.networks()[0];
    let stored = world.attributes("hostup_private_network.backend");
    assert_eq!(stored["status"], "active");
    assert_eq!(stored["id"], network["id"]);
    assert_eq!(stored["parent_cidr"], network["parentCidr"]);
    assert_eq!(stored["region"], "stockholm");
    assert_eq!(stored["description"], "Private backend network");
    assert_eq!(stored["subnet_count"], 1);
    assert_eq!(stored["attached_vps_count"], 0);
    assert_eq!(stored["created_at"], network["createdAt"]);
    assert_eq!(
        stored["subnets"][0]["subnet_cidr"],
        network["subnets"][0]["subnetCidr"]
    );
    assert_eq!(
        stored["subnets"][0]["vlan_tag"],
        network["subnets"][0]["vlanTag"]
    );
    assert_eq!(
        stored["subnets"][0]["gateway"],
        network["subnets"][0]["gateway"]
    );
    assert_eq!(stored["subnets"][0]["status"], "active");
    assert_eq!(stored["attached_vps"], serde_json::json!([]));
}

fn a_network_in_a_chosen_range_lives(world: &mut World) {
    world.configure(
        r#"
        resource "hostup_private_network" "backend" {
          name        = "backend"
          parent_cidr = "10.42.0.0/21"
        }
        "#,
    );
    world.apply();
    assert_eq!(world.mock.networks()[0]["parentCidr"], "10.42.0.0/21");
    assert_eq!(
        world.attribute("hostup_private_network.backend", "region"),
        "null"
    );
}

fn a_name_that_changes_makes_another_network(world: &mut World) {
    let named =
        |name: &str| format!(r#"resource "hostup_private_network" "a" {{ name = "{name}" }}"#);
    world.configure(&named("one"));
    world.apply();
    world.configure(&named("two"));
    let plan = world.plan();
    assert_eq!(plan.action("hostup_private_network.a"), "delete-create");
    assert_eq!(plan.replaced_by("hostup_private_network.a"), ["name"]);
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
    assert_eq!(world.mock.networks()[0]["name"], "two");
}

fn everything_at_once_lives(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&format!(
        r#"
        resource "hostup_routed_ipv6_pool" "main" {{}}
        resource "hostup_routed_ipv6_route" "web" {{
          count         = 5
          pool_id       = hostup_routed_ipv6_pool.main.id
          vps_id        = "{vps}"
          prefix_length = 64
        }}
        resource "hostup_private_network" "backend" {{
          name = "backend"
        }}
        "#
    ));
    world.apply();
    let mut ids: Vec<_> = (0..5)
        .map(|index| world.attribute(&format!("hostup_routed_ipv6_route.web[{index}]"), "id"))
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(
        ids.len(),
        5,
        "each of five equal routes has an id of its own"
    );
    assert_eq!(world.mock.routes().len(), 5);
}

fn a_pool_that_is_protected_stays(world: &mut World) {
    let protected = |value: &str| {
        format!(r#"resource "hostup_routed_ipv6_pool" "main" {{ deletion_protection = {value} }}"#)
    };
    world.configure(&protected("true"));
    world.apply();
    let writes = world.mock.count("POST", "/") + world.mock.count("DELETE", "/");
    let report = world.destroy_fails();
    crate::world::assert_error(
        &report,
        &["is protected", "`deletion_protection` is true", "hint:"],
    );
    assert_eq!(world.mock.pools().len(), 1);
    world.configure(&protected("false"));
    assert_eq!(
        world.plan().action("hostup_routed_ipv6_pool.main"),
        "update"
    );
    world.apply();
    assert_eq!(
        world.mock.count("POST", "/") + world.mock.count("DELETE", "/"),
        writes,
        "protection is kept by Terraform alone"
    );
}

fn time_outs_change_in_place_and_touch_nothing(world: &mut World) {
    let with = |timeouts: &str| {
        format!("resource \"hostup_private_network\" \"a\" {{\n name = \"a\"\n {timeouts}\n}}")
    };
    world.configure(&with(""));
    world.apply();
    world.mock.clear_requests();
    world.configure(&with("timeouts = { create = \"3m\", delete = \"1h30m\" }"));
    let plan = world.plan();
    assert_eq!(plan.action("hostup_private_network.a"), "update");
    assert!(plan.unknown("hostup_private_network.a").is_empty());
    world.apply();
    assert_eq!(
        world.mock.count("POST", "/") + world.mock.count("DELETE", "/"),
        0
    );
}

/// The `index`-th child of the only pool, of this length.
pub(crate) fn child(world: &World, index: u128, length: u8) -> String {
    let parent = world.mock.pools()[0]["parentCidr"]
        .as_str()
        .expect("a CIDR")
        .to_owned();
    let parent: ipnet::Ipv6Net = parent.parse().expect("a network");
    let address = u128::from(parent.network()) + (index << (128 - u32::from(length)));
    format!("{}/{length}", std::net::Ipv6Addr::from(address))
}
