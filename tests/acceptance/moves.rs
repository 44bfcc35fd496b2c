//! A route that goes to another server, or gets another label, keeps its prefix. How a move can
//! break stands in `broken_moves`.

use std::time::Duration;

use hostup_mock_api::Fault;

use crate::scenarios;
use crate::world::{World, assert_error, assert_warning};

scenarios![
    another_server_gets_the_same_prefix,
    another_label_keeps_the_prefix,
    a_refused_move_puts_the_old_route_back,
    a_prefix_that_somebody_else_was_given_stays_theirs,
    a_route_that_was_made_again_is_destroyed_under_its_new_id,
    a_new_route_is_not_given_the_prefix_of_one_that_moves,
    a_move_whose_answer_is_lost_is_not_lost,
    another_prefix_makes_another_route,
];

const ROUTE: &str = "hostup_routed_ipv6_route.web";

fn routed(pool: &str, vps: &str, more: &str) -> String {
    format!(
        r#"
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id = "{pool}"
          vps_id  = "{vps}"
          {more}
        }}
        "#
    )
}

/// A pool, two servers, and a route to the first.
fn begin(world: &mut World) -> (String, String, String) {
    let pool = world.foreign_pool();
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    world.configure(&routed(&pool, &web, "prefix_length = 64"));
    world.apply();
    (pool, web, spare)
}

/// As soon as a route is removed, these servers take none any more.
pub(crate) fn suspended_meanwhile(servers: &[&str]) -> Fault {
    let servers: Vec<_> = servers.iter().map(|&id| id.to_owned()).collect();
    Fault::on("DELETE", "/api/v2/routed-ipv6/routes/").run_after(move |account| {
        for id in &servers {
            account.edit_vps(id, |vps| vps["serviceStatus"] = "suspended".into());
        }
    })
}

/// All servers take routes again.
pub(crate) fn reinstate(world: &World) {
    for vps in world.mock.vpses() {
        let id = vps["id"].as_str().unwrap_or_default();
        world
            .mock
            .edit_vps(id, |vps| vps["serviceStatus"] = "active".into());
    }
}

fn another_server_gets_the_same_prefix(world: &mut World) {
    let (pool, _, spare) = begin(world);
    let prefix = world.attribute(ROUTE, "prefix");
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE), "update");
    assert_eq!(
        plan.unknown(ROUTE),
        [
            "allocated_at",
            "id",
            "next_hop",
            "status",
            "updated_at",
            "vps_name"
        ]
    );
    assert_warning(&plan.report, &[&prefix, "stops for a moment"]);
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(world.mock.routes()[0]["prefix"], prefix);
    assert_eq!(world.mock.routes()[0]["vpsId"], spare);
    assert_eq!(world.attribute(ROUTE, "vps_name"), "spare-01");
    assert_eq!(world.attribute(ROUTE, "prefix"), prefix);
}

fn another_label_keeps_the_prefix(world: &mut World) {
    let (pool, web, _) = begin(world);
    let prefix = world.attribute(ROUTE, "prefix");
    world.configure(&routed(
        &pool,
        &web,
        "prefix_length = 64\nlabel = \"front end\"",
    ));
    world.apply();
    assert_eq!(world.mock.routes()[0]["prefix"], prefix);
    assert_eq!(world.mock.routes()[0]["label"], "front end");
}

fn a_refused_move_puts_the_old_route_back(world: &mut World) {
    let (pool, web, spare) = begin(world);
    let prefix = world.attribute(ROUTE, "prefix");
    world.mock.inject(suspended_meanwhile(&[&spare]));
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not update",
            "This VPS is not active",
            &prefix,
            "as before",
        ],
    );
    assert_eq!(world.mock.routes()[0]["prefix"], prefix);
    assert_eq!(world.mock.routes()[0]["vpsId"], web);
    assert_eq!(
        world.mock.routes()[0]["id"],
        world.attribute(ROUTE, "id"),
        "the state holds the route that was put back"
    );
    world.configure(&routed(&pool, &web, "prefix_length = 64"));
    world.assert_settled();
}

