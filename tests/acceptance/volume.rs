//! Many objects at once: that each keeps its own identity, and how many requests and how much time
//! they take. Run with `--nocapture` to see the measurements.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hostup_mock_api::{RateLimit, Request};
use serde_json::{Value, json};

use crate::scenarios;
use crate::scene::ROUTED;
use crate::world::World;

scenarios![
    fifty_equal_routes_have_fifty_ids_and_prefixes,
    a_refresh_of_a_thousand_routes_takes_three_requests_at_most,
    a_refresh_of_five_thousand_routes_takes_three_requests_at_most,
    a_refresh_in_which_a_thousand_routes_are_gone_takes_three_requests_at_most,
    a_plan_of_two_hundred_routes_in_no_pool_takes_two_requests,
    three_hundred_routes_are_created_ten_at_a_time,
    two_hundred_routes_under_a_limit_of_twenty_a_second_have_few_refusals,
];

fn many(pool: &str, vps: &str, count: usize) -> String {
    format!(
        r#"
        resource "hostup_routed_ipv6_route" "many" {{
          count         = {count}
          pool_id       = "{pool}"
          vps_id        = "{vps}"
          prefix_length = 64
        }}
        "#
    )
}

/// Returns the attributes of every instance in the state file.
fn instances(world: &World) -> Vec<Value> {
    let text = world.workspace.path().join("terraform.tfstate");
    let text = std::fs::read_to_string(text).expect("a state file");
    let state: Value = serde_json::from_str(&text).expect("a state");
    let resources = state["resources"].as_array().expect("resources");
    resources
        .iter()
        .flat_map(|it| it["instances"].as_array().cloned().unwrap_or_default())
        .map(|it| it["attributes"].clone())
        .collect()
}

fn texts(objects: &[Value], key: &str) -> BTreeSet<String> {
    objects
        .iter()
        .map(|it| it[key].as_str().expect("a text").to_owned())
        .collect()
}

fn fifty_equal_routes_have_fifty_ids_and_prefixes(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world
        .mock
        .configure(|switches| switches.latency_jitter = Duration::from_millis(100));
    world.configure(&many(&pool, &vps, 50));
    world.apply_with(&["-parallelism=20"]);
    let (state, account) = (instances(world), world.mock.routes());
    assert_eq!(state.len(), 50);
    assert_eq!(texts(&state, "id"), texts(&account, "id"));
    assert_eq!(texts(&state, "prefix"), texts(&account, "prefix"));
    assert_eq!(texts(&state, "prefix").len(), 50);
    for kept in &state {
        let there = account.iter().find(|it| it["id"] == kept["id"]);
        assert_eq!(there.expect("the route")["prefix"], kept["prefix"]);
    }
    world
        .mock
        .configure(|switches| switches.latency_jitter = Duration::ZERO);
    world.assert_settled();
}

/// Fills the account with routes, and writes a state file with all of them, which is faster than to
/// create them.
fn begin_with(world: &mut World, count: u16) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world
        .mock
        .with_account(|account| account.add_routes(&pool, &vps, count));
    world.configure(&many(&pool, &vps, count.into()));
    let core = world.workspace.core();
    let instances: Vec<_> = world
        .mock
        .routes()
        .iter()
        .enumerate()
        .map(|(nth, route)| {
            json!({"index_key": nth, "schema_version": 0, "attributes": {
                "pool_id": pool,
                "vps_id": route["vpsId"],
                "prefix": route["prefix"],
                "prefix_length": route["prefixLength"],
                "label": route["label"],
                "timeouts": null,
                "id": route["id"],
                "next_hop": route["nextHop"],
                "vps_name": route["vpsName"],
                "status": route["status"],
            }})
        })
        .collect();
    let provider = format!(
        "provider[\"{}/hostup/hostup\"]",
        core.product.registry_host()
    );
    let state = json!({
        "version": 4, "terraform_version": core.version.to_string(), "serial": 1,
        "lineage": "b0a3a6c4-4d0e-4a63-9c34-8b1fbc1d7a55", "outputs": {},
        "resources": [{
            "mode": "managed", "type": "hostup_routed_ipv6_route", "name": "many",
            "provider": provider, "instances": instances,
        }],
    });
    world
        .workspace
        .write("terraform.tfstate", &state.to_string())
        .expect("a state file");
    world.mock.clear_requests();
}

/// Refreshes this many routes, and counts the requests.
fn refresh(world: &mut World, count: u16) {
    begin_with(world, count);
    let begun = Instant::now();
    world.assert_settled();
    let requests = world.mock.requests();
    println!(
        "refresh of {count} routes: {} requests, {:.1} s",
        requests.len(),
        begun.elapsed().as_secs_f64()
    );
    assert!(requests.len() <= 3, "{} requests", requests.len());
    clear(world);
}

