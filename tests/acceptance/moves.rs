//! A route that goes to another server, or gets another label, keeps its prefix. How a move can break stands in
//! `broken_moves`.

use std::time::Duration;

use hostup_mock_api::Fault;

use crate::scenarios;
use crate::world::{World, assert_error, assert_warning};

scenarios![
    another_server_gets_the_same_prefix,
    another_label_keeps_the_prefix,
    a_refused_move_puts_the_old_route_back,
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
    world
        .mock
        .inject(Fault::on("POST", "/api/v2/routed-ipv6").problem(
            409,
            "vps_not_ready",
            "The server is being reinstalled.",
        ));
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not change",
            "being reinstalled",
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
