//! What works without a key, and what is wrong before anybody is asked.

use cli_support::Report;
use serde_json::Value;

use crate::scenarios;
use crate::world::World;

scenarios![
    validate_works_without_a_key,
    the_schema_is_told_without_a_key,
    what_is_invalid_is_told_at_its_attribute,
];

/// A route with these lines.
macro_rules! route {
    ($lines:literal) => {
        concat!(
            "resource \"hostup_routed_ipv6_route\" \"a\" {\n pool_id = \"p\"\n vps_id = \"v\"\n",
            $lines,
            "\n}"
        )
    };
}
/// A network with these lines.
macro_rules! network {
    ($lines:literal) => {
        concat!(
            "resource \"hostup_private_network\" \"a\" {\n",
            $lines,
            "\n}"
        )
    };
}
/// A provider block with these lines.
macro_rules! provider {
    ($lines:literal) => {
        concat!(
            "provider \"hostup\" {\n",
            $lines,
            "\n}\nresource \"hostup_private_network\" \"a\" { name = \"a\" }"
        )
    };
}

fn validate_works_without_a_key(world: &mut World) {
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure(
        "provider \"hostup\" {}\nresource \"hostup_private_network\" \"a\" { name = \"a\" }",
    );
    let run = world.workspace.run(["validate", "-json"]).expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
    assert!(world.mock.requests().is_empty());
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", &key);
}

fn the_schema_is_told_without_a_key(world: &mut World) {
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure("provider \"hostup\" {}");
    let run = world
        .workspace
        .run(["providers", "schema", "-json"])
        .expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
    let schemas: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let address = format!(
        "{}/hostup/hostup",
        world.workspace.core().product.registry_host()
    );
    let provider = &schemas["provider_schemas"][&address];
    for resource in [
        "hostup_routed_ipv6_pool",
        "hostup_routed_ipv6_route",
        "hostup_private_network",
    ] {
        assert!(
            provider["resource_schemas"][resource]["block"]["attributes"]["id"].is_object(),
            "{resource}"
        );
    }
    assert_eq!(
        provider["provider"]["block"]["attributes"]["api_key"]["sensitive"],
        true
    );
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", &key);
}

/// A configuration, the line that is wrong, and what is said about it.
const INVALID: &[(&str, &str, &[&str])] = &[
    (
        route!("prefix = \"2001:db8:1000:101::/56\""),
        "prefix = ",
        &["bits set beyond its first 56", "`2001:db8:1000:100::/56`"],
    ),
    (
        route!("prefix = \"2001:db8:1000::/60\""),
        "prefix = ",
        &["is a /60", "48, 56 and 64"],
    ),
    (
        route!("prefix = \"10.0.0.0/56\""),
        "prefix = ",
        &["`/56`", "0 to 32"],
    ),
    (
        route!("prefix = \"10.0.0.0/24\""),
        "prefix = ",
        &["is an IPv4 network"],
    ),
    (
        route!("prefix = \"2001:db8::\""),
        "prefix = ",
        &["without a prefix length"],
    ),
    (
        route!("prefix = \"web\""),
        "prefix = ",
        &["`web` is not a network"],
    ),
    (
        route!("prefix = \"2001:db8:1000::/56\"\nprefix_length = 64"),
        "prefix_length = ",
        &["`prefix_length` is 64", "a /56"],
    ),
    (
        route!("prefix_length = 63"),
        "prefix_length = ",
        &["48, 56 and 64, not 63"],
    ),
    (
        route!("prefix_length = 64.5"),
        "prefix_length = ",
        &["64.5", "whole number"],
    ),
    (
        route!(""),
        "",
        &["neither `prefix` nor `prefix_length`", "hint:"],
    ),
    (
        route!("prefix_length = 64\ntimeouts = { create = \"soon\" }"),
        "",
        &["`timeouts.create`: `soon` is not a duration", "`10m`"],
    ),
    (
        route!("prefix_length = 64\ntimeouts = { update = \"90\" }"),
        "",
        &["`timeouts.update`: `90` has no unit", "`90s`"],
    ),
    (
        "resource \"hostup_routed_ipv6_route\" \"a\" {\n pool_id = \"\"\n vps_id = \"v\"\n prefix_length = 64\n}",
        "pool_id = ",
        &["`pool_id` is an empty text"],
    ),
    (network!("name = \"\""), "name = ", &["1 to 100 characters"]),
    (
        network!("name = \"a\"\nparent_cidr = \"10.42.0.0/24\""),
        "parent_cidr = ",
        &["is a /24", "`10.42.0.0/21`"],
    ),
    (
        network!("name = \"a\"\nparent_cidr = \"10.42.1.0/21\""),
        "parent_cidr = ",
        &["the network is `10.42.0.0/21`"],
    ),
    (
        network!("name = \"a\"\nparent_cidr = \"8.8.8.0/21\""),
        "parent_cidr = ",
        &["not in private IPv4 space"],
    ),
    (
        network!("name = \"a\"\nparent_cidr = \"fd00::/21\""),
        "parent_cidr = ",
        &["is an IPv6 network"],
    ),
    (
        network!("name = \"a\"\nregion = \"\""),
        "region = ",
        &["`region` is an empty text"],
    ),
    (
        network!("name = \"a\"\ntimeouts = { create = \"0s\" }"),
        "",
        &["`timeouts.create`: ", "no time at all"],
    ),
    (
        network!("name = \"a\"\nstatus = \"active\""),
        "status = ",
        &["`status` is decided by HostUp", "hint: remove `status`"],
    ),
    (
        route!(
            "prefix_length = 64\nid = terraform_data.a.id\n}\nresource \"terraform_data\" \"a\" {"
        ),
        "id = ",
        &["`id` is decided by HostUp"],
    ),
    (
        provider!("max_retries = -1"),
        "max_retries = ",
        &["-1 is not a number of retries"],
    ),
    (
        provider!("max_concurrent_requests = 0"),
        "max_concurrent_requests = ",
        &["at least 1"],
    ),
    (
        provider!("request_timeout = \"30\""),
        "request_timeout = ",
        &["`30s`"],
    ),
    (
        provider!("endpoint = \"http://example.org\""),
        "endpoint = ",
        &["https"],
    ),
    (provider!("api_key = \"\""), "api_key = ", &["empty text"]),
];

fn what_is_invalid_is_told_at_its_attribute(world: &mut World) {
    for (configuration, line, parts) in INVALID {
        world.configure(configuration);
        let run = world.workspace.run(["validate", "-json"]).expect("a run");
        assert_eq!(
            run.code(),
            1,
            "{configuration}\nmust be invalid:\n{}",
            run.text()
        );
        let report = Report::read(&run.stdout);
        let found = report.errors().into_iter().any(|error| {
            let text = format!("{}\n{}", error.summary, error.detail);
            error.line.starts_with(line) && parts.iter().all(|part| text.contains(part))
        });
        assert!(
            found,
            "{configuration}\nnothing at `{line}` says all of {parts:?}: {:#?}",
            report.messages
        );
    }
    world.configure("");
    assert!(world.mock.requests().is_empty());
}
