//! Which route belongs to which resource: the prefix decides. The provider neither adopts nor
//! deletes the route of another resource or process. `ownership_networks` is about networks and
//! pools, `ownership_plans` about plans, `ownership_waits` about objects that show late.

use std::time::Duration;

use cli_support::Report;
use hostup_mock_api::{Fault, NotFoundShape, Removal};
use serde_json::Value;

use crate::scenarios;
use crate::scene::{ROUTE_ADDRESS, ROUTED, Scene, pool_and_route, route};
use crate::world::{World, assert_error, assert_warning};

scenarios![
    the_prefix_of_a_broken_move_never_belongs_to_two_resources,
    a_broken_move_whose_prefix_another_resource_has_is_an_error_that_names_both,
    a_broken_move_does_not_adopt_the_route_of_another_resource,
    a_resource_whose_route_another_one_has_imported_gets_an_error_that_names_both,
    a_foreign_route_with_our_prefix_is_named_by_a_refresh_and_survives_a_destroy,
    a_foreign_route_with_our_prefix_survives_a_destroy_without_a_refresh,
    a_move_to_a_server_that_takes_no_route_sends_no_delete,
    a_removal_that_takes_a_second_does_not_break_a_move,
    a_removal_that_takes_a_second_does_not_break_a_destroy,
    a_label_with_blanks_around_it_is_created_once,
    a_create_without_a_prefix_is_not_held_up_by_many_moves,
    a_delete_whose_response_is_lost_and_then_a_404_without_a_body_destroys_a_route,
    a_delete_whose_response_is_lost_and_then_a_404_without_a_body_moves_a_route,
];

const NEW: &str = "hostup_routed_ipv6_route.new";

/// The new route is created while the move is repeated. One of the two gets the prefix. When the
/// new route gets it, the other resource reports an error.
fn the_prefix_of_a_broken_move_never_belongs_to_two_resources(world: &mut World) {
    let scene = Scene::begin(world);
    for server in [scene.spare.clone(), scene.web.clone()] {
        scene.break_move(world, scene.both_suspended());
        let new = route("new", &scene.pool, &server, "prefix_length = 64");
        world.configure(&format!("{}{new}", scene.moved()));
        let run = world.workspace.run(["apply", "-json", "-auto-approve"]);
        let run = run.expect("a run");
        if run.code() == 0 {
            world.assert_settled();
            scene.assert_routed(world, &scene.spare);
            assert_ne!(world.attribute(NEW, "prefix"), scene.prefix);
        } else {
            let theirs = world.attribute(NEW, "id");
            assert_error(&Report::read(&run.stdout), &[&scene.prefix, &theirs]);
            assert_eq!(world.attribute(NEW, "prefix"), scene.prefix);
        }
        assert_ne!(
            world.attribute(NEW, "id"),
            world.attribute(ROUTE_ADDRESS, "id")
        );
        world.destroy();
        assert!(world.mock.routes().is_empty());
        world.configure(&scene.unmoved());
        world.apply();
    }
}

/// Breaks the move, and creates a route that gets its prefix. Returns the id of that route.
fn give_away(world: &World, scene: &Scene, server: &str) -> String {
    scene.break_move(world, scene.both_suspended());
    let new = route("new", &scene.pool, server, "prefix_length = 64");
    world.configure(&format!("{}{new}", scene.moved()));
    world.apply_with(&["-target", NEW]);
    assert_eq!(world.attribute(NEW, "prefix"), scene.prefix);
    world.attribute(NEW, "id")
}

/// Asserts that every apply fails, and that each resource keeps its route.
#[track_caller]
fn assert_refused(world: &World, scene: &Scene, theirs: &str) {
    for _ in 0..2 {
        let report = world.apply_fails();
        assert_error(&report, &[&scene.prefix, theirs, "hint: "]);
        assert_eq!(world.attribute(NEW, "id"), theirs);
        assert_ne!(world.attribute(ROUTE_ADDRESS, "id"), theirs);
        assert_eq!(world.mock.routes().len(), 1);
        assert_eq!(world.mock.routes()[0]["id"], theirs);
    }
}

