//! Lookups that find nothing, or too much, or are asked for wrongly.

use serde_json::json;

use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    a_pool_that_is_not_there_is_an_error,
    a_server_that_is_not_one_is_an_error,
    a_network_that_is_not_one_is_an_error,
    wrong_arguments_are_told_at_their_line,
    an_argument_that_turns_out_to_be_null_is_told_during_apply,
    a_key_that_is_not_known_yet_is_named,
    a_key_without_a_scope_is_told_what_it_lacks,
];

const ACCOUNT: &str = r#"data "hostup_routed_ipv6" "it" {}"#;
const POOL: &str = r#"data "hostup_routed_ipv6_pool" "it" {}"#;

fn a_pool_that_is_not_there_is_an_error(world: &mut World) {
    let by_id = "data \"hostup_routed_ipv6_pool\" \"it\" {\n  id = \"ripv6_nobody\"\n}";
    world.configure(POOL);
    assert_error(
        &world.plan_fails(),
        &[
            "Could not read hostup_routed_ipv6_pool",
            "the account has no pool",
            "hint: allocate one",
        ],
    );
    world.configure(by_id);
    assert_error(&world.plan_fails(), &["no pool `ripv6_nobody`", "id = "]);
    let (first, second) = (world.foreign_pool(), world.foreign_pool());
    let said = world.plan_fails();
    assert_error(&said, &["no pool `ripv6_nobody`", &first, &second, "::/48"]);
    world.configure(POOL);
    assert_error(
        &world.plan_fails(),
        &[
            "2 pools",
            "`id` does not say which",
            &first,
            &second,
            "::/48",
        ],
    );
    world.configure("");
}

fn a_server_that_is_not_one_is_an_error(world: &mut World) {
    let (one, two) = (world.mock.add_vps("web-01"), world.mock.add_vps("web-01"));
    for (argument, parts) in [
        (
            "name = \"web-01\"",
            ["2 servers of the account are named `web-01`", &one, &two],
        ),
        (
            "name = \"db-01\"",
            [
                "no server of the account is named `db-01`",
                &one,
                "`web-01`",
            ],
        ),
        (
            "vps_id = \"vps_nobody\"",
            [
                "no server of the account has the id `vps_nobody`",
                &two,
                "hint:",
            ],
        ),
    ] {
        world.configure(&format!(
            "data \"hostup_routed_ipv6_destination\" \"it\" {{\n  {argument}\n}}"
        ));
        let said = world.plan_fails();
        assert_error(&said, &parts);
        // At the line that names it.
        assert_error(&said, &[argument]);
    }
    world.configure("");
}

fn a_network_that_is_not_one_is_an_error(world: &mut World) {
    let one = world.foreign_network("backend", None);
    let two = world.foreign_network("backend", None);
    let gone = world.foreign_network("old", None);
    world
        .mock
        .edit_network(&gone, |network| network["status"] = json!("retired"));
    for (argument, parts) in [
        (
            "name = \"backend\"".to_owned(),
            ["more than one network is named `backend`", &one, &two],
        ),
        (
            "name = \"old\"".to_owned(),
            ["none of the account's 3 networks", "`old`", "hint:"],
        ),
        (
            format!("id = \"{gone}\""),
            ["the account has no network", &gone, "hint:"],
        ),
        (
            "id = \"pnet_nobody\"".to_owned(),
            [
                "the account has no network `pnet_nobody`",
                "hint:",
                "`name`",
            ],
        ),
    ] {
        world.configure(&format!(
            "data \"hostup_private_network\" \"it\" {{\n  {argument}\n}}"
        ));
        let said = world.plan_fails();
        assert_error(&said, &parts);
        assert_error(&said, &["Could not read hostup_private_network", &argument]);
    }
    world.configure("");
}

