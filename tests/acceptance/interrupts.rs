//! Ctrl-C, once and twice, in the middle of everything: whatever HostUp holds afterwards is in the
//! state, and a second apply goes on where the first was cut.
//!
//! A terminal sends Ctrl-C to the whole process group, so the provider gets it too and ignores it.
//!
//! * **Once**, the core asks the provider to stop waiting (`StopProvider`) and hears every call
//!   out.
//! * **Twice**, the core ends without waiting for its own operation. On its way out it tells the
//!   provider to shut down, closes the connection when it hears back, and kills a provider that is
//!   still there two seconds later. What is answered until it hears back is stored all the same; a
//!   state it is just writing is cut off, even to nothing. So the provider lets it hear back only
//!   when the running changes are answered and a moment to store them has passed: a second Ctrl-C
//!   loses nothing either.
//!
//! What nobody can promise: a core that is killed (`SIGKILL`, power) while a create is on its way
//! stores nothing. The request is finished; what it made is found by its import hint (pool) or by
//! name (network, which may be there twice after the next apply).

use std::time::Duration;

use cli_support::Finished;
use hostup_mock_api::{Fault, Request};
use serde_json::Value;

use crate::gallery::Gallery;
use crate::scenarios;
use crate::world::World;

scenarios![
    ctrl_c_while_a_pool_is_allocated_loses_nothing,
    ctrl_c_while_a_route_is_made_loses_nothing,
    ctrl_c_while_a_network_is_made_loses_nothing,
    ctrl_c_while_a_network_is_waited_for_keeps_it_tainted,
    a_network_that_was_waited_for_is_kept_by_untaint,
    ctrl_c_while_a_route_moves_leaves_no_gap,
    ctrl_c_while_something_is_removed_forgets_nothing_that_is_there,
    ctrl_c_while_a_removal_is_waited_for_keeps_the_network,
    ctrl_c_while_several_things_are_made_loses_none,
    ctrl_c_while_refreshing_changes_nothing,
    the_messages_about_stopped_waits,
];

const POOL: &str = r#"resource "hostup_routed_ipv6_pool" "main" {}"#;
const NETWORK: &str = r#"resource "hostup_private_network" "a" { name = "a" }"#;
const NOTHING: &str = "";

const ROUTED: &str = "/api/v2/routed-ipv6";
const NETWORKS: &str = "/api/v2/private-networks";
const ONE_NETWORK: &str = "/api/v2/private-networks/";

/// How slow a slow answer is: longer than a core takes over a Ctrl-C.
const SLOW: Duration = Duration::from_millis(400);
/// Nothing takes this long unless it hangs.
const LIMIT: Duration = Duration::from_mins(1);

/// A request in whose middle Ctrl-C comes.
#[derive(Clone, Copy, Debug)]
struct Moment {
    method: &'static str,
    path: &'static str,
    /// The change is made already, and only its answer slow.
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

/// Applies the configuration, and presses Ctrl-C while the request is on its way.
#[track_caller]
fn interrupt(world: &World, moment: Moment, presses: Presses) -> Finished {
    let slow = Fault::on(moment.method, moment.path).delay(SLOW);
    world.mock.inject(if moment.made {
        slow.after_commit()
    } else {
        slow
    });
    let on_its_way = |requests: &[Request]| {
        requests
            .iter()
            .any(|one| one.method == moment.method && one.path.starts_with(moment.path))
    };
    let finished = interrupt_when(world, on_its_way, presses);
    assert_eq!(world.mock.faults_left(), 0, "{moment:?}, {presses:?}");
    finished
}

/// Applies the configuration, and presses Ctrl-C when the requests are as they should be.
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
        "the moment never came: {:?}",
        world.mock.requests()
    );
    run.interrupt().expect("a group");
    if presses == Twice {
        assert!(run.says("Interrupt received", LIMIT), "it is not noticed");
        run.interrupt().expect("a group");
    }
    let finished = run.finish(LIMIT).expect("an end");
    let said = finished.text();
    assert!(!finished.timed_out, "it hung, having said:\n{said}");
    assert_eq!(finished.code(), 1, "{said}");
    assert_eq!(said.contains("Two interrupts"), presses == Twice, "{said}");
    for forbidden in ["panic", "Plugin did not respond", "Request cancelled"] {
        assert!(!said.contains(forbidden), "{forbidden:?}:\n{said}");
    }
    finished
}

