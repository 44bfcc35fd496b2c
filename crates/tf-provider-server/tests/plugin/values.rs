//! Values: forms of numbers, unknown values, private state, stored state, and errors that name the
//! attribute.

use prost::bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::client::values::{REFINED, UNKNOWN, encode, item, null, raw, read as json_of, value};
use crate::client::{Provider, assert_no_diagnostics, attribute_path, find_diagnostic, served};
use crate::protocol::tfplugin6::{
    DynamicValue, RawState, plan_resource_change as plan, read_resource as read,
    upgrade_resource_state as upgrade, validate_resource_config as validate,
};

async fn validated(
    provider: &mut Provider,
    name: &str,
    config: Option<DynamicValue>,
) -> Vec<crate::protocol::tfplugin6::Diagnostic> {
    let request = validate::Request {
        type_name: name.to_owned(),
        config,
        ..Default::default()
    };
    let response = provider.validate_resource_config(request).await;
    response.unwrap().into_inner().diagnostics
}

async fn read_back(provider: &mut Provider, state: Json) -> Json {
    let request = read::Request {
        type_name: "test_item".to_owned(),
        current_state: value(&state),
        ..Default::default()
    };
    let response = provider.read_resource(request).await.unwrap().into_inner();
    assert_no_diagnostics(&response.diagnostics);
    json_of(response.new_state.as_ref())
}

