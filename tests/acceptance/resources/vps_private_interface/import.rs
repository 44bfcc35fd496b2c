//! Imported by server and address, and by identity.

use crate::examples;
use crate::resources::checks::{assert_generates_configuration, assert_not_imported};
use crate::scenarios;
use crate::world::World;

use super::{ADDRESS, WEB, web};

scenarios![
    an_imported_interface_plans_no_change_at_hostup,
    an_interface_that_does_not_exist_is_not_imported,
    an_import_block_generates_the_configuration,
    the_import_examples_import_an_interface,
];

/// A network `backend` and a server in it, not made by Terraform. Returns their ids.
fn attached(world: &World) -> (String, String) {
    let vps = world.mock.add_vps("web-01");
    let network = world.mock.with_account(|account| {
        let network = account.add_network("backend", None);
        account.attach_vps(&network, &vps);
        network
    });
    (network, vps)
}

/// The address that the server has.
fn address(world: &World, vps: &str) -> String {
    super::private_addresses(world, vps)[0].1.clone()
}

fn an_imported_interface_plans_no_change_at_hostup(world: &mut World) {
    let (network, vps) = attached(world);
    world.foreign(&network);
    let address = address(world, &vps);
    let interface = |lines: &str| {
        format!(
            "resource \"hostup_vps_private_interface\" \"web\" {{\n  vps_id = \"{vps}\"\n  \
             ip_address = \"{address}\"\n  {lines}\n}}\n"
        )
    };
    let by_network = interface(&format!("private_network_id = \"{network}\""));
    world.configure(&by_network);
    world.import(WEB, &format!("{vps}/{address}"));
    let stored = world.attributes(WEB);
    assert!(stored["private_network_id"].is_null());
    assert_eq!(stored["interface_name"], "net1");
    let subnet = stored["subnet_id"].as_str().expect("a subnet").to_owned();
    world.mock.clear_requests();
    assert_eq!(world.plan().action(WEB), "update");
    world.apply();
    world.configure(&interface(&format!("subnet_id = \"{subnet}\"")));
    world.apply();
    world.assert_no_writes();
    world.destroy();
    assert_eq!(super::private_addresses(world, &vps), []);
}

fn an_interface_that_does_not_exist_is_not_imported(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&web(&vps, ""));
    for (id, says) in [
        ("web-01", "does not name a server and an address"),
        ("vps_1/web", "does not name a server and an address"),
        ("vps_1/10.42.0.10", "the account has no server `vps_1`"),
    ] {
        assert_not_imported(world, WEB, id, says);
    }
    let missing = format!("{vps}/{ADDRESS}");
    let text = world.import_fails(WEB, &missing);
    assert!(
        text.contains("has no private address `10.42.0.10`"),
        "{text}"
    );
    world.configure("");
}

fn an_import_block_generates_the_configuration(world: &mut World) {
    let (network, vps) = attached(world);
    world.foreign(&network);
    let id = format!("{vps}/{}", address(world, &vps));
    assert_generates_configuration(world, WEB, &id);
}

fn the_import_examples_import_an_interface(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(super::BACKEND);
    world.apply();
    world
        .mock
        .with_account(|account| account.add_address(&vps, None, ADDRESS));
    let by_subnet = web(&vps, "").replace(
        "private_network_id = hostup_private_network.backend.id",
        "subnet_id = hostup_private_network.backend.subnets[0].id",
    );
    examples::assert_imports(
        world,
        "resources/hostup_vps_private_interface",
        &by_subnet,
        &vps,
        &format!("{vps}/{ADDRESS}"),
    );
}
