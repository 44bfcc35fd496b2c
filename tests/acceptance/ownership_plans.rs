//! Plans that must not lose a prefix or a protected pool: HostUp gives neither back.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use crate::scenarios;
use crate::scene::{
    NETWORK_ADDRESS, POOL, POOL_ADDRESS, POOL_ID, ROUTE_ADDRESS, ROUTED, route, route_in,
};
use crate::world::{World, assert_error, assert_warning};

scenarios![
    a_pool_id_from_a_data_source_that_is_read_late_moves_nothing,
    a_pool_id_that_is_not_known_yet_and_stays_the_same_moves_nothing,
    a_pool_id_that_is_not_known_yet_and_becomes_another_stops_the_apply,
    a_region_that_is_not_known_yet_and_stays_the_same_replaces_nothing,
    a_replacement_of_a_protected_pool_fails_at_plan,
    a_replacement_of_a_tainted_pool_that_is_protected_fails_at_plan,
    a_tainted_pool_that_is_protected_keeps_its_routes_without_a_refresh,
    a_tainted_pool_without_protection_says_what_is_lost,
    a_pool_is_not_replaced_under_its_routes_but_together_with_them,
    a_plan_whose_checks_cannot_reach_the_api_says_so_once,
    an_object_has_one_resource,
];

/// A value that is not known before apply whenever `version` changes.
fn versioned(name: &str, value: &str, version: u8) -> String {
    format!(
        "resource \"terraform_data\" \"{name}\" {{\n  input = \"{value}\"\n  \
         triggers_replace = {version}\n}}\n"
    )
}

/// Asserts that the route is planned in place with a warning, and that the apply changes nothing.
fn assert_untouched(world: &World, before: &serde_json::Value) {
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE_ADDRESS), "update");
    assert_warning(
        &plan.report,
        &[
            "`pool_id` is not known before apply",
            "inconsistent final plan",
        ],
    );
    world.mock.clear_requests();
    world.apply();
    assert_eq!(world.mock.count("DELETE", "/"), 0);
    assert_eq!(world.mock.count("POST", "/"), 0);
    assert_eq!(&world.attributes(ROUTE_ADDRESS), before);
}

fn a_pool_id_from_a_data_source_that_is_read_late_moves_nothing(world: &mut World) {
    world.foreign_pool();
    let web = world.mock.add_vps("web-01");
    let pool_id = "data.hostup_routed_ipv6_pool.main.id";
    let route = route_in(pool_id, "web", &web, "prefix_length = 64");
    let depending = |version| {
        format!(
            "{}data \"hostup_routed_ipv6_pool\" \"main\" {{\n  \
             depends_on = [terraform_data.first]\n}}\n{route}",
            versioned("first", "first", version)
        )
    };
    world.configure(&depending(1));
    world.apply();
    let before = world.attributes(ROUTE_ADDRESS);
    world.configure(&depending(2));
    assert_untouched(world, &before);
}

fn routed_by(world: &World, pool: &str, web: &str, version: u8) {
    let pool_id = "terraform_data.pool.output";
    let route = route_in(pool_id, "web", web, "prefix_length = 64");
    world.configure(&format!("{}{route}", versioned("pool", pool, version)));
}

fn a_pool_id_that_is_not_known_yet_and_stays_the_same_moves_nothing(world: &mut World) {
    let (pool, web) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    routed_by(world, &pool, &web, 1);
    world.apply();
    let before = world.attributes(ROUTE_ADDRESS);
    routed_by(world, &pool, &web, 2);
    assert_untouched(world, &before);
}

fn a_pool_id_that_is_not_known_yet_and_becomes_another_stops_the_apply(world: &mut World) {
    let (pool, web) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let other = world.foreign_pool();
    routed_by(world, &pool, &web, 1);
    world.apply();
    let before = world.mock.routes();
    routed_by(world, &other, &web, 2);
    let report = world.apply_fails();
    assert_error(&report, &["inconsistent final plan"]);
    assert_eq!(world.mock.routes(), before);
    assert_eq!(world.attribute(ROUTE_ADDRESS, "pool_id"), pool);
    let plan = world.plan();
    assert_eq!(plan.action(ROUTE_ADDRESS), "delete-create");
    assert_eq!(plan.replaced_by(ROUTE_ADDRESS), ["pool_id"]);
    world.apply();
    assert_eq!(world.attribute(ROUTE_ADDRESS, "pool_id"), other);
}

