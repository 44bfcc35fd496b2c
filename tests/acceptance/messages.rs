//! What is said while planning, applying, destroying and importing: `snapshots/messages.snap`, one
//! situation after the other, in the order in which a user may meet them.

use std::time::Duration;

use cli_support::Report;
use hostup_mock_api::{Fault, VpsOptions};

use crate::gallery::Gallery;
use crate::scenarios;
use crate::scene::{child, reinstate, suspended_meanwhile};
use crate::world::World;

scenarios![
    the_messages_about_access,
    the_messages_about_pools,
    the_messages_about_routes,
    the_messages_about_networks,
    the_messages_about_lost_answers,
    the_messages_about_lookups,
    the_messages_about_functions,
];

const POOL: &str = "resource \"hostup_routed_ipv6_pool\" \"main\" {}\n";
const NETWORK: &str = "resource \"hostup_private_network\" \"backend\" { name = \"backend\" }\n";
const POST_ROUTED: &str = "/api/v2/routed-ipv6";
const NETWORKS: &str = "/api/v2/private-networks";

impl Gallery {
    fn errors(&mut self, situation: &str, report: &Report) {
        self.add(situation, &report.errors());
    }

    fn warnings(&mut self, situation: &str, report: &Report) {
        self.add(situation, &report.warnings());
    }
}

fn routed(pool: &str, vps: &str, lines: &str) -> String {
    format!(
        "resource \"hostup_routed_ipv6_route\" \"web\" {{\n pool_id = \"{pool}\"\n vps_id = \"{vps}\"\n {lines}\n}}\n"
    )
}

fn the_messages_about_access(world: &mut World) {
    let mut gallery = Gallery::default();
    let key = world.mock.api_key().to_owned();
    let endpoint = world.mock.endpoint().to_owned();
    world.configure(NETWORK);

    world.workspace.unset("HOSTUP_API_KEY");
    gallery.errors("no key", &world.plan_fails());
    world.workspace.set("HOSTUP_API_KEY_FILE", "missing.txt");
    gallery.errors("a key file that is not there", &world.plan_fails());
    world.workspace.write("empty.txt", " \n").expect("a file");
    world.workspace.set("HOSTUP_API_KEY_FILE", "empty.txt");
    gallery.errors("an empty key file", &world.plan_fails());
    world.workspace.set("HOSTUP_API_KEY_FILE", ".");
    gallery.errors("a key file that is a folder", &world.plan_fails());
    world.workspace.unset("HOSTUP_API_KEY_FILE");
    world
        .workspace
        .set("HOSTUP_API_KEY", "a key with\nline ends");
    gallery.errors("a key that is no header value", &world.plan_fails());
    world.workspace.set("HOSTUP_API_KEY", "wrong");
    gallery.errors("a wrong key", &world.apply_fails());
    world.mock.add_key("reader", &["read:network", "read:vm"]);
    world.workspace.set("HOSTUP_API_KEY", "reader");
    gallery.errors("a key without the scope to write", &world.apply_fails());
    world.workspace.set("HOSTUP_API_KEY", &key);

    world
        .workspace
        .set("HOSTUP_API_BASE", "http://cloud.hostup.se");
    gallery.errors(
        "an unusable address in the environment",
        &world.plan_fails(),
    );
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .expect("a free port");
    world
        .workspace
        .set("HOSTUP_API_BASE", &format!("http://{free}"));
    world.configure(&format!(
        "provider \"hostup\" {{ max_retries = 0 }}\n{NETWORK}"
    ));
    gallery.errors("nobody listens at the endpoint", &world.apply_fails());
    world.workspace.set("HOSTUP_API_BASE", &endpoint);

    world.mock.inject(Fault::on("POST", NETWORKS).html(502));
    world.configure(NETWORK);
    gallery.errors(
        "a gateway's page instead of an answer, to a create",
        &world.apply_fails(),
    );
    world.apply();
    world.mock.inject(Fault::on("GET", NETWORKS).html(403));
    gallery.errors("the edge refuses a read", &world.plan_fails());
    world
        .mock
        .inject(Fault::on("GET", NETWORKS).status(500).empty_body());
    world.configure(&format!(
        "provider \"hostup\" {{ max_retries = 0 }}\n{NETWORK}"
    ));
    gallery.errors("a 500 without a body, to a read", &world.plan_fails());
    world
        .mock
        .inject(Fault::on("GET", NETWORKS).body("{\"id\":", "application/json"));
    gallery.errors("half a document, to a read", &world.plan_fails());
    world
        .mock
        .inject(Fault::on("GET", NETWORKS).rate_limited(3600));
    world.configure("resource \"hostup_private_network\" \"backend\" {\n name = \"backend\"\n timeouts = { read = \"2s\" }\n}\n");
    let slow = world
        .workspace
        .run(["apply", "-auto-approve", "-refresh=false"])
        .expect("a run");
    assert_eq!(slow.code(), 0, "{}", slow.text());
    gallery.errors(
        "a rate limit for longer than there is time",
        &world.plan_fails(),
    );
    gallery.assert_snapshot("messages_access");
}

