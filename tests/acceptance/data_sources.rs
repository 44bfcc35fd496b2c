//! What is looked up and not managed: shown as the API has it, under the API's names.

use serde_json::{Value, json};

use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    the_account_is_shown_whole,
    what_the_api_does_not_tell_is_null,
    an_account_without_routed_ipv6_says_why,
    the_only_pool_needs_no_id,
    one_of_several_pools_is_found_by_id,
    a_server_is_found_by_id_and_by_name,
    a_network_is_found_by_id_and_by_name,
    networks_are_listed_over_every_page,
    limits_have_fractions_where_prices_have,
    an_id_that_is_made_in_the_same_run_is_looked_up_during_apply,
    the_examples_work_as_they_stand,
];

/// Every data source's example, as the registry shows it.
const EXAMPLES: &str = concat!(
    include_str!("../../examples/data-sources/hostup_routed_ipv6/data-source.tf"),
    include_str!("../../examples/data-sources/hostup_routed_ipv6_pool/data-source.tf"),
    include_str!("../../examples/data-sources/hostup_routed_ipv6_destination/data-source.tf"),
    include_str!("../../examples/data-sources/hostup_private_network/data-source.tf"),
    include_str!("../../examples/data-sources/hostup_private_networks/data-source.tf"),
    include_str!("../../examples/data-sources/hostup_vps_payg_limits/data-source.tf"),
);

const ACCOUNT: &str = r#"data "hostup_routed_ipv6" "it" {}"#;
const POOL: &str = r#"data "hostup_routed_ipv6_pool" "it" {}"#;

/// A server without IPv6, to which nothing can be routed.
fn add_server_without_ipv6(world: &World, name: &str) -> String {
    world.mock.add_vps_with(hostup_mock_api::VpsOptions {
        name: name.to_owned(),
        ipv6: false,
        ..hostup_mock_api::VpsOptions::default()
    })
}

/// The schema's way of writing a name of the API.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// Asserts that a data source shows of an object what the API shows of it, under the same names.
/// `but` names what is called otherwise, or looked at elsewhere.
#[track_caller]
fn assert_shows(shown: &Value, document: &Value, but: &[&str]) {
    for (name, value) in document.as_object().expect("an object") {
        if name == "actions" {
            for (name, gate) in value.as_object().expect("gates") {
                let name = snake(name);
                assert_eq!(shown[&name], gate["allowed"], "{name}");
                let reason = format!("{name}_reason");
                assert!(shown.get(&reason).is_some(), "{reason}");
                assert_eq!(shown[&reason], gate["reason"], "{reason}");
            }
        } else if !but.contains(&name.as_str()) {
            assert!(shown.get(snake(name)).is_some(), "{name} is not shown");
            assert_eq!(shown[snake(name)], *value, "{name} of {document}");
        }
    }
}

