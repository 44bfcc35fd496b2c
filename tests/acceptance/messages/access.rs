//! The key, the endpoint, the network, and lost responses.

use std::cmp::Reverse;
use std::time::Duration;

use cli_support::Report;
use hostup_mock_api::Fault;

use super::{NETWORK, NETWORKS_PATH, POOL, network};
use crate::gallery::Gallery;
use crate::scenarios;
use crate::world::World;

scenarios![the_messages_about_access, the_messages_about_lost_responses];

/// Adds the errors, the longest first: which object fails first differs from run to run.
fn longest_first(gallery: &mut Gallery, situation: &str, report: &Report) {
    let mut errors = report.errors();
    errors.sort_by_key(|error| Reverse(error.detail.len()));
    gallery.add(situation, &errors);
}

/// Adds the messages about keys that cannot be read or sent.
fn unusable_keys(world: &mut World, gallery: &mut Gallery) {
    world.workspace.set("HOSTUP_API_KEY_FILE", "missing.txt");
    gallery.errors("a key file that does not exist", &world.plan_fails());
    world.workspace.write("empty.txt", " \n").expect("a file");
    world.workspace.set("HOSTUP_API_KEY_FILE", "empty.txt");
    gallery.errors("an empty key file", &world.plan_fails());
    world.workspace.set("HOSTUP_API_KEY_FILE", ".");
    gallery.errors("a key file that is a folder", &world.plan_fails());
    world.workspace.unset("HOSTUP_API_KEY_FILE");
    world
        .workspace
        .set("HOSTUP_API_KEY", "a key with\nline ends");
    gallery.errors("a key with a line end", &world.plan_fails());
    world.workspace.set("HOSTUP_API_KEY", "te st");
    gallery.errors("a key with a space", &world.plan_fails());
}

fn the_messages_about_access(world: &mut World) {
    let mut gallery = Gallery::default();
    let key = world.mock.api_key().to_owned();
    let endpoint = world.mock.endpoint().to_owned();
    world.configure(NETWORK);

    world.workspace.unset("HOSTUP_API_KEY");
    gallery.errors("no key", &world.plan_fails());
    world.configure(&network("count = 2"));
    longest_first(
        &mut gallery,
        "no key, for two resources",
        &world.plan_fails(),
    );
    world.configure(NETWORK);
    unusable_keys(world, &mut gallery);
    world.workspace.set("HOSTUP_API_KEY", "wrong");
    gallery.errors("a wrong key", &world.apply_fails());
    world.configure(&network("count = 2"));
    longest_first(
        &mut gallery,
        "a wrong key, for two resources",
        &world.apply_fails(),
    );
    world.configure(NETWORK);
    world.mock.add_key("reader", &["read:network", "read:vm"]);
    world.workspace.set("HOSTUP_API_KEY", "reader");
    gallery.errors("a key without the scope to write", &world.apply_fails());
    world.workspace.set("HOSTUP_API_KEY", &key);

    world
        .workspace
        .set("HOSTUP_API_BASE", "http://cloud.hostup.se");
    gallery.errors("an invalid address in the environment", &world.plan_fails());
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .expect("a free port");
    world
        .workspace
        .set("HOSTUP_API_BASE", &format!("http://{free}"));
    world.configure(&format!(
        "provider \"hostup\" {{ max_retries = 0 }}\n{NETWORK}"
    ));
    gallery.errors("the endpoint refuses connections", &world.apply_fails());
    world
        .workspace
        .set("HOSTUP_API_BASE", &endpoint.replace("http://", "https://"));
    gallery.errors("the endpoint speaks plain http", &world.apply_fails());
    world.workspace.set("HOSTUP_API_BASE", &endpoint);

    world
        .mock
        .inject(Fault::on("POST", NETWORKS_PATH).html(502));
    world.configure(NETWORK);
    gallery.errors(
        "a gateway's page in response to a create",
        &world.apply_fails(),
    );
    world.apply();
    world.mock.inject(Fault::on("GET", NETWORKS_PATH).html(403));
    gallery.errors("a firewall refuses a read", &world.plan_fails());
    world
        .mock
        .inject(Fault::on("GET", NETWORKS_PATH).status(500).empty_body());
    world.configure(&format!(
        "provider \"hostup\" {{ max_retries = 0 }}\n{NETWORK}"
    ));
    gallery.errors(
        "a 500 without a body in response to a read",
        &world.plan_fails(),
    );
    world
        .mock
        .inject(Fault::on("GET", NETWORKS_PATH).body("{\"id\":", "application/json"));
    gallery.errors("half a document in response to a read", &world.plan_fails());
    world
        .mock
        .inject(Fault::on("GET", NETWORKS_PATH).rate_limited(3600));
    world.configure(&network("timeouts = { read = \"2s\" }"));
    let slow = world
        .workspace
        .run(["apply", "-auto-approve", "-refresh=false"])
        .expect("a run");
    assert_eq!(slow.code(), 0, "{}", slow.text());
    gallery.errors(
        "a rate limit that outlasts the time-out",
        &world.plan_fails(),
    );
    gallery.assert_snapshot("messages_access");
}

fn the_messages_about_lost_responses(world: &mut World) {
    let mut gallery = Gallery::default();
    world.configure(&format!(
        "provider \"hostup\" {{ request_timeout = \"500ms\" }}\n{NETWORK}"
    ));
    world
        .mock
        .inject(Fault::on("POST", NETWORKS_PATH).cut_before());
    gallery.errors(
        "the connection breaks before a network is created",
        &world.apply_fails(),
    );
    world
        .mock
        .inject(Fault::on("POST", NETWORKS_PATH).delay(Duration::from_secs(2)));
    gallery.errors(
        "no response to a create of a network in time",
        &world.apply_fails(),
    );
    world.mock.inject(
        Fault::on("POST", NETWORKS_PATH)
            .cut_after()
            .run_after(|account| {
                account.add_network("backend", None);
            }),
    );
    gallery.errors(
        "the response is lost, and two networks match",
        &world.apply_fails(),
    );
    for network in world.mock.networks() {
        world
            .mock
            .remove_network(network["id"].as_str().expect("an id"));
    }
    world.configure(&format!(
        "provider \"hostup\" {{ request_timeout = \"500ms\" }}\n{POOL}"
    ));
    world
        .mock
        .inject(Fault::on("POST", "/api/v2/routed-ipv6").cut_before());
    gallery.errors(
        "the connection breaks before a pool is allocated",
        &world.apply_fails(),
    );
    world.apply();
    world
        .mock
        .configure(|switches| switches.state_without_pools = true);
    gallery.errors("a document without pools", &world.plan_fails());
    world
        .mock
        .configure(|switches| switches.state_without_pools = false);
    gallery.assert_snapshot("messages_lost_responses");
}
