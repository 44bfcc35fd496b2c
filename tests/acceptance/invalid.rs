//! Configurations that are wrong, and what is said about each, to the letter:
//! `snapshots/invalid.snap`. No key is needed to find any of them, and nobody is asked.

use cli_support::Report;

use crate::gallery::Gallery;
use crate::scenarios;
use crate::world::World;

scenarios![what_is_invalid_is_told_at_its_attribute];

/// Lines of a route.
const ROUTES: &[&str] = &[
    r#"prefix = "2001:db8:1000:101::/56""#,
    r#"prefix = "2001:db8:1000::1/64""#,
    r#"prefix = "2001:db8:1000::/60""#,
    r#"prefix = "2001:db8:1000::/128""#,
    r#"prefix = "2001:db8:1000::/129""#,
    r#"prefix = "2001:db8:1000::/056""#,
    r#"prefix = "2001:db8:1000::/""#,
    r#"prefix = "2001:db8:1000::""#,
    r#"prefix = "2001:db8:1000::/64 ""#,
    r#"prefix = "2001:db8::1000::/64""#,
    r#"prefix = "fe80::%eth0/64""#,
    r#"prefix = "10.0.0.0/56""#,
    r#"prefix = "10.0.0.0/24""#,
    r#"prefix = "web""#,
    r#"prefix = """#,
    "prefix = \"2001:db8:1000::/56\"\nprefix_length = 64",
    "prefix = \"2001:db8:1000::/56\"\nprefix_length = 63",
    "prefix_length = 63",
    "prefix_length = 0",
    "prefix_length = -64",
    "prefix_length = 128",
    "prefix_length = 64.5",
    "prefix_length = 9999999999999999999999",
    "",
    "prefix_length = 64\ntimeouts = { create = \"soon\" }",
    "prefix_length = 64\ntimeouts = { update = \"90\" }",
    "prefix_length = 64\ntimeouts = { read = \"0s\" }",
    "prefix_length = 64\ntimeouts = { delete = \"-5m\" }",
    "prefix_length = 64\ntimeouts = { delete = \"1h30\" }",
];

/// Lines of a network.
const NETWORKS: &[&str] = &[
    r#"name = """#,
    r#"name = "   ""#,
    r#"name = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789x""#,
    "name = \"a\"\nparent_cidr = \"10.42.0.0/24\"",
    "name = \"a\"\nparent_cidr = \"10.42.1.0/24\"",
    "name = \"a\"\nparent_cidr = \"10.42.1.0/21\"",
    "name = \"a\"\nparent_cidr = \"10.42.0.0\"",
    "name = \"a\"\nparent_cidr = \"10.42.0.0/33\"",
    "name = \"a\"\nparent_cidr = \"10.42.0/21\"",
    "name = \"a\"\nparent_cidr = \"010.42.0.0/21\"",
    "name = \"a\"\nparent_cidr = \"8.8.8.0/21\"",
    "name = \"a\"\nparent_cidr = \"172.32.0.0/21\"",
    "name = \"a\"\nparent_cidr = \"100.64.0.0/21\"",
    "name = \"a\"\nparent_cidr = \"fd00::/21\"",
    "name = \"a\"\nparent_cidr = \"\"",
    "name = \"a\"\nregion = \"\"",
    "name = \"a\"\nstatus = \"active\"",
    "name = \"a\"\nid = terraform_data.a.id\n}\nresource \"terraform_data\" \"a\" {",
    "name = \"a\"\ntimeouts = { create = \"0s\" }",
    "name = \"a\"\ntimeouts = { delete = \"ten minutes\" }",
];

/// Lines of a pool.
const POOLS: &[&str] = &[
    "timeouts = { create = \"x\" }",
    "timeouts = {\n create = \"1\"\n delete = \"2\"\n}",
];

/// Lines of the provider block.
const PROVIDERS: &[&str] = &[
    "endpoint = \"http://example.org\"",
    "endpoint = \"ftp://cloud.hostup.se\"",
    "endpoint = \"cloud.hostup.se\"",
    "endpoint = \"\"",
    "endpoint = \"https://\"",
    "endpoint = \"https://user:secret-word@cloud.hostup.se\"",
    "endpoint = \"https://cloud.hostup.se/?key=secret-word\"",
    "endpoint = \"https://cloud.hostup.se/#part\"",
    "endpoint = \"https://cloud.hostup.se/some/where\"",
    "request_timeout = \"30\"",
    "request_timeout = \"0s\"",
    "request_timeout = \"soon\"",
    "max_retries = -1",
    "max_retries = 1.5",
    "max_retries = 99999999999",
    "max_concurrent_requests = 0",
    "max_concurrent_requests = -3",
    "max_concurrent_requests = 2.5",
    "api_key = \"\"",
    "api_key = \"  \"",
    "api_key_file = \"\"",
    "api_key = \"a\"\napi_key_file = \"key.txt\"",
];

fn what_is_invalid_is_told_at_its_attribute(world: &mut World) {
    let resource = |kind: &str, lines: &str| format!("resource \"{kind}\" \"a\" {{\n{lines}\n}}\n");
    let network = resource("hostup_private_network", "name = \"a\"");
    let route = |lines: &str| {
        resource(
            "hostup_routed_ipv6_route",
            &format!("pool_id = \"p\"\nvps_id = \"v\"\n{lines}"),
        )
    };
    let empty_ids = resource(
        "hostup_routed_ipv6_route",
        "pool_id = \"\"\nvps_id = \" \"\nprefix_length = 64",
    );
    let situations: Vec<(String, String)> = ROUTES
        .iter()
        .map(|lines| (format!("route: {lines}"), route(lines)))
        .chain([("route: empty ids".to_owned(), empty_ids)])
        .chain(NETWORKS.iter().map(|lines| {
            (
                format!("network: {lines}"),
                resource("hostup_private_network", lines),
            )
        }))
        .chain(POOLS.iter().map(|lines| {
            (
                format!("pool: {lines}"),
                resource("hostup_routed_ipv6_pool", lines),
            )
        }))
        .chain(PROVIDERS.iter().map(|lines| {
            (
                format!("provider: {lines}"),
                format!("provider \"hostup\" {{\n{lines}\n}}\n{network}"),
            )
        }))
        .collect();
    assert!(
        situations.len() >= 60,
        "only {} invalid configurations",
        situations.len()
    );
    let mut gallery = Gallery::default();
    world.workspace.unset("HOSTUP_API_KEY");
    for (situation, configuration) in situations {
        world.configure(&configuration);
        let run = world.workspace.run(["validate", "-json"]).expect("a run");
        assert_eq!(
            run.code(),
            1,
            "{configuration}\nmust be invalid:\n{}",
            run.text()
        );
        let report = Report::read(&run.stdout);
        let errors = report.errors();
        assert!(!errors.is_empty(), "{configuration}");
        let said: Vec<_> = errors
            .iter()
            .flat_map(|error| [error.summary.as_str(), error.detail.as_str()])
            .collect();
        let said = said.concat();
        assert!(
            !said.contains("secret-word"),
            "credentials must not be repeated: {said}"
        );
        gallery.add(&situation, &errors);
    }
    gallery.assert_snapshot("invalid");
    assert!(world.mock.requests().is_empty());
    world.configure("");
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", &key);
}