/// Removes the routes and the state file, which is faster than to destroy them.
fn clear(world: &World) {
    for route in world.mock.routes() {
        world
            .mock
            .remove_route(route["id"].as_str().expect("an id"));
    }
    std::fs::remove_file(world.workspace.path().join("terraform.tfstate")).expect("a state file");
}

fn a_refresh_of_a_thousand_routes_takes_three_requests_at_most(world: &mut World) {
    refresh(world, 1_000);
}

fn a_refresh_of_five_thousand_routes_takes_three_requests_at_most(world: &mut World) {
    refresh(world, 5_000);
}

fn a_refresh_in_which_a_thousand_routes_are_gone_takes_three_requests_at_most(world: &mut World) {
    begin_with(world, 1_000);
    for route in world.mock.routes() {
        world
            .mock
            .remove_route(route["id"].as_str().expect("an id"));
    }
    let run = world
        .workspace
        .run(["plan", "-refresh-only", "-detailed-exitcode", "-no-color"])
        .expect("a plan");
    assert_eq!(run.code(), 2, "{}", run.text());
    let requests = world.mock.requests();
    println!(
        "refresh of 1000 routes that are gone: {} requests",
        requests.len()
    );
    assert!(requests.len() <= 3, "{} requests", requests.len());
    clear(world);
}

/// The routes share one read of the account, and one more after a pause.
fn a_plan_of_two_hundred_routes_in_no_pool_takes_two_requests(world: &mut World) {
    world.foreign_pool();
    let vps = world.mock.add_vps("web-01");
    world.configure(&many("ripv6_missing", &vps, 200));
    // Some cores report it 200 times, some once.
    let report = world.plan_fails();
    let errors = report.errors();
    assert!(errors.iter().all(|it| it.summary == "No such pool"));
    assert_eq!(world.mock.requests().len(), 2);
    world.configure("");
}

fn posts(world: &World) -> Vec<Request> {
    let mut requests = world.mock.requests();
    requests.retain(|request| request.method == "POST");
    requests
}

/// The provider keeps ten requests in flight. The total time depends on the core too, which writes
/// its state after each object: 300 of its built-in objects take longer than 300 requests of 50 ms,
/// ten at a time. The tests of `hostup-client` measure the client alone.
fn three_hundred_routes_are_created_ten_at_a_time(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world
        .mock
        .configure(|switches| switches.latency = Duration::from_millis(50));
    world.configure(&many(&pool, &vps, 300));
    world.apply_with(&["-parallelism=10"]);
    let posts = posts(world);
    assert_eq!((posts.len(), world.mock.routes().len()), (300, 300));
    // One for the plan's checks and one for the apply, which has a plugin process of its own.
    assert!(world.mock.count("GET", ROUTED) <= 2);
    let answered = |it: &Request| it.responded.expect("a response");
    let first = posts.iter().map(|it| it.at).min().expect("a POST");
    let last = posts.iter().map(answered).max().expect("a response");
    let whole = last.duration_since(first).as_secs_f64();
    let served: f64 = posts
        .iter()
        .map(|it| answered(it).duration_since(it.at).as_secs_f64())
        .sum();
    let (used, of_latency) = (served / (10.0 * whole), 300.0 * 0.05 / (10.0 * whole));
    println!(
        "300 routes, 50 ms latency, parallelism 10: {whole:.2} s, {:.0} routes a second; \
         {:.0} % of ten slots in use, \
         {:.0} % of what the latency alone allows",
        300.0 / whole,
        used * 100.0,
        of_latency * 100.0
    );
    let in_flight = |at: Instant| {
        let under_way = |it: &&Request| it.at <= at && at < answered(it);
        posts.iter().filter(under_way).count()
    };
    let most = posts.iter().map(|it| in_flight(it.at)).max();
    assert_eq!(most, Some(10), "in flight at a time");
    clear(world);
}

fn two_hundred_routes_under_a_limit_of_twenty_a_second_have_few_refusals(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world.mock.configure(|switches| {
        switches.rate_limit = Some(RateLimit {
            requests: 20,
            window: Duration::from_secs(1),
        });
    });
    world.configure(&many(&pool, &vps, 200).replace("= 10", "= 20"));
    let begun = Instant::now();
    world.apply_with(&["-parallelism=20"]);
    let requests = world.mock.requests();
    let refused = requests
        .iter()
        .filter(|request| request.status == Some(429))
        .count();
    println!(
        "200 routes, 20 requests a second, parallelism 20: {:.1} s, \
         {refused} of {} requests refused",
        begun.elapsed().as_secs_f64(),
        requests.len()
    );
    assert_eq!(world.mock.routes().len(), 200);
    assert!(
        refused * 10 < requests.len(),
        "{refused} of {}",
        requests.len()
    );
    world.mock.configure(|switches| switches.rate_limit = None);
    clear(world);
}
