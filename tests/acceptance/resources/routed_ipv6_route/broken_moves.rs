//! Moves that fail between the delete of the old route and the create of the new one. The prefix is
//! never lost.
//!
//! HostUp chose the prefix, so the configuration does not know it. A lower prefix of the pool is
//! free, so HostUp would give the route that one.

use std::sync::mpsc;
use std::time::Duration;

use hostup_mock_api::{ALL_SCOPES, Account, Fault};

use crate::gallery::Gallery;
use crate::scenarios;
use crate::scene::{ROUTE_ADDRESS, ROUTED, Scene, reinstate};
use crate::world::{World, assert_error};

scenarios![
    a_move_that_cannot_be_undone_keeps_the_prefix,
    a_key_that_is_revoked_during_a_move_keeps_the_prefix,
    a_rate_limit_that_outlasts_a_move_keeps_the_prefix,
    an_api_that_fails_during_a_move_keeps_the_prefix,
    a_delete_whose_outcome_is_unknown_keeps_the_prefix,
    an_abandoned_move_routes_the_prefix_to_the_old_server,
    an_unrouted_prefix_that_another_route_takes_is_left_alone,
    an_unrouted_prefix_without_its_pool_leaves_the_state,
    an_unrouted_prefix_is_destroyed_without_a_message,
    a_crash_before_the_delete_keeps_the_prefix,
    a_crash_after_the_delete_keeps_the_prefix,
    a_crash_before_the_create_keeps_the_prefix,
    a_crash_after_the_create_keeps_the_prefix,
    the_messages_about_broken_moves,
];

const LIMIT: Duration = Duration::from_mins(1);

fn a_move_that_cannot_be_undone_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    scene.break_move(world, scene.both_suspended());
    scene.assert_heals(world, &scene.spare);
}

fn a_key_that_is_revoked_during_a_move_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    let key = world.mock.api_key().to_owned();
    let revoked = key.clone();
    let in_between = Fault::on("DELETE", ROUTED).run_after(move |account| {
        account.revoke_key(&revoked);
    });
    world.mock.inject(in_between);
    world.configure(&scene.moved());
    let report = world.apply_fails();
    assert_error(&report, &[&scene.prefix, "hint: apply again"]);
    world.mock.add_key(&key, &ALL_SCOPES);
    scene.assert_unrouted(world);
    scene.assert_heals(world, &scene.spare);
}

fn a_rate_limit_that_outlasts_a_move_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    let limited = Fault::on("POST", ROUTED).rate_limited(3600).always();
    scene.break_move(world, limited);
    scene.assert_heals(world, &scene.spare);
}

fn an_api_that_fails_during_a_move_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    scene.break_move(world, Fault::on("POST", ROUTED).html(502).always());
    scene.assert_heals(world, &scene.spare);
}

/// The route is deleted, the response is lost, and so is the response to every retry.
fn a_delete_whose_outcome_is_unknown_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    let lost = Fault::on("DELETE", ROUTED).cut_after();
    let deaf = Fault::on("DELETE", ROUTED).cut_before().always();
    scene.break_move(world, lost.then(deaf));
    scene.assert_heals(world, &scene.spare);
}

fn an_abandoned_move_routes_the_prefix_to_the_old_server(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    scene.break_move(world, scene.both_suspended());
    world.configure(&scene.unmoved());
    scene.assert_heals(world, &scene.web);
}

/// The other route leads to the server that the move was for, but nothing proves that it is ours.
fn an_unrouted_prefix_that_another_route_takes_is_left_alone(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    scene.break_move(world, scene.both_suspended());
    let theirs = world.mock.with_account(|account| {
        account.add_route(&scene.pool, &scene.spare, Some(&scene.prefix), 64, None)
    });
    assert_error(&world.apply_fails(), &[&scene.prefix, &theirs, "hint: "]);
    assert_eq!(world.mock.routes()[0]["id"], theirs);
    // When the other route is gone, the prefix is routed again.
    world.mock.remove_route(&theirs);
    world.apply();
    scene.assert_routed(world, &scene.spare);
}