/// Asserts that whatever HostUp holds is in the state.
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

/// Makes `config`, interrupted: what exists is in the state, and the next apply ends it.
fn made_in_spite_of(world: &World, config: &str, moments: &[(Moment, Presses)]) {
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

fn ctrl_c_while_a_pool_is_allocated_loses_nothing(world: &mut World) {
    let moments = [
        (before("POST", ROUTED), Once),
        (after("POST", ROUTED), Once),
        (before("POST", ROUTED), Twice),
        (after("POST", ROUTED), Twice),
    ];
    made_in_spite_of(world, POOL, &moments);
}

fn ctrl_c_while_a_route_is_made_loses_nothing(world: &mut World) {
    let (pool, web) = with_pool(world);
    for (moment, presses) in [
        (before("POST", ROUTED), Once),
        (after("POST", ROUTED), Once),
        (after("POST", ROUTED), Twice),
    ] {
        world.configure(&format!("{pool}\n{}", route(&web)));
        interrupt(world, moment, presses);
        assert_eq!(world.mock.routes().len(), 1);
        assert_nothing_is_orphaned(world, &format!("{moment:?}, {presses:?}"));
        world.apply();
        assert_eq!(world.mock.routes().len(), 1);
        world.configure(&pool);
        world.apply();
    }
}

fn ctrl_c_while_a_network_is_made_loses_nothing(world: &mut World) {
    let moments = [
        // The look at what is there, before anything is made.
        (before("GET", NETWORKS), Once),
        (before("POST", NETWORKS), Once),
        (after("POST", NETWORKS), Once),
        (before("POST", NETWORKS), Twice),
        (after("POST", NETWORKS), Twice),
    ];
    made_in_spite_of(world, NETWORK, &moments);
}

fn ctrl_c_while_a_network_is_waited_for_keeps_it_tainted(world: &mut World) {
    for (looks, presses) in [(1, Once), (2, Once), (1, Twice)] {
        world.mock.configure(|one| one.provisioning_reads = 4);
        world.configure(NETWORK);
        let finished = interrupt_when(world, looked("POST", looks), presses);
        assert_nothing_is_orphaned(world, &format!("look {looks}, {presses:?}"));
        if presses == Once {
            let said = finished.text();
            assert!(said.contains("hint: "), "{said}");
        }
        world.mock.configure(|one| one.provisioning_reads = 1);
        assert_eq!(
            world.plan().action("hostup_private_network.a"),
            "delete-create",
            "it is tainted"
        );
        world.apply();
        assert_eq!(world.mock.networks().len(), 1);
        world.configure(NOTHING);
        world.apply();
    }
}

fn a_network_that_was_waited_for_is_kept_by_untaint(world: &mut World) {
    world.mock.configure(|one| one.provisioning_reads = 2);
    world.configure(NETWORK);
    let finished = interrupt_when(world, looked("POST", 1), Once);
    let said = finished.text();
    assert!(
        said.contains("hint: to keep the network, `untaint`"),
        "{said}"
    );
    let id = world.attribute("hostup_private_network.a", "id");
    world.untaint("hostup_private_network.a");
    world.apply();
    assert_eq!(world.attribute("hostup_private_network.a", "id"), id);
}

fn ctrl_c_while_a_route_moves_leaves_no_gap(world: &mut World) {
    let (pool, web) = with_pool(world);
    let spare = world.mock.add_vps("spare-01");
    world.configure(&format!("{pool}\n{}", route(&web)));
    world.apply();
    let prefix = world.attribute("hostup_routed_ipv6_route.web", "prefix");
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
        world.configure(&format!("{pool}\n{}", route(&there.0)));
        interrupt(world, moment, presses);
        // Either nothing was begun, or it is finished: the prefix is never without a route.
        assert_eq!(world.mock.routes().len(), 1, "{moment:?}, {presses:?}");
        assert_eq!(world.mock.routes()[0]["prefix"], prefix);
        assert_nothing_is_orphaned(world, &format!("{moment:?}, {presses:?}"));
        world.apply();
        assert_eq!(world.mock.routes().len(), 1);
        assert_eq!(world.mock.routes()[0]["prefix"], prefix);
        assert_eq!(world.mock.routes()[0]["vpsId"], there.0);
    }
}

