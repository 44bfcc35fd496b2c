//! Numbers that do not fit into 64 bits exactly keep their decimal.

use prost::bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::client::values::{item, read as json_of, value};
use crate::client::{Provider, assert_no_diagnostics, find_diagnostic, served};
use crate::protocol::tfplugin6::{
    RawState, read_resource as read, upgrade_resource_state as upgrade,
};

#[tokio::test]
async fn an_unchanged_number_keeps_its_decimal() {
    let (_server, mut provider) = served().await;
    for share in [
        json!("0.1234567890123456789"),
        json!("-0.1234567890123456789"),
        json!("123456789012345678901234567890.5"),
        json!("1180591620717411303425"),
        // 2^63 and 2^70 as a core sends them, and 2^53 + 1.
        json!(9_223_372_036_854_775_808.0),
        json!(1_180_591_620_717_411_303_424.0),
        json!(9_007_199_254_740_993_i64),
        json!(0.5),
        json!("0.1"),
        json!(64),
    ] {
        let request = read::Request {
            type_name: "test_item".to_owned(),
            current_state: value(&item(json!({"share": share}))),
            ..Default::default()
        };
        let response = provider.read_resource(request).await.unwrap().into_inner();
        assert_no_diagnostics(&response.diagnostics);
        let state = json_of(response.new_state.as_ref());
        assert_eq!(state["share"], share);
    }
    // 2^63 as an unsigned integer.
    let request = read::Request {
        type_name: "test_item".to_owned(),
        current_state: value(&item(json!({"share": 1_u64 << 63}))),
        ..Default::default()
    };
    let response = provider.read_resource(request).await.unwrap().into_inner();
    let state = json_of(response.new_state.as_ref());
    assert_eq!(state["share"], "9223372036854775808");
}

async fn upgraded(provider: &mut Provider, version: i64, json: &str) -> upgrade::Response {
    let request = upgrade::Request {
        type_name: "test_item".to_owned(),
        version,
        raw_state: Some(RawState {
            json: Bytes::copy_from_slice(json.as_bytes()),
            ..Default::default()
        }),
    };
    let response = provider.upgrade_resource_state(request).await;
    response.unwrap().into_inner()
}

#[tokio::test]
async fn a_state_upgrade_keeps_all_digits_of_a_number() {
    let (_server, mut provider) = served().await;
    for number in [
        "0.1234567890123456789",
        "-1e-30",
        "9223372036854775808",
        "1180591620717411303424",
        "1180591620717411303425",
    ] {
        // With and without an upgrade by the resource.
        for version in [1, 2] {
            let stored = format!(
                r#"{{"title": "{number}", "name": "{number}", "share": {number}, "size": 3}}"#
            );
            let response = upgraded(&mut provider, version, &stored).await;
            assert_no_diagnostics(&response.diagnostics);
            let state = json_of(response.upgraded_state.as_ref());
            let share = match &state["share"] {
                Json::String(text) => text.clone(),
                number => number.to_string(),
            };
            assert_eq!(share, number, "version {version}");
            assert_eq!(state["name"], *number);
            assert_eq!(state["size"], 3);
        }
    }
}

#[tokio::test]
async fn a_long_number_is_not_accepted_as_text() {
    let (_server, mut provider) = served().await;
    let response = upgraded(&mut provider, 2, r#"{"name": 0.1234567890123456789}"#).await;
    find_diagnostic(&response.diagnostics, "is not text");
    let response = upgraded(&mut provider, 2, r#"{"tags": 0.1234567890123456789}"#).await;
    find_diagnostic(
        &response.diagnostics,
        "`tags`: the number 0.12345678901234568 is not a list",
    );
}
