//! What the API refuses, and what is wrong before it is asked.

use hostup_mock_api::Fault;

use crate::life::child;
use crate::scenarios;
use crate::world::{World, assert_error, assert_warning};

scenarios![
    a_pool_that_exists_is_shown_with_its_import_block,
    an_overlap_is_a_warning_in_the_plan_and_an_error_in_the_apply,
    a_wrong_key_is_said_to_be_wrong,
    a_missing_scope_is_named,
    no_key_at_all_names_every_way_to_give_one,
    a_key_can_come_from_a_file,
    two_keys_are_one_too_many,
    a_bad_endpoint_says_what_is_allowed,
    nobody_listens_at_the_endpoint,
    a_destroy_that_is_refused_keeps_the_object,
    a_pool_with_routes_names_them,
    a_network_with_servers_names_them,
    a_network_that_never_becomes_active_is_tainted_not_orphaned,
    a_network_that_retires_while_it_is_made_fails_at_once,
    a_network_that_is_still_on_its_way_is_waited_for,
    the_limit_of_networks_is_told_in_the_apis_words,
    a_rate_limit_is_waited_out,
    a_server_without_ipv6_is_a_warning_in_the_plan,
    a_full_pool_is_a_warning_in_the_plan,
    a_pool_nobody_has_is_an_error_in_the_plan,
    a_prefix_outside_the_pool_is_an_error_in_the_plan,
];

const POOL: &str = r#"resource "hostup_routed_ipv6_pool" "main" {}"#;
const NETWORK: &str = r#"resource "hostup_private_network" "a" { name = "a" }"#;

fn routed(pool: &str, vps: &str, prefix: &str) -> String {
    format!(
        "resource \"hostup_routed_ipv6_route\" \"web\" {{\n pool_id = \"{pool}\"\n vps_id = \"{vps}\"\n prefix = \"{prefix}\"\n}}"
    )
}

fn a_pool_that_exists_is_shown_with_its_import_block(world: &mut World) {
    let id = world.foreign_pool();
    let cidr = world.mock.pools()[0]["parentCidr"]
        .as_str()
        .expect("a CIDR")
        .to_owned();
    world.configure(POOL);
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create hostup_routed_ipv6_pool",
            &cidr,
            "import {",
            "to = hostup_routed_ipv6_pool.",
            &format!("id = \"{id}\""),
        ],
    );
    assert_warning(&world.plan().report, &["would not allocate a pool"]);
    assert!(world.addresses().is_empty());
}

fn an_overlap_is_a_warning_in_the_plan_and_an_error_in_the_apply(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let taken = world.mock.add_route(&pool, &vps, None, 56, None);
    world.foreign(&taken);
    let prefix = world.mock.routes()[0]["prefix"]
        .as_str()
        .expect("a prefix")
        .replace("/56", "/64");
    world.configure(&routed(&pool, &vps, &prefix));
    assert_warning(&world.plan().report, &["Prefix in use", &taken, &prefix]);
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not route",
            "409",
            "routed_ipv6_prefix_conflict",
            "req_",
        ],
    );
    assert!(world.addresses().is_empty());
}

fn a_wrong_key_is_said_to_be_wrong(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", "not-the-key-7f3a");
    let report = world.plan_fails();
    assert_error(
        &report,
        &[
            "Could not read hostup_private_network",
            "401",
            "unauthorized",
            "hint:",
            "HOSTUP_API_KEY",
        ],
    );
    assert!(
        !format!("{report:?}").contains("not-the-key-7f3a"),
        "a key must not be repeated"
    );
    world.workspace.set("HOSTUP_API_KEY", &key);
    assert_eq!(world.addresses(), ["hostup_private_network.a"]);
}

fn a_missing_scope_is_named(world: &mut World) {
    world.mock.add_key("reader", &["read:network", "read:vm"]);
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", "reader");
    world.configure(NETWORK);
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create hostup_private_network",
            "403",
            "forbidden",
            "`write:network`",
        ],
    );
    world.workspace.set("HOSTUP_API_KEY", &key);
}

fn no_key_at_all_names_every_way_to_give_one(world: &mut World) {
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure(NETWORK);
    let report = world.plan_fails();
    assert_error(
        &report,
        &[
            "No API key",
            "`api_key`",
            "`api_key_file`",
            "HOSTUP_API_KEY",
            "`read:network`",
            "`read:vm`",
            "`write:network`",
        ],
    );
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", &key);
}

