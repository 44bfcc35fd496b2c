//! Interfaces as `terraform query` lists them.

use crate::resources::checks::{assert_wrong_list_arguments, list};
use crate::scenarios;
use crate::world::World;

scenarios![
    filters_select_interfaces if has_query,
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

fn wrong_arguments_are_errors(world: &mut World) {
    let says = ["`vps_id` is", "list.hostup_vps_private_interface.it"];
    assert_wrong_list_arguments(world, &interfaces("vps_id = \"\""), &says);
}