fn the_messages_about_pools(world: &mut World) {
    let mut gallery = Gallery::default();
    world.configure(
        "resource \"hostup_routed_ipv6_pool\" \"main\" { deletion_protection = true }\n",
    );
    world.apply();
    gallery.errors("a protected pool is destroyed", &world.destroy_fails());
    world.configure(POOL);
    world.apply();
    let pool = world.attribute("hostup_routed_ipv6_pool.main", "id");
    let vps = world.mock.add_vps("web-01");
    let route = world.mock.add_route(&pool, &vps, None, 64, None);
    gallery.errors(
        "a pool with a route nobody manages is destroyed",
        &world.destroy_fails(),
    );
    world.mock.remove_route(&route);
    gallery.warnings("a pool is destroyed", &world.destroy());

    world
        .mock
        .configure(|switches| switches.strict_pool_cooldown = true);
    gallery.warnings(
        "a pool is planned before the cooldown ends",
        &world.plan().report,
    );
    gallery.errors(
        "a pool is made before the cooldown ends",
        &world.apply_fails(),
    );
    world
        .mock
        .configure(|switches| switches.strict_pool_cooldown = false);

    let id = world.foreign_pool();
    gallery.warnings("a pool is planned where there is one", &world.plan().report);
    gallery.errors("a pool is made where there is one", &world.apply_fails());
    assert!(!id.is_empty());
    gallery.text(
        "a pool that does not exist is imported",
        &world.import_fails("hostup_routed_ipv6_pool.main", "ripv6_x"),
    );
    world.configure("");
    gallery.assert_snapshot("messages_pools");
}

fn the_messages_about_routes(world: &mut World) {
    let mut gallery = Gallery::default();
    let vps = world.mock.add_vps("web-01");
    world.configure(&routed("ripv6_nobody", &vps, "prefix_length = 64"));
    gallery.errors("no pool at all", &world.plan_fails());
    let pool = world.foreign_pool();
    gallery.errors("not one of the pools", &world.plan_fails());
    world.configure(&routed(&pool, &vps, "prefix = \"2001:db8:ffff::/64\""));
    gallery.errors("a prefix outside the pool", &world.plan_fails());
    let taken = world.mock.add_route(&pool, &vps, None, 56, None);
    world.foreign(&taken);
    let prefix = child(world, 0, 64);
    world.configure(&routed(&pool, &vps, &format!("prefix = \"{prefix}\"")));
    gallery.warnings("a prefix in use is planned", &world.plan().report);
    gallery.errors("a prefix in use is routed", &world.apply_fails());
    let old = world.mock.add_vps_with(VpsOptions {
        name: "old-01".to_owned(),
        ipv6: false,
        ..VpsOptions::default()
    });
    world.configure(&routed(&pool, &old, "prefix_length = 64"));
    gallery.warnings("a server without IPv6 is planned", &world.plan().report);
    gallery.errors("a server without IPv6 is routed to", &world.apply_fails());
    world.configure(&routed(&pool, "vps_nobody", "prefix_length = 64"));
    gallery.warnings("a server nobody has is planned", &world.plan().report);
    gallery.errors("a server nobody has is routed to", &world.apply_fails());

    world.configure(&routed(&pool, &vps, "prefix_length = 64"));
    world.apply();
    let spare = world.mock.add_vps("spare-01");
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    gallery.warnings("a move is planned", &world.plan().report);
    world.mock.inject(suspended_meanwhile(&[&spare]));
    gallery.errors("a move is refused", &world.apply_fails());
    reinstate(world);
    world.mock.inject(suspended_meanwhile(&[&vps, &spare]));
    gallery.errors(
        "a move is refused, and the way back too",
        &world.apply_fails(),
    );
    reinstate(world);
    world.apply();
    let stolen = (pool.clone(), vps.clone());
    world.mock.inject(
        Fault::on("DELETE", "/api/v2/routed-ipv6/routes/").run_after(move |account| {
            account.add_route(&stolen.0, &stolen.1, None, 64, Some("theirs"));
        }),
    );
    world.configure(&routed(&pool, &vps, "prefix_length = 64"));
    gallery.errors("a prefix went to somebody else", &world.apply_fails());
    for theirs in world.mock.routes() {
        if theirs["label"] == "theirs" {
            let id = theirs["id"].as_str().unwrap_or_default();
            world.mock.remove_route(id);
        }
    }
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    world.apply();
    let other = routed(&pool, &spare, "prefix_length = 64").replace("\"web\"", "\"other\"");
    world.configure(&format!(
        "{}{other}",
        routed(&pool, &spare, "prefix_length = 64")
    ));
    gallery.text(
        "a route that does not exist is imported",
        &world.import_fails("hostup_routed_ipv6_route.other", "ripv6rt_x"),
    );
    world.configure(&routed(&pool, &spare, "prefix_length = 64"));
    world
        .mock
        .inject(Fault::on("DELETE", "/api/v2/routed-ipv6/routes/").problem(
            409,
            "route_locked",
            "The route is locked.",
        ));
    gallery.errors(
        "a route that is locked is destroyed",
        &world.destroy_fails(),
    );
    gallery.assert_snapshot("messages_routes");
}

