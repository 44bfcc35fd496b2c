//! The provider block: where a value comes from, and what it does.

use std::time::Duration;

use hostup_mock_api::Fault;

use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    the_configuration_comes_before_the_environment,
    an_endpoint_is_taken_with_any_usual_end,
    requests_say_who_sends_them,
    retries_can_be_switched_off,
    a_request_does_not_take_longer_than_it_may,
    no_more_requests_are_under_way_than_allowed,
    a_key_file_comes_before_the_environments_key,
];

const NETWORK: &str = r#"resource "hostup_private_network" "a" { name = "a" }"#;

fn provider(lines: &str) -> String {
    format!("provider \"hostup\" {{\n{lines}\n}}\n{NETWORK}")
}

fn the_configuration_comes_before_the_environment(world: &mut World) {
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

fn an_endpoint_is_taken_with_any_usual_end(world: &mut World) {
    let endpoint = world.mock.endpoint().to_owned();
    for end in ["/", "/api", "/api/", "/api/v2", "/api/v2/", "/v2"] {
        world
            .workspace
            .set("HOSTUP_API_BASE", &format!("{endpoint}{end}"));
        world.configure(NETWORK);
        world.apply();
    }
}

fn requests_say_who_sends_them(world: &mut World) {
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

fn retries_can_be_switched_off(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    let id = world.attribute("hostup_private_network.a", "id");
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

fn a_request_does_not_take_longer_than_it_may(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    world
        .mock
        .inject(Fault::on("GET", "/api/v2/private-networks/").delay(Duration::from_mins(2)));
    world.configure(&provider("request_timeout = \"200ms\"\nmax_retries = 0"));
    assert_error(
        &world.plan_fails(),
        &[
            "was not answered within 200ms",
            "hint:",
            "`request_timeout`",
        ],
    );
}

fn no_more_requests_are_under_way_than_allowed(world: &mut World) {
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

fn a_key_file_comes_before_the_environments_key(world: &mut World) {
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", "wrong");
    world
        .workspace
        .write("key.txt", &format!("{key}\n"))
        .expect("a file");
    world.configure(&provider("api_key_file = \"key.txt\""));
    world.apply();
}