fn a_broken_move_whose_prefix_another_resource_has_is_an_error_that_names_both(world: &mut World) {
    let scene = Scene::begin(world);
    let third = world.mock.add_vps("third-01");
    for server in [third, scene.web.clone()] {
        let theirs = give_away(world, &scene, &server);
        assert_refused(world, &scene, &theirs);
        // As the hint says, the user deletes one of the two.
        world.mock.remove_route(&theirs);
        world.forget(NEW);
        world.configure(&scene.moved());
        world.apply();
        scene.assert_routed(world, &scene.spare);
        world.configure(&scene.unmoved());
        world.apply();
    }
}

/// The other resource's route leads to the server that the move was for.
fn a_broken_move_does_not_adopt_the_route_of_another_resource(world: &mut World) {
    let scene = Scene::begin(world);
    let theirs = give_away(world, &scene, &scene.spare);
    assert_refused(world, &scene, &theirs);
}

fn a_resource_whose_route_another_one_has_imported_gets_an_error_that_names_both(
    world: &mut World,
) {
    let scene = Scene::begin(world);
    let old = world.attribute(ROUTE_ADDRESS, "id");
    world.a_minute_later();
    world.mock.remove_route(&old);
    let remade = world
        .mock
        .add_route(&scene.pool, &scene.web, Some(&scene.prefix), 64, None);
    let other = route("new", &scene.pool, &scene.web, "prefix_length = 64");
    world.configure(&format!("{}{other}", scene.unmoved()));
    world.import(NEW, &remade);
    let report = world.apply_fails();
    assert_error(
        &report,
        &["Could not read", &scene.prefix, &remade, "hint: "],
    );
    assert_eq!(world.attribute(ROUTE_ADDRESS, "id"), old);
    assert_eq!(world.attribute(NEW, "id"), remade);
    world.forget(NEW);
    world.configure(&scene.unmoved());
    world.apply();
    assert_eq!(world.attribute(ROUTE_ADDRESS, "id"), remade);
}

/// Deletes our route, and gives its prefix to a foreign route to a third server. Returns the id of
/// that route.
fn replace_by_foreign_route(world: &mut World, scene: &Scene) -> String {
    let third = world.mock.add_vps("third-01");
    world.a_minute_later();
    world
        .mock
        .remove_route(&world.attribute(ROUTE_ADDRESS, "id"));
    let id = world.mock.add_route(
        &scene.pool,
        &third,
        Some(&scene.prefix),
        64,
        Some("not ours"),
    );
    world.foreign(&id);
    id
}

fn a_foreign_route_with_our_prefix_is_named_by_a_refresh_and_survives_a_destroy(world: &mut World) {
    let scene = Scene::begin(world);
    let theirs = replace_by_foreign_route(world, &scene);
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE_ADDRESS), "create");
    let says = [
        "Another route has the prefix",
        &scene.prefix,
        &theirs,
        "not ours",
    ];
    assert_warning(&plan.report, &says);
    for warning in plan.report.warnings() {
        let said = warning.to_string();
        assert!(!said.contains("is not routed"), "it is routed: {said}");
    }
    world.destroy();
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(world.mock.routes()[0]["id"], theirs);
}

fn a_foreign_route_with_our_prefix_survives_a_destroy_without_a_refresh(world: &mut World) {
    let scene = Scene::begin(world);
    let theirs = replace_by_foreign_route(world, &scene);
    world.mock.clear_requests();
    let report = world.apply_with(&["-destroy", "-refresh=false"]);
    assert_warning(
        &report,
        &[
            "Another route has the prefix",
            &scene.prefix,
            &theirs,
            "not ours",
        ],
    );
    assert!(world.addresses().is_empty());
    assert_eq!(world.mock.count("DELETE", "/"), 0);
    assert_eq!(world.mock.routes()[0]["id"], theirs);
}

fn a_move_to_a_server_that_takes_no_route_sends_no_delete(world: &mut World) {
    let scene = Scene::begin(world);
    world.mock.edit_vps(&scene.spare, |vps| {
        vps["serviceStatus"] = "suspended".into();
    });
    world.configure(&scene.moved());
    let before = world.mock.routes();
    world.mock.clear_requests();
    let report = world.apply_fails();
    assert_error(
        &report,
        &["Could not update", "spare-01", "This VPS is not active"],
    );
    assert_eq!(world.mock.count("DELETE", "/"), 0);
    assert_eq!(world.mock.count("POST", "/"), 0);
    assert_eq!(world.mock.routes(), before);
    world.configure(&scene.unmoved());
    world.assert_settled();
}

