//! The prefix and the label of a new route.

use hostup_mock_api::MockApi;
use serde_json::{Value, json};

use crate::http::Client;

const PATH: &str = "/api/v2/routed-ipv6";

/// Returns the body of a create, with the fields of `more`.
fn body(mock: &MockApi, more: &Value) -> Value {
    let mut body = json!({
        "action": "create_route",
        "poolId": mock.pools()[0]["id"],
        "vpsId": mock.vpses()[0]["id"],
        "prefixLength": 64,
    });
    for (field, value) in more.as_object().expect("an object") {
        body[field] = value.clone();
    }
    body
}

fn start() -> MockApi {
    let mock = MockApi::start();
    mock.add_vps("web-01");
    mock.add_pool();
    mock
}

#[test]
fn a_prefix_that_hostup_holds_back_is_refused_and_skipped() {
    let mock = start();
    mock.configure(|switches| {
        switches.held_back = vec![
            "2001:db8:1000::/64".to_owned(),
            "2001:db8:1000:100::/56".to_owned(),
        ];
    });
    let client = Client::of(&mock);
    for (prefix, length) in [
        ("2001:db8:1000::/64", 64),
        ("2001:db8:1000:1ff::/64", 64),
        ("2001:db8:1000::/56", 56),
    ] {
        let body = body(&mock, &json!({"prefix": prefix, "prefixLength": length}));
        client
            .post(PATH, &body)
            .refused(409, "routed_ipv6_prefix_conflict");
    }
    let state = client.get(PATH).expect(200);
    assert_eq!(state["pools"][0]["routes"], json!([]));
    let prefix = |length: u8| {
        let body = body(&mock, &json!({"prefixLength": length}));
        client.post(PATH, &body).expect(201);
        mock.routes().last().expect("a route")["prefix"].clone()
    };
    assert_eq!(prefix(64), "2001:db8:1000:1::/64");
    assert_eq!(prefix(56), "2001:db8:1000:200::/56");

    mock.configure(|switches| switches.held_back = vec!["2001:db8:1000::/48".to_owned()]);
    let state = client.get(PATH).expect(200);
    let capability = &state["pools"][0]["actions"]["canCreateRoute"];
    assert_eq!(capability["allowed"], false);
    client
        .post(PATH, &body(&mock, &json!({})))
        .refused(409, "routed_ipv6_no_capacity");
}

#[test]
#[should_panic(expected = "the prefix to hold back, `everything`,")]
fn a_malformed_held_back_prefix_is_named_in_the_panic() {
    MockApi::start().configure(|switches| switches.held_back = vec!["everything".to_owned()]);
}

#[test]
fn the_api_can_ignore_a_wanted_prefix() {
    let mock = start();
    mock.configure(|switches| switches.ignore_prefix = true);
    let client = Client::of(&mock);
    for expected in ["2001:db8:1000::/64", "2001:db8:1000:1::/64"] {
        let body = body(&mock, &json!({"prefix": "2001:db8:1000:7::/64"}));
        client.post(PATH, &body).expect(201);
        assert_eq!(mock.routes().last().expect("a route")["prefix"], expected);
    }
    // It must still be a prefix of the pool.
    let body = body(&mock, &json!({"prefix": "2001:db8:2000::/64"}));
    client.post(PATH, &body).refused(400, "invalid_request");
}

#[test]
fn a_label_can_be_trimmed() {
    #[track_caller]
    fn check(trims: bool, label: &str, expected: &Value) {
        let mock = start();
        mock.configure(|switches| switches.trim_labels = trims);
        let body = body(&mock, &json!({"label": label}));
        Client::of(&mock).post(PATH, &body).expect(201);
        assert_eq!(&mock.routes()[0]["label"], expected);
    }
    check(false, " web ", &json!(" web "));
    check(false, " ", &json!(" "));
    check(true, " web subnet\t", &json!("web subnet"));
    check(true, " \n", &Value::Null);
    check(true, "", &Value::Null);
}
