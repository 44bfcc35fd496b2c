//! `hostup_routed_ipv6` and `hostup_routed_ipv6_destination`.

use serde_json::Value;
use serde_json::json;

use crate::resources::checks::{assert_shows, assert_wrong_arguments};
use crate::scenarios;
use crate::scene::add_server_without_ipv6;
use crate::world::{World, assert_error};

scenarios![
    data_source: [
        the_account_is_shown_as_the_api_shows_it,
        what_the_api_leaves_out_is_null,
        an_account_without_routed_ipv6_says_why,
        a_server_is_found_by_id_and_by_name,
        a_server_that_is_not_exactly_one_is_an_error,
        wrong_arguments_are_reported_at_their_line,
        an_api_key_that_is_not_known_yet_is_an_error,
        a_missing_scope_is_named,
    ],
];

const ACCOUNT: &str = "data \"hostup_routed_ipv6\" \"it\" {}\n";

fn the_account_is_shown_as_the_api_shows_it(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    add_server_without_ipv6(world, "old-01");
    let (first, second) = (world.foreign_pool(), world.foreign_pool());
    world.foreign_route(&first, &web, 56);
    world.foreign_route(&first, &web, 64);
    world.foreign_route(&second, &web, 64);
    world.configure(ACCOUNT);
    world.apply();
    let shown = world.attributes("data.hostup_routed_ipv6.it");
    assert_eq!(shown["available"], true);
    assert_eq!(shown["reason"], Value::Null);
    assert_eq!(shown["allowed_prefix_lengths"], json!([48, 56, 64]));
    assert_eq!(shown["can_allocate_pool"], false);
    assert_ne!(shown["can_allocate_pool_reason"], Value::Null);
    assert_eq!(shown["can_create_route"], true);
    for (index, pool) in world.mock.pools().iter().enumerate() {
        let view = &shown["pools"][index];
        assert_shows(view, pool, &["routes"]);
        assert_eq!(view["can_release"], false, "it has routes");
        assert_ne!(view["can_release_reason"], Value::Null);
        let routes = pool["routes"].as_array().expect("routes");
        assert_eq!(view["routes"].as_array().map(Vec::len), Some(routes.len()));
        for (index, route) in routes.iter().enumerate() {
            assert_shows(&view["routes"][index], route, &[]);
            assert_eq!(view["routes"][index]["can_delete_reason"], Value::Null);
        }
    }
    let servers = shown["destinations"].as_array().expect("destinations");
    assert_eq!(servers.len(), 2);
    let old = &servers[1];
    assert_eq!(
        (&old["name"], &old["next_hop"], &old["can_receive_route"]),
        (&json!("old-01"), &Value::Null, &json!(false))
    );
    assert_ne!(old["can_receive_route_reason"], Value::Null);
}

fn what_the_api_leaves_out_is_null(world: &mut World) {
    world.mock.configure(|switches| {
        switches.sparse_state = true;
        switches.null_times = true;
    });
    world.foreign_pool();
    world.configure(ACCOUNT);
    world.apply();
    let shown = world.attributes("data.hostup_routed_ipv6.it");
    for name in ["available", "can_allocate_pool", "can_create_route_reason"] {
        assert_eq!(shown[name], Value::Null, "{name}");
    }
    assert_eq!(shown["destinations"], json!([]));
    assert_eq!(shown["pools"][0]["allocated_at"], Value::Null);

    world
        .mock
        .configure(|switches| switches.state_without_pools = true);
    assert_error(&world.plan_fails(), &["hostup_routed_ipv6", "pools"]);
    world
        .mock
        .configure(|switches| switches.state_without_pools = false);
}

fn an_account_without_routed_ipv6_says_why(world: &mut World) {
    world.mock.configure(|switches| {
        switches.routed_ipv6_unavailable = Some("Not in this plan.".to_owned());
    });
    world.configure(ACCOUNT);
    world.apply();
    let shown = world.attributes("data.hostup_routed_ipv6.it");
    assert_eq!(shown["available"], false);
    assert_eq!(shown["reason"], "Not in this plan.");
    assert_eq!(shown["can_allocate_pool_reason"], "Not in this plan.");
    assert_eq!(shown["pools"], json!([]));
}

fn a_server_is_found_by_id_and_by_name(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    let shouting = world.mock.add_vps("WEB-01");
    let old = add_server_without_ipv6(world, "old-01");
    world.configure(&format!(
        r#"
        data "hostup_routed_ipv6_destination" "id" {{ vps_id = "{web}" }}
        data "hostup_routed_ipv6_destination" "name" {{ name = "WEB-01" }}
        data "hostup_routed_ipv6_destination" "case" {{ name = "OLD-01" }}
        "#
    ));
    world.apply();
    let by_id = world.attributes("data.hostup_routed_ipv6_destination.id");
    assert_eq!(by_id["name"], "web-01");
    assert_eq!(by_id["service_status"], "active");
    assert_eq!(by_id["primary_ip"], world.mock.vpses()[0]["primaryIp"]);
    assert_eq!(by_id["can_receive_route"], true);
    assert_eq!(by_id["can_receive_route_reason"], Value::Null);
    assert!(by_id["next_hop"].is_string());
    let by_name = world.attributes("data.hostup_routed_ipv6_destination.name");
    assert_eq!(by_name["vps_id"], shouting.as_str());
    let folded = world.attributes("data.hostup_routed_ipv6_destination.case");
    assert_eq!(folded["vps_id"], old.as_str());
    assert_eq!(folded["name"], "OLD-01", "as it was written");
    assert_eq!(folded["can_receive_route"], false);
    assert_ne!(folded["can_receive_route_reason"], Value::Null);
}

fn a_server_that_is_not_exactly_one_is_an_error(world: &mut World) {
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
            "vps_id = \"vps_missing\"",
            [
                "no server of the account has the id `vps_missing`",
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
        assert_error(&said, &[argument]);
    }
    world.configure("");
}

fn wrong_arguments_are_reported_at_their_line(world: &mut World) {
    assert_wrong_arguments(
        world,
        "hostup_routed_ipv6_destination",
        &[
            (
                "vps_id = \"vps_1\"\nname = \"web\"",
                "name = ",
                "`vps_id` and `name` are set together",
            ),
            ("", "", "none of `vps_id` and `name` is set"),
            ("name = \"\"", "name = ", "`name` is empty"),
        ],
    );
    assert_wrong_arguments(
        world,
        "hostup_routed_ipv6",
        &[("id = \"x\"", "id = ", "Unsupported argument")],
    );
    // What is not known yet may turn out to be null.
    world.configure(
        r#"
        resource "terraform_data" "it" {}
        data "hostup_routed_ipv6_destination" "a" { vps_id = terraform_data.it.id }
        "#,
    );
    let report = world.validate();
    assert!(report.errors().is_empty(), "{:#?}", report.messages);
    world.configure("");
}

fn an_api_key_that_is_not_known_yet_is_an_error(world: &mut World) {
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

fn a_missing_scope_is_named(world: &mut World) {
    let key = world.mock.api_key().to_owned();
    world.mock.add_key("weak", &["read:network"]);
    world.workspace.set("HOSTUP_API_KEY", "weak");
    world.configure(ACCOUNT);
    assert_error(&world.plan_fails(), &["403", "`forbidden`", "`read:vm`"]);
    world.workspace.set("HOSTUP_API_KEY", &key);
    world.configure("");
}
