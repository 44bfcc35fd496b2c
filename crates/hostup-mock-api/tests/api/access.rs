//! What is the same for every endpoint: keys, scopes, paths, methods, rate limit, log.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use hostup_mock_api::{Fault, InvalidRequestShape, MockApi, Options, RateLimit};
use serde_json::{Value, json};

use crate::http::Client;

#[test]
fn a_missing_or_wrong_key_is_unauthorized() {
    let mock = MockApi::start();
    for key in ["", "wrong"] {
        let client = Client::with_key(&mock, key);
        let problem = client
            .get("/api/v2/routed-ipv6")
            .refused(401, "unauthorized");
        assert_eq!(problem["instance"], "/api/v2/routed-ipv6");
        client.get("/api/v2/nothing").refused(401, "unauthorized");
    }
    mock.revoke_key(mock.api_key());
    Client::of(&mock)
        .get("/api/v2/vps")
        .refused(401, "unauthorized");
}

#[test]
fn every_endpoint_needs_its_scopes() {
    const READS: [&str; 2] = ["read:network", "read:vm"];
    #[track_caller]
    fn check(method: &str, path: &str, scopes: &[&str]) {
        let mock = MockApi::start();
        let path = path.replace("{vps}", &mock.add_vps("web-01"));
        for without in scopes {
            let all = ["read:network", "read:vm", "write:network"];
            let rest: Vec<&str> = all.into_iter().filter(|scope| scope != without).collect();
            mock.add_key("lacking", &rest);
            let reply = Client::with_key(&mock, "lacking").send(method, &path, b"{}");
            reply.expect("a response").refused(403, "forbidden");
        }
        mock.add_key("enough", scopes);
        let reply = Client::with_key(&mock, "enough").send(method, &path, b"{}");
        assert_ne!(reply.expect("a response").status, 403, "{method} {path}");
    }
    check("GET", "/api/v2/routed-ipv6", &READS);
    check("POST", "/api/v2/routed-ipv6", &["write:network"]);
    check("DELETE", "/api/v2/routed-ipv6/ripv6_0", &["write:network"]);
    check(
        "DELETE",
        "/api/v2/routed-ipv6/routes/ripv6rt_0",
        &["write:network"],
    );
    check("GET", "/api/v2/private-networks", &["read:network"]);
    check("GET", "/api/v2/private-networks/pnet_0", &["read:network"]);
    check("POST", "/api/v2/private-networks", &["write:network"]);
    check(
        "DELETE",
        "/api/v2/private-networks/pnet_0",
        &["write:network"],
    );
    check("GET", "/api/v2/vps", &["read:vm"]);
    check("GET", "/api/v2/vps/payg/limits", &["read:vm"]);
    check("GET", "/api/v2/vps/{vps}", &["read:vm"]);
    check("GET", "/api/v2/vps/{vps}/network", &["read:vm"]);
    check("POST", "/api/v2/vps/{vps}/network", &["write:network"]);
}

#[test]
fn unknown_paths_and_methods_are_refused_with_problems() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    for path in [
        "/",
        "/api/v2",
        "/api/v2/routed-ipv6/",
        "/api/v1/vps",
        "/api/v2/routed-ipv6/a/b",
    ] {
        let reply = client.get(path);
        assert!(matches!(reply.status, 404 | 405), "{path}: {reply:?}");
        assert!(reply.json()["requestId"].is_string());
    }
    let reply = client
        .send("PATCH", "/api/v2/private-networks/pnet_0", b"{}")
        .expect("a response");
    reply.refused(405, "method_not_allowed");
    assert_eq!(reply.header("allow"), Some("GET, DELETE"));
}

#[test]
fn a_problem_has_the_documented_members_in_both_forms() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let post = || client.post("/api/v2/private-networks", &json!({}));
    let problem = post().refused(400, "invalid_request");
    assert_eq!(
        problem["type"],
        "https://developer.hostup.se/errors/invalid_request"
    );
    assert_eq!(problem["title"], "Invalid request");
    assert_eq!(problem["errors"][0]["code"], "invalid_request");
    assert!(
        problem["requestId"]
            .as_str()
            .is_some_and(|id| id.starts_with("req_"))
    );
    mock.configure(|switches| {
        switches.invalid_request_shape = InvalidRequestShape::Schema;
        switches.uuid_request_ids = true;
        switches.problem_extensions = true;
    });
    let problem = post().refused(400, "invalid_request");
    assert_eq!(problem["title"], "Validation failed");
    assert_eq!(problem["errors"][0]["code"], "missing_required");
    assert_eq!(problem["requestId"].as_str().map(str::len), Some(36));
    assert!(problem["extensions"].is_object());
    mock.configure(|switches| switches.problem_content_type = "application/json".to_owned());
    assert_eq!(post().header("content-type"), Some("application/json"));
}