fn ctrl_c_while_something_is_removed_forgets_nothing_that_is_there(world: &mut World) {
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

fn ctrl_c_while_a_removal_is_waited_for_keeps_the_network(world: &mut World) {
    for presses in [Once, Twice] {
        world.mock.configure(|one| one.deprovisioning_reads = 6);
        world.configure(NETWORK);
        world.apply();
        world.configure(NOTHING);
        interrupt_when(world, looked("DELETE", 1), presses);
        assert_eq!(world.addresses(), ["hostup_private_network.a"]);
        world.apply();
        assert!(world.mock.is_empty(), "{presses:?}");
    }
}

fn ctrl_c_while_several_things_are_made_loses_none(world: &mut World) {
    let config = format!(
        "{POOL}\nresource \"hostup_private_network\" \"a\" {{\n count = 4\n name = \"a${{count.index}}\"\n}}"
    );
    for presses in [Once, Twice] {
        world.configure(&config);
        for _ in 0..3 {
            world
                .mock
                .inject(Fault::on("POST", NETWORKS).after_commit().delay(SLOW));
        }
        let two_on_their_way = |requests: &[Request]| {
            requests
                .iter()
                .filter(|one| one.method == "POST" && one.path == NETWORKS)
                .count()
                >= 2
        };
        interrupt_when(world, two_on_their_way, presses);
        world.mock.clear_faults();
        assert_nothing_is_orphaned(world, &format!("{presses:?}"));
        world.apply();
        assert_eq!(world.mock.networks().len(), 4);
        world.configure(NOTHING);
        world.apply();
    }
}

fn ctrl_c_while_refreshing_changes_nothing(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    let before_it = world.attributes("hostup_private_network.a");
    for presses in [Once, Twice] {
        interrupt(world, before("GET", ONE_NETWORK), presses);
        assert_eq!(world.attributes("hostup_private_network.a"), before_it);
        world.assert_settled();
    }
}

fn the_messages_about_stopped_waits(world: &mut World) {
    let mut gallery = Gallery::default();
    world.mock.configure(|one| one.provisioning_reads = 4);
    world.configure(NETWORK);
    let stopped = interrupt_when(world, looked("POST", 2), Once);
    gallery.text(
        "a network is waited for until it is active",
        &stopped.text(),
    );
    world.mock.configure(|one| one.provisioning_reads = 1);
    world.apply();
    world.mock.configure(|one| one.deprovisioning_reads = 6);
    world.configure(NOTHING);
    let stopped = interrupt_when(world, looked("DELETE", 2), Once);
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

/// So many looks at a network after the first request of this method.
fn looked(method: &'static str, times: usize) -> impl FnMut(&[Request]) -> bool {
    move |requests| {
        let later = requests.iter().skip_while(|one| one.method != method);
        let looks = later.filter(|one| one.method == "GET" && one.path.starts_with(ONE_NETWORK));
        looks.count() >= times
    }
}

/// A pool, applied, and a server.
fn with_pool(world: &World) -> (String, String) {
    let web = world.mock.add_vps("web-01");
    world.configure(POOL);
    world.apply();
    (POOL.to_owned(), web)
}

fn route(vps: &str) -> String {
    format!(
        "resource \"hostup_routed_ipv6_route\" \"web\" {{\n pool_id = hostup_routed_ipv6_pool.main.id\n vps_id = \"{vps}\"\n prefix_length = 64\n}}"
    )
}
