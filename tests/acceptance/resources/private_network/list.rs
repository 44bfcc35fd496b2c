//! Networks as `terraform query` lists them.

use hostup_mock_api::Fault;
use serde_json::json;

use crate::resources::checks::{assert_wrong_list_arguments, list};
use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    filters_select_networks if has_query,
    complete_networks_are_read_only_when_they_are_requested if has_query,
    a_network_that_cannot_be_imported_is_not_listed if has_query,
    a_network_that_is_deleted_during_the_query_is_left_out if has_query,
    an_incomplete_list_is_an_error if has_query,
    wrong_arguments_are_errors if has_query,
];

fn networks(config: &str) -> String {
    list("hostup_private_network", config)
}

fn filters_select_networks(world: &mut World) {
    for (name, region) in [
        ("backend", "stockholm"),
        ("frontend", "stockholm"),
        ("backend", "stockholm"),
        ("backend", "helsinki"),
    ] {
        world.foreign_network(name, Some(region));
    }
    world.configure("");
    for (config, count) in [
        ("", 4),
        ("region = \"helsinki\"", 1),
        ("name = \"backend\"", 3),
        ("region = \"stockholm\"\nname = \"backend\"", 2),
        ("name = \"Backend\"", 0),
    ] {
        assert_eq!(world.query(&networks(config), &[]).len(), count, "{config}");
    }
}

fn complete_networks_are_read_only_when_they_are_requested(world: &mut World) {
    for _ in 0..3 {
        world.foreign_network("backend", None);
    }
    world.configure("");
    world.mock.clear_requests();
    let summaries = "list \"hostup_private_network\" \"it\" {\n  provider = hostup\n}\n";
    let events = world.query(summaries, &[]);
    assert_eq!(events.len(), 3);
    assert_eq!(world.mock.count("GET", "/api/v2/private-networks/pnet_"), 0);
    let mut objects = events.iter().map(|event| &event["resource_object"]);
    assert!(objects.all(serde_json::Value::is_null));
}

fn a_network_that_cannot_be_imported_is_not_listed(world: &mut World) {
    for status in ["retired", "deprovisioning", "active"] {
        let id = world.foreign_network(status, Some("stockholm"));
        world
            .mock
            .edit_network(&id, |network| network["status"] = json!(status));
    }
    world.configure("");
    let events = world.query(&networks(""), &[]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["resource_object"]["name"], "active");
}

fn a_network_that_is_deleted_during_the_query_is_left_out(world: &mut World) {
    let gone = world.foreign_network("gone", Some("stockholm"));
    world.foreign_network("here", Some("stockholm"));
    let path = format!("/api/v2/private-networks/{gone}");
    world.mock.inject(Fault::on("GET", &path).not_found());
    world.configure("");
    let events = world.query(&networks(""), &[]);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["resource_object"]["name"], "here");
}

/// An incomplete list would look as if the other networks did not exist.
fn an_incomplete_list_is_an_error(world: &mut World) {
    world.foreign_network("one", None);
    let two = world.foreign_network("two", None);
    let path = format!("/api/v2/private-networks/{two}");
    world.mock.inject(Fault::on("GET", &path).html(403));
    world.configure("");
    assert_error(
        &world.query_fails(&networks("")),
        &["Could not list hostup_private_network", "403"],
    );
}

fn wrong_arguments_are_errors(world: &mut World) {
    let says = ["`region` is empty", "list.hostup_private_network.it"];
    assert_wrong_list_arguments(world, &networks("region = \"\""), &says);
}
