//! Interfaces as `terraform query` lists them.

use crate::resources::checks::{assert_wrong_list_arguments, list};
use crate::scenarios;
use crate::world::World;

scenarios![
    filters_select_interfaces if has_query,
    a_listed_interface_is_imported_without_a_change if has_query,
    wrong_arguments_are_errors if has_query,
];

fn interfaces(config: &str) -> String {
    list("hostup_vps_private_interface", config)
}

fn filters_select_interfaces(world: &mut World) {
    let [backend, frontend] = ["backend", "frontend"].map(|it| world.foreign_network(it, None));
    let [web, db] = ["web-01", "db-01"].map(|it| world.mock.add_vps(it));
    for (network, vps) in [(&backend, &web), (&backend, &db), (&frontend, &web)] {
        world.mock.attach_vps(network, vps);
    }
    for id in world.private_interfaces() {
        world.foreign(&id);
    }
    world.configure("");
    for (config, count) in [
        (String::new(), 3),
        (format!("vps_id = \"{web}\""), 2),
        (format!("private_network_id = \"{backend}\""), 2),
        (
            format!("vps_id = \"{db}\"\nprivate_network_id = \"{frontend}\""),
            0,
        ),
    ] {
        assert_eq!(
            world.query(&interfaces(&config), &[]).len(),
            count,
            "{config}"
        );
    }
}

fn a_listed_interface_is_imported_without_a_change(world: &mut World) {
    let network = world.foreign_network("backend", None);
    let vps = world.mock.add_vps("web-01");
    world.mock.attach_vps(&network, &vps);
    let id = world.private_interfaces()[0].clone();
    let address = id.rsplit('/').next().unwrap_or_default().to_owned();
    world.configure("");
    let events = world.query(&interfaces(""), &["-generate-config-out=generated.tf"]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["display_name"], format!("{address} of web-01"));
    assert_eq!(events[0]["identity"]["vps_id"], vps);
    assert_eq!(events[0]["identity"]["ip_address"], address);
    world.mock.clear_requests();
    world.apply();
    world.assert_no_writes();
    assert_eq!(world.addresses().len(), 1);
    world.destroy();
    std::fs::remove_file(world.workspace.path().join("generated.tf")).expect("a file");
}

fn wrong_arguments_are_errors(world: &mut World) {
    let says = ["`vps_id` is", "list.hostup_vps_private_interface.it"];
    assert_wrong_list_arguments(world, &interfaces("vps_id = \"\""), &says);
}
