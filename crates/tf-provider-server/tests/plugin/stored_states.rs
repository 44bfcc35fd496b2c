//! Stored states and identities that do not fit the schema are refused, with their path and what to
//! do.

use prost::bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::client::values::{item, read as json_of};
use crate::client::{Provider, assert_no_diagnostics, attribute_path, find_diagnostic, served};
use crate::protocol::tfplugin6::{
    Diagnostic, RawState, upgrade_resource_identity, upgrade_resource_state,
};

fn raw(json: &Json) -> RawState {
    RawState {
        json: Bytes::from(json.to_string()),
        ..Default::default()
    }
}

async fn upgraded(
    provider: &mut Provider,
    version: i64,
    stored: &Json,
) -> upgrade_resource_state::Response {
    let request = upgrade_resource_state::Request {
        type_name: "test_item".to_owned(),
        version,
        raw_state: Some(raw(stored)),
    };
    let response = provider.upgrade_resource_state(request).await;
    response.unwrap().into_inner()
}

#[track_caller]
fn assert_refused(diagnostics: &[Diagnostic], at: &str, says: &str) {
    let found = find_diagnostic(diagnostics, says);
    assert!(
        found.summary.contains("`test_item`: the stored"),
        "{found:?}"
    );
    assert_eq!(attribute_path(found), at, "{found:?}");
    assert!(
        found.detail.contains("hint: restore the state"),
        "{found:?}"
    );
    assert!(!found.detail.contains("bug"), "{found:?}");
}

#[tokio::test]
async fn a_stored_value_that_does_not_fit_is_reported_with_its_path() {
    let (_server, mut provider) = served().await;
    for (stored, at, says) in [
        (
            json!({"place": 5}),
            "place",
            "`place`: the number 5 is not an object",
        ),
        (
            json!({"name": 5}),
            "name",
            "`name`: the number 5 is not text",
        ),
        (json!({"name": ["a"]}), "name", "`name`: a list is not text"),
        (
            json!({"open": "yes"}),
            "open",
            "\"yes\" is not true or false",
        ),
        (json!({"size": "many"}), "size", "\"many\" is not a number"),
        (
            json!({"size": {}}),
            "size",
            "`size`: an object is not a number",
        ),
        (json!({"tags": "a"}), "tags", "\"a\" is not a list"),
        (
            json!({"tags": ["a", 5]}),
            "tags.[1]",
            "the number 5 is not text",
        ),
        (
            json!({"place": {"row": []}}),
            "place.row",
            "a list is not a number",
        ),
        (
            json!({"parts": 5}),
            "parts",
            "`parts`: the number 5 is not a list",
        ),
        (
            json!({"parts": [{"kind": 5}]}),
            "parts.[0].kind",
            "the number 5 is not text",
        ),
        (
            json!({"parts": [5]}),
            "parts.[0]",
            "the number 5 is not an object",
        ),
        (
            json!({"parts": {"kind": 5}}),
            "parts.[0].kind",
            "the number 5 is not text",
        ),
        (
            json!({"secret": 12345}),
            "secret",
            "`secret`: a sensitive value is not text",
        ),
    ] {
        let response = upgraded(&mut provider, 2, &stored).await;
        assert_refused(&response.diagnostics, at, says);
        assert_eq!(response.diagnostics.len(), 1, "{stored}");
        assert_eq!(response.upgraded_state, None);
    }
    let stored = json!({"name": 5, "open": 5, "tags": 5});
    let response = upgraded(&mut provider, 2, &stored).await;
    assert_eq!(response.diagnostics.len(), 3);
    let stored = json!({"title": 5});
    let response = upgraded(&mut provider, 1, &stored).await;
    let says = "the number 5 is not text, after the upgrade from version 1";
    assert_refused(&response.diagnostics, "name", says);
}

#[tokio::test]
async fn stored_values_of_other_versions_that_fit_are_accepted() {
    let (_server, mut provider) = served().await;
    let stored = json!({"size": "64", "parts": {"kind": "k"}});
    let response = upgraded(&mut provider, 2, &stored).await;
    assert_no_diagnostics(&response.diagnostics);
    let mut expected = item(json!({"size": "64", "parts": [{"kind": "k", "weight": null}]}));
    expected["name"] = Json::Null;
    assert_eq!(json_of(response.upgraded_state.as_ref()), expected);
}

#[tokio::test]
async fn a_stored_identity_that_does_not_fit_is_refused() {
    let (_server, mut provider) = served().await;
    for (stored, says) in [
        (json!({"id": 5}), "`id`: the number 5 is not text"),
        (
            json!({"id": "a", "size": []}),
            "`size`: a list is not a number",
        ),
        (
            json!({"id": "a", "open": "x"}),
            "\"x\" is not true or false",
        ),
    ] {
        let request = upgrade_resource_identity::Request {
            type_name: "test_item".to_owned(),
            version: 2,
            raw_identity: Some(raw(&stored)),
        };
        let response = provider.upgrade_resource_identity(request).await;
        let response = response.unwrap().into_inner();
        assert_refused(&response.diagnostics, "", says);
        assert_eq!(response.upgraded_identity, None);
    }
}
