//! Private networks.

use hostup_mock_api::Fault;

use super::{NETWORK, NETWORKS_PATH, network};
use crate::gallery::Gallery;
use crate::scenarios;
use crate::world::World;

scenarios![the_messages_about_networks];

fn the_messages_about_networks(world: &mut World) {
    let mut gallery = Gallery::default();
    world
        .mock
        .configure(|switches| switches.private_network_limit = Some(0));
    world.configure(NETWORK);
    gallery.errors("the limit of networks is reached", &world.apply_fails());
    world
        .mock
        .configure(|switches| switches.private_network_limit = None);
    world.mock.inject(Fault::on("POST", NETWORKS_PATH).problem(
        400,
        "invalid_request",
        "No such region.",
    ));
    gallery.errors("the API refuses a request", &world.apply_fails());

    world
        .mock
        .configure(|switches| switches.provisioning_reads = 1_000_000);
    world.configure(&network("timeouts = { create = \"3s\", delete = \"3s\" }"));
    gallery.errors("a network is not active in time", &world.apply_fails());
    gallery.errors(
        "a network in transition is destroyed, and the time is over",
        &world.destroy_fails(),
    );
    let id = world.mock.networks()[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    world.mock.edit_network(&id, |network| {
        network["status"] = "active".into();
        network["subnets"][0]["status"] = "active".into();
    });
    world
        .mock
        .configure(|switches| switches.provisioning_reads = 0);
    let vps = world.mock.add_vps("web-01");
    world.mock.attach_vps(&id, &vps);
    gallery.errors(
        "a network with a server attached is destroyed",
        &world.destroy_fails(),
    );
    world.mock.detach_vps(&id, &vps);
    world
        .mock
        .configure(|switches| switches.strict_network_delete = true);
    gallery.errors(
        "a network with an active subnet is destroyed",
        &world.destroy_fails(),
    );
    world
        .mock
        .configure(|switches| switches.strict_network_delete = false);
    world.destroy();

    world.configure(&network("region = \"stokholm\""));
    gallery.warnings("a misspelt region is planned", &world.plan().report);
    world
        .mock
        .configure(|switches| "retired".clone_into(&mut switches.provisioning_ends_in));
    world.configure(NETWORK);
    gallery.errors(
        "a network retires while it is created",
        &world.apply_fails(),
    );
    world
        .mock
        .configure(|switches| "active".clone_into(&mut switches.provisioning_ends_in));
    world.apply();
    world.configure(&network("description = \"Databases\""));
    gallery.warnings("a description changes", &world.plan().report);
    world.configure(&network("region = \"stokholm\""));
    gallery.warnings("a region is added", &world.plan().report);
    world.apply();
    world.configure(&network("region = \"stockholm\""));
    gallery.warnings("a region is corrected", &world.plan().report);
    let id = world.attribute("hostup_private_network.backend", "id");
    world.mock.attach_vps(&id, &vps);
    world.configure(&NETWORK.replace("name = \"backend\"", "name = \"renamed\""));
    gallery.warnings(
        "a network with a server attached is renamed",
        &world.plan().report,
    );
    world.mock.detach_vps(&id, &vps);
    world.configure(&format!(
        "{NETWORK}{}",
        NETWORK.replacen("backend", "other", 1)
    ));
    gallery.text(
        "a network that does not exist is imported",
        &world.import_fails("hostup_private_network.other", "nobody"),
    );
    world.configure(NETWORK);
    gallery.assert_snapshot("messages_networks");
}