fn a_key_can_come_from_a_file(world: &mut World) {
    let key = world.mock.api_key().to_owned();
    world.workspace.unset("HOSTUP_API_KEY");
    world
        .workspace
        .write("key.txt", &format!("  {key}\n"))
        .expect("a file");
    world.configure(&format!(
        "provider \"hostup\" {{ api_key_file = \"key.txt\" }}\n{NETWORK}"
    ));
    world.apply();
    world.destroy();
    world.configure(NETWORK);
    world.workspace.set("HOSTUP_API_KEY_FILE", "key.txt");
    world.apply();
    world.destroy();
    world.workspace.set("HOSTUP_API_KEY_FILE", "missing.txt");
    assert_error(&world.plan_fails(), &["`missing.txt`"]);
    world.workspace.set("HOSTUP_API_KEY", &key);
}

fn two_keys_are_one_too_many(world: &mut World) {
    world.configure(&format!(
        "provider \"hostup\" {{\n api_key = \"a\"\n api_key_file = \"key.txt\"\n}}\n{NETWORK}"
    ));
    assert_error(
        &world.plan_fails(),
        &[
            "`api_key` and `api_key_file` are both set",
            "api_key_file = ",
        ],
    );
    world.configure("");
}

fn a_bad_endpoint_says_what_is_allowed(world: &mut World) {
    for (endpoint, says) in [
        ("ftp://cloud.hostup.se", "https"),
        ("http://cloud.hostup.se", "https"),
        ("https://user:secret-word@cloud.hostup.se", "endpoint"),
        ("https://cloud.hostup.se/?key=secret-word", "endpoint"),
        ("cloud.hostup.se", "https://"),
    ] {
        world.configure(&format!(
            "provider \"hostup\" {{\n endpoint = \"{endpoint}\"\n}}\n{NETWORK}"
        ));
        let report = world.plan_fails();
        assert_error(&report, &["Invalid endpoint", says]);
        let said: Vec<_> = report
            .errors()
            .iter()
            .map(|error| format!("{}{}", error.summary, error.detail))
            .collect();
        assert!(
            !said.concat().contains("secret-word"),
            "credentials must not be repeated: {said:?}"
        );
    }
    world.configure("");
}

fn nobody_listens_at_the_endpoint(world: &mut World) {
    let endpoint = world.mock.endpoint().to_owned();
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .expect("a free port");
    world
        .workspace
        .set("HOSTUP_API_BASE", &format!("http://{free}"));
    world.configure(&format!(
        "provider \"hostup\" {{ max_retries = 0 }}\n{NETWORK}"
    ));
    assert_error(
        &world.apply_fails(),
        &[
            "Could not create hostup_private_network",
            "hint:",
            "`endpoint`",
        ],
    );
    world.workspace.set("HOSTUP_API_BASE", &endpoint);
}

fn a_destroy_that_is_refused_keeps_the_object(world: &mut World) {
    world.configure(&format!("{POOL}\n{NETWORK}"));
    world.apply();
    for (path, address) in [
        ("/api/v2/routed-ipv6/", "hostup_routed_ipv6_pool.main"),
        ("/api/v2/private-networks/", "hostup_private_network.a"),
    ] {
        world.mock.inject(
            Fault::on("DELETE", path)
                .problem(403, "forbidden", "Not for you.")
                .times(1),
        );
        let report = world.destroy_of_fails(address);
        assert_error(&report, &["Could not destroy", "Not for you."]);
        assert!(
            world.addresses().contains(&address.to_owned()),
            "{address} must stay in the state"
        );
    }
}

fn a_pool_with_routes_names_them(world: &mut World) {
    world.configure(POOL);
    world.apply();
    let pool = world.attribute("hostup_routed_ipv6_pool.main", "id");
    let vps = world.mock.add_vps("web-01");
    let route = world.mock.add_route(&pool, &vps, None, 64, None);
    let report = world.destroy_fails();
    assert_error(
        &report,
        &[
            "Could not destroy hostup_routed_ipv6_pool",
            &route,
            "web-01",
            "hint:",
        ],
    );
    assert_eq!(world.addresses(), ["hostup_routed_ipv6_pool.main"]);
    world.mock.remove_route(&route);
}

fn a_network_with_servers_names_them(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    let id = world.attribute("hostup_private_network.a", "id");
    let vps = world.mock.add_vps("web-01");
    world.mock.attach_vps(&id, &vps);
    let report = world.destroy_fails();
    assert_error(
        &report,
        &["Could not destroy hostup_private_network", "`web-01`", &vps],
    );
    assert_eq!(world.addresses(), ["hostup_private_network.a"]);
    world.mock.detach_vps(&id, &vps);
}