fn the_messages_about_networks(world: &mut World) {
    let mut gallery = Gallery::default();
    world
        .mock
        .configure(|switches| switches.private_network_limit = Some(0));
    world.configure(NETWORK);
    gallery.errors("the limit of networks is reached", &world.apply_fails());
    world
        .mock
        .configure(|switches| switches.private_network_limit = None);
    world.mock.inject(Fault::on("POST", NETWORKS).problem(
        400,
        "invalid_request",
        "No such region.",
    ));
    gallery.errors("the API refuses a request", &world.apply_fails());

    world
        .mock
        .configure(|switches| switches.provisioning_reads = 1_000_000);
    world.configure("resource \"hostup_private_network\" \"backend\" {\n name = \"backend\"\n timeouts = { create = \"3s\", delete = \"3s\" }\n}\n");
    gallery.errors("a network is not active in time", &world.apply_fails());
    gallery.errors(
        "a network that is still on its way is destroyed, and there is no time",
        &world.destroy_fails(),
    );
    let id = world.mock.networks()[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    world.mock.edit_network(&id, |network| {
        network["status"] = "active".into();
        network["subnets"][0]["status"] = "active".into();
    });
    world
        .mock
        .configure(|switches| switches.provisioning_reads = 0);
    let vps = world.mock.add_vps("web-01");
    world.mock.attach_vps(&id, &vps);
    gallery.errors(
        "a network with a server in it is destroyed",
        &world.destroy_fails(),
    );
    world.mock.detach_vps(&id, &vps);
    world
        .mock
        .configure(|switches| switches.strict_network_delete = true);
    gallery.errors(
        "a network whose subnets nobody retires is destroyed",
        &world.destroy_fails(),
    );
    world
        .mock
        .configure(|switches| switches.strict_network_delete = false);
    world.destroy();

    world
        .mock
        .configure(|switches| "retired".clone_into(&mut switches.provisioning_ends_in));
    world.configure(NETWORK);
    gallery.errors("a network retires while it is made", &world.apply_fails());
    world
        .mock
        .configure(|switches| "active".clone_into(&mut switches.provisioning_ends_in));
    world.apply();
    world.configure("resource \"hostup_private_network\" \"backend\" {\n name = \"backend\"\n description = \"Databases\"\n}\n");
    gallery.warnings("a description changes", &world.plan().report);
    world.configure(&format!(
        "{NETWORK}{}",
        NETWORK.replacen("backend", "other", 1)
    ));
    gallery.text(
        "a network that does not exist is imported",
        &world.import_fails("hostup_private_network.other", "nobody"),
    );
    world.configure(NETWORK);
    gallery.assert_snapshot("messages_networks");
}

fn the_messages_about_lost_answers(world: &mut World) {
    let mut gallery = Gallery::default();
    world.configure(&format!(
        "provider \"hostup\" {{ request_timeout = \"500ms\" }}\n{NETWORK}"
    ));
    world.mock.inject(Fault::on("POST", NETWORKS).cut_before());
    gallery.errors(
        "the connection breaks before a network is made",
        &world.apply_fails(),
    );
    world
        .mock
        .inject(Fault::on("POST", NETWORKS).delay(Duration::from_secs(2)));
    gallery.errors(
        "no answer to the creation of a network in time",
        &world.apply_fails(),
    );
    world.mock.inject(
        Fault::on("POST", NETWORKS)
            .cut_after()
            .run_after(|account| {
                account.add_network("backend", None);
            }),
    );
    gallery.errors(
        "the answer is lost, and two networks could be the one",
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
        .inject(Fault::on("POST", POST_ROUTED).cut_before());
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
    gallery.assert_snapshot("messages_lost_answers");
}

fn the_messages_about_lookups(world: &mut World) {
    let mut gallery = Gallery::default();
    let look = |kind: &str, lines: &str| format!("data \"{kind}\" \"it\" {{\n{lines}\n}}\n");
    let pool = |lines: &str| look("hostup_routed_ipv6_pool", lines);
    let server = |lines: &str| look("hostup_routed_ipv6_destination", lines);
    let network = |lines: &str| look("hostup_private_network", lines);
    let mut ask = |world: &World, situation: &str, configuration: String| {
        world.configure(&configuration);
        gallery.errors(situation, &world.plan_fails());
    };
    ask(world, "no pool to look up", pool(""));
    ask(
        world,
        "no pool with this id, and no other",
        pool("id = \"ripv6_nobody\""),
    );
    world.foreign_pool();
    world.foreign_pool();
    ask(world, "several pools, and no id", pool(""));
    ask(world, "no pool with this id", pool("id = \"ripv6_nobody\""));
    ask(
        world,
        "no server with this id",
        server("vps_id = \"vps_nobody\""),
    );
    ask(
        world,
        "no server with this name",
        server("name = \"nobody\""),
    );
    for _ in 0..2 {
        world.mock.add_vps("web-01");
        world.foreign_network("backend", None);
    }
    ask(
        world,
        "two servers with this name",
        server("name = \"web-01\""),
    );
    ask(
        world,
        "a server by both",
        server("name = \"web-01\"\nvps_id = \"vps_x\""),
    );
    ask(world, "a server by neither", server(""));
    ask(
        world,
        "no network with this id",
        network("id = \"pnet_nobody\""),
    );
    ask(
        world,
        "no network with this name",
        network("name = \"nobody\""),
    );
    ask(
        world,
        "two networks with this name",
        network("name = \"backend\""),
    );
    ask(
        world,
        "a network by both",
        network("name = \"backend\"\nid = \"pnet_x\""),
    );
    ask(world, "a network by neither", network(""));
    ask(
        world,
        "an empty region",
        look("hostup_private_networks", "region = \"\""),
    );
    world.configure("");
    gallery.assert_snapshot("messages_lookups");
}

fn the_messages_about_functions(world: &mut World) {
    let mut gallery = Gallery::default();
    for (situation, call) in [
        (
            "a network with host bits",
            "canonical_cidr(\"2001:db8:1000:101::/56\")",
        ),
        ("text that is no network", "canonical_cidr(\"web\")"),
        (
            "an outer network that is an address",
            "cidr_contains(\"10.0.0.0\", \"10.0.0.1\")",
        ),
        (
            "an inner text that is nothing",
            "cidr_contains(\"10.0.0.0/8\", \"web\")",
        ),
        (
            "nothing free",
            "next_free_prefix(\"2001:db8::/48\", [\"2001:db8::/48\"], 64)",
        ),
        (
            "a length above the parent's",
            "next_free_prefix(\"2001:db8::/48\", [], 32)",
        ),
        (
            "a used text that is no network",
            "next_free_prefix(\"2001:db8::/48\", [\"2001:db8::/64\", \"web\"], 64)",
        ),
    ] {
        world.configure(&format!(
            "output \"it\" {{\n  value = provider::hostup::{call}\n}}\n"
        ));
        gallery.errors(situation, &world.plan_fails());
    }
    world.configure("");
    gallery.assert_snapshot("messages_functions");
}
