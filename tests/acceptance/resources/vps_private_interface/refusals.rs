//! What HostUp refuses.

use hostup_mock_api::{Fault, RefusedAs};

use crate::scenarios;
use crate::world::{World, assert_error, assert_warning};

use super::{ADDRESS, BACKEND, assert_attached, changes, private_addresses, web};

scenarios![
    an_address_that_the_server_has_is_not_adopted,
    an_address_of_another_server_is_refused_and_the_server_named,
    a_reserved_address_is_refused_with_a_hint,
    a_server_that_is_not_ready_is_waited_for,
    an_interface_with_a_public_address_is_not_detached,
    a_missing_scope_names_both_that_it_may_be,
    a_subnet_that_vanishes_before_the_attach_is_an_error,
    one_address_for_two_servers_names_the_other_server,
    a_second_interface_in_a_subnet_is_warned_of,
    an_address_that_cannot_be_read_is_not_detached,
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
    let path = format!("/api/v2/vps/{vps}/network");
    for (status, code) in [
        (404, "not_found"),
        (400, "invalid_request"),
        (403, "forbidden"),
    ] {
        let refused = Fault::on("POST", &path).problem(status, code, "No such subnet.");
        world.mock.inject(refused);
        let report = world.apply_fails();
        assert_error(&report, &["Could not create", "No such subnet."]);
        assert_nothing_stored(world);
    }
    assert_eq!(private_addresses(world, &vps), []);
}

fn one_address_for_two_servers_names_the_other_server(world: &mut World) {
    let web_01 = begin(world, "");
    let other = world.mock.add_vps("db-01");
    let second = super::interface(
        "db",
        &other,
        ADDRESS,
        "depends_on = [hostup_vps_private_interface.web]",
    );
    world.configure(&format!("{}{second}", web(&web_01, "")));
    let report = world.apply_fails();
    assert_error(&report, &["Could not create", "`web-01`", &web_01, "hint:"]);
    assert_attached(world, &web_01);
}

fn a_second_interface_in_a_subnet_is_warned_of(world: &mut World) {
    let vps = begin(world, "");
    world
        .mock
        .with_account(|account| account.add_address(&vps, None, "10.42.0.11"));
    let plan = world.plan();
    assert_warning(
        &plan.report,
        &[
            "The server is in this subnet already",
            "`10.42.0.11`",
            "hint:",
        ],
    );
    let report = world.apply_fails();
    assert_error(
        &report,
        &["Could not create", "`10.42.0.11` in this subnet"],
    );
    assert_nothing_stored(world);
    world
        .mock
        .with_account(|account| account.remove_address(&vps, "10.42.0.11"));
}

/// Nothing that the provider does not understand goes along with an interface.
fn an_address_that_cannot_be_read_is_not_detached(world: &mut World) {
    let vps = begin(world, "");
    world.apply();
    let mut network = world.mock.vps_network(&vps);
    for interface in network["interfaces"].as_array_mut().expect("a list") {
        let addresses = interface["ip"].as_array_mut().expect("a list");
        if addresses.iter().any(|it| it["ip"] == ADDRESS) {
            addresses.push(serde_json::json!({"id": "ip_1", "ip": "203.0.113.5/24"}));
        }
    }
    let path = format!("/api/v2/vps/{vps}/network");
    let odd = Fault::on("GET", &path).status(200);
    world
        .mock
        .inject(odd.body(network.to_string(), "application/json").always());
    world.configure(BACKEND);
    let report = world.apply_fails();
    assert_error(&report, &["Could not destroy", "`203.0.113.5/24`"]);
    assert_eq!(changes(world), (1, 0));
    world.mock.clear_faults();
}
