//! The API's own documents differ from one another; the provider gets on with every version of
//! each. One scenario for each of the nine differences that the contract lists, in its order.

use hostup_mock_api::{CanDeleteGate, DeleteAnswer, Fault, InvalidRequestShape, RegionAnswer};

use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    a_conflict_without_a_body_is_still_understood,
    a_201_that_lacks_the_new_object_ends_in_a_read,
    both_shapes_of_an_invalid_request_name_the_field,
    both_shapes_of_a_request_id_are_shown,
    a_region_comes_back_as_slug_as_place_or_not_at_all,
    a_gateway_may_lie_outside_its_subnet,
    a_network_is_destroyed_whatever_its_gate_says,
    either_code_of_a_404_means_gone,
    a_count_may_be_a_float,
    a_delete_may_answer_anything_that_says_yes,
];

const POOL: &str = r#"resource "hostup_routed_ipv6_pool" "main" {}"#;
const NETWORK: &str =
    "resource \"hostup_private_network\" \"a\" {\n name = \"a\"\n region = \"stockholm\"\n}";

fn pool_and_route(world: &World) -> String {
    let vps = world.mock.add_vps("web-01");
    format!(
        "{POOL}\nresource \"hostup_routed_ipv6_route\" \"web\" {{\n pool_id = hostup_routed_ipv6_pool.main.id\n vps_id = \"{vps}\"\n prefix_length = 64\n}}"
    )
}

fn a_conflict_without_a_body_is_still_understood(world: &mut World) {
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

fn a_201_that_lacks_the_new_object_ends_in_a_read(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.empty_201_state = true);
    world.configure(&pool_and_route(world));
    world.apply();
    assert_eq!(world.mock.pools().len(), 1);
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(
        world.mock.routes()[0]["id"],
        world.attribute("hostup_routed_ipv6_route.web", "id")
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
        world.mock.inject(Fault::on("POST", "/api/v2/private-networks").body(
            format!(
                r#"{{"type":"t","title":"{title}","status":400,"detail":"The request body failed validation.","code":"invalid_request","instance":"i","requestId":"req_1","timestamp":"t","errors":[{{"pointer":"/region","detail":"No such region.","code":"x"}}]}}"#
            ),
            "application/problem+json",
        ).status(400));
        world.configure(NETWORK);
        // The line of the configuration: the pointer has become the attribute's path.
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

fn a_region_comes_back_as_slug_as_place_or_not_at_all(world: &mut World) {
    for (answer, location) in [
        (RegionAnswer::RackId, "dc1r28"),
        (RegionAnswer::Slug, "stockholm"),
        (RegionAnswer::Null, "null"),
    ] {
        world
            .mock
            .configure(|switches| switches.region_answer = answer);
        world.configure(NETWORK);
        world.apply();
        assert_eq!(
            world.attribute("hostup_private_network.a", "region"),
            "stockholm"
        );
        assert_eq!(
            world.attribute("hostup_private_network.a", "location"),
            location
        );
        world.destroy();
    }
}

fn a_gateway_may_lie_outside_its_subnet(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.gateway_outside = true);
    world.configure(NETWORK);
    world.apply();
    let stored = world.attributes("hostup_private_network.a");
    assert_eq!(
        stored["subnets"][0]["gateway"],
        world.mock.networks()[0]["subnets"][0]["gateway"]
    );
}

fn a_network_is_destroyed_whatever_its_gate_says(world: &mut World) {
    for gate in [CanDeleteGate::Documented, CanDeleteGate::Permissive] {
        world
            .mock
            .configure(|switches| switches.can_delete_gate = gate);
        world.configure(NETWORK);
        world.apply();
        world.destroy();
    }
}

fn either_code_of_a_404_means_gone(world: &mut World) {
    for code in ["not_found", "vps_not_found"] {
        world.configure(NETWORK);
        world.apply();
        let id = world.attribute("hostup_private_network.a", "id");
        world.mock.remove_network(&id);
        // Said twice: once may come from a copy of the account that lags behind.
        let gone = Fault::on("GET", "/api/v2/private-networks/").problem(404, code, "Not here.");
        world.mock.inject(gone.times(2));
        assert_eq!(world.plan().action("hostup_private_network.a"), "create");
    }
}

fn a_count_may_be_a_float(world: &mut World) {
    world.mock.configure(|switches| {
        switches.numbers_as_floats = true;
        switches.extra_fields = true;
        switches.null_times = true;
        switches.empty_labels = true;
    });
    world.configure(&format!("{}\n{NETWORK}", pool_and_route(world)));
    world.apply();
    assert_eq!(
        world.attribute("hostup_private_network.a", "subnet_count"),
        "1"
    );
    assert_eq!(
        world.attribute("hostup_routed_ipv6_route.web", "prefix_length"),
        "64"
    );
    assert_eq!(
        world.attribute("hostup_routed_ipv6_pool.main", "allocated_at"),
        "null"
    );
}

fn a_delete_may_answer_anything_that_says_yes(world: &mut World) {
    let configuration = format!("{}\n{NETWORK}", pool_and_route(world));
    for answer in [
        DeleteAnswer::State,
        DeleteAnswer::NoContent,
        DeleteAnswer::Empty,
        DeleteAnswer::Released,
        DeleteAnswer::accepted(),
    ] {
        world
            .mock
            .configure(|switches| switches.delete_answer = answer);
        world.configure(&configuration);
        world.apply();
        world.destroy();
    }
    world
        .mock
        .configure(|switches| switches.ends_retired = true);
    world.configure(NETWORK);
    world.apply();
}
