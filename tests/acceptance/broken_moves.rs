//! A move that breaks between the old route and the new one: the prefix is not lost, whatever
//! broke.
//!
//! HostUp chose the prefix, so the configuration does not know it; and the lowest prefix of the
//! pool is free, so that HostUp would choose another one.

use std::sync::mpsc;
use std::time::Duration;

use hostup_mock_api::{ALL_SCOPES, Account, Fault};

use crate::gallery::Gallery;
use crate::moves::{reinstate, suspended_meanwhile};
use crate::scenarios;
use crate::world::{World, assert_error, assert_warning};

scenarios![
    a_way_back_that_is_refused_too_loses_no_prefix,
    a_key_that_is_revoked_in_between_loses_no_prefix,
    a_rate_limit_in_between_that_outlasts_the_time_loses_no_prefix,
    an_api_that_fails_in_between_loses_no_prefix,
    a_removal_whose_outcome_is_not_known_loses_no_prefix,
    a_move_that_was_given_up_goes_back_with_its_prefix,
    an_unrouted_prefix_that_somebody_routes_elsewhere_is_left_to_them,
    an_unrouted_prefix_whose_pool_is_gone_is_gone,
    an_unrouted_prefix_is_destroyed_without_a_word,
    a_provider_that_crashes_before_the_removal_loses_no_prefix,
    a_provider_that_crashes_after_the_removal_loses_no_prefix,
    a_provider_that_crashes_before_the_new_route_loses_no_prefix,
    a_provider_that_crashes_after_the_new_route_loses_no_prefix,
    a_route_that_somebody_removed_is_made_anew_with_a_warning,
    the_messages_about_broken_moves,
];

const ROUTE: &str = "hostup_routed_ipv6_route.web";
const ROUTED: &str = "/api/v2/routed-ipv6";
const LIMIT: Duration = Duration::from_mins(1);

/// A route on its server, and another server it is about to move to.
struct Scene {
    pool: String,
    web: String,
    spare: String,
    prefix: String,
}

impl Scene {
    fn begin(world: &mut World) -> Self {
        let pool = world.foreign_pool();
        let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
        let lowest = world
            .mock
            .with_account(|account| account.add_route(&pool, &web, None, 64, None));
        world.configure(&routed(&pool, &web, ""));
        world.apply();
        world.mock.remove_route(&lowest);
        let prefix = world.attribute(ROUTE, "prefix");
        Self {
            pool,
            web,
            spare,
            prefix,
        }
    }

    /// The configuration that moves the route.
    fn moving(&self, world: &World) {
        world.configure(&routed(&self.pool, &self.spare, ""));
    }

    /// Moves the route, which fails as `fault` makes it.
    fn break_with(&self, world: &World, fault: Fault) {
        world.mock.inject(fault);
        self.moving(world);
        world.apply_fails();
        world.mock.clear_faults();
        reinstate(world);
        self.assert_unrouted(world);
    }

    /// Neither server takes the route.
    fn refused(&self) -> Fault {
        suspended_meanwhile(&[&self.web, &self.spare])
    }

    /// Nobody has the prefix, and the state remembers it.
    #[track_caller]
    fn assert_unrouted(&self, world: &World) {
        assert!(world.mock.routes().is_empty(), "{:?}", world.mock.routes());
        assert_eq!(world.attribute(ROUTE, "prefix"), self.prefix);
        assert_eq!(world.attribute(ROUTE, "status"), "unrouted");
    }

    /// The next run routes the same prefix to `server` without being told.
    #[track_caller]
    fn assert_heals(&self, world: &World, server: &str) {
        let plan = world.plan();
        assert_eq!(plan.action(ROUTE), "update");
        assert!(!plan.unknown(ROUTE).contains(&"prefix".to_owned()));
        assert_warning(&plan.report, &[&self.prefix, "is not routed"]);
        world.apply();
        self.assert_routed(world, server);
    }

    #[track_caller]
    fn assert_routed(&self, world: &World, server: &str) {
        let routes = world.mock.routes();
        assert_eq!(routes.len(), 1, "{routes:?}");
        assert_eq!(routes[0]["prefix"], self.prefix);
        assert_eq!(routes[0]["vpsId"], server);
        assert_eq!(world.attribute(ROUTE, "id"), routes[0]["id"]);
        assert_eq!(world.attribute(ROUTE, "status"), "active");
    }
}

fn routed(pool: &str, vps: &str, more: &str) -> String {
    format!(
        r#"
        provider "hostup" {{
          max_retries = 1
        }}
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id       = "{pool}"
          vps_id        = "{vps}"
          prefix_length = 64
          timeouts      = {{ update = "5s" }}
          {more}
        }}
        "#
    )
}

fn a_way_back_that_is_refused_too_loses_no_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    scene.break_with(world, scene.refused());
    scene.assert_heals(world, &scene.spare);
}

fn a_key_that_is_revoked_in_between_loses_no_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    let key = world.mock.api_key().to_owned();
    let revoked = key.clone();
    let in_between = Fault::on("DELETE", ROUTED).run_after(move |account| {
        account.revoke_key(&revoked);
    });
    world.mock.inject(in_between);
    scene.moving(world);
    let report = world.apply_fails();
    assert_error(&report, &[&scene.prefix, "hint: apply again"]);
    world.mock.add_key(&key, &ALL_SCOPES);
    scene.assert_unrouted(world);
    scene.assert_heals(world, &scene.spare);
}

fn a_rate_limit_in_between_that_outlasts_the_time_loses_no_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    let limited = Fault::on("POST", ROUTED).rate_limited(3600).always();
    scene.break_with(world, limited);
    scene.assert_heals(world, &scene.spare);
}