fn a_network_that_never_becomes_active_is_tainted_not_orphaned(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.provisioning_reads = 1_000_000);
    world.configure("resource \"hostup_private_network\" \"a\" {\n name = \"a\"\n timeouts = { create = \"1s\", delete = \"30s\" }\n}");
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create hostup_private_network",
            "`active`",
            "`provisioning`",
            "tainted",
            "hint:",
        ],
    );
    assert_eq!(world.addresses(), ["hostup_private_network.a"]);
    let id = world.mock.networks()[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(world.attribute("hostup_private_network.a", "id"), id);
    world
        .mock
        .configure(|switches| switches.provisioning_reads = 0);
    world.mock.edit_network(&id, |network| {
        network["status"] = "active".into();
        network["subnets"][0]["status"] = "active".into();
    });
    assert_eq!(
        world.plan().action("hostup_private_network.a"),
        "delete-create"
    );
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}

fn a_network_that_retires_while_it_is_made_fails_at_once(world: &mut World) {
    world
        .mock
        .configure(|switches| "retired".clone_into(&mut switches.provisioning_ends_in));
    world.configure(NETWORK);
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create hostup_private_network",
            "pnet_",
            "tainted",
        ],
    );
}

fn a_network_that_is_still_on_its_way_is_waited_for(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.provisioning_reads = 5);
    world.configure(
        r#"
        resource "hostup_private_network" "a" {
          name     = "a"
          timeouts = { create = "1s" }
        }
        "#,
    );
    world.apply_fails();
    let writes = world.mock.count("DELETE", "/");
    world.destroy();
    assert!(
        world.mock.count("DELETE", "/") > writes + 1,
        "the API refused at first, and was asked again"
    );
}

fn the_limit_of_networks_is_told_in_the_apis_words(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.private_network_limit = Some(0));
    world.configure(NETWORK);
    assert_error(
        &world.apply_fails(),
        &[
            "Could not create hostup_private_network",
            "private_network_limit_reached",
            "409",
        ],
    );
    world
        .mock
        .configure(|switches| switches.private_network_limit = None);
}

fn a_rate_limit_is_waited_out(world: &mut World) {
    world
        .mock
        .inject(Fault::on("POST", "/api/v2/private-networks").rate_limited(1));
    world
        .mock
        .inject(Fault::on("GET", "/api/v2/private-networks/").rate_limited(1));
    world.configure(NETWORK);
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}

fn a_server_without_ipv6_is_a_warning_in_the_plan(world: &mut World) {
    let pool = world.foreign_pool();
    let vps = world.mock.add_vps_with(hostup_mock_api::VpsOptions {
        name: "old-01".to_owned(),
        ipv6: false,
        ..Default::default()
    });
    let prefix = child(world, 1, 64);
    world.configure(&routed(&pool, &vps, &prefix));
    assert_warning(
        &world.plan().report,
        &["A server can't receive a route now", "`old-01`", "vps_id"],
    );
    assert_error(
        &world.apply_fails(),
        &["Could not create hostup_routed_ipv6_route", "vps_not_ready"],
    );
}

fn a_full_pool_is_a_warning_in_the_plan(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world.foreign_route(&pool, &vps, 48);
    world.configure(&format!(
        "resource \"hostup_routed_ipv6_route\" \"web\" {{\n pool_id = \"{pool}\"\n vps_id = \"{vps}\"\n prefix_length = 64\n}}"
    ));
    assert_warning(
        &world.plan().report,
        &[
            "HostUp would not create a route in this pool now",
            "pool_id = ",
        ],
    );
    assert_error(
        &world.apply_fails(),
        &[
            "Could not create hostup_routed_ipv6_route",
            "routed_ipv6_no_capacity",
        ],
    );
}

fn a_pool_nobody_has_is_an_error_in_the_plan(world: &mut World) {
    let pool = world.foreign_pool();
    let vps = world.mock.add_vps("web-01");
    world.configure(&routed("ripv6_nobody", &vps, "2001:db8::/64"));
    assert_error(
        &world.plan_fails(),
        &["No such pool", "`ripv6_nobody`", &pool, "pool_id = "],
    );
    world.configure("");
}

fn a_prefix_outside_the_pool_is_an_error_in_the_plan(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    world.configure(&routed(&pool, &vps, "2001:db8:ffff::/64"));
    assert_error(
        &world.plan_fails(),
        &[
            "Prefix outside the pool",
            "`2001:db8:ffff::/64`",
            "prefix = ",
        ],
    );
    assert_eq!(world.mock.count("POST", "/"), 0);
    world.configure("");
}