#[test]
fn the_rate_limit_refuses_with_all_headers_until_its_window_ends() {
    let mock = MockApi::start();
    let limit = |window| {
        Some(RateLimit {
            requests: 2,
            window,
        })
    };
    mock.configure(|switches| switches.rate_limit = limit(Duration::from_hours(1)));
    let client = Client::of(&mock);
    client.get("/api/v2/vps").expect(200);
    client.get("/api/v2/vps").expect(200);
    let reply = client.get("/api/v2/vps");
    reply.refused(429, "rate_limit_exceeded");
    assert_eq!(reply.header("retry-after"), Some("3600"));
    assert_eq!(reply.header("x-ratelimit-limit"), Some("2"));
    assert_eq!(reply.header("x-ratelimit-remaining"), Some("0"));
    let reset = reply.header("x-ratelimit-reset").expect("a reset");
    assert!(reset.ends_with('Z') && reset.len() == 24, "{reset}");
    // Another key has its own window.
    mock.add_key("other", &["read:vm"]);
    Client::with_key(&mock, "other")
        .get("/api/v2/vps")
        .expect(200);

    mock.configure(|switches| {
        switches.rate_limit = limit(Duration::from_millis(1));
        switches.rate_limit_code = "rate_limited".to_owned();
    });
    let mut replies = std::iter::repeat_with(|| client.get("/api/v2/vps").status);
    assert!(replies.any(|status| status == 200));
}

#[test]
fn the_edge_can_refuse_default_agents() {
    let mock = MockApi::start();
    mock.configure(|switches| switches.refuse_default_agents = true);
    let mut client = Client::of(&mock);
    client.get("/api/v2/vps").expect(200);
    for agent in [
        None,
        Some("reqwest/0.13"),
        Some("curl/8"),
        Some("Go-http-client/1.1"),
    ] {
        client.agent = agent;
        let reply = client.get("/api/v2/vps");
        assert_eq!(reply.status, 403);
        assert!(reply.text.starts_with("<html>"), "{reply:?}");
    }
}

#[test]
fn the_log_has_each_request_and_its_status() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    client.get("/api/v2/private-networks?limit=1&region=a%20b");
    client.post("/api/v2/routed-ipv6", &json!({"action": "allocate_pool"}));
    client
        .send("POST", "/api/v2/routed-ipv6", b"no json")
        .expect("a response");
    let requests = mock.requests();
    assert_eq!(requests[0].method, "GET");
    assert_eq!(requests[0].path, "/api/v2/private-networks");
    assert_eq!(requests[0].query, "limit=1&region=a%20b");
    assert_eq!(requests[0].body, Value::Null);
    assert_eq!(requests[0].status, Some(200));
    assert_eq!(
        requests[0].user_agent.as_deref(),
        Some("mock-api-tests/1.0")
    );
    let authorization = format!("Bearer {}", mock.api_key());
    assert_eq!(requests[0].authorization.as_ref(), Some(&authorization));
    assert_eq!(requests[1].action(), Some("allocate_pool"));
    assert_eq!(requests[1].header("content-type"), Some("application/json"));
    assert_eq!(
        (requests[2].status, &requests[2].body),
        (Some(400), &json!("no json"))
    );
    assert!(requests[0].at <= requests[1].at);
    assert_eq!(mock.count("POST", "/api/v2/routed-ipv6"), 2);
    assert_eq!(mock.count("*", "/api/v2/"), 3);
    mock.clear_requests();
    assert!(mock.requests().is_empty());
}