/// Another process is given the prefix in the moment it is free.
fn a_prefix_that_somebody_else_was_given_stays_theirs(world: &mut World) {
    let (pool, _, spare) = begin(world);
    let prefix = world.attribute(ROUTE, "prefix");
    let third = world.mock.add_vps("third-01");
    let thief = (pool.clone(), third.clone());
    world.mock.inject(
        Fault::on("DELETE", "/api/v2/routed-ipv6/routes/").run_after(move |account| {
            account.add_route(&thief.0, &thief.1, None, 64, None);
        }),
    );
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    let report = world.apply_fails();
    assert_error(&report, &[&prefix, "nother route has", &third]);
    assert_eq!(world.attribute(ROUTE, "status"), "taken");
    let theirs = world.mock.routes()[0]["id"].clone();
    world.foreign(theirs.as_str().unwrap_or_default());
    // Neither the next run nor a destroy touches what is not ours.
    let report = world.apply_fails();
    assert_error(&report, &[&prefix, "nother route has", &third]);
    world.destroy();
    assert_eq!(world.mock.routes()[0]["id"], theirs);
    assert_eq!(world.mock.routes()[0]["vpsId"], third);
}

fn a_route_that_was_made_again_is_destroyed_under_its_new_id(world: &mut World) {
    let (pool, web, _) = begin(world);
    let prefix = world.attribute(ROUTE, "prefix");
    world.mock.remove_route(&world.attribute(ROUTE, "id"));
    world
        .mock
        .with_account(|account| account.add_route(&pool, &web, Some(&prefix), 64, None));
    let run = world
        .workspace
        .run([
            "apply",
            "-destroy",
            "-refresh=false",
            "-auto-approve",
            "-no-color",
        ])
        .expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
    assert!(world.mock.routes().is_empty());
}

/// In one apply, with one request at a time: the creation stands right behind the removal.
fn a_new_route_is_not_given_the_prefix_of_one_that_moves(world: &mut World) {
    let (pool, web, spare) = begin(world);
    let prefix = world.attribute(ROUTE, "prefix");
    let provider = "provider \"hostup\" { max_concurrent_requests = 1 }\n";
    let moved = routed(&pool, &spare, "prefix_length = 64");
    let new = routed(&pool, &web, "prefix_length = 64").replace("\"web\"", "\"new\"");
    world.mock.inject(
        Fault::on("DELETE", "/api/v2/routed-ipv6/routes/").delay(Duration::from_millis(500)),
    );
    world.configure(&format!("{provider}{moved}{new}"));
    world.apply();
    assert_eq!(world.attribute(ROUTE, "prefix"), prefix);
    assert_eq!(world.mock.routes().len(), 2);
    assert_ne!(
        world.attribute("hostup_routed_ipv6_route.new", "id"),
        world.attribute(ROUTE, "id")
    );
}

fn a_move_whose_answer_is_lost_is_not_lost(world: &mut World) {
    let (pool, _, spare) = begin(world);
    let prefix = world.attribute(ROUTE, "prefix");
    world.mock.inject(
        Fault::on("POST", "/api/v2/routed-ipv6")
            .cut_after()
            .delay(Duration::from_millis(10)),
    );
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(world.mock.routes()[0]["prefix"], prefix);
    assert_eq!(world.mock.routes()[0]["vpsId"], spare);
}

fn another_prefix_makes_another_route(world: &mut World) {
    let (pool, web, _) = begin(world);
    let prefix = crate::life::child(world, 9, 56);
    world.configure(&routed(&pool, &web, &format!("prefix = \"{prefix}\"")));
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE), "delete-create");
    let mut forced_by = plan.replaced_by(ROUTE);
    forced_by.sort();
    assert_eq!(forced_by, ["prefix"]);
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(world.mock.routes()[0]["prefix"], prefix);
}
