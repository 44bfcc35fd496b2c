//! Faults: their responses, and whether the change is made.

use std::io::Read as _;
use std::time::{Duration, Instant};

use hostup_mock_api::{Fault, MockApi};
use serde_json::json;

use crate::copy::until;
use crate::http::{Client, Cut, Reply};

const PATH: &str = "/api/v2/routed-ipv6";
const ALLOCATE: &[u8] = br#"{"action":"allocate_pool"}"#;

fn allocate_on() -> Fault {
    Fault::on("POST", PATH).action("allocate_pool")
}

/// Allocates a pool under a fault. Returns the response, and whether there is a pool.
fn allocate_under(fault: Fault) -> (Result<Reply, Cut>, bool) {
    let mock = MockApi::start();
    mock.inject(fault);
    let reply = Client::of(&mock).send("POST", PATH, ALLOCATE);
    assert_eq!(mock.faults_left(), 0, "the fault is used up");
    (reply, !mock.is_empty())
}

#[test]
fn a_connection_is_cut_before_the_change_after_it_or_in_the_response() {
    assert_eq!(
        allocate_under(allocate_on().cut_before()),
        (Err(Cut::Nothing), false)
    );
    assert_eq!(
        allocate_under(allocate_on().cut_after()),
        (Err(Cut::Nothing), true)
    );
    assert_eq!(
        allocate_under(allocate_on().truncated()),
        (Err(Cut::InTheBody), true)
    );
}

#[test]
fn a_fault_responds_instead_of_the_change_or_after_it() {
    #[track_caller]
    fn check(fault: Fault, status: u16, committed: bool) -> Reply {
        let (reply, left) = allocate_under(fault);
        let reply = reply.expect("a response");
        assert_eq!((reply.status, left), (status, committed));
        reply
    }
    check(allocate_on().status(503), 503, false).refused(503, "service_unavailable");
    check(allocate_on().status(503).after_commit(), 503, true);
    check(allocate_on().status(204), 204, false);
    let reply = check(allocate_on().html(502), 502, false);
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let reply = check(
        allocate_on()
            .status(500)
            .body("not {json", "application/json"),
        500,
        false,
    );
    assert_eq!(reply.text, "not {json");
    let reply = check(allocate_on().body("<html>", "text/html"), 201, true);
    assert_eq!(reply.text, "<html>");
    assert_eq!(check(allocate_on().empty_body(), 201, true).text, "");
    assert_eq!(
        check(allocate_on().status(409).empty_body(), 409, false).text,
        ""
    );
    check(allocate_on().not_found(), 404, false).refused(404, "not_found");
    let reply = check(
        allocate_on().problem(502, "upstream_failed", "Later."),
        502,
        false,
    );
    assert_eq!(reply.refused(502, "upstream_failed")["detail"], "Later.");
    let reply = check(
        allocate_on().status(503).header("Retry-After", "7"),
        503,
        false,
    );
    assert_eq!(reply.header("retry-after"), Some("7"));
    let reply = check(allocate_on().old_state(), 201, true);
    assert_eq!(reply.json()["pools"], json!([]));
}

#[test]
fn a_429_has_the_documented_headers() {
    let (reply, left) = allocate_under(allocate_on().rate_limited(7));
    let reply = reply.expect("a response");
    reply.refused(429, "rate_limit_exceeded");
    assert_eq!(reply.header("retry-after"), Some("7"));
    assert!(reply.header("x-ratelimit-reset").is_some() && !left);
    assert!(reply.header("x-ratelimit-remaining").is_some());
}

#[test]
fn a_fault_affects_only_the_requests_it_selects() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let status = |path: &str| client.get(path).status;
    mock.inject(
        Fault::on("GET", "/api/v2/vps")
            .exact()
            .skip(1)
            .times(2)
            .status(500),
    );
    assert_eq!(status("/api/v2/vps/payg/limits"), 200);
    let seen = [
        status("/api/v2/vps"),
        status("/api/v2/vps?limit=1"),
        status("/api/v2/vps"),
    ];
    assert_eq!(seen, [200, 500, 500]);
    assert_eq!((status("/api/v2/vps"), mock.faults_left()), (200, 0));

    mock.inject(Fault::on("*", "/api/v2/vps").always().status(502));
    mock.inject(Fault::on("POST", PATH).action("create_route").status(500));
    assert_eq!(status("/api/v2/vps/payg/limits"), 502);
    client
        .post(PATH, &json!({"action": "allocate_pool"}))
        .expect(201);
    assert_eq!(mock.faults_left(), 2);
    mock.clear_faults();
    assert_eq!(status("/api/v2/vps"), 200);
}

#[test]
fn faults_take_effect_in_the_order_of_injection() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    mock.inject(Fault::on("GET", "/api/v2/").status(500));
    mock.inject(Fault::on("GET", "/api/v2/vps").times(2).status(503));
    let seen: Vec<u16> = (0..4).map(|_| client.get("/api/v2/vps").status).collect();
    assert_eq!(seen, [500, 503, 503, 200]);
}