fn the_account_is_shown_whole(world: &mut World) {
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

fn what_the_api_does_not_tell_is_null(world: &mut World) {
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

fn the_only_pool_needs_no_id(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    let pool = world.foreign_pool();
    world.foreign_route(&pool, &web, 64);
    world.configure(POOL);
    world.apply();
    let shown = world.attributes("data.hostup_routed_ipv6_pool.it");
    let document = &world.mock.pools()[0];
    assert_shows(&shown, document, &["routes"]);
    assert_shows(&shown["routes"][0], &document["routes"][0], &[]);
}

fn one_of_several_pools_is_found_by_id(world: &mut World) {
    let (_, second) = (world.foreign_pool(), world.foreign_pool());
    world.configure(&format!(
        "data \"hostup_routed_ipv6_pool\" \"it\" {{ id = \"{second}\" }}"
    ));
    world.apply();
    let shown = world.attributes("data.hostup_routed_ipv6_pool.it");
    assert_shows(&shown, &world.mock.pools()[1], &["routes"]);
    assert_eq!(shown["can_release"], true);
    assert_eq!(shown["can_release_reason"], Value::Null);
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

fn a_network_is_found_by_id_and_by_name(world: &mut World) {
    let id = world.foreign_network("backend", Some("stockholm"));
    world.foreign_network("frontend", None);
    let web = world.mock.add_vps("web-01");
    world.mock.attach_vps(&id, &web);
    world.configure(&format!(
        r#"
        data "hostup_private_network" "id" {{ id = "{id}" }}
        data "hostup_private_network" "name" {{ name = "backend" }}
        "#
    ));
    world.apply();
    let by_id = world.attributes("data.hostup_private_network.id");
    let document = &world.mock.networks()[0];
    let elsewhere = ["region", "subnets", "attachedVps"];
    assert_shows(&by_id, document, &elsewhere);
    assert_eq!(by_id["location"], document["region"]);
    assert_shows(&by_id["subnets"][0], &document["subnets"][0], &[]);
    assert_shows(&by_id["attached_vps"][0], &document["attachedVps"][0], &[]);
    assert_eq!(by_id["attached_vps"][0]["id"], web.as_str());
    assert_eq!(by_id["can_delete"], false, "a server is attached");
    assert_eq!(
        by_id["can_delete_reason"],
        document["actions"]["canDelete"]["reason"]
    );
    assert_eq!(
        by_id["can_add_subnet"],
        document["actions"]["canAddSubnet"]["allowed"]
    );
    assert_eq!(
        by_id["can_add_subnet_reason"],
        document["actions"]["canAddSubnet"]["reason"]
    );
    assert_eq!(by_id, world.attributes("data.hostup_private_network.name"));
    world.mock.detach_vps(&id, &web);
}

fn networks_are_listed_over_every_page(world: &mut World) {
    world.mock.configure(|switches| switches.page_cap = 2);
    for index in 0..5 {
        let region = if index == 3 { "helsinki" } else { "stockholm" };
        world.foreign_network(&format!("net-{index}"), Some(region));
    }
    let gone = world.foreign_network("gone", Some("stockholm"));
    world
        .mock
        .edit_network(&gone, |network| network["status"] = json!("retired"));
    world.configure(
        r#"
        data "hostup_private_networks" "all" {}
        data "hostup_private_networks" "some" { region = "stockholm" }
        data "hostup_private_networks" "none" { region = "nowhere" }
        output "all" { value = data.hostup_private_networks.all.networks[*].name }
        output "some" { value = data.hostup_private_networks.some.networks[*].name }
        output "none" { value = data.hostup_private_networks.none.networks }
        "#,
    );
    world.apply();
    assert_eq!(
        world.output("all"),
        json!(["net-0", "net-1", "net-2", "net-3", "net-4"])
    );
    assert_eq!(
        world.output("some"),
        json!(["net-0", "net-1", "net-2", "net-4"])
    );
    assert_eq!(world.output("none"), json!([]));
    let shown = world.attributes("data.hostup_private_networks.all");
    for (index, document) in world.mock.networks().iter().take(5).enumerate() {
        let elsewhere = ["region", "subnets", "attachedVps"];
        assert_shows(&shown["networks"][index], document, &elsewhere);
        assert_eq!(shown["networks"][index]["location"], document["region"]);
    }
}

fn limits_have_fractions_where_prices_have(world: &mut World) {
    world.mock.add_vps("web-01");
    world.mock.edit_payg_limits(|limits| {
        limits["hasPendingRequests"] = json!(true);
        limits["pendingRequests"] = json!([{
            "id": "limreq_1", "limitType": "cpuCores", "currentLimit": 20.0, "requestedLimit": 40,
            "reason": null, "createdAt": "2026-01-01T00:00:00.000Z",
        }]);
        limits["billing"]["ipPerHour"] = json!(1);
    });
    world.configure(
        r#"
        data "hostup_vps_payg_limits" "it" {}
        output "exact" { value = data.hostup_vps_payg_limits.it.billing.storage_per_gb_hour == 0.0008 }
        output "cores" { value = data.hostup_vps_payg_limits.it.max.cpu_cores * data.hostup_vps_payg_limits.it.billing.cpu_per_core_hour }
        "#,
    );
    world.apply();
    let shown = world.attributes("data.hostup_vps_payg_limits.it");
    for (group, count) in [("current", 1), ("max", 10), ("remaining", 9)] {
        assert_eq!(
            shown[group],
            json!({
                "cpu_cores": 2 * count, "memory_gb": 4 * count,
                "storage_gb": 50 * count, "instance_count": count,
            })
        );
    }
    assert_eq!(
        shown["billing"],
        json!({
            "cpu_per_core_hour": 0.04, "memory_per_gb_hour": 0.02, "storage_per_gb_hour": 0.0008,
            "ip_per_hour": 1, "bandwidth_per_gb": 0.01, "currency_code": "SEK",
        })
    );
    assert_eq!(
        shown["pending_requests"],
        json!([{
            "id": "limreq_1", "limit_type": "cpuCores", "current_limit": 20,
            "requested_limit": 40, "reason": null,
        }])
    );
    assert_eq!(world.output("exact"), true, "a price is the decimal it is");
    assert_eq!(world.output("cores"), 0.8);
}

fn an_id_that_is_made_in_the_same_run_is_looked_up_during_apply(world: &mut World) {
    world.configure(
        r#"
        resource "hostup_private_network" "a" { name = "backend" }
        data "hostup_private_network" "a" { id = hostup_private_network.a.id }

        resource "hostup_routed_ipv6_pool" "main" {}
        data "hostup_routed_ipv6_pool" "main" { id = hostup_routed_ipv6_pool.main.id }
        output "same" {
          value = data.hostup_routed_ipv6_pool.main.parent_cidr == hostup_routed_ipv6_pool.main.parent_cidr
        }
        "#,
    );
    let plan = world.plan();
    for data in [
        "data.hostup_private_network.a",
        "data.hostup_routed_ipv6_pool.main",
    ] {
        assert_eq!(plan.action(data), "read");
    }
    world.apply();
    let shown = world.attributes("data.hostup_private_network.a");
    assert_eq!(
        shown["id"].as_str(),
        Some(world.attribute("hostup_private_network.a", "id").as_str())
    );
    assert_eq!(shown["status"], "active");
    assert_eq!(world.output("same"), true);
}

fn the_examples_work_as_they_stand(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    add_server_without_ipv6(world, "old-01");
    let pool = world.foreign_pool();
    world.foreign_route(&pool, &web, 64);
    let network = world.foreign_network("backend", Some("stockholm"));
    world.configure(EXAMPLES);
    world.apply();
    assert_eq!(
        world.output("routed_prefixes"),
        json!([world.mock.routes()[0]["prefix"]])
    );
    let mut ids = serde_json::Map::new();
    ids.insert(network, json!("backend"));
    assert_eq!(world.output("network_ids"), Value::Object(ids));
    assert_eq!(world.output("core_price"), "0.04 SEK an hour");
    let not_ready = world.output("not_ready");
    assert!(not_ready["old-01"].is_string(), "{not_ready}");
}
