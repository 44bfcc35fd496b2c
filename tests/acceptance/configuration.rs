//! The provider block and the environment.

use std::time::Duration;

use hostup_mock_api::Fault;

use crate::resources::assert_invalid;
use crate::scenarios;
use crate::scene::{NETWORK, NETWORK_ADDRESS, ONE_NETWORK, unknown};
use crate::world::{World, assert_error};

scenarios![
    the_messages_about_an_invalid_provider_block,
    the_configuration_takes_precedence_over_the_environment,
    a_configured_key_file_takes_precedence_over_a_key_in_the_environment,
    a_key_can_come_from_a_file,
    a_missing_key_is_an_error_that_names_every_way_to_set_one,
    a_wrong_key_is_an_error_that_does_not_repeat_it,
    a_missing_scope_is_named,
    an_endpoint_may_have_any_usual_path,
    an_endpoint_that_is_not_reachable_is_an_error_with_a_hint,
    requests_have_a_user_agent,
    max_retries_limits_the_retries_of_a_read,
    a_request_ends_after_request_timeout,
    max_concurrent_requests_limits_the_requests_in_flight,
    a_key_may_be_unknown_at_plan,
    a_key_that_is_unknown_at_refresh_is_an_error_with_a_hint,
    endpoint_and_limits_may_be_unknown_at_plan,
];