fn a_removal_that_takes_a_second_does_not_break_a_move(world: &mut World) {
    let scene = Scene::begin(world);
    let old = world.attribute(ROUTE_ADDRESS, "id");
    world
        .mock
        .configure(|one| one.removal = Removal::After(Duration::from_secs(1)));
    world.configure(&scene.moved());
    world.apply();
    scene.assert_routed(world, &scene.spare);
    assert_eq!(world.mock.routes().len(), 1);
    assert_ne!(world.attribute(ROUTE_ADDRESS, "id"), old);
}

fn a_removal_that_takes_a_second_does_not_break_a_destroy(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    world.configure(&pool_and_route(&web));
    world.apply();
    world
        .mock
        .configure(|one| one.removal = Removal::After(Duration::from_secs(1)));
    world.destroy();
    assert!(world.mock.is_empty());
}

fn a_label_with_blanks_around_it_is_created_once(world: &mut World) {
    let (pool, web) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world.mock.configure(|one| one.trim_labels = true);
    for (label, stored) in [
        ("  front end ", Value::from("front end")),
        ("  ", Value::Null),
    ] {
        world.configure(&route(
            "web",
            &pool,
            &web,
            &format!("prefix_length = 64\n  label = \"{label}\""),
        ));
        world.mock.clear_requests();
        world.apply();
        assert_eq!(world.mock.count("POST", ROUTED), 1);
        assert_eq!(world.mock.routes().len(), 1);
        assert_eq!(world.mock.routes()[0]["label"], stored);
        world.apply();
        assert_eq!(world.mock.count("POST", ROUTED), 1);
        world.destroy();
    }
}

/// Each move takes more than a second, and there are more moves than requests in flight.
fn a_create_without_a_prefix_is_not_held_up_by_many_moves(world: &mut World) {
    let pool = world.foreign_pool();
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    let many = route("many", &pool, &web, "prefix_length = 64\n  count = 30");
    world.configure(&many);
    world.apply_with(&["-parallelism=40"]);
    world.mock.configure(|one| {
        one.removal = Removal::After(Duration::from_secs(1));
        one.latency = Duration::from_millis(30);
    });
    let limit = "prefix_length = 64\n  timeouts = { create = \"8s\" }";
    world.configure(&format!(
        "{}{}",
        many.replace(&web, &spare),
        route("new", &pool, &web, limit)
    ));
    world.mock.clear_requests();
    world.apply_with(&["-parallelism=40"]);
    let requests = world.mock.requests();
    let is_new = |body: &Value| body["vpsId"] == *web;
    let posts = requests.iter().filter(|it| it.method == "POST");
    let before = posts.take_while(|it| !is_new(&it.body)).count();
    assert!(before < 30, "{before} of the moves came first");
    assert_eq!(world.mock.routes().len(), 31);
    world.mock.configure(|one| {
        one.removal = Removal::AtOnce;
        one.latency = Duration::ZERO;
    });
    world.assert_settled();
}

/// Loses the response to a DELETE. The next DELETE gets a 404 without a body.
fn lose_a_delete(world: &World) {
    world
        .mock
        .configure(|one| one.not_found_shape = NotFoundShape::Empty);
    world.mock.inject(Fault::on("DELETE", ROUTED).cut_after());
}

fn a_delete_whose_response_is_lost_and_then_a_404_without_a_body_destroys_a_route(
    world: &mut World,
) {
    let scene = Scene::begin(world);
    world.a_minute_later();
    lose_a_delete(world);
    world.destroy();
    assert!(world.mock.routes().is_empty());
    world.apply();
    scene.assert_routed(world, &scene.web);
    let old = world.attribute(ROUTE_ADDRESS, "id");
    world.a_minute_later();
    lose_a_delete(world);
    world.apply_with(&["-replace", ROUTE_ADDRESS]);
    assert_ne!(world.attribute(ROUTE_ADDRESS, "id"), old);
    assert_eq!(world.mock.routes().len(), 1);
    world.assert_settled();
}

fn a_delete_whose_response_is_lost_and_then_a_404_without_a_body_moves_a_route(world: &mut World) {
    let scene = Scene::begin(world);
    lose_a_delete(world);
    world.configure(&scene.moved());
    world.apply();
    scene.assert_routed(world, &scene.spare);
    assert_eq!(world.mock.routes().len(), 1);
}