fn an_unrouted_prefix_without_its_pool_leaves_the_state(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    scene.break_move(world, scene.both_suspended());
    world.mock.remove_pool(&scene.pool);
    let run = world
        .workspace
        .run(["apply", "-refresh-only", "-auto-approve", "-no-color"])
        .expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
    assert!(world.addresses().is_empty(), "{:?}", world.addresses());
}

fn an_unrouted_prefix_is_destroyed_without_a_message(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    scene.break_move(world, scene.both_suspended());
    let report = world.destroy();
    assert!(report.errors().is_empty() && report.warnings().is_empty());
}

/// Kills the provider during a request: after the change is made when `made`, and otherwise before.
/// In the second case the change is never made.
fn crash(world: &World, scene: &Scene, method: &'static str, made: bool) {
    let (change, changed) = mpsc::channel();
    let endless = Fault::on(method, ROUTED).delay(LIMIT);
    world.mock.inject(if made {
        let tell = move |_: &mut Account| change.send(()).unwrap_or_default();
        endless.after_commit().run_after(tell)
    } else {
        endless
    });
    world.configure(&scene.moved());
    world.mock.clear_requests();
    let run = world
        .workspace
        .start(["apply", "-no-color", "-auto-approve"])
        .expect("a run");
    let on_its_way = world
        .mock
        .wait_for(LIMIT, |all| all.iter().any(|one| one.method == method));
    assert!(on_its_way, "the moment never came");
    if made {
        changed.recv_timeout(LIMIT).expect("the change");
    }
    run.kill_children("terraform-provider-hostup")
        .expect("the plugin's process");
    let ended = run.finish(LIMIT).expect("an end");
    assert_eq!(ended.code(), 1, "{}", ended.text());
    world.mock.clear_faults();
}

/// Asserts that the next apply finds the route by its prefix, or fails and says how to keep the
/// prefix.
#[track_caller]
fn assert_heals_after_a_crash(world: &World, scene: &Scene) {
    let routes = world.mock.routes();
    if routes
        .first()
        .is_some_and(|it| it["vpsId"] == scene.web.as_str())
    {
        world.apply();
    } else {
        // A route to the new server may belong to another process.
        let report = world.plan_fails();
        assert_error(
            &report,
            &[
                &scene.prefix,
                "interrupted",
                "`-refresh=false`",
                "prefix = ",
            ],
        );
        world.apply_with(&["-refresh=false"]);
    }
    scene.assert_routed(world, &scene.spare);
}

fn a_crash_before_the_delete_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    crash(world, &scene, "DELETE", false);
    assert_heals_after_a_crash(world, &scene);
}

fn a_crash_after_the_delete_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    crash(world, &scene, "DELETE", true);
    assert!(world.mock.routes().is_empty());
    assert_heals_after_a_crash(world, &scene);
}

fn a_crash_before_the_create_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    crash(world, &scene, "POST", false);
    assert_heals_after_a_crash(world, &scene);
}

fn a_crash_after_the_create_keeps_the_prefix(world: &mut World) {
    let scene = Scene::begin_above_a_free_prefix(world);
    crash(world, &scene, "POST", true);
    assert_eq!(world.mock.routes().len(), 1);
    assert_heals_after_a_crash(world, &scene);
}

fn the_messages_about_broken_moves(world: &mut World) {
    let mut gallery = Gallery::default();
    let scene = Scene::begin_above_a_free_prefix(world);
    world.mock.inject(scene.both_suspended());
    world.configure(&scene.moved());
    gallery.add(
        "a move is refused, and the way back too",
        &world.apply_fails().errors(),
    );
    reinstate(world);
    gallery.add("then: the plan", &world.plan().report.warnings());
    world.apply();
    world
        .mock
        .remove_route(&world.attribute(ROUTE_ADDRESS, "id"));
    gallery.add(
        "a route that was deleted in the dashboard",
        &world.plan().report.warnings(),
    );
    // A route written a moment ago is looked for longer than this time-out.
    world.configure(&scene.unmoved().replace("\"5s\"", "\"1m\""));
    gallery.add(
        "the route of a planned move is gone",
        &world.plan_fails().errors(),
    );
    world.apply_with(&["-refresh=false"]);
    gallery.assert_snapshot("broken_moves");
}
