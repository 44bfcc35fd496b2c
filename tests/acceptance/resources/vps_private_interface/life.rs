//! Attached, changed, detached.

use crate::scenarios;
use crate::world::{World, assert_warning};

use super::{ADDRESS, BACKEND, WEB, assert_attached, changes, interface, private_addresses, web};

scenarios![
    an_interface_is_attached_and_detached,
    an_interface_waits_for_a_network_of_the_same_run,
    another_address_or_server_is_another_interface,
    naming_the_subnet_the_other_way_changes_nothing,
    two_interfaces_of_one_server_are_attached_one_after_the_other,
    thirty_servers_are_attached_in_one_apply,
    a_network_is_destroyed_when_its_detached_addresses_are_free,
    a_network_with_several_subnets_needs_the_subnet,
    an_interface_waits_for_its_subnet,
    another_network_and_address_are_another_interface,
    an_interface_can_be_replaced_before_it_is_detached,
];

fn an_interface_is_attached_and_detached(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&web(&vps, "timeouts = { create = \"5m\" }"));
    let plan = world.plan();
    assert_warning(
        &plan.report,
        &[
            "The server may restart",
            &vps,
            "section \"Private interfaces\"",
        ],
    );
    world.apply();
    assert_attached(world, &vps);
    let stored = world.attributes(WEB);
    assert_eq!(stored["id"], format!("{vps}/{ADDRESS}"));
    assert_eq!(stored["interface_name"], "net1");
    assert!(stored["mac_address"].is_string());
    assert_eq!(stored["subnet_cidr"], "10.42.0.0/24");
    let subnet = &world.attributes("hostup_private_network.backend")["subnets"][0]["id"];
    assert_eq!(stored["subnet_id"], *subnet);
    assert_eq!(changes(world), (1, 0));

    // A time-out changes in Terraform alone.
    world.configure(&web(&vps, "timeouts = { create = \"6m\" }"));
    assert_eq!(world.plan().action(WEB), "update");
    world.apply();
    assert_eq!(changes(world), (1, 0));

    let plan = world.plan_with(&["-destroy"]);
    assert_warning(&plan.report, &["The server may restart", &vps]);
    world.destroy();
    assert_eq!(private_addresses(world, &vps), []);
    assert_eq!(changes(world), (1, 1));
}

/// The provider knows the subnet only when the network is active.
fn an_interface_waits_for_a_network_of_the_same_run(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world
        .mock
        .configure(|switches| switches.provisioning_reads = 3);
    world.configure(&web(&vps, ""));
    let unknown = world.plan().unknown(WEB);
    for attribute in ["subnet_id", "subnet_cidr", "interface_name", "mac_address"] {
        assert!(unknown.iter().any(|it| it == attribute), "{unknown:?}");
    }
    assert!(!unknown.iter().any(|it| it == "id"), "{unknown:?}");
    world.apply();
    assert_attached(world, &vps);
}

fn another_address_or_server_is_another_interface(world: &mut World) {
    let (one, two) = (world.mock.add_vps("web-01"), world.mock.add_vps("web-02"));
    world.configure(&web(&one, ""));
    world.apply();
    let change = |configuration: &str, attribute: &str| {
        world.configure(configuration);
        let plan = world.plan();
        assert_eq!(plan.action(WEB), "delete-create");
        assert_eq!(plan.replaced_by(WEB), [attribute]);
        assert_warning(&plan.report, &["The server may restart"]);
        let unknown = plan.unknown(WEB);
        assert_eq!(unknown, ["interface_name", "mac_address"]);
        world.apply();
    };
    let moved = interface("web", &one, "10.42.0.11", "");
    change(&format!("{BACKEND}{moved}"), "ip_address");
    let addresses = private_addresses(world, &one);
    assert_eq!(addresses.len(), 1);
    assert_eq!(addresses[0].1, "10.42.0.11");
    change(&web(&two, "").replace(ADDRESS, "10.42.0.11"), "vps_id");
    assert_eq!(private_addresses(world, &one), []);
    assert_eq!(private_addresses(world, &two).len(), 1);
    assert_eq!(world.attribute(WEB, "id"), format!("{two}/10.42.0.11"));
}

fn naming_the_subnet_the_other_way_changes_nothing(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    let by_network = web(&vps, "");
    world.configure(&by_network);
    world.apply();
    let by_subnet = by_network.replace(
        "private_network_id = hostup_private_network.backend.id",
        "subnet_id = hostup_private_network.backend.subnets[0].id",
    );
    for configuration in [&by_subnet, &by_network] {
        world.configure(configuration);
        world.mock.clear_requests();
        assert_eq!(world.plan().action(WEB), "update");
        world.apply();
        world.assert_no_writes();
    }
}

