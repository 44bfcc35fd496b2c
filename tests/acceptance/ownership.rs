//! Which route belongs to which resource: the prefix decides, and nothing is adopted or deleted
//! that belongs to someone else. Networks and pools are in `ownership_networks`, plans in
//! `ownership_plans`, and what takes a while in `ownership_waits`.

use std::time::Duration;

use cli_support::Report;
use hostup_mock_api::{Fault, NotFoundShape, Removal};
use serde_json::Value;

use crate::moves::{reinstate, suspended_meanwhile};
use crate::scenarios;
use crate::world::{World, assert_error, assert_warning};

scenarios![
    the_prefix_of_a_broken_move_never_belongs_to_two_resources,
    a_broken_move_whose_prefix_another_resource_has_is_an_error_that_names_both,
    a_broken_move_does_not_adopt_the_route_of_another_resource,
    a_resource_whose_route_another_one_has_imported_gets_an_error_that_names_both,
    a_route_of_someone_else_with_our_prefix_is_named_by_a_refresh_and_survives_a_destroy,
    a_route_of_someone_else_with_our_prefix_survives_a_destroy_without_a_refresh,
    a_move_to_a_server_that_takes_no_route_sends_no_delete,
    a_removal_that_takes_a_second_does_not_break_a_move,
    a_removal_that_takes_a_second_does_not_break_a_destroy,
    a_label_with_blanks_around_it_is_created_once,
    a_create_without_a_prefix_is_not_held_up_by_many_moves,
    a_delete_whose_response_is_lost_and_then_a_404_without_a_body_destroys_a_route,
    a_delete_whose_response_is_lost_and_then_a_404_without_a_body_moves_a_route,
];

pub(crate) const ROUTED: &str = "/api/v2/routed-ipv6";
const ROUTE: &str = "hostup_routed_ipv6_route.web";
const NEW: &str = "hostup_routed_ipv6_route.new";

/// A /64 without a chosen prefix.
pub(crate) fn route(name: &str, pool: &str, vps: &str, more: &str) -> String {
    format!(
        "resource \"hostup_routed_ipv6_route\" \"{name}\" {{\n  pool_id = \"{pool}\"\n  vps_id = \"{vps}\"\n  \
         prefix_length = 64\n  {more}\n}}\n"
    )
}

/// A pool, two servers, and a route to the first of them.
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
        world.configure(&route("web", &pool, &web, ""));
        world.apply();
        let prefix = world.attribute(ROUTE, "prefix");
        Self {
            pool,
            web,
            spare,
            prefix,
        }
    }

    fn web(&self) -> String {
        route("web", &self.pool, &self.web, "")
    }

    fn moved(&self) -> String {
        route("web", &self.pool, &self.spare, "")
    }

    /// A move that neither server lets happen: the prefix is unrouted and is the lowest free one of
    /// the pool.
    fn break_move(&self, world: &World) {
        world
            .mock
            .inject(suspended_meanwhile(&[&self.web, &self.spare]));
        world.configure(&self.moved());
        world.apply_fails();
        reinstate(world);
        assert!(world.mock.routes().is_empty());
        assert_eq!(world.attribute(ROUTE, "status"), "unrouted");
    }

    #[track_caller]
    fn assert_routed(&self, world: &World, server: &str) {
        let routes = world.mock.routes();
        let ours = routes.iter().find(|it| it["prefix"] == *self.prefix);
        let ours = ours.unwrap_or_else(|| panic!("nothing routes the prefix: {routes:?}"));
        assert_eq!(ours["vpsId"], server);
        assert_eq!(world.attribute(ROUTE, "id"), ours["id"]);
        assert_eq!(world.attribute(ROUTE, "prefix"), self.prefix);
    }
}

/// The new route is created beside the move that is tried again. One of the two gets the prefix;
/// when it is the new route, the other resource says so.
fn the_prefix_of_a_broken_move_never_belongs_to_two_resources(world: &mut World) {
    let scene = Scene::begin(world);
    for server in [scene.spare.clone(), scene.web.clone()] {
        scene.break_move(world);
        let new = route("new", &scene.pool, &server, "");
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
        assert_ne!(world.attribute(NEW, "id"), world.attribute(ROUTE, "id"));
        world.destroy();
        assert!(world.mock.routes().is_empty());
        world.configure(&scene.web());
        world.apply();
    }
}

/// An apply that does not see the resource whose move broke gives its prefix to a new route.
fn give_away(world: &World, scene: &Scene, server: &str) -> String {
    scene.break_move(world);
    let new = route("new", &scene.pool, server, "");
    world.configure(&format!("{}{new}", scene.moved()));
    world.apply_with(&["-target", NEW]);
    assert_eq!(world.attribute(NEW, "prefix"), scene.prefix);
    world.attribute(NEW, "id")
}

/// However often it is applied: an error, and neither state changes hands.
#[track_caller]
fn assert_refused(world: &World, scene: &Scene, theirs: &str) {
    for _ in 0..2 {
        let report = world.apply_fails();
        assert_error(&report, &[&scene.prefix, theirs, "hint: "]);
        assert_eq!(world.attribute(NEW, "id"), theirs);
        assert_ne!(world.attribute(ROUTE, "id"), theirs);
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
        // The user removes one of the two, as the hint says.
        world.mock.remove_route(&theirs);
        forget(world, NEW);
        world.configure(&scene.moved());
        world.apply();
        scene.assert_routed(world, &scene.spare);
        world.configure(&scene.web());
        world.apply();
    }
}

