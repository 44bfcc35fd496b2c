//! Two processes with a state each, on one account at the same time.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use cli_support::Workspace;
use serde_json::Value;

use crate::scenarios;
use crate::world::World;

scenarios![two_processes_whose_requests_differ_never_hold_the_same_route];

/// How often they meet.
const RUNS: usize = 50;
/// No apply of four routes takes longer unless it hangs.
const LIMIT: Duration = Duration::from_mins(1);

/// Four routes, each of which differs from its counterpart in the other process in one field.
fn four(pool: &str, vps: &str, length: u8, prefix: &str, label: &str) -> String {
    let route = |name: &str, fields: &str| {
        format!(
            "resource \"hostup_routed_ipv6_route\" \"{name}\" {{\n  pool_id = \"{pool}\"\n{fields}\n}}\n"
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

/// The state's routes: name to attributes.
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

fn two_processes_whose_requests_differ_never_hold_the_same_route(world: &mut World) {
    let pool = world.foreign_pool();
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    // Answers come late and show what the other process has made meanwhile.
    world.mock.configure(|switches| {
        switches.latency_jitter = Duration::from_millis(60);
        switches.late_201_state = Duration::from_millis(60);
    });
    let far = crate::life::child(world, 0xf000, 64);
    let beside = world.beside();
    let (one, other) = (
        four(&pool, &web, 64, "", "red"),
        four(&pool, &spare, 56, &format!("prefix = \"{far}\""), "blue"),
    );
    world.configure(&one.replace("WEB", &web));
    let header = std::fs::read_to_string(world.workspace.path().join("main.tf")).expect("a header");
    let header = header
        .split("resource")
        .next()
        .unwrap_or_default()
        .to_owned();
    beside
        .write(
            "main.tf",
            &format!("{header}{}", other.replace("WEB", &web)),
        )
        .expect("a configuration");

    for run in 0..RUNS {
        let apply = ["apply", "-auto-approve", "-no-color"];
        let both = [&world.workspace, &beside].map(|it| it.start(apply).expect("an apply"));
        for apply in both {
            let ended = apply.finish(LIMIT).expect("an end");
            assert_eq!(ended.code(), 0, "run {run}:\n{}", ended.text());
        }
        let (ours, theirs) = (held(&world.workspace), held(&beside));
        assert_eq!((ours.len(), theirs.len()), (4, 4), "run {run}");
        let routes = world.mock.routes();
        assert_eq!(routes.len(), 8, "run {run}");
        for (name, route) in ours.iter().chain(&theirs) {
            let holders = ours.values().chain(theirs.values());
            let holders = holders.filter(|it| it["id"] == route["id"]).count();
            assert_eq!(holders, 1, "run {run}: `{name}` is held by {holders}");
        }
        // Each holds what it asked for: the account's object says so.
        let there = |held: &Value| {
            let found = routes.iter().find(|it| it["id"] == held["id"]);
            found
                .cloned()
                .unwrap_or_else(|| panic!("run {run}: {held} is not there"))
        };
        assert_eq!(there(&ours["vps"])["vpsId"], web.as_str());
        assert_eq!(there(&theirs["vps"])["vpsId"], spare.as_str());
        assert_eq!(there(&ours["length"])["prefixLength"], 64);
        assert_eq!(there(&theirs["length"])["prefixLength"], 56);
        assert_ne!(there(&ours["prefix"])["prefix"], far);
        assert_eq!(there(&theirs["prefix"])["prefix"], far);
        assert_eq!(there(&ours["label"])["label"], "red");
        assert_eq!(there(&theirs["label"])["label"], "blue");
        for route in routes {
            world
                .mock
                .remove_route(route["id"].as_str().expect("an id"));
        }
        for workspace in [&world.workspace, &beside] {
            remove(&workspace.path().join("terraform.tfstate"));
        }
    }
}

fn remove(file: &Path) {
    std::fs::remove_file(file).expect("a state file");
}