/// A data source's type and arguments, the line that is wrong, and what is said about it.
const INVALID: &[(&str, &str, &str, &str)] = &[
    (
        "hostup_routed_ipv6_destination",
        "vps_id = \"vps_1\"\nname = \"web\"",
        "name = ",
        "`vps_id` and `name` are both set",
    ),
    (
        "hostup_routed_ipv6_destination",
        "",
        "",
        "neither `vps_id` nor `name` is set",
    ),
    (
        "hostup_routed_ipv6_destination",
        "name = \"\"",
        "name = ",
        "`name` is empty",
    ),
    (
        "hostup_private_network",
        "id = \"pnet_1\"\nname = \"web\"",
        "name = ",
        "`id` and `name` are both set",
    ),
    (
        "hostup_private_network",
        "id = null",
        "",
        "neither `id` nor `name` is set",
    ),
    (
        "hostup_private_networks",
        "region = \"\"",
        "region = ",
        "`region` is empty",
    ),
    (
        "hostup_routed_ipv6_pool",
        "id = \"\"",
        "id = ",
        "`id` is empty",
    ),
    (
        "hostup_routed_ipv6_pool",
        "status = \"active\"",
        "status = ",
        "HostUp sets `status`; a configuration can't",
    ),
    (
        "hostup_vps_payg_limits",
        "pending_requests = []",
        "pending_requests = ",
        "HostUp sets `pending_requests`; a configuration can't",
    ),
    (
        "hostup_routed_ipv6",
        "id = \"x\"",
        "id = ",
        "Unsupported argument",
    ),
];

fn wrong_arguments_are_told_at_their_line(world: &mut World) {
    world.workspace.unset("HOSTUP_API_KEY");
    for (data_source, arguments, line, says) in INVALID {
        world.configure(&format!(
            "data \"{data_source}\" \"it\" {{\n{arguments}\n}}"
        ));
        let report = world.validate();
        let found = report.errors().into_iter().any(|error| {
            error.line.starts_with(line)
                && format!("{}\n{}", error.summary, error.detail).contains(says)
        });
        assert!(
            found,
            "{data_source} {arguments}\nnothing at `{line}` says {says:?}: {:#?}",
            report.messages
        );
    }
    // What is not known yet may turn out to be null or not: no error yet.
    world.configure(
        r#"
        resource "terraform_data" "it" {}
        data "hostup_private_network" "a" {
          id   = terraform_data.it.id
          name = "web"
        }
        data "hostup_routed_ipv6_destination" "a" { vps_id = terraform_data.it.id }
        "#,
    );
    let report = world.validate();
    assert!(report.errors().is_empty(), "{:#?}", report.messages);
    world.configure("");
    assert!(world.mock.requests().is_empty());
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", &key);
}

fn an_argument_that_turns_out_to_be_null_is_told_during_apply(world: &mut World) {
    world.configure(
        r#"
        resource "terraform_data" "it" {}
        data "hostup_private_network" "a" {
          id = terraform_data.it.id == "" ? "pnet_1" : null
        }
        "#,
    );
    let plan = world.plan();
    assert_eq!(plan.action("data.hostup_private_network.a"), "read");
    assert_error(
        &world.apply_fails(),
        &["neither `id` nor `name` is set", "hint:"],
    );
    world.configure("");
}

fn a_key_that_is_not_known_yet_is_named(world: &mut World) {
    world.configure(
        r#"
        resource "terraform_data" "key" {}
        provider "hostup" { api_key = terraform_data.key.id }
        data "hostup_routed_ipv6" "it" {}
        "#,
    );
    assert_error(
        &world.plan_fails(),
        &[
            "Could not read hostup_routed_ipv6",
            "the provider's `api_key` is not known yet",
            "hint: apply what `api_key` comes from first",
        ],
    );
    assert!(world.mock.requests().is_empty());
    world.configure("");
}

fn a_key_without_a_scope_is_told_what_it_lacks(world: &mut World) {
    let key = world.mock.api_key().to_owned();
    world.mock.add_key("weak", &["read:network"]);
    world.workspace.set("HOSTUP_API_KEY", "weak");
    world.configure(ACCOUNT);
    assert_error(&world.plan_fails(), &["403", "`forbidden`", "`read:vm`"]);
    world.workspace.set("HOSTUP_API_KEY", &key);
    world.configure("");
}
