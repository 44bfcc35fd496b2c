//! What the API refuses, and what it does not finish in time.

use hostup_mock_api::Fault;

use crate::scenarios;
use crate::scene::{NETWORK, NETWORK_ADDRESS, ONE_NETWORK};
use crate::world::{World, assert_error};

scenarios![
    a_destroy_that_is_refused_keeps_the_network,
    a_network_with_servers_is_not_destroyed_and_the_error_names_them,
    a_network_that_is_not_active_in_time_is_tainted,
    a_network_that_retires_during_its_create_fails_at_once,
    a_network_that_is_being_provisioned_is_destroyed_when_it_is_active,
    the_limit_of_networks_is_reported_in_the_apis_words,
];

fn a_destroy_that_is_refused_keeps_the_network(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    let refused = Fault::on("DELETE", ONE_NETWORK).problem(403, "forbidden", "Not for you.");
    world.mock.inject(refused);
    let report = world.destroy_fails();
    assert_error(&report, &["Could not destroy", "Not for you."]);
    assert_eq!(world.addresses(), [NETWORK_ADDRESS]);
}

fn a_network_with_servers_is_not_destroyed_and_the_error_names_them(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    let id = world.attribute(NETWORK_ADDRESS, "id");
    let vps = world.mock.add_vps("web-01");
    world.mock.attach_vps(&id, &vps);
    let report = world.destroy_fails();
    assert_error(
        &report,
        &["Could not destroy hostup_private_network", "`web-01`", &vps],
    );
    assert_eq!(world.addresses(), [NETWORK_ADDRESS]);
    world.mock.detach_vps(&id, &vps);
}

fn a_network_that_is_not_active_in_time_is_tainted(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.provisioning_reads = 1_000_000);
    world.configure(
        r#"
        resource "hostup_private_network" "a" {
          name     = "a"
          timeouts = { create = "1s", delete = "30s" }
        }
        "#,
    );
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create hostup_private_network",
            "`active`",
            "`provisioning`",
            "tainted",
            "hint:",
        ],
    );
    assert_eq!(world.addresses(), [NETWORK_ADDRESS]);
    let id = world.mock.networks()[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(world.attribute(NETWORK_ADDRESS, "id"), id);
    world
        .mock
        .configure(|switches| switches.provisioning_reads = 0);
    world.mock.edit_network(&id, |network| {
        network["status"] = "active".into();
        network["subnets"][0]["status"] = "active".into();
    });
    assert_eq!(world.plan().action(NETWORK_ADDRESS), "delete-create");
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}

fn a_network_that_retires_during_its_create_fails_at_once(world: &mut World) {
    world
        .mock
        .configure(|switches| "retired".clone_into(&mut switches.provisioning_ends_in));
    world.configure(NETWORK);
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create hostup_private_network",
            "pnet_",
            "tainted",
        ],
    );
}

fn a_network_that_is_being_provisioned_is_destroyed_when_it_is_active(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.provisioning_reads = 5);
    world.configure(
        r#"
        resource "hostup_private_network" "a" {
          name     = "a"
          timeouts = { create = "1s" }
        }
        "#,
    );
    world.apply_fails();
    let writes = world.mock.count("DELETE", "/");
    world.destroy();
    assert!(
        world.mock.count("DELETE", "/") > writes + 1,
        "the API refused the first request, and the provider repeated it"
    );
}

fn the_limit_of_networks_is_reported_in_the_apis_words(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.private_network_limit = Some(0));
    world.configure(NETWORK);
    assert_error(
        &world.apply_fails(),
        &[
            "Could not create hostup_private_network",
            "private_network_limit_reached",
            "409",
        ],
    );
    world
        .mock
        .configure(|switches| switches.private_network_limit = None);
}