/// HostUp takes one change of a server at a time, and refuses others meanwhile.
fn two_interfaces_of_one_server_are_attached_one_after_the_other(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&format!(
        r#"
        resource "hostup_private_network" "each" {{
          count       = 2
          name        = "each-${{count.index}}"
          parent_cidr = "10.42.${{count.index * 8}}.0/21"
        }}
        resource "hostup_vps_private_interface" "each" {{
          count              = 2
          vps_id             = "{vps}"
          private_network_id = hostup_private_network.each[count.index].id
          ip_address         = cidrhost(hostup_private_network.each[count.index].subnets[0].subnet_cidr, 10)
        }}
        "#
    ));
    world.apply();
    assert_eq!(private_addresses(world, &vps).len(), 2);
    assert_eq!(changes(world), (2, 0), "no request was refused");
    world.destroy();
    assert_eq!(changes(world), (2, 2), "no request was refused");
    assert_eq!(private_addresses(world, &vps), []);
}

fn thirty_servers_are_attached_in_one_apply(world: &mut World) {
    let servers: Vec<_> = (0..30)
        .map(|index| world.mock.add_vps(&format!("web-{index}")))
        .collect();
    world.configure(&format!(
        r#"
        {BACKEND}
        locals {{
          servers = {servers:?}
        }}
        resource "hostup_vps_private_interface" "each" {{
          count              = 30
          vps_id             = local.servers[count.index]
          private_network_id = hostup_private_network.backend.id
          ip_address         = "10.42.0.${{count.index + 10}}"
        }}
        "#
    ));
    world.apply();
    for server in &servers {
        assert_eq!(private_addresses(world, server).len(), 1);
    }
    assert_eq!(changes(world).0, 30);
}

fn a_network_is_destroyed_when_its_detached_addresses_are_free(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world
        .mock
        .configure(|switches| switches.interfaces.reserved_reads = 3);
    for shows_server in [false, true] {
        world
            .mock
            .configure(|switches| switches.interfaces.attached_while_reserved = shows_server);
        world.configure(&web(&vps, ""));
        world.apply();
        world.destroy();
        assert!(world.mock.networks().is_empty());
    }
}

fn a_network_with_several_subnets_needs_the_subnet(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(BACKEND);
    world.apply();
    let network = world.attribute("hostup_private_network.backend", "id");
    let second = world.mock.add_subnet(&network);
    world.configure(&web(&vps, ""));
    let report = world.plan_fails();
    crate::world::assert_error(
        &report,
        &[
            "No subnet for the interface",
            "has 2 active subnets",
            &second,
            "subnet_id",
            "hint:",
        ],
    );
    let second_interface = format!(
        "{BACKEND}resource \"hostup_vps_private_interface\" \"web\" {{\n  vps_id = \"{vps}\"\n  \
         subnet_id = \"{second}\"\n  ip_address = \"10.42.1.10\"\n}}\n"
    );
    world.configure(&second_interface);
    world.apply();
    assert_eq!(world.attribute(WEB, "subnet_cidr"), "10.42.1.0/24");
}

fn an_interface_waits_for_its_subnet(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(BACKEND);
    world.apply();
    let network = &world.attributes("hostup_private_network.backend");
    let subnet = network["subnets"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    world
        .mock
        .with_account(|account| account.set_subnet_status(&subnet, "provisioning"));
    world.configure(&web(&vps, "timeouts = { create = \"1s\" }"));
    let report = world.apply_fails();
    crate::world::assert_error(
        &report,
        &["the subnet to become `active`", "`provisioning`", "hint:"],
    );
    assert_eq!(changes(world), (0, 0));
    world
        .mock
        .with_account(|account| account.set_subnet_status(&subnet, "active"));
    world.apply();
}

/// The subnet of the new network is not known before the apply.
fn another_network_and_address_are_another_interface(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    let replaced = "lifecycle {\n    replace_triggered_by = [hostup_private_network.backend]\n  }";
    let configuration = web(&vps, replaced);
    world.configure(&configuration);
    world.apply();
    world.configure(&configuration.replace("10.42.", "10.43."));
    let plan = world.plan();
    assert_eq!(plan.action(WEB), "delete-create");
    assert!(plan.unknown(WEB).iter().any(|it| it == "subnet_id"));
    world.apply();
    let addresses = private_addresses(world, &vps);
    assert_eq!(addresses.len(), 1);
    assert_eq!(addresses[0].1, "10.43.0.10");
    assert_eq!(world.attribute(WEB, "subnet_cidr"), "10.43.0.0/24");
}

/// Whether HostUp allows a second interface in a subnet is not documented.
fn an_interface_can_be_replaced_before_it_is_detached(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    let configuration = web(&vps, "lifecycle { create_before_destroy = true }");
    world.configure(&configuration);
    world.apply();
    world.configure(&configuration.replace(ADDRESS, "10.42.0.11"));
    let report = world.apply_fails();
    crate::world::assert_error(
        &report,
        &["409", "has `10.42.0.10` in this subnet", "hint:"],
    );
    assert_attached(world, &vps);
    world
        .mock
        .configure(|switches| switches.interfaces.second_in_subnet = true);
    world.apply();
    let addresses = private_addresses(world, &vps);
    assert_eq!(addresses.len(), 1);
    assert_eq!(addresses[0].1, "10.42.0.11");
}
