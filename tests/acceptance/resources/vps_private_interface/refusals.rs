//! What HostUp refuses.

use hostup_mock_api::{RefusedAs, UnknownSubnet};

use crate::scenarios;
use crate::world::{World, assert_error};

use super::{ADDRESS, BACKEND, assert_attached, changes, private_addresses, web};

scenarios![
    an_address_that_the_server_has_is_not_adopted,
    an_address_of_another_server_is_refused_and_the_server_named,
    a_reserved_address_is_refused_with_a_hint,
    a_server_that_is_not_ready_is_waited_for,
    an_interface_with_a_public_address_is_not_detached,
    a_missing_scope_names_both_that_it_may_be,
    a_subnet_that_vanishes_before_the_attach_is_an_error,
];

/// Applies the network alone, then configures the interface with these lines.
fn begin(world: &World, lines: &str) -> String {
    let vps = world.mock.add_vps("web-01");
    world.configure(BACKEND);
    world.apply();
    world.configure(&web(&vps, lines));
    vps
}

fn assert_nothing_stored(world: &World) {
    assert_eq!(world.addresses(), ["hostup_private_network.backend"]);
}

fn an_address_that_the_server_has_is_not_adopted(world: &mut World) {
    let vps = begin(world, "");
    world
        .mock
        .with_account(|account| account.add_address(&vps, None, ADDRESS));
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create hostup_vps_private_interface",
            "already has the address `10.42.0.10`",
            "import {",
            &format!("id = \"{vps}/{ADDRESS}\""),
        ],
    );
    assert_nothing_stored(world);
    assert_eq!(changes(world), (0, 0));
    world
        .mock
        .with_account(|account| account.remove_address(&vps, ADDRESS));
}

fn an_address_of_another_server_is_refused_and_the_server_named(world: &mut World) {
    begin(world, "");
    let other = world.mock.add_vps("db-01");
    world
        .mock
        .with_account(|account| account.add_address(&other, None, ADDRESS));
    for refused in [RefusedAs::Conflict, RefusedAs::InvalidRequest] {
        world
            .mock
            .configure(|switches| switches.interfaces.taken_address = refused);
        let report = world.apply_fails();
        assert_error(&report, &["Could not create", "`db-01`", &other, "hint:"]);
        assert_nothing_stored(world);
    }
    world
        .mock
        .with_account(|account| account.remove_address(&other, ADDRESS));
}

fn a_reserved_address_is_refused_with_a_hint(world: &mut World) {
    begin(world, "");
    world
        .mock
        .with_account(|account| account.reserve_address(ADDRESS));
    let report = world.apply_fails();
    assert_error(&report, &["Could not create", "still reserves", "hint:"]);
    assert_nothing_stored(world);
    world
        .mock
        .with_account(hostup_mock_api::Account::free_reserved_addresses);
}

fn a_server_that_is_not_ready_is_waited_for(world: &mut World) {
    let vps = begin(world, "timeouts = { create = \"1s\" }");
    world
        .mock
        .configure(|switches| switches.interfaces.refuse_stopped = true);
    world.mock.with_account(|account| account.stop_vps(&vps));
    let report = world.apply_fails();
    assert_error(
        &report,
        &["Could not create", "not ready for a change", "hint:"],
    );
    assert_nothing_stored(world);
    world.mock.with_account(|account| {
        account.edit_vps(&vps, |vps| vps["powerState"] = "running".into());
    });
    world.configure(&web(&vps, ""));
    world.apply();
    assert_attached(world, &vps);
}

fn an_interface_with_a_public_address_is_not_detached(world: &mut World) {
    let vps = begin(world, "");
    world.apply();
    world
        .mock
        .with_account(|account| account.add_address(&vps, Some("net1"), "192.0.2.77"));
    world.configure(BACKEND);
    let report = world.apply_fails();
    assert_error(
        &report,
        &["Could not destroy", "`192.0.2.77`", "`net1`", "hint:"],
    );
    assert_eq!(changes(world), (1, 0));
    world
        .mock
        .with_account(|account| account.remove_address(&vps, "192.0.2.77"));
}

fn a_missing_scope_names_both_that_it_may_be(world: &mut World) {
    begin(world, "");
    world.mock.configure(|switches| {
        switches.interfaces.scopes = vec!["write:nothing".to_owned()];
    });
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create",
            "403",
            "`write:network`",
            "`write:vm`",
            "hint:",
        ],
    );
    assert_nothing_stored(world);
    world
        .mock
        .configure(|switches| switches.interfaces.scopes = vec!["write:network".to_owned()]);
}

fn a_subnet_that_vanishes_before_the_attach_is_an_error(world: &mut World) {
    let vps = begin(world, "");
    for unknown in [
        UnknownSubnet::NotFound,
        UnknownSubnet::InvalidRequest,
        UnknownSubnet::Forbidden,
    ] {
        world
            .mock
            .configure(|switches| switches.interfaces.unknown_subnet = unknown);
        let path = format!("/api/v2/vps/{vps}/network");
        let refused = hostup_mock_api::Fault::on("POST", &path);
        world.mock.inject(match unknown {
            UnknownSubnet::NotFound => refused.problem(404, "not_found", "No such subnet."),
            UnknownSubnet::InvalidRequest => {
                refused.problem(400, "invalid_request", "No such subnet.")
            }
            UnknownSubnet::Forbidden => refused.problem(403, "forbidden", "No such subnet."),
        });
        let report = world.apply_fails();
        assert_error(&report, &["Could not create", "No such subnet."]);
        assert_nothing_stored(world);
    }
    assert_eq!(private_addresses(world, &vps), []);
}