#[tokio::test]
async fn numbers_are_accepted_in_every_form_and_keep_their_value() {
    let (_server, mut provider) = served().await;
    for size in [json!(64), json!(64.0), json!("64"), json!("6.4e1")] {
        let state = read_back(&mut provider, item(json!({"size": size}))).await;
        assert_eq!(state["size"], json!(64));
    }
    for (share, back) in [
        (json!(1), json!(1)),
        (json!(0.5), json!(0.5)),
        (json!("0.1"), json!("0.1")),
        (json!("1e3"), json!(1000)),
    ] {
        let state = read_back(&mut provider, item(json!({"share": share}))).await;
        assert_eq!(state["share"], back);
    }
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_reported_with_its_attribute_and_type() {
    let (_server, mut provider) = served().await;
    for (given, at, says) in [
        (
            json!({"size": 64.5}),
            "size",
            "`size`: 64.5 is not a whole number",
        ),
        (
            json!({"size": "64.5"}),
            "size",
            "`size`: 64.5 is not a whole number",
        ),
        (
            json!({"size": u64::MAX}),
            "size",
            "`size`: 18446744073709551615 is too large",
        ),
        (json!({"size": 1e300}), "size", "is too large"),
        (
            json!({"size": "many"}),
            "size",
            "`size`: the text \"many\" is not a number",
        ),
        (
            json!({"size": true}),
            "size",
            "`size`: true is not a number",
        ),
        (
            json!({"name": 5}),
            "name",
            "`name`: the number 5 is not text",
        ),
        (
            json!({"open": "yes"}),
            "open",
            "`open`: the text \"yes\" is not true or false",
        ),
        (
            json!({"tags": "a"}),
            "tags",
            "`tags`: the text \"a\" is not a list",
        ),
        (
            json!({"tags": ["a", 5]}),
            "tags.[1]",
            "the number 5 is not text",
        ),
        (
            json!({"place": {"row": 1.5, "label": null}}),
            "place.row",
            "1.5 is not a whole number",
        ),
        (
            json!({"place": {"row": [], "label": null}}),
            "place.row",
            "a list is not a number",
        ),
        (
            json!({"place": []}),
            "place",
            "`place`: a list is not an object",
        ),
        (
            json!({"parts": [{"kind": "a", "weight": 2.5}]}),
            "parts.[0].weight",
            "2.5 is not a whole",
        ),
        (
            json!({"parts": [{"kind": [], "weight": 2}]}),
            "parts.[0].kind",
            "a list is not text",
        ),
        (
            json!({"secret": 12345}),
            "secret",
            "`secret`: a sensitive value is not text",
        ),
    ] {
        let config = value(&item(given.clone()));
        let found = validated(&mut provider, "test_item", config).await;
        let found = find_diagnostic(&found, says);
        assert_eq!(attribute_path(found), at, "{given}");
        assert!(!found.detail.contains("12345"), "{found:?}");
    }
}

#[tokio::test]
async fn a_value_that_fits_the_schema_but_not_the_model_is_reported_too() {
    let (_server, mut provider) = served().await;
    for (config, says) in [
        (
            json!({"name": "a", "size": 2.5}),
            "`size`: 2.5 is not a whole number",
        ),
        (
            json!({"name": "a", "size": null}),
            "`size`: null does not fit",
        ),
        (
            json!({"name": "a", "size": UNKNOWN}),
            "`size`: a value that is not known yet does not fit",
        ),
        (json!({"name": "a"}), "missing field `size`"),
        (
            json!("text"),
            "`test_plain`: the text \"text\" is not an object",
        ),
        (Json::Null, "`test_plain`: null is not an object"),
    ] {
        let found = validated(&mut provider, "test_plain", value(&config)).await;
        find_diagnostic(&found, says);
    }
}

#[tokio::test]
async fn unknown_values_are_accepted_everywhere_with_and_without_refinements() {
    let (_server, mut provider) = served().await;
    for unknown in [UNKNOWN, REFINED] {
        let config = item(json!({
            "name": unknown, "note": unknown, "secret": unknown, "size": unknown,
            "share": unknown, "open": unknown, "tags": unknown, "place": unknown,
            "parts": [{"kind": unknown, "weight": unknown}],
        }));
        assert_no_diagnostics(&validated(&mut provider, "test_item", value(&config)).await);
        let within = item(json!({
            "tags": [unknown, "b"], "place": {"row": unknown, "label": unknown},
        }));
        let request = plan::Request {
            type_name: "test_item".to_owned(),
            prior_state: null(),
            proposed_new_state: value(&within),
            config: value(&within),
            ..Default::default()
        };
        let response = provider
            .plan_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        assert_no_diagnostics(&response.diagnostics);
        let planned = json_of(response.planned_state.as_ref());
        assert_eq!(planned["tags"], json!([unknown, "b"]));
        assert_eq!(planned["place"]["row"], unknown);
    }
}

#[tokio::test]
async fn a_value_can_be_sent_as_json() {
    let (_server, mut provider) = served().await;
    let json = |json: &str| {
        Some(DynamicValue {
            json: Bytes::copy_from_slice(json.as_bytes()),
            ..Default::default()
        })
    };
    let good = item(json!({"size": 3})).to_string();
    assert_no_diagnostics(&validated(&mut provider, "test_item", json(&good)).await);
    let bad = item(json!({"size": 3.5})).to_string();
    find_diagnostic(
        &validated(&mut provider, "test_item", json(&bad)).await,
        "3.5 is not a whole",
    );
    find_diagnostic(
        &validated(&mut provider, "test_item", json("{")).await,
        "cannot be read",
    );
}

#[tokio::test]
async fn null_and_foreign_private_state_counts_as_none_and_null_is_not_stored() {
    let (_server, mut provider) = served().await;
    let mut writes = async |private: &[u8]| {
        let request = read::Request {
            type_name: "test_item".to_owned(),
            current_state: value(&item(json!({"mode": "read:private"}))),
            private: Bytes::copy_from_slice(private),
            ..Default::default()
        };
        let response = provider.read_resource(request).await.unwrap().into_inner();
        assert_no_diagnostics(&response.diagnostics);
        let note = json_of(response.new_state.as_ref())["note"].clone();
        (note, response.private)
    };
    let ours = encode(&json!({"writes": 3}));
    assert_eq!(writes(&ours).await, (json!("3"), ours.into()));
    for foreign in [
        &b""[..],
        b"\xc0",
        br#"{"schema_version":"1"}"#,
        b"\x81\xa6writes",
        b"\xff\xff\xff",
        &encode(&json!({"other": 1})),
        &encode(&json!([1, 2, 3])),
    ] {
        let none = (json!("Null"), Bytes::new());
        assert_eq!(writes(foreign).await, none, "{foreign:?}");
    }
}

async fn upgraded(
    provider: &mut Provider,
    name: &str,
    version: i64,
    json: &str,
) -> upgrade::Response {
    let request = upgrade::Request {
        type_name: name.to_owned(),
        version,
        raw_state: Some(RawState {
            json: Bytes::copy_from_slice(json.as_bytes()),
            ..Default::default()
        }),
    };
    provider
        .upgrade_resource_state(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn stored_state_of_the_current_version_is_fitted_to_the_schema() {
    let (_server, mut provider) = served().await;
    let stored = json!({
        "id": "item-1", "name": "a", "size": 3, "share": 0.1, "dropped": {"x": 1},
        "place": {"row": 2, "dropped": true}, "parts": [{"kind": "k", "dropped": []}],
    });
    let response = upgraded(&mut provider, "test_item", 2, &stored.to_string()).await;
    assert_no_diagnostics(&response.diagnostics);
    let mut expected = item(json!({
        "id": "item-1", "size": 3, "share": "0.1", "place": {"row": 2, "label": null},
        "parts": [{"kind": "k", "weight": null}],
    }));
    let found = json_of(response.upgraded_state.as_ref());
    assert_eq!(found, expected);
    // The server can decode it, too.
    expected["share"] = json!("0.1");
    assert_eq!(read_back(&mut provider, found).await, expected);
}

#[tokio::test]
async fn older_state_is_upgraded_and_newer_state_is_refused() {
    let (_server, mut provider) = served().await;
    let response = upgraded(
        &mut provider,
        "test_item",
        1,
        r#"{"title": "old", "id": "x"}"#,
    )
    .await;
    assert_no_diagnostics(&response.diagnostics);
    assert_eq!(json_of(response.upgraded_state.as_ref())["name"], "old");
    for (name, version, json, complains) in [
        ("test_item", 0, "{}", "Too old"),
        (
            "test_item",
            1,
            "{}",
            "upgrade of the state ended without a result",
        ),
        (
            "test_item",
            3,
            "{}",
            "the stored state is newer than this provider",
        ),
        (
            "test_plain",
            0,
            "{}",
            "State of schema version 0 cannot be upgraded",
        ),
        ("test_item", 2, "{", "the stored state cannot be read"),
        ("test_item", 2, "[]", "the stored state cannot be read"),
        ("test_item", 2, "", "the stored state cannot be read"),
    ] {
        let response = upgraded(&mut provider, name, version, json).await;
        find_diagnostic(&response.diagnostics, complains);
        assert_eq!(response.upgraded_state, None);
    }
}

#[tokio::test]
async fn a_state_of_20_megabytes_works() {
    let (_server, mut provider) = served().await;
    let large = "x".repeat(20 << 20);
    let state = item(json!({"id": "item-1", "note": large}));
    let response = upgraded(&mut provider, "test_item", 2, &state.to_string()).await;
    assert_no_diagnostics(&response.diagnostics);
    assert_eq!(read_back(&mut provider, state.clone()).await, state);
}

#[tokio::test]
async fn invalid_bytes_are_reported() {
    let (_server, mut provider) = served().await;
    let good = encode(&item(json!({})));
    let mut trailing = good.clone();
    trailing.push(0xc0);
    let mut deep = vec![0x91; 1000];
    deep.push(0xc0);
    for (bytes, why) in [
        (&good[..good.len() - 1], "ends in the middle"),
        (&trailing, "after the end"),
        (&deep, "levels deep"),
        (&[0xdd, 0xff, 0xff, 0xff, 0xff], "ends in the middle"),
        (&[0xc1], "invalid byte"),
    ] {
        let config = Some(raw(bytes.to_vec()));
        let found = validated(&mut provider, "test_item", config).await;
        let found = find_diagnostic(&found, "the value cannot be read");
        assert!(found.detail.contains(why), "{found:?}");
    }
    assert_no_diagnostics(&validated(&mut provider, "test_item", Some(raw(good))).await);
}
