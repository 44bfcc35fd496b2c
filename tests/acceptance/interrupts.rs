//! Ctrl-C, once and twice, during every operation: afterwards the state has every object that
//! HostUp has, and a second apply continues.
//!
//! A terminal sends Ctrl-C to the whole process group, so the provider gets it too and ignores it.
//!
//! * **Once**, the core asks the provider to stop waiting (`StopProvider`) and waits for every
//!   call.
//! * **Twice**, the core ends without waiting for its own operation. It tells the provider to shut
//!   down, closes the connection when the provider responds, and kills the provider after two
//!   seconds. It stores what the provider returned before that response; a state that it is writing
//!   at that moment is cut off, even to nothing. So the provider responds only when the running
//!   changes have returned and a moment to store them has passed. Then a second Ctrl-C loses
//!   nothing.
//!
//! A core that is killed (`SIGKILL`, power) during a create stores nothing, and no provider can
//! help that. The request is completed. The user finds its object by the import hint (pool) or by
//! name (network, of which the next apply may create a second one).

use std::time::Duration;

use cli_support::Finished;
use hostup_mock_api::{Fault, Request};
use serde_json::Value;

use crate::gallery::Gallery;
use crate::scenarios;
use crate::scene::{
    NETWORK, NETWORK_ADDRESS, NETWORKS, ONE_NETWORK, POOL, ROUTE_ADDRESS, ROUTED, pool_and_route,
};
use crate::world::World;

scenarios![
    ctrl_c_during_the_create_of_a_pool_loses_nothing,
    ctrl_c_during_the_create_of_a_route_loses_nothing,
    ctrl_c_during_the_create_of_a_network_loses_nothing,
    ctrl_c_while_a_network_is_provisioned_taints_it,
    a_network_that_ctrl_c_tainted_is_kept_by_untaint,
    ctrl_c_during_a_move_keeps_the_prefix_routed,
    ctrl_c_during_a_delete_keeps_existing_objects_in_the_state,
    ctrl_c_while_a_network_is_deprovisioned_keeps_it_in_the_state,
    ctrl_c_during_several_creates_loses_nothing,
    ctrl_c_during_a_refresh_changes_nothing,
    the_messages_about_stopped_waits,
];

const NOTHING: &str = "";

/// The delay of a slow response: longer than a core takes to handle a Ctrl-C.
const SLOW: Duration = Duration::from_millis(400);
/// The longest that a run may take.
const LIMIT: Duration = Duration::from_mins(1);

/// The request during which Ctrl-C is pressed.
#[derive(Clone, Copy, Debug)]
struct Moment {
    method: &'static str,
    path: &'static str,
    /// The change is made, and only the response is slow.
    made: bool,
}

const fn before(method: &'static str, path: &'static str) -> Moment {
    Moment {
        method,
        path,
        made: false,
    }
}

