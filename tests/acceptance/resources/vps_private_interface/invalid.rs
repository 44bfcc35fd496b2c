//! Invalid arguments.

use crate::resources::checks::assert_invalid;
use crate::scenarios;
use crate::world::{World, assert_error};

use super::{ADDRESS, WEB, changes, web};

scenarios![
    the_messages_about_invalid_interfaces,
    an_address_that_the_subnet_does_not_have_is_refused_while_planning,
    a_server_subnet_or_network_that_does_not_exist_is_refused_while_planning,
];

/// The lines of an interface.
const INTERFACES: &[&str] = &[
    "vps_id = \"\"\nip_address = \"10.42.0.10\"\nsubnet_id = \"subnet_1\"",
    "vps_id = \"vps_1\"\nip_address = \"10.42.0.10\"",
    "vps_id = \"vps_1\"\nip_address = \"10.42.0.10\"\nsubnet_id = \
     \"subnet_1\"\nprivate_network_id = \"pnet_1\"",
    "vps_id = \"vps_1\"\nip_address = \"10.42.0.10\"\nsubnet_id = \"\"",
    "vps_id = \"vps_1\"\nip_address = \"10.42.0.10/24\"\nsubnet_id = \"subnet_1\"",
    "vps_id = \"vps_1\"\nip_address = \"fd00::10\"\nsubnet_id = \"subnet_1\"",
    "vps_id = \"vps_1\"\nip_address = \"192.0.2.10\"\nsubnet_id = \"subnet_1\"",
    "vps_id = \"vps_1\"\nip_address = \"web-01\"\nsubnet_id = \"subnet_1\"",
    "vps_id = \"vps_1\"\nip_address = \"10.42.0.10\"\nsubnet_id = \"subnet_1\"\nmac_address = \
     \"02:00:00:00:00:01\"",
    "vps_id = \"vps_1\"\nip_address = \"10.42.0.10\"\nsubnet_id = \"subnet_1\"\ntimeouts = { \
     delete = \"soon\" }",
];

fn the_messages_about_invalid_interfaces(world: &mut World) {
    let configurations = INTERFACES.iter().map(|lines| {
        let resource = format!("resource \"hostup_vps_private_interface\" \"a\" {{\n{lines}\n}}\n");
        (format!("interface: {lines}"), resource)
    });
    assert_invalid(world, "invalid_interfaces", configurations);
}

fn an_address_that_the_subnet_does_not_have_is_refused_while_planning(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(super::BACKEND);
    world.apply();
    for (address, says) in [
        ("10.42.7.10", "is not in the subnet 10.42.0.0/24"),
        ("10.42.0.0", "cannot be a server's address"),
        ("10.42.0.1", "gateway"),
        ("10.42.0.255", "cannot be a server's address"),
    ] {
        world.configure(&web(&vps, "").replace(ADDRESS, address));
        let report = world.plan_fails();
        assert_error(
            &report,
            &[
                "Invalid address",
                address,
                says,
                "`10.42.0.2` to `10.42.0.254`",
            ],
        );
    }
    assert_eq!(changes(world), (0, 0));
    world.configure(super::BACKEND);
}

fn a_server_subnet_or_network_that_does_not_exist_is_refused_while_planning(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(super::BACKEND);
    world.apply();
    let backend = "hostup_private_network.backend.id";
    let by_network = "private_network_id = hostup_private_network.backend.id";
    for (configuration, says) in [
        (
            web("vps_missing", ""),
            "the account has no server `vps_missing`",
        ),
        (
            web(&vps, "").replace(backend, "\"pnet_missing\""),
            "the account has no private network `pnet_missing`",
        ),
        (
            web(&vps, "").replace(by_network, "subnet_id = \"subnet_missing\""),
            "no private network has the subnet `subnet_missing`",
        ),
    ] {
        world.configure(&configuration);
        assert_error(&world.plan_fails(), &[says, "hint:"]);
    }
    world.configure(super::BACKEND);
    assert!(!world.addresses().iter().any(|address| address == WEB));
}
