//! Two processes, each with its own state, that apply on one account at the same time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cli_support::Workspace;
use serde_json::Value;

use crate::scenarios;
use crate::scene::{child, route};
use crate::world::World;

scenarios![
    two_processes_whose_requests_differ_never_hold_the_same_route,
    two_processes_whose_requests_are_equal_never_hold_the_same_route,
];

/// How often processes run whose requests differ.
const RUNS: usize = 50;
/// The longest that an apply of four routes may take.
const LIMIT: Duration = Duration::from_mins(1);

/// Returns four routes, each with one field that differs in the other process.
fn four(pool: &str, vps: &str, length: u8, prefix: &str, label: &str) -> String {
    let route = |name: &str, fields: &str| {
        format!(
            "resource \"hostup_routed_ipv6_route\" \"{name}\" {{\n  \
             pool_id = \"{pool}\"\n{fields}\n}}\n"
        )
    };
    let web = "vps_id = \"WEB\"";
    [
        route(
            "vps",
            &format!("vps_id = \"{vps}\"\nprefix_length = 64\nlabel = \"by vps\""),
        ),
        route(
            "length",
            &format!("{web}\nprefix_length = {length}\nlabel = \"by length\""),
        ),
        route(
            "prefix",
            &format!("{web}\nprefix_length = 64\n{prefix}\nlabel = \"by prefix\""),
        ),
        route(
            "label",
            &format!("{web}\nprefix_length = 64\nlabel = \"{label}\""),
        ),
    ]
    .concat()
}

/// Returns the attributes of the routes in the state, by name.
fn held(workspace: &Workspace) -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(workspace.path().join("terraform.tfstate"));
    let state: Value = serde_json::from_str(&text.expect("a state file")).expect("a state");
    let resources = state["resources"].as_array().cloned().unwrap_or_default();
    resources
        .iter()
        .map(|it| {
            let name = it["name"].as_str().expect("a name").to_owned();
            (name, it["instances"][0]["attributes"].clone())
        })
        .collect()
}

/// Creates another process on the account of `world`, and configures both.
fn two_processes(world: &World, one: &str, other: &str) -> Workspace {
    let beside = world.beside();
    world.configure(other);
    let configuration = std::fs::read_to_string(world.workspace.path().join("main.tf"));
    beside
        .write("main.tf", &configuration.expect("a configuration"))
        .expect("a configuration");
    world.configure(one);
    beside
}

/// Delays the responses, so that they show what the other process has created.
fn delay_responses(world: &World) {
    world.mock.configure(|switches| {
        switches.latency_jitter = Duration::from_millis(60);
        switches.late_201_state = Duration::from_millis(60);
    });
}

/// Applies in both directories at once, the second one a little later.
#[expect(
    clippy::disallowed_methods,
    reason = "the second process starts later, and nothing shows when"
)]
fn apply_both(both: [&Workspace; 2], head_start: Duration, run: usize) {
    let apply = |workspace: &Workspace| {
        let started = workspace.start(["apply", "-auto-approve", "-no-color"]);
        started.expect("an apply")
    };
    let first = apply(both[0]);
    std::thread::sleep(head_start);
    let second = apply(both[1]);
    for apply in [first, second] {
        let ended = apply.finish(LIMIT).expect("an end");
        assert_eq!(ended.code(), 0, "run {run}:\n{}", ended.text());
    }
}

/// Removes every route from the account and from both states.
fn begin_again(world: &World, beside: &Workspace) {
    for route in world.mock.routes() {
        world
            .mock
            .remove_route(route["id"].as_str().expect("an id"));
    }
    for workspace in [&world.workspace, beside] {
        let state = workspace.path().join("terraform.tfstate");
        std::fs::remove_file(state).expect("a state file");
    }
}

/// These routes differ in the prefix only, and HostUp's responses show the routes of both
/// processes.
fn two_processes_whose_requests_are_equal_never_hold_the_same_route(world: &mut World) {
    let (pool, web) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    delay_responses(world);
    let equal = |name: &str| route(name, &pool, &web, "prefix_length = 64");
    let two = format!("{}{}", equal("one"), equal("two"));
    let beside = two_processes(world, &two, &two);
    let runs = crate::sharing_runs();
    let (mut shared, mut orphaned) = (0, 0);
    for run in 0..runs {
        let head_start = Duration::from_millis(run as u64 * 37 % 250);
        apply_both([&world.workspace, &beside], head_start, run);
        let (ours, theirs) = (held(&world.workspace), held(&beside));
        let id = |it: &Value| it["id"].as_str().unwrap_or_default().to_owned();
        let known: Vec<_> = ours.values().chain(theirs.values()).map(id).collect();
        let distinct: BTreeSet<_> = known.iter().collect();
        let routes = world.mock.routes();
        shared += known.len() - distinct.len();
        orphaned += routes
            .iter()
            .filter(|it| !distinct.contains(&id(it)))
            .count();
        assert_eq!((known.len(), routes.len()), (4, 4), "run {run}");
        begin_again(world, &beside);
    }
    println!(
        "{runs} runs of two processes with equal requests: {shared} shared ids, {orphaned} orphans"
    );
    assert_eq!(
        (shared, orphaned),
        (0, 0),
        "shared ids and orphans in {runs} runs"
    );
}

fn two_processes_whose_requests_differ_never_hold_the_same_route(world: &mut World) {
    let pool = world.foreign_pool();
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    delay_responses(world);
    let far = child(world, 0xf000, 64);
    let (one, other) = (
        four(&pool, &web, 64, "", "red"),
        four(&pool, &spare, 56, &format!("prefix = \"{far}\""), "blue"),
    );
    let beside = two_processes(
        world,
        &one.replace("WEB", &web),
        &other.replace("WEB", &web),
    );

    for run in 0..RUNS {
        apply_both([&world.workspace, &beside], Duration::ZERO, run);
        let (ours, theirs) = (held(&world.workspace), held(&beside));
        assert_eq!((ours.len(), theirs.len()), (4, 4), "run {run}");
        let routes = world.mock.routes();
        assert_eq!(routes.len(), 8, "run {run}");
        for (name, route) in ours.iter().chain(&theirs) {
            let holders = ours.values().chain(theirs.values());
            let holders = holders.filter(|it| it["id"] == route["id"]).count();
            assert_eq!(holders, 1, "run {run}: {holders} hold `{name}`");
        }
        // Each process holds the route that it requested.
        let there = |held: &Value| {
            let found = routes.iter().find(|it| it["id"] == held["id"]);
            found
                .cloned()
                .unwrap_or_else(|| panic!("run {run}: the account lacks {held}"))
        };
        assert_eq!(there(&ours["vps"])["vpsId"], web.as_str());
        assert_eq!(there(&theirs["vps"])["vpsId"], spare.as_str());
        assert_eq!(there(&ours["length"])["prefixLength"], 64);
        assert_eq!(there(&theirs["length"])["prefixLength"], 56);
        assert_ne!(there(&ours["prefix"])["prefix"], far);
        assert_eq!(there(&theirs["prefix"])["prefix"], far);
        assert_eq!(there(&ours["label"])["label"], "red");
        assert_eq!(there(&theirs["label"])["label"], "blue");
        begin_again(world, &beside);
    }
}
