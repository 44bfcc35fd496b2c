//! How long the provider looks for an object that HostUp does not show yet, and how soon it ends
//! when the user stops it.

use std::time::{Duration, Instant};

use hostup_mock_api::{Fault, Request};

use crate::scenarios;
use crate::scene::{
    NETWORK, NETWORK_ADDRESS, NETWORKS, POOL, POOL_ADDRESS, ROUTE_ADDRESS, ROUTED, child,
    pool_and_route, route,
};
use crate::world::World;

scenarios![
    a_route_that_shows_late_is_adopted,
    a_route_that_is_created_after_its_time_out_response_is_adopted,
    a_pool_and_a_network_that_show_late_are_adopted,
    a_pool_and_a_network_that_are_created_after_their_time_out_response_are_adopted,
    two_applies_within_a_second_create_nothing_twice,
    two_applies_create_nothing_twice_when_even_the_response_to_a_create_lags,
    a_destroy_right_after_an_apply_leaves_nothing_behind,
    a_route_that_moves_right_after_its_create_keeps_its_prefix,
    networks_of_one_name_whose_responses_are_lost_have_a_resource_each,
    ctrl_c_ends_a_create_of_a_route_whose_response_was_lost_within_seconds,
    ctrl_c_ends_creates_whose_responses_were_lost_within_seconds,
    ctrl_c_ends_a_move_whose_response_was_lost_within_seconds,
];

/// The longest that a run may take.
const LIMIT: Duration = Duration::from_mins(1);
/// The longest that a run may take to stop, with a `request_timeout` of two seconds.
const SOON: Duration = Duration::from_secs(15);

fn a_route_that_shows_late_is_adopted(world: &mut World) {
    let (pool, web) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world
        .mock
        .configure(|one| one.appears_after = Duration::from_secs(5));
    world.configure(&route("web", &pool, &web, "prefix_length = 64"));
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(
        world.attribute(ROUTE_ADDRESS, "id"),
        world.mock.routes()[0]["id"]
    );
    assert_eq!(world.mock.count("POST", ROUTED), 1);
}

fn a_route_that_is_created_after_its_time_out_response_is_adopted(world: &mut World) {
    let (pool, web) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world
        .mock
        .inject(Fault::on("POST", ROUTED).commit_after(Duration::from_secs(6)));
    world.configure(&route("web", &pool, &web, "prefix_length = 64"));
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(
        world.attribute(ROUTE_ADDRESS, "id"),
        world.mock.routes()[0]["id"]
    );
    assert_eq!(world.mock.count("POST", ROUTED), 1);
}

/// Asserts that the account and the state have one pool and one network.
#[track_caller]
fn assert_both(world: &World) {
    let (pools, networks) = (world.mock.pools(), world.mock.networks());
    assert_eq!((pools.len(), networks.len()), (1, 1));
    for (address, object) in [(POOL_ADDRESS, &pools[0]), (NETWORK_ADDRESS, &networks[0])] {
        assert_eq!(world.attribute(address, "id"), object["id"]);
    }
    assert_eq!(world.mock.count("POST", ROUTED), 1);
    assert_eq!(world.mock.count("POST", NETWORKS), 1);
}

fn a_pool_and_a_network_that_show_late_are_adopted(world: &mut World) {
    world
        .mock
        .configure(|one| one.appears_after = Duration::from_secs(5));
    world.configure(&format!("{POOL}{NETWORK}"));
    world.apply();
    assert_both(world);
}

fn a_pool_and_a_network_that_are_created_after_their_time_out_response_are_adopted(
    world: &mut World,
) {
    for path in [ROUTED, NETWORKS] {
        let late = Fault::on("POST", path).commit_after(Duration::from_secs(6));
        world.mock.inject(late);
    }
    world.configure(&format!("{POOL}{NETWORK}"));
    world.apply();
    assert_both(world);
}

/// Applies a pool with a route, and a network, twice without a pause.
fn apply_twice(world: &World, lag: Duration) {
    let web = world.mock.add_vps("web-01");
    world.mock.configure(|one| one.copy_lag = lag);
    world.configure(&format!("{NETWORK}{}", pool_and_route(&web)));
    world.apply_only();
    let report = world.apply_only();
    assert!(report.planned.is_empty(), "{:?}", report.planned);
    assert_eq!(world.mock.count("POST", ROUTED), 2);
    assert_eq!(world.mock.count("POST", NETWORKS), 1);
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(world.mock.networks().len(), 1);
}

/// The lag is longer than a core takes to start.
fn two_applies_within_a_second_create_nothing_twice(world: &mut World) {
    apply_twice(world, Duration::from_millis(900));
    world.destroy();
    world.mock.clear_requests();
    apply_twice(world, Duration::from_secs(4));
}

fn two_applies_create_nothing_twice_when_even_the_response_to_a_create_lags(world: &mut World) {
    world.mock.configure(|one| one.responses_lag = true);
    apply_twice(world, Duration::from_secs(2));
}

fn a_destroy_right_after_an_apply_leaves_nothing_behind(world: &mut World) {
    apply_twice(world, Duration::from_secs(2));
    world.destroy();
    assert!(world.mock.is_empty());
}

