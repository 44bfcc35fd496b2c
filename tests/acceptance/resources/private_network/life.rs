//! Created, changed in place, destroyed.

use crate::scenarios;
use crate::scene::{NETWORK, NETWORK_ADDRESS};
use crate::world::{World, assert_warning};

scenarios![
    a_network_is_active_when_the_apply_ends,
    a_network_has_the_range_that_is_configured,
    a_changed_time_out_is_an_update_that_sends_no_write,
    a_region_that_is_removed_from_the_configuration_is_cleared_in_place,
    a_changed_description_is_an_update_that_sends_no_write,
];

fn a_network_is_active_when_the_apply_ends(world: &mut World) {
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

fn a_network_has_the_range_that_is_configured(world: &mut World) {
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

fn a_changed_time_out_is_an_update_that_sends_no_write(world: &mut World) {
    let with = |timeouts: &str| {
        format!("resource \"hostup_private_network\" \"a\" {{\n name = \"a\"\n {timeouts}\n}}")
    };
    world.configure(&with(""));
    world.apply();
    world.mock.clear_requests();
    world.configure(&with("timeouts = { create = \"3m\", delete = \"1h30m\" }"));
    let plan = world.plan();
    assert_eq!(plan.action(NETWORK_ADDRESS), "update");
    assert!(plan.unknown(NETWORK_ADDRESS).is_empty());
    world.apply();
    world.assert_no_writes();
}

fn a_region_that_is_removed_from_the_configuration_is_cleared_in_place(world: &mut World) {
    world.configure(
        "resource \"hostup_private_network\" \"a\" {\n name = \"a\"\n region = \"stockholm\"\n}",
    );
    world.apply();
    world.configure(NETWORK);
    world.mock.clear_requests();
    assert_eq!(world.plan().action(NETWORK_ADDRESS), "update");
    world.apply();
    world.assert_no_writes();
    assert_eq!(world.attribute(NETWORK_ADDRESS, "region"), "null");
}

fn a_changed_description_is_an_update_that_sends_no_write(world: &mut World) {
    let described = |text: &str| {
        format!(
            "resource \"hostup_private_network\" \"a\" {{\n  name = \"a\"\n  \
             description = \"{text}\"\n}}\n"
        )
    };
    world.configure(&described("one"));
    world.apply();
    let sent = world.mock.requests();
    let post = sent
        .iter()
        .find(|request| request.method == "POST")
        .expect("a create");
    assert_eq!(post.body["description"], "one");
    world.mock.clear_requests();
    world.configure(&described("two"));
    let plan = world.plan();
    assert_eq!(plan.action(NETWORK_ADDRESS), "update");
    assert_warning(&plan.report, &["description", "only in Terraform"]);
    world.apply();
    assert_eq!(world.attribute(NETWORK_ADDRESS, "description"), "two");
    world.assert_no_writes();
}