/// The other resource's route goes where the move was to go.
fn a_broken_move_does_not_adopt_the_route_of_another_resource(world: &mut World) {
    let scene = Scene::begin(world);
    let theirs = give_away(world, &scene, &scene.spare);
    assert_refused(world, &scene, &theirs);
}

/// Takes a resource out of the state.
fn forget(world: &World, address: &str) {
    let removed = world.workspace.run(["state", "rm", address]);
    let removed = removed.expect("a run");
    assert_eq!(removed.code(), 0, "{}", removed.text());
}

fn a_resource_whose_route_another_one_has_imported_gets_an_error_that_names_both(
    world: &mut World,
) {
    let scene = Scene::begin(world);
    let old = world.attribute(ROUTE, "id");
    world.a_minute_later();
    world.mock.remove_route(&old);
    let remade = world
        .mock
        .add_route(&scene.pool, &scene.web, Some(&scene.prefix), 64, None);
    let other = route("new", &scene.pool, &scene.web, "");
    world.configure(&format!("{}{other}", scene.web()));
    world.import(NEW, &remade);
    let report = world.apply_fails();
    assert_error(
        &report,
        &["Could not read", &scene.prefix, &remade, "hint: "],
    );
    assert_eq!(world.attribute(ROUTE, "id"), old);
    assert_eq!(world.attribute(NEW, "id"), remade);
    forget(world, NEW);
    world.configure(&scene.web());
    world.apply();
    assert_eq!(world.attribute(ROUTE, "id"), remade);
}

/// Our route is gone, and someone else's to another server has its prefix.
fn someone_elses(world: &mut World, scene: &Scene) -> String {
    let third = world.mock.add_vps("third-01");
    world.a_minute_later();
    world.mock.remove_route(&world.attribute(ROUTE, "id"));
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

fn a_route_of_someone_else_with_our_prefix_is_named_by_a_refresh_and_survives_a_destroy(
    world: &mut World,
) {
    let scene = Scene::begin(world);
    let theirs = someone_elses(world, &scene);
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE), "create");
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

fn a_route_of_someone_else_with_our_prefix_survives_a_destroy_without_a_refresh(world: &mut World) {
    let scene = Scene::begin(world);
    let theirs = someone_elses(world, &scene);
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
    world.configure(&scene.web());
    world.assert_settled();
}

fn a_removal_that_takes_a_second_does_not_break_a_move(world: &mut World) {
    let scene = Scene::begin(world);
    let old = world.attribute(ROUTE, "id");
    world
        .mock
        .configure(|one| one.removal = Removal::After(Duration::from_secs(1)));
    world.configure(&scene.moved());
    world.apply();
    scene.assert_routed(world, &scene.spare);
    assert_eq!(world.mock.routes().len(), 1);
    assert_ne!(world.attribute(ROUTE, "id"), old);
}

fn a_removal_that_takes_a_second_does_not_break_a_destroy(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    let route = route("web", "POOL", &web, "");
    let route = route.replace("\"POOL\"", "hostup_routed_ipv6_pool.main.id");
    world.configure(&format!(
        "resource \"hostup_routed_ipv6_pool\" \"main\" {{}}\n{route}"
    ));
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
        world.configure(&route("web", &pool, &web, &format!("label = \"{label}\"")));
        world.mock.clear_requests();
        world.apply();
        assert_eq!(world.mock.count("POST", ROUTED), 1);
        assert_eq!(world.mock.routes().len(), 1);
        assert_eq!(world.mock.routes()[0]["label"], stored);
        // Once more, with nothing to do.
        world.apply();
        assert_eq!(world.mock.count("POST", ROUTED), 1);
        world.destroy();
    }
}

/// Each move takes more than a second, and more moves are under way than requests may be.
fn a_create_without_a_prefix_is_not_held_up_by_many_moves(world: &mut World) {
    let pool = world.foreign_pool();
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    let many = route("many", &pool, &web, "count = 30");
    world.configure(&many);
    world.apply_with(&["-parallelism=40"]);
    world.mock.configure(|one| {
        one.removal = Removal::After(Duration::from_secs(1));
        one.latency = Duration::from_millis(30);
    });
    let limit = "timeouts = { create = \"8s\" }";
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
    assert!(before < 30, "it came after {before} of the moves");
    assert_eq!(world.mock.routes().len(), 31);
    world.mock.configure(|one| {
        one.removal = Removal::AtOnce;
        one.latency = Duration::ZERO;
    });
    world.assert_settled();
}

/// The route is deleted, the response is lost, and the next DELETE gets a 404 that says nothing.
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
    let old = world.attribute(ROUTE, "id");
    world.a_minute_later();
    lose_a_delete(world);
    world.apply_with(&["-replace", ROUTE]);
    assert_ne!(world.attribute(ROUTE, "id"), old);
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