#[test]
fn every_malformed_body_is_refused() {
    let mock = MockApi::start();
    let vps = mock.add_vps("web-01");
    let client = Client::of(&mock);
    let paths = [
        "/api/v2/routed-ipv6".to_owned(),
        "/api/v2/private-networks".to_owned(),
        format!("/api/v2/vps/{vps}/network"),
    ];
    // A fixed sequence, so that a failure is reproducible.
    let mut seed: u64 = 0x5eed;
    let mut byte = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        seed.to_be_bytes()[0]
    };
    for path in &paths {
        for length in 0..60 {
            let body: Vec<u8> = (0..length).map(|_| byte()).collect();
            let reply = client.send("POST", path, &body).expect("a response");
            reply.refused(400, "invalid_request");
        }
        for text in [
            "null",
            "[]",
            "1e999",
            "\"\"",
            "{\"action\":{}}",
            "{\"\":[[[[]]]]}",
            "{",
        ] {
            let reply = client
                .send("POST", path, text.as_bytes())
                .expect("a response");
            reply.refused(400, "invalid_request");
        }
        let reply = client.send("POST", path, &vec![b' '; 2 << 20]);
        assert!(
            reply.is_err() || reply.is_ok_and(|reply| reply.status == 413),
            "{path}"
        );
    }
    client
        .get("/api/v2/vps?limit=%ff&cursor=%00&name=%")
        .refused(400, "invalid_request");
    assert!(mock.is_empty());
}

#[test]
fn a_body_without_the_json_content_type_is_refused() {
    let mock = MockApi::start();
    let address = mock.endpoint().strip_prefix("http://").expect("an address");
    let body = r#"{"action":"allocate_pool"}"#;
    for (content_type, status) in [
        ("", "400"),
        ("Content-Type: text/plain\r\n", "400"),
        ("Content-Type: Application/JSON; charset=utf-8\r\n", "201"),
    ] {
        let mut stream = std::net::TcpStream::connect(address).expect("a connection");
        let request = format!(
            "POST /api/v2/routed-ipv6 HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\n{content_type}Content-Length: {}\r\n\r\n{body}",
            mock.api_key(),
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("a response");
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status} ")),
            "{response}"
        );
        if status == "400" {
            assert!(response.contains("invalid_request"), "{response}");
        }
    }
}

#[test]
fn a_mock_starts_with_its_options_and_only_on_the_loopback() {
    let options = Options {
        api_key: Some("key".to_owned()),
        scopes: vec!["read:vm".to_owned()],
        vpses: vec![hostup_mock_api::VpsOptions::default()],
        ..Options::default()
    };
    let mock = MockApi::try_start(options).expect("a mock");
    assert_eq!(mock.api_key(), "key");
    let client = Client::of(&mock);
    assert_eq!(
        client.get("/api/v2/vps").expect(200)["data"][0]["name"],
        "web-01"
    );
    client
        .get("/api/v2/private-networks")
        .refused(403, "forbidden");
    let mut options = Options::default();
    options.switches.held_back = vec!["10.0.0.0/8".to_owned()];
    let error = MockApi::try_start(options).expect_err("no IPv6 prefix");
    assert!(error.to_string().contains("`10.0.0.0/8`"), "{error}");
    let listen = "0.0.0.0:0".parse().expect("an address");
    assert!(
        MockApi::try_start(Options {
            listen,
            ..Options::default()
        })
        .is_err()
    );
}

#[test]
fn concurrent_requests_are_handled_one_after_the_other() {
    let mock = MockApi::start();
    let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
    let body = json!({
        "action": "create_route", "poolId": pool, "vpsId": vps, "prefixLength": 64,
    });
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                Client::of(&mock)
                    .post("/api/v2/routed-ipv6", &body)
                    .expect(201)
            });
        }
    });
    let mut prefixes: Vec<String> = mock
        .routes()
        .iter()
        .map(|route| route["prefix"].to_string())
        .collect();
    prefixes.sort();
    prefixes.dedup();
    assert_eq!(prefixes.len(), 20);
}

#[test]
fn a_connection_serves_several_requests_until_it_is_cut() {
    let mock = MockApi::start();
    let address = mock.endpoint().strip_prefix("http://").expect("an address");
    let mut stream = std::net::TcpStream::connect(address).expect("a connection");
    mock.inject(Fault::on("GET", "/api/v2/vps").skip(2).cut_after());
    let request = format!(
        "GET /api/v2/vps HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n",
        mock.api_key()
    );
    stream
        .write_all(request.repeat(3).as_bytes())
        .expect("three requests");
    let mut responses = String::new();
    let _ = stream.read_to_string(&mut responses);
    assert_eq!(
        responses.matches("HTTP/1.1 200 OK").count(),
        2,
        "{responses}"
    );
    assert_eq!(mock.count("GET", "/api/v2/vps"), 3);
}

#[test]
fn a_dropped_mock_no_longer_listens() {
    let mock = MockApi::start();
    let address = mock
        .endpoint()
        .strip_prefix("http://")
        .expect("an address")
        .to_owned();
    drop(mock);
    assert!(std::net::TcpStream::connect(address).is_err());
}