fn an_api_that_fails_in_between_loses_no_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    scene.break_with(world, Fault::on("POST", ROUTED).html(502).always());
    scene.assert_heals(world, &scene.spare);
}

/// The removal is made, its answer lost, and so is that of every repetition.
fn a_removal_whose_outcome_is_not_known_loses_no_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    let lost = Fault::on("DELETE", ROUTED).cut_after();
    let deaf = Fault::on("DELETE", ROUTED).cut_before().always();
    scene.break_with(world, lost.then(deaf));
    scene.assert_heals(world, &scene.spare);
}

fn a_move_that_was_given_up_goes_back_with_its_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    scene.break_with(world, scene.refused());
    world.configure(&routed(&scene.pool, &scene.web, ""));
    scene.assert_heals(world, &scene.web);
}

/// Even when they route it where the move was to go: nothing proves that the route is ours.
fn an_unrouted_prefix_that_somebody_routes_elsewhere_is_left_to_them(world: &mut World) {
    let scene = Scene::begin(world);
    scene.break_with(world, scene.refused());
    let theirs = world.mock.with_account(|account| {
        account.add_route(&scene.pool, &scene.spare, Some(&scene.prefix), 64, None)
    });
    assert_error(&world.apply_fails(), &[&scene.prefix, &theirs, "hint: "]);
    assert_eq!(world.mock.routes()[0]["id"], theirs);
    // As soon as it is gone, the prefix is routed again.
    world.mock.remove_route(&theirs);
    world.apply();
    scene.assert_routed(world, &scene.spare);
}

fn an_unrouted_prefix_whose_pool_is_gone_is_gone(world: &mut World) {
    let scene = Scene::begin(world);
    scene.break_with(world, scene.refused());
    world.mock.remove_pool(&scene.pool);
    let run = world
        .workspace
        .run(["apply", "-refresh-only", "-auto-approve", "-no-color"])
        .expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
    assert!(world.addresses().is_empty(), "{:?}", world.addresses());
}

fn an_unrouted_prefix_is_destroyed_without_a_word(world: &mut World) {
    let scene = Scene::begin(world);
    scene.break_with(world, scene.refused());
    let report = world.destroy();
    assert!(report.errors().is_empty() && report.warnings().is_empty());
}

/// Kills the provider while the request is on its way; `made`, when the change is made already. A
/// request whose change is not made when the provider dies never makes it.
fn crash(world: &World, scene: &Scene, method: &'static str, made: bool) {
    let (change, changed) = mpsc::channel();
    let endless = Fault::on(method, ROUTED).delay(LIMIT);
    world.mock.inject(if made {
        let tell = move |_: &mut Account| change.send(()).unwrap_or_default();
        endless.after_commit().run_after(tell)
    } else {
        endless
    });
    scene.moving(world);
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

/// The next run finds the route under its prefix, or refuses to lose the prefix and says how to
/// keep it.
#[track_caller]
fn assert_heals_after_a_crash(world: &World, scene: &Scene) {
    let routes = world.mock.routes();
    if routes
        .first()
        .is_some_and(|it| it["vpsId"] == scene.web.as_str())
    {
        world.apply();
    } else {
        // Nothing tells a route to the new server from somebody else's, but that this state was to
        // become so.
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

fn a_provider_that_crashes_before_the_removal_loses_no_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    crash(world, &scene, "DELETE", false);
    assert_heals_after_a_crash(world, &scene);
}

fn a_provider_that_crashes_after_the_removal_loses_no_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    crash(world, &scene, "DELETE", true);
    assert!(world.mock.routes().is_empty());
    assert_heals_after_a_crash(world, &scene);
}

fn a_provider_that_crashes_before_the_new_route_loses_no_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    crash(world, &scene, "POST", false);
    assert_heals_after_a_crash(world, &scene);
}

fn a_provider_that_crashes_after_the_new_route_loses_no_prefix(world: &mut World) {
    let scene = Scene::begin(world);
    crash(world, &scene, "POST", true);
    assert_eq!(world.mock.routes().len(), 1);
    assert_heals_after_a_crash(world, &scene);
}

/// Nothing was to change, so nothing stops the run; with the prefix in the configuration it is
/// kept.
fn a_route_that_somebody_removed_is_made_anew_with_a_warning(world: &mut World) {
    let scene = Scene::begin(world);
    world.mock.remove_route(&world.attribute(ROUTE, "id"));
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE), "create");
    let keep = format!("set `prefix = \"{}\"`", scene.prefix);
    assert_warning(&plan.report, &["is gone", &keep]);
    let chosen = format!("prefix = \"{}\"", scene.prefix);
    world.configure(&routed(&scene.pool, &scene.web, &chosen));
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE), "create");
    assert!(plan.report.warnings().is_empty());
    world.apply();
    scene.assert_routed(world, &scene.web);
}

fn the_messages_about_broken_moves(world: &mut World) {
    let mut gallery = Gallery::default();
    let scene = Scene::begin(world);
    world.mock.inject(scene.refused());
    scene.moving(world);
    gallery.add(
        "a move is refused, and the way back too",
        &world.apply_fails().errors(),
    );
    reinstate(world);
    gallery.add("then: the plan", &world.plan().report.warnings());
    world.apply();
    world.mock.remove_route(&world.attribute(ROUTE, "id"));
    gallery.add(
        "a route is gone that somebody removed",
        &world.plan().report.warnings(),
    );
    // A route that was written a moment ago is looked for longer than these time-outs last.
    world.configure(&routed(&scene.pool, &scene.web, "").replace("\"5s\"", "\"1m\""));
    gallery.add(
        "a route is gone that was to move",
        &world.plan_fails().errors(),
    );
    world.apply_with(&["-refresh=false"]);
    gallery.assert_snapshot("broken_moves");
}