fn a_region_that_is_not_known_yet_and_stays_the_same_replaces_nothing(world: &mut World) {
    let in_region = |version| {
        format!(
            "{}resource \"hostup_private_network\" \"a\" {{\n  name = \"a\"\n  \
             region = terraform_data.region.output\n}}\n",
            versioned("region", "stockholm", version)
        )
    };
    world.configure(&in_region(1));
    world.apply();
    let before = world.attributes(NETWORK_ADDRESS);
    world.configure(&in_region(2));
    let plan = world.plan();
    assert_eq!(plan.action(NETWORK_ADDRESS), "update");
    assert_warning(
        &plan.report,
        &["`region` is not known before apply", "`stockholm`"],
    );
    world.apply();
    assert_eq!(world.attributes(NETWORK_ADDRESS), before);
}

/// A pool and three routes of it.
fn with_three_routes(world: &World, protection: &str) {
    let web = world.mock.add_vps("web-01");
    let route = route_in(POOL_ID, "many", &web, "prefix_length = 64\n  count = 3");
    world.configure(&format!(
        "resource \"hostup_routed_ipv6_pool\" \"main\" {{\n  {protection}\n}}\n{route}"
    ));
    world.apply();
    world.mock.clear_requests();
}

const PROTECTED: &str = "deletion_protection = true";

/// Asserts that plan and apply with these arguments fail and send nothing.
fn assert_protected(world: &World, arguments: &[&str]) {
    let before = (world.mock.pools(), world.mock.routes());
    for command in [&["plan", "-json"][..], &["apply", "-json", "-auto-approve"]] {
        let run = world.workspace.run([command, arguments].concat());
        let run = run.expect("a run");
        assert_eq!(run.code(), 1, "{}", run.text());
        assert_error(
            &cli_support::Report::read(&run.stdout),
            &["is protected", "`deletion_protection` is true"],
        );
    }
    assert_eq!(world.mock.count("DELETE", "/"), 0);
    assert_eq!((world.mock.pools(), world.mock.routes()), before);
}

fn remove_protection(world: &World) {
    let text = std::fs::read_to_string(world.workspace.path().join("main.tf"));
    let text = text.expect("a configuration").replace(PROTECTED, "");
    world.workspace.write("main.tf", &text).expect("a file");
    world.apply();
}

fn a_replacement_of_a_protected_pool_fails_at_plan(world: &mut World) {
    with_three_routes(world, PROTECTED);
    assert_protected(world, &["-replace", POOL_ADDRESS]);
    assert_protected(world, &["-replace", POOL_ADDRESS, "-refresh=false"]);
    remove_protection(world);
}

fn taint(world: &World) {
    let run = world.workspace.run(["taint", POOL_ADDRESS]).expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
}

fn a_replacement_of_a_tainted_pool_that_is_protected_fails_at_plan(world: &mut World) {
    with_three_routes(world, PROTECTED);
    taint(world);
    assert_protected(world, &[]);
    world.untaint(POOL_ADDRESS);
    remove_protection(world);
}

/// The plan cannot check the protection without a refresh, but the apply destroys nothing.
fn a_tainted_pool_that_is_protected_keeps_its_routes_without_a_refresh(world: &mut World) {
    with_three_routes(world, PROTECTED);
    taint(world);
    let before = world.mock.routes();
    let run = world
        .workspace
        .run(["apply", "-json", "-auto-approve", "-refresh=false"]);
    let run = run.expect("a run");
    assert_eq!(run.code(), 1, "{}", run.text());
    assert_error(
        &cli_support::Report::read(&run.stdout),
        &["`deletion_protection` is true"],
    );
    assert_eq!(world.mock.routes(), before);
    assert_eq!(world.mock.count("DELETE", ROUTED), 0);
    world.untaint(POOL_ADDRESS);
    remove_protection(world);
}

fn a_tainted_pool_without_protection_says_what_is_lost(world: &mut World) {
    with_three_routes(world, "");
    taint(world);
    let plan = world.plan();
    assert_eq!(plan.action(POOL_ADDRESS), "delete-create");
    let cidr = world.attribute(POOL_ADDRESS, "parent_cidr");
    assert_warning(&plan.report, &[&cidr, "will be lost"]);
    world.untaint(POOL_ADDRESS);
}

