//! Networks as the data sources show them.

use serde_json::json;

use crate::resources::checks::{assert_shows, assert_wrong_arguments};
use crate::scenarios;
use crate::scene::{NETWORK, NETWORK_ADDRESS};
use crate::world::{World, assert_error};

scenarios![
    a_network_is_found_by_id_and_by_name,
    networks_are_listed_over_every_page,
    an_id_of_a_new_network_is_read_during_apply,
    a_network_that_is_not_exactly_one_is_an_error,
    wrong_arguments_are_reported_at_their_line,
    an_argument_that_becomes_null_is_reported_during_apply,
];

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

fn an_id_of_a_new_network_is_read_during_apply(world: &mut World) {
    let data = "data \"hostup_private_network\" \"a\" {\n  id = hostup_private_network.a.id\n}\n";
    world.configure(&format!("{NETWORK}{data}"));
    assert_eq!(world.plan().action("data.hostup_private_network.a"), "read");
    world.apply();
    let shown = world.attributes("data.hostup_private_network.a");
    assert_eq!(shown["id"], world.attribute(NETWORK_ADDRESS, "id"));
    assert_eq!(shown["status"], "active");
}

fn a_network_that_is_not_exactly_one_is_an_error(world: &mut World) {
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
            ["no network of the account", "`old`", "hint:"],
        ),
        (
            format!("id = \"{gone}\""),
            ["the account has no network", &gone, "hint:"],
        ),
        (
            "id = \"pnet_missing\"".to_owned(),
            [
                "the account has no network `pnet_missing`",
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

fn wrong_arguments_are_reported_at_their_line(world: &mut World) {
    assert_wrong_arguments(
        world,
        "hostup_private_network",
        &[
            (
                "id = \"pnet_1\"\nname = \"web\"",
                "name = ",
                "`id` and `name` are set together",
            ),
            ("id = null", "", "none of `id` and `name` is set"),
        ],
    );
    assert_wrong_arguments(
        world,
        "hostup_private_networks",
        &[("region = \"\"", "region = ", "`region` is empty")],
    );
    // What is not known yet may turn out to be null.
    world.configure(
        r#"
        resource "terraform_data" "it" {}
        data "hostup_private_network" "a" {
          id   = terraform_data.it.id
          name = "web"
        }
        "#,
    );
    let report = world.validate();
    assert!(report.errors().is_empty(), "{:#?}", report.messages);
    world.configure("");
}

fn an_argument_that_becomes_null_is_reported_during_apply(world: &mut World) {
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
        &["none of `id` and `name` is set", "hint:"],
    );
    world.configure("");
}
