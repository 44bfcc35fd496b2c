//! Moves: a route that gets another server or label keeps its prefix. `broken_moves` is about moves
//! that fail halfway.

use std::time::Duration;

use hostup_mock_api::Fault;

use crate::scenarios;
use crate::scene::{ONE_ROUTE, ROUTE_ADDRESS, ROUTED, Scene, route, suspended_meanwhile};
use crate::world::{World, assert_error, assert_warning};

scenarios![
    a_changed_server_keeps_the_prefix,
    a_changed_label_keeps_the_prefix,
    a_refused_move_restores_the_old_route,
    a_prefix_that_another_process_takes_during_a_move_is_left_alone,
    a_new_route_does_not_get_the_prefix_of_a_route_that_moves,
    a_move_whose_response_is_lost_succeeds,
];

fn a_changed_server_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    world.configure(&scene.moved());
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE_ADDRESS), "update");
    assert_eq!(
        plan.unknown(ROUTE_ADDRESS),
        ["id", "next_hop", "status", "vps_name"]
    );
    assert_warning(&plan.report, &[&scene.prefix, "stops for a moment"]);
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(world.mock.routes()[0]["prefix"], scene.prefix);
    assert_eq!(world.mock.routes()[0]["vpsId"], scene.spare);
    assert_eq!(world.attribute(ROUTE_ADDRESS, "vps_name"), "spare-01");
    assert_eq!(world.attribute(ROUTE_ADDRESS, "prefix"), scene.prefix);
}

fn a_changed_label_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    world.configure(&route(
        "web",
        &scene.pool,
        &scene.web,
        "prefix_length = 64\n  label = \"front end\"",
    ));
    world.apply();
    assert_eq!(world.mock.routes()[0]["prefix"], scene.prefix);
    assert_eq!(world.mock.routes()[0]["label"], "front end");
}

fn a_refused_move_restores_the_old_route(world: &mut World) {
    let scene = Scene::begin(world);
    world.mock.inject(suspended_meanwhile(&[&scene.spare]));
    world.configure(&scene.moved());
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not update",
            "This VPS is not active",
            &scene.prefix,
            "as before",
        ],
    );
    assert_eq!(world.mock.routes()[0]["prefix"], scene.prefix);
    assert_eq!(world.mock.routes()[0]["vpsId"], scene.web);
    assert_eq!(
        world.mock.routes()[0]["id"],
        world.attribute(ROUTE_ADDRESS, "id"),
        "the state holds the restored route"
    );
    world.configure(&scene.unmoved());
    world.assert_settled();
}

/// HostUp gives the prefix to another process as soon as it is free.
fn a_prefix_that_another_process_takes_during_a_move_is_left_alone(world: &mut World) {
    let scene = Scene::begin(world);
    let third = world.mock.add_vps("third-01");
    let thief = (scene.pool.clone(), third.clone());
    world
        .mock
        .inject(Fault::on("DELETE", ONE_ROUTE).run_after(move |account| {
            account.add_route(&thief.0, &thief.1, None, 64, None);
        }));
    world.configure(&scene.moved());
    let report = world.apply_fails();
    assert_error(&report, &[&scene.prefix, "nother route has", &third]);
    assert_eq!(world.attribute(ROUTE_ADDRESS, "status"), "taken");
    let theirs = world.mock.routes()[0]["id"].clone();
    world.foreign(theirs.as_str().unwrap_or_default());
    // Neither the next apply nor a destroy touches the other route.
    let report = world.apply_fails();
    assert_error(&report, &[&scene.prefix, "nother route has", &third]);
    world.destroy();
    assert_eq!(world.mock.routes()[0]["id"], theirs);
    assert_eq!(world.mock.routes()[0]["vpsId"], third);
}

/// With one request at a time the create comes right after the delete of the move.
fn a_new_route_does_not_get_the_prefix_of_a_route_that_moves(world: &mut World) {
    let scene = Scene::begin(world);
    let provider = "provider \"hostup\" { max_concurrent_requests = 1 }\n";
    let moved = scene.moved();
    let new = route("new", &scene.pool, &scene.web, "prefix_length = 64");
    world
        .mock
        .inject(Fault::on("DELETE", ONE_ROUTE).delay(Duration::from_millis(500)));
    world.configure(&format!("{provider}{moved}{new}"));
    world.apply();
    assert_eq!(world.attribute(ROUTE_ADDRESS, "prefix"), scene.prefix);
    assert_eq!(world.mock.routes().len(), 2);
    assert_ne!(
        world.attribute("hostup_routed_ipv6_route.new", "id"),
        world.attribute(ROUTE_ADDRESS, "id")
    );
}

fn a_move_whose_response_is_lost_succeeds(world: &mut World) {
    let scene = Scene::begin(world);
    world.mock.inject(
        Fault::on("POST", ROUTED)
            .cut_after()
            .delay(Duration::from_millis(10)),
    );
    world.configure(&scene.moved());
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(world.mock.routes()[0]["prefix"], scene.prefix);
    assert_eq!(world.mock.routes()[0]["vpsId"], scene.spare);
}