/// The id of the new pool is unknown, so the routes are planned in place, and HostUp does not
/// release a pool that has routes.
fn a_pool_is_not_replaced_under_its_routes_but_together_with_them(world: &mut World) {
    with_three_routes(world, "");
    let before = (world.mock.pools(), world.mock.routes());
    let pool = world.attribute(POOL_ADDRESS, "id");
    let run = world
        .workspace
        .run(["apply", "-json", "-auto-approve", "-replace", POOL_ADDRESS]);
    let run = run.expect("a run");
    assert_eq!(run.code(), 1, "{}", run.text());
    let in_the_way = &before.1[0]["id"];
    assert_error(
        &cli_support::Report::read(&run.stdout),
        &["Could not destroy", in_the_way.as_str().unwrap_or_default()],
    );
    assert_eq!((world.mock.pools(), world.mock.routes()), before);
    let routes = [0, 1, 2].map(|it| format!("-replace=hostup_routed_ipv6_route.many[{it}]"));
    let mut all = vec!["-replace", POOL_ADDRESS];
    all.extend(routes.iter().map(String::as_str));
    world.apply_with(&all);
    world.assert_settled();
    assert_ne!(world.attribute(POOL_ADDRESS, "id"), pool);
    assert_eq!(world.mock.routes().len(), 3);
}

/// Every object is new, so only the checks of the plan need the API.
fn a_plan_whose_checks_cannot_reach_the_api_says_so_once(world: &mut World) {
    const MOST: Duration = Duration::from_secs(25);
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = closed.local_addr().expect("an address");
    drop(closed);
    let (pool, web) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world
        .workspace
        .set("HOSTUP_API_BASE", &format!("http://{address}"));
    world.configure(&format!(
        "{POOL}{}",
        route("many", &pool, &web, "prefix_length = 64\n  count = 5")
    ));
    let begun = Instant::now();
    let plan = world.plan();
    let took = begun.elapsed();
    assert!(took < MOST, "the plan took {took:?}");
    let about: Vec<_> = plan
        .report
        .warnings()
        .into_iter()
        .filter(|it| it.summary.contains("not checked"))
        .collect();
    assert_eq!(about.len(), 1, "{about:?}");
    assert_warning(&plan.report, &["not checked", &address.to_string()]);
    assert_eq!(plan.action(POOL_ADDRESS), "create");
    world.configure("");
}

/// The destroy of one resource would take the object from the other one.
fn an_object_has_one_resource(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    let network = |name: &str| {
        format!(
            "resource \"hostup_private_network\" \"{name}\" {{\n  name = \"backend\"\n  \
             parent_cidr = \"10.42.0.0/21\"\n}}\n"
        )
    };
    let interface = |name: &str| {
        format!(
            "resource \"hostup_vps_private_interface\" \"{name}\" {{\n  vps_id = \"{web}\"\n  \
             private_network_id = hostup_private_network.main.id\n  ip_address = \"10.42.0.10\"\n}}\n"
        )
    };
    let pool = |name: &str| format!("resource \"hostup_routed_ipv6_pool\" \"{name}\" {{}}\n");
    let pool_id = "hostup_routed_ipv6_pool.main.id";
    let routed = |name: &str| route_in(pool_id, name, &web, "prefix_length = 64");
    let all = [
        pool("main"),
        routed("main"),
        network("main"),
        interface("main"),
    ]
    .concat();
    world.configure(&all);
    world.apply();
    let before = world.addresses();
    for (kind, second) in [
        ("hostup_routed_ipv6_pool", pool("second")),
        ("hostup_routed_ipv6_route", routed("second")),
        ("hostup_private_network", network("second")),
        ("hostup_vps_private_interface", interface("second")),
    ] {
        let id = world.attribute(&format!("{kind}.main"), "id");
        let import = format!("import {{\n  to = {kind}.second\n  id = \"{id}\"\n}}\n");
        world.configure(&format!("{all}{second}{import}"));
        let report = world.apply_fails();
        assert_error(
            &report,
            &[
                "Two resources have one object",
                "`moved` block",
                "`import` block",
            ],
        );
        assert_eq!(world.addresses(), before);
    }
    // A rename without a `moved` block would release the pool that it imports.
    let id = world.attribute("hostup_routed_ipv6_pool.main", "id");
    let import = format!("import {{\n  to = hostup_routed_ipv6_pool.second\n  id = \"{id}\"\n}}\n");
    world.configure(&format!("{}{import}", pool("second")));
    let report = world.apply_fails();
    assert_error(&report, &["Two resources have one object"]);
    assert_eq!(world.mock.count("DELETE", "/"), 0);
    world.configure(&all);
}
