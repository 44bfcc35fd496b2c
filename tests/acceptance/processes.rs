//! The provider as a process: over TCP, for debugging, and when the core is killed.

use std::process::Command;
use std::time::Duration;

use cli_support::Running;
use hostup_mock_api::Request;
use serde_json::Value;

use crate::scenarios;
use crate::scene::{NETWORK, NETWORKS};
use crate::world::World;

scenarios![
    a_run_can_use_tcp,
    a_provider_for_debugging_serves_one_core_after_the_other,
    the_provider_of_a_killed_core_ends,
];

/// The longest that a run may take.
const LIMIT: Duration = Duration::from_mins(1);

fn a_run_can_use_tcp(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    world.workspace.set("TF_PLUGIN_TRANSPORT", "tcp");
    world.workspace.set("TF_LOG_PROVIDER", "DEBUG");
    world.workspace.set("TF_LOG_PATH", "provider.log");
    world.configure(&format!(
        r#"
        resource "hostup_routed_ipv6_pool" "main" {{}}
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id       = hostup_routed_ipv6_pool.main.id
          vps_id        = "{web}"
          prefix_length = 64
        }}
        {NETWORK}
        "#
    ));
    world.apply();
    world.destroy();
    let log = std::fs::read_to_string(world.workspace.path().join("provider.log"));
    let log = log.expect("a log");
    assert!(
        log.contains("network=tcp"),
        "no connection used TCP:\n{log}"
    );
    assert!(
        !log.contains("network=unix"),
        "a connection did not use TCP:\n{log}"
    );
}

/// Starts the provider for debugging, and sets its address in the workspace.
fn debugged(world: &mut World) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-hostup"));
    command
        .arg("--debug")
        .env_clear()
        .env("TMPDIR", world.workspace.path())
        .env("HOSTUP_API_BASE", world.mock.endpoint())
        .env("HOSTUP_API_KEY", world.mock.api_key());
    let provider = Running::start(&mut command).expect("a provider");
    assert!(provider.says("\n", LIMIT), "it prints nothing");
    let line = provider.said();
    let value = line
        .trim()
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .and_then(|rest| rest.strip_suffix('\''))
        .unwrap_or_else(|| panic!("no line for debugging: {line}"));
    world.workspace.set("TF_REATTACH_PROVIDERS", value);
    provider
}

fn a_provider_for_debugging_serves_one_core_after_the_other(world: &mut World) {
    let provider = debugged(world);
    let key = world.mock.api_key().to_owned();
    // A provider that the core starts has no key.
    world.workspace.unset("HOSTUP_API_KEY");
    let first = world.workspace.core().clone();
    let cores = crate::cores().expect("cores");
    let others = cores.into_iter().filter(|core| *core != first);
    for core in [first.clone()].into_iter().chain(others) {
        world.workspace.use_core(core);
        world.configure(NETWORK);
        world.plan();
        world.apply();
        world.destroy();
        // An interrupt, once or twice, ends that run and not the provider.
        for presses in [1, 2] {
            world.mock.clear_requests();
            world.mock.configure(|one| one.provisioning_reads = 3);
            let run = world
                .workspace
                .start(["apply", "-no-color", "-auto-approve"]);
            let run = run.expect("a run");
            assert!(world.mock.wait_for(LIMIT, waited_for));
            run.interrupt().expect("a group");
            if presses == 2 {
                assert!(run.says("Interrupt received", LIMIT));
                run.interrupt().expect("a group");
            }
            assert_eq!(run.finish(LIMIT).expect("an end").code(), 1);
            world.mock.configure(|one| one.provisioning_reads = 1);
            if presses == 1 {
                world.apply();
                world.destroy();
            } else {
                // The core ended without the response, so the state lacks the network.
                abandon(world);
                world.apply();
                world.destroy();
            }
        }
    }
    world.workspace.use_core(first);
    let socket = socket(&provider);
    assert!(
        std::fs::metadata(&socket).is_ok(),
        "`{socket}` is not there"
    );
    provider.interrupt().expect("a group");
    let ended = provider.finish(LIMIT).expect("an end");
    assert_eq!((ended.code(), ended.stderr.as_str()), (0, ""));
    assert!(std::fs::metadata(&socket).is_err(), "`{socket}` is left");
    world.workspace.unset("TF_REATTACH_PROVIDERS");
    world.workspace.set("HOSTUP_API_KEY", &key);
}

fn socket(provider: &Running) -> String {
    let line = provider.said();
    let value = line.trim().trim_start_matches("TF_REATTACH_PROVIDERS=");
    let value: Value = serde_json::from_str(value.trim_matches('\'')).expect("JSON");
    let address = &value["registry.terraform.io/hostup/hostup"]["Addr"]["String"];
    address.as_str().expect("an address").to_owned()
}

/// Whether the provider waits for a network of this run.
fn waited_for(requests: &[Request]) -> bool {
    let mut later = requests.iter().skip_while(|one| one.method != "POST");
    later.any(|one| one.method == "GET" && one.path.starts_with(NETWORKS))
}

/// Marks the networks as foreign when the state has none.
fn abandon(world: &mut World) {
    let known: Vec<_> = world.addresses();
    if known.is_empty() {
        for network in world.mock.networks() {
            world.foreign(network["id"].as_str().expect("an id"));
        }
    }
}

/// A killed core stores nothing, so the network is in no state.
#[cfg(target_os = "linux")]
fn the_provider_of_a_killed_core_ends(world: &mut World) {
    /// The provider notices within seconds that its connection is closed and its parent gone.
    const BOUND: Duration = Duration::from_secs(20);
    world.mock.configure(|one| one.provisioning_reads = 1000);
    world.configure(NETWORK);
    let run = world
        .workspace
        .start(["apply", "-no-color", "-auto-approve"]);
    let mut run = run.expect("a run");
    assert!(world.mock.wait_for(LIMIT, waited_for));
    let providers = run.children("terraform-provider-hostup");
    assert_eq!(providers.len(), 1, "one provider is running");
    run.kill_alone().expect("a process");
    for provider in providers {
        let ended = cli_support::process::ends(provider, BOUND);
        assert!(ended.expect("a watch"), "the provider is still there");
    }
    abandon(world);
}

/// Only Linux can show when another process ends.
#[cfg(not(target_os = "linux"))]
fn the_provider_of_a_killed_core_ends(_: &mut World) {}
