//! Changed or deleted outside Terraform.

use hostup_mock_api::Fault;

use crate::scenarios;
use crate::scene::{NETWORK, NETWORK_ADDRESS, ONE_NETWORK};
use crate::world::{World, assert_error};

scenarios![
    a_network_deleted_elsewhere_is_created_again,
    a_retired_network_is_created_again,
    a_404_from_a_proxy_on_every_read_is_an_error,
    servers_attached_elsewhere_are_in_the_state_after_a_refresh,
];

/// A network that was created more than a moment ago.
fn begin_network(world: &World) {
    world.configure(NETWORK);
    world.apply();
    world.a_minute_later();
}

fn a_network_deleted_elsewhere_is_created_again(world: &mut World) {
    begin_network(world);
    world
        .mock
        .remove_network(&world.attribute(NETWORK_ADDRESS, "id"));
    assert_eq!(world.plan().action(NETWORK_ADDRESS), "create");
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}

fn a_retired_network_is_created_again(world: &mut World) {
    begin_network(world);
    let id = world.attribute(NETWORK_ADDRESS, "id");
    world
        .mock
        .edit_network(&id, |network| network["status"] = "retired".into());
    assert_eq!(world.plan().action(NETWORK_ADDRESS), "create");
    world.apply();
    assert_ne!(world.attribute(NETWORK_ADDRESS, "id"), id);
}

fn a_404_from_a_proxy_on_every_read_is_an_error(world: &mut World) {
    begin_network(world);
    world
        .mock
        .inject(Fault::on("GET", ONE_NETWORK).html(404).always());
    let report = world.plan_fails();
    assert_error(&report, &["Could not read hostup_private_network", "404"]);
    assert_eq!(world.addresses(), [NETWORK_ADDRESS]);
    world.mock.clear_faults();
    world.assert_settled();
}

fn servers_attached_elsewhere_are_in_the_state_after_a_refresh(world: &mut World) {
    begin_network(world);
    let id = world.attribute(NETWORK_ADDRESS, "id");
    let vps = world.mock.add_vps("web-01");
    world.mock.attach_vps(&id, &vps);
    world.assert_settled();
    world.apply();
    let stored = world.attributes(NETWORK_ADDRESS);
    assert_eq!(stored["attached_vps_count"], 1);
    assert_eq!(stored["attached_vps"][0]["id"], vps);
    assert_eq!(stored["attached_vps"][0]["name"], "web-01");
    assert!(stored["attached_vps"][0]["primary_ip"].is_string());
    world.mock.detach_vps(&id, &vps);
}