/// Invalid lines of the provider block.
const PROVIDERS: &[&str] = &[
    "endpoint = \"http://example.org\"",
    "endpoint = \"ftp://cloud.hostup.se\"",
    "endpoint = \"cloud.hostup.se\"",
    "endpoint = \"127.0.0.1:8080\"",
    "endpoint = \"htp://localhost:8080\"",
    "endpoint = \"http://127.0.0.1:8080/api/v3\"",
    "endpoint = \"https://localhost:8443/api/v3\"",
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

/// The provider block with these lines, and a network.
fn provider(lines: &str) -> String {
    format!("provider \"hostup\" {{\n{lines}\n}}\n{NETWORK}")
}

fn the_messages_about_an_invalid_provider_block(world: &mut World) {
    let configurations = PROVIDERS
        .iter()
        .map(|lines| (format!("provider: {lines}"), provider(lines)));
    assert_invalid(world, "invalid_provider", configurations);
}

fn the_configuration_takes_precedence_over_the_environment(world: &mut World) {
    let (key, endpoint) = (
        world.mock.api_key().to_owned(),
        world.mock.endpoint().to_owned(),
    );
    world.workspace.set("HOSTUP_API_KEY", "wrong");
    world.workspace.set("HOSTUP_API_BASE", "http://127.0.0.1:1");
    world.configure(&provider(&format!(
        "api_key = \"{key}\"\nendpoint = \"{endpoint}\""
    )));
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}

fn a_configured_key_file_takes_precedence_over_a_key_in_the_environment(world: &mut World) {
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", "wrong");
    world
        .workspace
        .write("key.txt", &format!("{key}\n"))
        .expect("a file");
    world.configure(&provider("api_key_file = \"key.txt\""));
    world.apply();
}

fn a_key_can_come_from_a_file(world: &mut World) {
    let key = world.mock.api_key().to_owned();
    world.workspace.unset("HOSTUP_API_KEY");
    world
        .workspace
        .write("key.txt", &format!("  {key}\n"))
        .expect("a file");
    world.configure(&provider("api_key_file = \"key.txt\""));
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

fn a_missing_key_is_an_error_that_names_every_way_to_set_one(world: &mut World) {
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
}

fn a_wrong_key_is_an_error_that_does_not_repeat_it(world: &mut World) {
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
    assert_eq!(world.addresses(), [NETWORK_ADDRESS]);
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

fn an_endpoint_may_have_any_usual_path(world: &mut World) {
    let endpoint = world.mock.endpoint().to_owned();
    for end in ["/", "/api", "/api/", "/api/v2", "/api/v2/", "/v2"] {
        world
            .workspace
            .set("HOSTUP_API_BASE", &format!("{endpoint}{end}"));
        world.configure(NETWORK);
        world.apply();
    }
}

fn an_endpoint_that_is_not_reachable_is_an_error_with_a_hint(world: &mut World) {
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
}

fn requests_have_a_user_agent(world: &mut World) {
    world
        .mock
        .configure(|switches| switches.refuse_default_agents = true);
    world.workspace.set("TF_APPEND_USER_AGENT", "fleet/7");
    world.configure(NETWORK);
    world.apply();
    let version = world.workspace.core().version.to_string();
    for request in world.mock.requests() {
        let agent = request.user_agent.clone().unwrap_or_default();
        assert!(
            agent.starts_with(concat!(
                "terraform-provider-hostup/",
                env!("CARGO_PKG_VERSION")
            )),
            "{agent}"
        );
        assert!(
            agent.contains(&version) && agent.ends_with("fleet/7"),
            "{agent}"
        );
        assert_eq!(request.header("accept"), Some("application/json"));
    }
}

fn max_retries_limits_the_retries_of_a_read(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    let id = world.attribute(NETWORK_ADDRESS, "id");
    let path = format!("/api/v2/private-networks/{id}");
    for (retries, requests) in [(0, 1), (2, 3)] {
        world
            .mock
            .inject(Fault::on("GET", &path).status(503).times(requests));
        world.mock.clear_requests();
        world.configure(&provider(&format!("max_retries = {retries}")));
        assert_error(
            &world.plan_fails(),
            &["Could not read hostup_private_network", "503"],
        );
        assert_eq!(world.mock.count("GET", &path), requests);
    }
    world.assert_settled();
}

fn a_request_ends_after_request_timeout(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    world
        .mock
        .inject(Fault::on("GET", ONE_NETWORK).delay(Duration::from_mins(2)));
    world.configure(&provider("request_timeout = \"200ms\"\nmax_retries = 0"));
    assert_error(
        &world.plan_fails(),
        &["got no response within 200ms", "hint:", "`request_timeout`"],
    );
}

fn max_concurrent_requests_limits_the_requests_in_flight(world: &mut World) {
    let networks = "resource \"hostup_private_network\" \"a\" {\n count = 6\n name = \"a\"\n}\n";
    world.configure(&format!(
        "provider \"hostup\" {{ max_concurrent_requests = 1 }}\n{networks}"
    ));
    world.apply();
    world
        .mock
        .configure(|switches| switches.latency = Duration::from_millis(60));
    world.mock.clear_requests();
    world.assert_settled();
    let mut began: Vec<_> = world
        .mock
        .requests()
        .iter()
        .map(|request| request.at)
        .collect();
    began.sort();
    assert_eq!(began.len(), 6);
    for pair in began.windows(2) {
        assert!(
            pair[1] - pair[0] >= Duration::from_millis(50),
            "two requests were under way at once"
        );
    }
    world
        .mock
        .configure(|switches| switches.latency = Duration::ZERO);
}

fn a_key_may_be_unknown_at_plan(world: &mut World) {
    let key = world.mock.api_key().to_owned();
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure(&format!(
        "{}{}",
        unknown("key", &format!("\"{key}\"")),
        provider("api_key = terraform_data.key.output")
    ));
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
    world.workspace.set("HOSTUP_API_KEY", &key);
}

fn a_key_that_is_unknown_at_refresh_is_an_error_with_a_hint(world: &mut World) {
    let key = world.mock.api_key().to_owned();
    let with = |more: &str| {
        format!(
            "{}{}",
            unknown("key", &format!("\"{key}{more}\"")),
            provider("api_key = trimspace(terraform_data.key.output)")
        )
    };
    world.configure(&with(""));
    world.apply();
    world.configure(&with(" "));
    assert_error(
        &world.plan_fails(),
        &[
            "Could not read hostup_private_network",
            "`api_key` is not known yet",
            "hint:",
            "-target",
        ],
    );
    assert!(world.addresses().contains(&NETWORK_ADDRESS.to_owned()));
    world.configure(&with(""));
}

fn endpoint_and_limits_may_be_unknown_at_plan(world: &mut World) {
    let endpoint = world.mock.endpoint().to_owned();
    world.workspace.unset("HOSTUP_API_BASE");
    world.configure(&format!(
        "{}{}{}{}",
        unknown("endpoint", &format!("\"{endpoint}\"")),
        unknown("number", "3"),
        unknown("time", "\"20s\""),
        provider(
            "endpoint = terraform_data.endpoint.output\n\
             max_retries = terraform_data.number.output\n\
             max_concurrent_requests = terraform_data.number.output\n\
             request_timeout = terraform_data.time.output"
        )
    ));
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}
