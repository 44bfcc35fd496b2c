//! Responses in each form that HostUp's documents show: where the documents differ, the provider
//! accepts every form. One scenario each, in the order in which the contract lists the differences.

use hostup_mock_api::{CanDeleteRule, DeleteResponse, Fault, InvalidRequestShape, RegionValue};
use serde_json::json;

use crate::scenarios;
use crate::scene::{
    NETWORK_ADDRESS, NETWORKS, ONE_NETWORK, POOL, POOL_ADDRESS, ROUTE_ADDRESS, pool_and_route,
};
use crate::world::{World, assert_error};

scenarios![
    a_conflict_without_a_body_names_the_existing_pool,
    a_201_without_the_new_object_is_followed_by_a_read,
    both_shapes_of_an_invalid_request_name_the_field,
    both_shapes_of_a_request_id_are_shown,
    a_region_may_be_a_slug_a_rack_or_null,
    a_gateway_may_be_outside_its_subnet,
    a_network_is_destroyed_whatever_can_delete_says,
    both_codes_of_a_404_mean_gone,
    a_count_may_be_a_float,
    a_delete_may_have_any_successful_response,
];

const IN_STOCKHOLM: &str =
    "resource \"hostup_private_network\" \"a\" {\n name = \"a\"\n region = \"stockholm\"\n}";

fn a_conflict_without_a_body_names_the_existing_pool(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.conflict_without_body = true);
    let id = world.foreign_pool();
    world.configure(POOL);
    assert_error(
        &world.apply_fails(),
        &[
            "Could not create hostup_routed_ipv6_pool",
            "409",
            &id,
            "import {",
        ],
    );
}

fn a_201_without_the_new_object_is_followed_by_a_read(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.empty_201_state = true);
    world.configure(&pool_and_route(&world.mock.add_vps("web-01")));
    world.apply();
    assert_eq!(world.mock.pools().len(), 1);
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(
        world.mock.routes()[0]["id"],
        world.attribute(ROUTE_ADDRESS, "id")
    );
}

fn both_shapes_of_an_invalid_request_name_the_field(world: &mut World) {
    for (shape, title) in [
        (InvalidRequestShape::Example, "Invalid request"),
        (InvalidRequestShape::Schema, "Validation failed"),
    ] {
        world
            .mock
            .configure(|switches| switches.invalid_request_shape = shape);
        let problem = json!({
            "type": "t", "title": title, "status": 400, "code": "invalid_request",
            "detail": "The request body failed validation.", "instance": "i",
            "requestId": "req_1", "timestamp": "t",
            "errors": [{ "pointer": "/region", "detail": "No such region.", "code": "x" }],
        });
        let refused = Fault::on("POST", NETWORKS).status(400);
        let refused = refused.body(problem.to_string(), "application/problem+json");
        world.mock.inject(refused);
        world.configure(IN_STOCKHOLM);
        // The pointer becomes the path of the attribute.
        assert_error(
            &world.apply_fails(),
            &[
                "No such region.",
                "invalid_request",
                "region = \"stockholm\"",
            ],
        );
    }
}

fn both_shapes_of_a_request_id_are_shown(world: &mut World) {
    let id = world.foreign_pool();
    world.configure(POOL);
    assert_error(&world.apply_fails(), &[&id, "req_"]);
    world
        .mock
        .configure(|switches| switches.uuid_request_ids = true);
    let report = world.apply_fails();
    let detail = &report.errors()[0].detail;
    assert!(!detail.contains("req_"), "{detail}");
    let uuid = |word: &str| word.len() == 36 && word.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    assert!(
        detail
            .split(|c: char| !c.is_ascii_hexdigit() && c != '-')
            .any(uuid),
        "no UUID is shown: {detail}"
    );
}

fn a_region_may_be_a_slug_a_rack_or_null(world: &mut World) {
    for (answer, location) in [
        (RegionValue::RackId, "dc1r28"),
        (RegionValue::Slug, "stockholm"),
        (RegionValue::Null, "null"),
    ] {
        world
            .mock
            .configure(|switches| switches.region_value = answer);
        world.configure(IN_STOCKHOLM);
        world.apply();
        assert_eq!(world.attribute(NETWORK_ADDRESS, "region"), "stockholm");
        assert_eq!(world.attribute(NETWORK_ADDRESS, "location"), location);
        world.destroy();
    }
}

fn a_gateway_may_be_outside_its_subnet(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.gateway_outside = true);
    world.configure(IN_STOCKHOLM);
    world.apply();
    let stored = world.attributes(NETWORK_ADDRESS);
    assert_eq!(
        stored["subnets"][0]["gateway"],
        world.mock.networks()[0]["subnets"][0]["gateway"]
    );
}

fn a_network_is_destroyed_whatever_can_delete_says(world: &mut World) {
    for gate in [CanDeleteRule::Documented, CanDeleteRule::Permissive] {
        world
            .mock
            .configure(|switches| switches.can_delete_rule = gate);
        world.configure(IN_STOCKHOLM);
        world.apply();
        world.destroy();
    }
}

fn both_codes_of_a_404_mean_gone(world: &mut World) {
    for code in ["not_found", "vps_not_found"] {
        world.configure(IN_STOCKHOLM);
        world.apply();
        let id = world.attribute(NETWORK_ADDRESS, "id");
        world.mock.remove_network(&id);
        // Twice, because one may come from a copy of the account that lags behind.
        let gone = Fault::on("GET", ONE_NETWORK).problem(404, code, "Not here.");
        world.mock.inject(gone.times(2));
        assert_eq!(world.plan().action(NETWORK_ADDRESS), "create");
    }
}

fn a_count_may_be_a_float(world: &mut World) {
    world.mock.configure(|switches| {
        switches.numbers_as_floats = true;
        switches.extra_fields = true;
        switches.null_times = true;
        switches.empty_labels = true;
    });
    world.configure(&format!(
        "{}\n{IN_STOCKHOLM}",
        pool_and_route(&world.mock.add_vps("web-01"))
    ));
    world.apply();
    assert_eq!(world.attribute(NETWORK_ADDRESS, "subnet_count"), "1");
    assert_eq!(world.attribute(ROUTE_ADDRESS, "prefix_length"), "64");
    assert_eq!(world.attribute(POOL_ADDRESS, "allocated_at"), "null");
}

fn a_delete_may_have_any_successful_response(world: &mut World) {
    let configuration = format!(
        "{}\n{IN_STOCKHOLM}",
        pool_and_route(&world.mock.add_vps("web-01"))
    );
    for answer in [
        DeleteResponse::State,
        DeleteResponse::NoContent,
        DeleteResponse::Empty,
        DeleteResponse::Released,
        DeleteResponse::accepted(),
    ] {
        world
            .mock
            .configure(|switches| switches.delete_response = answer);
        world.configure(&configuration);
        world.apply();
        world.destroy();
    }
    world
        .mock
        .configure(|switches| switches.ends_retired = true);
    world.configure(IN_STOCKHOLM);
    world.apply();
}
