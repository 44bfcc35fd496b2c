//! Changed or detached outside Terraform.

use hostup_mock_api::Fault;

use crate::scenarios;
use crate::world::{World, assert_error, assert_warning};

use super::{ADDRESS, WEB, assert_attached, private_addresses, web};

scenarios![
    an_interface_detached_elsewhere_is_attached_again,
    an_address_that_another_server_has_now_is_named,
    a_renamed_interface_keeps_its_identity,
    an_interface_of_a_deleted_server_is_gone,
    a_copy_that_lags_behind_detaches_nothing,
    a_404_from_a_proxy_is_an_error,
];

/// An interface that was attached more than a moment ago. Returns its server.
fn begin(world: &World) -> String {
    let vps = world.mock.add_vps("web-01");
    world.configure(&web(&vps, ""));
    world.apply();
    world.a_minute_later();
    vps
}

fn an_interface_detached_elsewhere_is_attached_again(world: &mut World) {
    let vps = begin(world);
    world
        .mock
        .with_account(|account| account.remove_address(&vps, ADDRESS));
    assert_eq!(world.plan().action(WEB), "create");
    world.apply();
    assert_attached(world, &vps);
}

fn an_address_that_another_server_has_now_is_named(world: &mut World) {
    let vps = begin(world);
    let other = world.mock.add_vps("db-01");
    world
        .mock
        .with_account(|account| account.move_address(ADDRESS, &vps, &other));
    let plan = world.plan();
    assert_eq!(plan.action(WEB), "create");
    assert_warning(
        &plan.report,
        &[
            "Another server has this address",
            "`db-01`",
            &other,
            ADDRESS,
        ],
    );
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create hostup_vps_private_interface",
            "`db-01`",
            &other,
            "hint:",
        ],
    );
    assert_attached(world, &other);
    world
        .mock
        .with_account(|account| account.remove_address(&other, ADDRESS));
    world.apply();
}

fn a_renamed_interface_keeps_its_identity(world: &mut World) {
    let vps = begin(world);
    world
        .mock
        .with_account(|account| account.rename_interface(&vps, "net1", "net7"));
    world.assert_settled();
    world.apply();
    assert_eq!(world.attribute(WEB, "interface_name"), "net7");
    assert_eq!(world.attribute(WEB, "id"), format!("{vps}/{ADDRESS}"));
    // Another interface has the stored name when this one is detached.
    world.mock.with_account(|account| {
        account.rename_interface(&vps, "net7", "net8");
        account.add_address(&vps, None, "10.99.0.10");
        account.rename_interface(&vps, "net2", "net7");
    });
    world.configure(super::BACKEND);
    world.apply_with(&["-refresh=false"]);
    let left = private_addresses(world, &vps);
    assert_eq!(left, [("net7".to_owned(), "10.99.0.10".to_owned())]);
    world
        .mock
        .with_account(|account| account.remove_address(&vps, "10.99.0.10"));
}

fn an_interface_of_a_deleted_server_is_gone(world: &mut World) {
    let vps = begin(world);
    world.mock.with_account(|account| account.remove_vps(&vps));
    world.configure(super::BACKEND);
    world.apply();
    assert_eq!(world.addresses(), ["hostup_private_network.backend"]);
}

/// An interface that was attached a moment ago does not show in an old copy.
fn a_copy_that_lags_behind_detaches_nothing(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&web(&vps, ""));
    world.apply();
    let before = serde_json::json!({ "interfaces": [] });
    let path = format!("/api/v2/vps/{vps}/network");
    let old = Fault::on("GET", &path).status(200);
    world
        .mock
        .inject(old.body(before.to_string(), "application/json").times(2));
    world.assert_settled();
    assert_attached(world, &vps);
}

fn a_404_from_a_proxy_is_an_error(world: &mut World) {
    begin(world);
    world
        .mock
        .inject(Fault::on("GET", "/api/v2/vps/").html(404).always());
    let report = world.plan_fails();
    assert_error(
        &report,
        &["Could not read hostup_vps_private_interface", "404"],
    );
    world.mock.clear_faults();
    world.assert_settled();
}