#[test]
fn a_fault_can_change_the_account_before_and_after_a_request() {
    let mock = MockApi::start();
    let key = mock.api_key().to_owned();
    mock.inject(allocate_on().run(move |account| account.revoke_key(&key)));
    Client::of(&mock)
        .post(PATH, &json!({"action": "allocate_pool"}))
        .refused(401, "unauthorized");
    mock.add_key(mock.api_key(), &hostup_mock_api::ALL_SCOPES);
    mock.inject(allocate_on().run_after(|account| {
        let id = account.pools()[0]["id"].as_str().expect("an id").to_owned();
        account.remove_pool(&id);
    }));
    Client::of(&mock)
        .post(PATH, &json!({"action": "allocate_pool"}))
        .expect(201);
    assert!(mock.is_empty());
}

#[test]
fn responses_can_be_delayed() {
    let mock = MockApi::start();
    let wait = Duration::from_millis(60);
    mock.inject(allocate_on().delay(wait));
    let start = Instant::now();
    Client::of(&mock)
        .send("POST", PATH, ALLOCATE)
        .expect("a response")
        .expect(201);
    assert!(start.elapsed() >= wait);
    mock.configure(|switches| {
        (switches.latency, switches.latency_jitter) = (wait, Duration::from_millis(5));
    });
    let start = Instant::now();
    Client::of(&mock).get(PATH).expect(200);
    assert!(start.elapsed() >= wait);
}

#[test]
fn a_client_can_go_away_during_a_delay_before_or_after_the_change() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let most = Duration::from_secs(20);
    mock.inject(allocate_on().delay(Duration::from_hours(1)));
    let stream = client.start("POST", PATH, ALLOCATE);
    assert!(
        mock.wait_for(most, |requests| requests.len() == 1),
        "the request arrives"
    );
    drop(stream);
    assert!(client.get(PATH).expect(200)["pools"] == json!([]));

    mock.clear_requests();
    mock.inject(allocate_on().delay(Duration::from_hours(1)).after_commit());
    let mut stream = client.start("POST", PATH, ALLOCATE);
    assert!(
        mock.wait_for(most, |requests| requests.len() == 1),
        "the request arrives"
    );
    // The mock handles one request at a time, so this response means that the change is made.
    assert_eq!(
        client.get(PATH).expect(200)["pools"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(mock.requests()[0].status, None);
    drop(mock);
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.is_empty(), "a stopped mock sends nothing");
}

#[test]
fn a_change_can_be_made_after_its_response() {
    #[track_caller]
    fn check(fault: Fault, is_expected: impl FnOnce(Result<Reply, Cut>) -> bool) {
        let mock = MockApi::start();
        let wait = Duration::from_millis(150);
        mock.inject(fault.commit_after(wait));
        let start = Instant::now();
        let reply = Client::of(&mock).send("POST", PATH, ALLOCATE);
        assert!(mock.is_empty() || start.elapsed() >= wait, "too early");
        assert!(is_expected(reply));
        assert!(until(start, || !mock.is_empty()) >= wait);
        assert_eq!(mock.pools().len(), 1, "once");
    }
    let status = |expected: u16| {
        move |reply: Result<Reply, Cut>| reply.is_ok_and(|reply| reply.status == expected)
    };
    check(allocate_on(), |reply| {
        reply.is_ok_and(|reply| reply.status == 504 && reply.text.starts_with("<html>"))
    });
    check(allocate_on().status(503), status(503));
    check(allocate_on().status(500).after_commit(), status(500));
    check(allocate_on().problem(502, "upstream", "x"), status(502));
    check(allocate_on().cut_after(), |reply| {
        reply == Err(Cut::Nothing)
    });
    check(allocate_on().cut_before(), |reply| {
        reply == Err(Cut::Nothing)
    });
}

#[test]
fn a_late_change_that_is_refused_changes_nothing() {
    let mock = MockApi::start();
    mock.add_pool();
    mock.inject(allocate_on().commit_after(Duration::ZERO));
    let client = Client::of(&mock);
    assert_eq!(
        client
            .send("POST", PATH, ALLOCATE)
            .expect("a response")
            .status,
        504
    );
    client.get(PATH).expect(200);
    assert_eq!(mock.pools().len(), 1);
}

#[test]
fn a_cut_request_has_no_status_in_the_log() {
    let mock = MockApi::start();
    mock.inject(Fault::on("GET", PATH).cut_after());
    let client = Client::of(&mock);
    assert_eq!(client.send("GET", PATH, b""), Err(Cut::Nothing));
    client.get(PATH).expect(200);
    let seen: Vec<Option<u16>> = mock
        .requests()
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(seen, [None, Some(200)]);
}

#[test]
fn a_read_can_show_the_state_from_before_a_write() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    client
        .post(PATH, &json!({"action": "allocate_pool"}))
        .expect(201);
    mock.inject(Fault::on("GET", PATH).old_state());
    assert_eq!(client.get(PATH).expect(200)["pools"], json!([]));
    assert_ne!(client.get(PATH).expect(200)["pools"], json!([]));
}
