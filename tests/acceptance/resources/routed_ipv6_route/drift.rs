//! Changed or deleted outside Terraform.

use hostup_mock_api::Fault;

use crate::scenarios;
use crate::scene::{
    POOL, POOL_ADDRESS, POOL_ID, ROUTE_ADDRESS, ROUTED, Scene, pool_and_route, route, route_in,
};
use crate::world::{World, assert_warning};

scenarios![
    a_route_deleted_elsewhere_is_created_again,
    the_plan_for_a_deleted_route_says_how_to_keep_its_prefix,
    a_route_created_again_in_the_dashboard_is_adopted_by_its_prefix,
    a_route_created_again_in_the_dashboard_is_destroyed_by_its_new_id,
    a_route_with_our_label_that_leads_to_another_server_is_moved_back,
    a_pool_that_shows_late_is_not_reported_as_missing,
];

/// A pool and a route that were created more than a moment ago. Returns the id of the server.
fn begin(world: &World) -> String {
    let vps = world.mock.add_vps("web-01");
    world.configure(&pool_and_route(&vps));
    world.apply();
    world.a_minute_later();
    vps
}

fn a_route_deleted_elsewhere_is_created_again(world: &mut World) {
    begin(world);
    world
        .mock
        .remove_route(&world.attribute(ROUTE_ADDRESS, "id"));
    assert_eq!(world.plan().action(ROUTE_ADDRESS), "create");
    assert_eq!(world.plan().action(POOL_ADDRESS), "no-op");
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
}

fn the_plan_for_a_deleted_route_says_how_to_keep_its_prefix(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    world
        .mock
        .remove_route(&world.attribute(ROUTE_ADDRESS, "id"));
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE_ADDRESS), "create");
    let keep = format!("set `prefix = \"{}\"`", scene.prefix);
    assert_warning(&plan.report, &["is gone", &keep]);
    let lines = format!("prefix = \"{}\"", scene.prefix);
    world.configure(&route("web", &scene.pool, &scene.web, &lines));
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE_ADDRESS), "create");
    assert!(plan.report.warnings().is_empty());
    world.apply();
    scene.assert_routed(world, &scene.web);
}

fn a_route_created_again_in_the_dashboard_is_adopted_by_its_prefix(world: &mut World) {
    let vps = begin(world);
    let (old, prefix) = (
        world.attribute(ROUTE_ADDRESS, "id"),
        world.attribute(ROUTE_ADDRESS, "prefix"),
    );
    let pool = world.attribute(POOL_ADDRESS, "id");
    world.mock.remove_route(&old);
    let new = world.mock.add_route(&pool, &vps, Some(&prefix), 64, None);
    world.assert_settled();
    world.apply();
    assert_eq!(world.attribute(ROUTE_ADDRESS, "id"), new);
    assert_eq!(world.mock.routes().len(), 1);
}

fn a_route_created_again_in_the_dashboard_is_destroyed_by_its_new_id(world: &mut World) {
    let scene = Scene::begin(world);
    world
        .mock
        .remove_route(&world.attribute(ROUTE_ADDRESS, "id"));
    world
        .mock
        .add_route(&scene.pool, &scene.web, Some(&scene.prefix), 64, None);
    world.apply_with(&["-destroy", "-refresh=false"]);
    assert!(world.mock.routes().is_empty());
}

fn a_route_with_our_label_that_leads_to_another_server_is_moved_back(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    let labelled = "prefix_length = 64\n  label = \"front\"";
    world.configure(&format!(
        "{POOL}{}",
        route_in(POOL_ID, "web", &vps, labelled)
    ));
    world.apply();
    world.a_minute_later();
    let prefix = world.attribute(ROUTE_ADDRESS, "prefix");
    let pool = world.attribute(POOL_ADDRESS, "id");
    let other = world.mock.add_vps("other-01");
    world
        .mock
        .remove_route(&world.attribute(ROUTE_ADDRESS, "id"));
    world
        .mock
        .add_route(&pool, &other, Some(&prefix), 64, Some("front"));
    assert_eq!(world.plan().action(ROUTE_ADDRESS), "update");
    world.apply();
    assert_eq!(world.mock.routes()[0]["vpsId"], vps);
    assert_eq!(world.mock.routes()[0]["prefix"], prefix);
}

fn a_pool_that_shows_late_is_not_reported_as_missing(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world.configure(&route("web", &pool, &vps, "prefix_length = 64"));
    // A copy of the account that lags behind.
    let before = Fault::on("GET", ROUTED).body(r#"{"pools":[]}"#, "application/json");
    world.mock.inject(before);
    assert_eq!(world.plan().action(ROUTE_ADDRESS), "create");
    assert_eq!(world.mock.count("GET", "/"), 2);
}