const fn after(method: &'static str, path: &'static str) -> Moment {
    Moment {
        method,
        path,
        made: true,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presses {
    Once,
    Twice,
}
use Presses::{Once, Twice};

/// Applies the configuration, and presses Ctrl-C during the request.
#[track_caller]
fn interrupt(world: &World, moment: Moment, presses: Presses) -> Finished {
    let slow = Fault::on(moment.method, moment.path).delay(SLOW);
    world.mock.inject(if moment.made {
        slow.after_commit()
    } else {
        slow
    });
    let is_sent = |requests: &[Request]| {
        requests
            .iter()
            .any(|one| one.method == moment.method && one.path.starts_with(moment.path))
    };
    let finished = interrupt_when(world, is_sent, presses);
    assert_eq!(world.mock.faults_left(), 0, "{moment:?}, {presses:?}");
    finished
}

/// Applies the configuration, and presses Ctrl-C as soon as `met` accepts the requests.
#[track_caller]
fn interrupt_when(
    world: &World,
    met: impl FnMut(&[Request]) -> bool,
    presses: Presses,
) -> Finished {
    world.mock.clear_requests();
    let run = world
        .workspace
        .start(["apply", "-no-color", "-auto-approve"])
        .expect("a run");
    assert!(
        world.mock.wait_for(LIMIT, met),
        "Ctrl-C was never pressed: {:?}",
        world.mock.requests()
    );
    run.interrupt().expect("a group");
    if presses == Twice {
        assert!(
            run.says("Interrupt received", LIMIT),
            "the core did not notice it"
        );
        run.interrupt().expect("a group");
    }
    let finished = run.finish(LIMIT).expect("an end");
    let said = finished.text();
    assert!(!finished.timed_out, "the run did not end:\n{said}");
    assert_eq!(finished.code(), 1, "{said}");
    assert_eq!(said.contains("Two interrupts"), presses == Twice, "{said}");
    for forbidden in ["panic", "Plugin did not respond", "Request cancelled"] {
        assert!(!said.contains(forbidden), "{forbidden:?}:\n{said}");
    }
    finished
}

/// Asserts that the state has every object that HostUp has.
#[track_caller]
fn assert_nothing_is_orphaned(world: &World, when: &str) {
    let state = world.workspace.state().expect("a state");
    let known: Vec<_> = state["values"]["root_module"]["resources"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|resource| resource["values"]["id"].as_str())
        .collect();
    let lives = |object: &Value| object["status"] != "retired";
    let held = [
        world.mock.pools(),
        world.mock.routes(),
        world.mock.networks(),
    ]
    .concat();
    for object in held.iter().filter(|object| lives(object)) {
        let id = object["id"].as_str().expect("an id");
        assert!(
            known.contains(&id),
            "{when}: `{id}` exists and is not in the state, which holds {known:?}"
        );
    }
}

/// Interrupts an apply of `config`: the state has every object, and the next apply completes it.
fn assert_created_despite(world: &World, config: &str, moments: &[(Moment, Presses)]) {
    for (moment, presses) in moments {
        world.configure(config);
        interrupt(world, *moment, *presses);
        assert_nothing_is_orphaned(world, &format!("{moment:?}, {presses:?}"));
        world.apply();
        assert_nothing_is_orphaned(world, "after the second apply");
        world.configure(NOTHING);
        world.apply();
        assert!(world.mock.is_empty(), "{moment:?}, {presses:?}");
    }
}

fn ctrl_c_during_the_create_of_a_pool_loses_nothing(world: &mut World) {
    let moments = [
        (before("POST", ROUTED), Once),
        (after("POST", ROUTED), Once),
        (before("POST", ROUTED), Twice),
        (after("POST", ROUTED), Twice),
    ];
    assert_created_despite(world, POOL, &moments);
}

fn ctrl_c_during_the_create_of_a_route_loses_nothing(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    world.configure(POOL);
    world.apply();
    for (moment, presses) in [
        (before("POST", ROUTED), Once),
        (after("POST", ROUTED), Once),
        (after("POST", ROUTED), Twice),
    ] {
        world.configure(&pool_and_route(&web));
        interrupt(world, moment, presses);
        assert_eq!(world.mock.routes().len(), 1);
        assert_nothing_is_orphaned(world, &format!("{moment:?}, {presses:?}"));
        world.apply();
        assert_eq!(world.mock.routes().len(), 1);
        world.configure(POOL);
        world.apply();
    }
}

fn ctrl_c_during_the_create_of_a_network_loses_nothing(world: &mut World) {
    let moments = [
        // The list before the create.
        (before("GET", NETWORKS), Once),
        (before("POST", NETWORKS), Once),
        (after("POST", NETWORKS), Once),
        (before("POST", NETWORKS), Twice),
        (after("POST", NETWORKS), Twice),
    ];
    assert_created_despite(world, NETWORK, &moments);
}

fn ctrl_c_while_a_network_is_provisioned_taints_it(world: &mut World) {
    for (reads, presses) in [(1, Once), (2, Once), (1, Twice)] {
        world.mock.configure(|one| one.provisioning_reads = 4);
        world.configure(NETWORK);
        let finished = interrupt_when(world, reads_after("POST", reads), presses);
        assert_nothing_is_orphaned(world, &format!("read {reads}, {presses:?}"));
        if presses == Once {
            let said = finished.text();
            assert!(said.contains("hint: "), "{said}");
        }
        world.mock.configure(|one| one.provisioning_reads = 1);
        assert_eq!(
            world.plan().action(NETWORK_ADDRESS),
            "delete-create",
            "it is tainted"
        );
        world.apply();
        assert_eq!(world.mock.networks().len(), 1);
        world.configure(NOTHING);
        world.apply();
    }
}

fn a_network_that_ctrl_c_tainted_is_kept_by_untaint(world: &mut World) {
    world.mock.configure(|one| one.provisioning_reads = 2);
    world.configure(NETWORK);
    let finished = interrupt_when(world, reads_after("POST", 1), Once);
    let said = finished.text();
    assert!(said.contains("`untaint`"), "{said}");
    let id = world.attribute(NETWORK_ADDRESS, "id");
    world.untaint(NETWORK_ADDRESS);
    world.apply();
    assert_eq!(world.attribute(NETWORK_ADDRESS, "id"), id);
}

fn ctrl_c_during_a_move_keeps_the_prefix_routed(world: &mut World) {
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    world.configure(&pool_and_route(&web));
    world.apply();
    let prefix = world.attribute(ROUTE_ADDRESS, "prefix");
    let mut there = (web, spare);
    for (moment, presses) in [
        (before("DELETE", ROUTED), Once),
        (after("DELETE", ROUTED), Once),
        (before("POST", ROUTED), Once),
        (after("POST", ROUTED), Once),
        (after("DELETE", ROUTED), Twice),
        (before("POST", ROUTED), Twice),
    ] {
        there = (there.1, there.0);
        world.configure(&pool_and_route(&there.0));
        interrupt(world, moment, presses);
        // The move has not begun or is complete: a route always has the prefix.
        assert_eq!(world.mock.routes().len(), 1, "{moment:?}, {presses:?}");
        assert_eq!(world.mock.routes()[0]["prefix"], prefix);
        assert_nothing_is_orphaned(world, &format!("{moment:?}, {presses:?}"));
        world.apply();
        assert_eq!(world.mock.routes().len(), 1);
        assert_eq!(world.mock.routes()[0]["prefix"], prefix);
        assert_eq!(world.mock.routes()[0]["vpsId"], there.0);
    }
}

fn ctrl_c_during_a_delete_keeps_existing_objects_in_the_state(world: &mut World) {
    for (config, moment, presses) in [
        (POOL, before("DELETE", ROUTED), Once),
        (POOL, after("DELETE", ROUTED), Once),
        (POOL, after("DELETE", ROUTED), Twice),
        (NETWORK, before("DELETE", NETWORKS), Once),
        (NETWORK, after("DELETE", NETWORKS), Once),
        (NETWORK, before("DELETE", NETWORKS), Twice),
    ] {
        world.configure(config);
        world.apply();
        world.configure(NOTHING);
        interrupt(world, moment, presses);
        assert_nothing_is_orphaned(world, &format!("{moment:?}, {presses:?}"));
        world.apply();
        assert!(world.mock.is_empty(), "{moment:?}, {presses:?}");
    }
}

fn ctrl_c_while_a_network_is_deprovisioned_keeps_it_in_the_state(world: &mut World) {
    for presses in [Once, Twice] {
        world.mock.configure(|one| one.deprovisioning_reads = 6);
        world.configure(NETWORK);
        world.apply();
        world.configure(NOTHING);
        interrupt_when(world, reads_after("DELETE", 1), presses);
        assert_eq!(world.addresses(), [NETWORK_ADDRESS]);
        world.apply();
        assert!(world.mock.is_empty(), "{presses:?}");
    }
}

fn ctrl_c_during_several_creates_loses_nothing(world: &mut World) {
    let config = format!(
        "{POOL}resource \"hostup_private_network\" \"a\" {{\n  count = 4\n  \
         name = \"a${{count.index}}\"\n}}\n"
    );
    for presses in [Once, Twice] {
        world.configure(&config);
        for _ in 0..3 {
            world
                .mock
                .inject(Fault::on("POST", NETWORKS).after_commit().delay(SLOW));
        }
        let two_are_sent = |requests: &[Request]| {
            requests
                .iter()
                .filter(|one| one.method == "POST" && one.path == NETWORKS)
                .count()
                >= 2
        };
        interrupt_when(world, two_are_sent, presses);
        world.mock.clear_faults();
        assert_nothing_is_orphaned(world, &format!("{presses:?}"));
        world.apply();
        assert_eq!(world.mock.networks().len(), 4);
        world.configure(NOTHING);
        world.apply();
    }
}

fn ctrl_c_during_a_refresh_changes_nothing(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    let before_it = world.attributes(NETWORK_ADDRESS);
    for presses in [Once, Twice] {
        interrupt(world, before("GET", ONE_NETWORK), presses);
        assert_eq!(world.attributes(NETWORK_ADDRESS), before_it);
        world.assert_settled();
    }
}

fn the_messages_about_stopped_waits(world: &mut World) {
    let mut gallery = Gallery::default();
    world.mock.configure(|one| one.provisioning_reads = 4);
    world.configure(NETWORK);
    let stopped = interrupt_when(world, reads_after("POST", 2), Once);
    gallery.text(
        "a network is waited for until it is active",
        &stopped.text(),
    );
    world.mock.configure(|one| one.provisioning_reads = 1);
    world.apply();
    world.mock.configure(|one| one.deprovisioning_reads = 6);
    world.configure(NOTHING);
    let stopped = interrupt_when(world, reads_after("DELETE", 2), Once);
    gallery.text("a network is waited for until it is gone", &stopped.text());
    world.mock.configure(|one| one.deprovisioning_reads = 1);
    world.apply();

    world
        .mock
        .inject(Fault::on("POST", ROUTED).rate_limited(300));
    world.configure(POOL);
    let refused = |requests: &[Request]| requests.iter().any(|one| one.status == Some(429));
    let stopped = interrupt_when(world, refused, Once);
    gallery.text("a rate limit is waited for", &stopped.text());
    gallery.assert_snapshot("stopped_waits");
    world.configure(NOTHING);
    world.apply();
}

/// Accepts when a network was read so many times after the first request of this method.
fn reads_after(method: &'static str, times: usize) -> impl FnMut(&[Request]) -> bool {
    move |requests| {
        let later = requests.iter().skip_while(|one| one.method != method);
        let reads = later.filter(|one| one.method == "GET" && one.path.starts_with(ONE_NETWORK));
        reads.count() >= times
    }
}