/// Every apply reads a copy of the account that is older than the previous apply.
fn a_route_that_moves_right_after_its_create_keeps_its_prefix(world: &mut World) {
    let pool = world.foreign_pool();
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    world.mock.configure(|one| {
        one.copy_lag = Duration::from_secs(3);
        one.responses_lag = true;
    });
    world.configure(&route("web", &pool, &web, "prefix_length = 64"));
    world.apply_only();
    let prefix = world.attribute(ROUTE_ADDRESS, "prefix");
    for server in [&spare, &web] {
        world.configure(&route("web", &pool, server, "prefix_length = 64"));
        world.apply_only();
        assert_eq!(world.attribute(ROUTE_ADDRESS, "prefix"), prefix);
        assert_eq!(world.mock.routes().len(), 1);
        assert_eq!(world.mock.routes()[0]["vpsId"], **server);
    }
    world.assert_settled();
}

fn networks_of_one_name_whose_responses_are_lost_have_a_resource_each(world: &mut World) {
    let lost = Fault::on("POST", NETWORKS).cut_after().times(3);
    world.mock.inject(lost);
    world.configure(
        "resource \"hostup_private_network\" \"a\" {\n  count = 3\n  name  = \"same\"\n}\n",
    );
    world.apply();
    assert_eq!(world.mock.networks().len(), 3);
    assert_eq!(world.mock.count("POST", NETWORKS), 3);
}

/// Applies, and presses Ctrl-C when the provider looks for an object after this many creates.
/// Returns the messages.
fn stop_while_settling(world: &World, creates: usize) -> String {
    world.mock.clear_requests();
    let run = world
        .workspace
        .start(["apply", "-no-color", "-auto-approve"])
        .expect("a run");
    let is_settling = |requests: &[Request]| {
        let mut posts = (0..requests.len()).filter(|at| requests[*at].method == "POST");
        let last = posts.nth(creates - 1);
        last.is_some_and(|last| requests[last..].iter().any(|it| it.method == "GET"))
    };
    assert!(
        world.mock.wait_for(LIMIT, is_settling),
        "the provider did not look for the object: {:?}",
        world.mock.requests()
    );
    let stopped = Instant::now();
    run.interrupt().expect("a group");
    let ended = run.finish(LIMIT).expect("an end");
    let took = stopped.elapsed();
    let said = ended.text();
    assert!(!ended.timed_out, "the run did not end:\n{said}");
    assert_eq!(ended.code(), 1, "{said}");
    assert!(took < SOON, "it took {took:?} to stop:\n{said}");
    said
}

const TWO_SECONDS: &str = "provider \"hostup\" {\n  request_timeout = \"2s\"\n}\n";

fn ctrl_c_ends_a_create_of_a_route_whose_response_was_lost_within_seconds(world: &mut World) {
    let (pool, web) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world.mock.inject(Fault::on("POST", ROUTED).cut_before());
    world.configure(&format!(
        "{TWO_SECONDS}{}",
        route("web", &pool, &web, "prefix_length = 64")
    ));
    let said = stop_while_settling(world, 1);
    let prefix = child(world, 0, 64);
    assert!(said.contains(&format!("`{prefix}`")), "{said}");
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
}

fn ctrl_c_ends_creates_whose_responses_were_lost_within_seconds(world: &mut World) {
    for path in [ROUTED, NETWORKS] {
        world.mock.inject(Fault::on("POST", path).cut_before());
    }
    world.configure(&format!("{TWO_SECONDS}{POOL}{NETWORK}"));
    let said = stop_while_settling(world, 2);
    for expected in [
        "private network `a`",
        "Could not create hostup_routed_ipv6_pool",
    ] {
        let words = said.replace('│', " ");
        let words: Vec<_> = words.split_whitespace().collect();
        assert!(words.join(" ").contains(expected), "{expected:?}:\n{said}");
    }
    world.apply();
    assert_eq!(world.mock.pools().len(), 1);
    assert_eq!(world.mock.networks().len(), 1);
}

fn ctrl_c_ends_a_move_whose_response_was_lost_within_seconds(world: &mut World) {
    let pool = world.foreign_pool();
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    world.configure(&format!(
        "{TWO_SECONDS}{}",
        route("web", &pool, &web, "prefix_length = 64")
    ));
    world.apply();
    let prefix = world.attribute(ROUTE_ADDRESS, "prefix");
    world.mock.inject(Fault::on("POST", ROUTED).cut_before());
    world.configure(&format!(
        "{TWO_SECONDS}{}",
        route("web", &pool, &spare, "prefix_length = 64")
    ));
    let said = stop_while_settling(world, 1);
    assert!(said.contains(&format!("`{prefix}`")), "{said}");
    assert_eq!(world.attribute(ROUTE_ADDRESS, "prefix"), prefix);
    world.apply();
    assert_eq!(world.mock.routes().len(), 1);
    assert_eq!(world.mock.routes()[0]["prefix"], prefix);
    assert_eq!(world.mock.routes()[0]["vpsId"], spare);
}
