//! `None` from a trait's method never removes an object from the state or hides an error.

use prost::bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::client::values::{UNKNOWN, encode, identity, item, null, read_identity, value};
use crate::client::{Provider, assert_no_diagnostics, attribute_path, find_diagnostic, served};
use crate::protocol::tfplugin6::{
    apply_resource_change as apply, import_resource_state as import, plan_resource_change as plan,
    read_resource as read, validate_resource_config as validate,
};

const TYPE: &str = "test_item";

/// Returns an item that exists and behaves as `mode` says.
fn existing(mode: &str) -> Json {
    item(json!({"id": "item-1", "mode": mode, "note": "old"}))
}

fn private() -> Bytes {
    encode(&json!({"writes": 5})).into()
}

async fn read_with(provider: &mut Provider, mode: &str) -> read::Response {
    let request = read::Request {
        type_name: TYPE.to_owned(),
        current_state: value(&existing(mode)),
        private: private(),
        current_identity: identity(&json!({"id": "item-1", "size": null, "open": null})),
        ..Default::default()
    };
    provider.read_resource(request).await.unwrap().into_inner()
}

#[track_caller]
fn state(value: Option<&crate::protocol::tfplugin6::DynamicValue>) -> Json {
    crate::client::values::read(value)
}

#[tokio::test]
async fn read_keeps_an_object_that_is_not_confirmed_gone() {
    let (_server, mut provider) = served().await;
    for (mode, complains) in [
        ("read:none", "read ended without a result"),
        ("read:error", "Could not read"),
        ("read:gone-and-error", "Not sure"),
        ("read:state-and-error", "Could not read all"),
        ("read:panic", "The provider crashed in read of `test_item`"),
    ] {
        let response = read_with(&mut provider, mode).await;
        find_diagnostic(&response.diagnostics, complains);
        assert_eq!(state(response.new_state.as_ref()), existing(mode), "{mode}");
        assert_eq!(response.private, private(), "{mode}");
        assert_eq!(
            read_identity(response.new_identity.as_ref())["id"],
            "item-1"
        );
    }
    let response = read_with(&mut provider, "read:gone").await;
    assert_no_diagnostics(&response.diagnostics);
    assert_eq!(response.new_state, null());
}

#[tokio::test]
async fn a_confirmation_applies_to_its_own_call_only() {
    let (_server, mut provider) = served().await;
    let gone = read_with(&mut provider, "read:gone").await;
    assert_eq!(gone.new_state, null());
    let kept = read_with(&mut provider, "read:none").await;
    assert_eq!(state(kept.new_state.as_ref()), existing("read:none"));
}

#[tokio::test]
async fn an_unknown_value_after_read_is_an_error_and_keeps_the_object() {
    let (_server, mut provider) = served().await;
    let response = read_with(&mut provider, "read:unknown").await;
    find_diagnostic(&response.diagnostics, "`note` is still unknown after read");
    assert_eq!(state(response.new_state.as_ref()), existing("read:unknown"));
}

async fn change(
    provider: &mut Provider,
    prior: Option<Json>,
    planned: Option<Json>,
) -> apply::Response {
    let config = planned.clone();
    let existed = prior.is_some();
    let or_null = |json: Option<Json>| value(&json.unwrap_or(Json::Null));
    let request = apply::Request {
        type_name: TYPE.to_owned(),
        prior_state: or_null(prior),
        planned_state: or_null(planned),
        config: or_null(config),
        planned_private: private(),
        planned_identity: existed
            .then(|| identity(&json!({"id": "item-1", "size": null, "open": null})))
            .flatten(),
        ..Default::default()
    };
    provider
        .apply_resource_change(request)
        .await
        .unwrap()
        .into_inner()
}

fn planned(mode: &str) -> Json {
    let place = json!({"row": 1, "label": UNKNOWN});
    item(json!({"id": UNKNOWN, "mode": mode, "note": UNKNOWN, "place": place}))
}

#[tokio::test]
async fn create_saves_the_returned_state_even_with_errors() {
    let (_server, mut provider) = served().await;
    let created = change(&mut provider, None, Some(planned("create:state-and-error"))).await;
    find_diagnostic(&created.diagnostics, "Created, but");
    let saved = state(created.new_state.as_ref());
    assert_eq!(saved["id"], "item-1");
    assert_eq!(read_identity(created.new_identity.as_ref())["id"], "item-1");
    assert_eq!(created.private, encode(&json!({"writes": 6})));
}

#[tokio::test]
async fn a_create_that_returns_none_is_an_error() {
    let (_server, mut provider) = served().await;
    for (mode, complains) in [
        ("create:none", "create ended without a result"),
        ("create:error", "Could not create"),
        (
            "create:panic",
            "The provider crashed in create of `test_item`",
        ),
    ] {
        let response = change(&mut provider, None, Some(planned(mode))).await;
        find_diagnostic(&response.diagnostics, complains);
        assert_eq!(response.new_state, null(), "{mode}");
        if mode == "create:panic" {
            let found = find_diagnostic(&response.diagnostics, complains);
            assert!(found.detail.contains("may exist"), "{found:?}");
        }
    }
}

#[tokio::test]
async fn unknown_values_after_create_become_null_with_an_error_each() {
    let (_server, mut provider) = served().await;
    let response = change(&mut provider, None, Some(planned("create:unknown"))).await;
    find_diagnostic(
        &response.diagnostics,
        "`note` is still unknown after create",
    );
    find_diagnostic(
        &response.diagnostics,
        "`place.label` is still unknown after create",
    );
    assert_eq!(response.diagnostics.len(), 2);
    let saved = state(response.new_state.as_ref());
    assert_eq!(saved["id"], "item-1");
    assert_eq!(saved["note"], Json::Null);
    assert_eq!(saved["place"], json!({"row": 1, "label": null}));
}

#[tokio::test]
async fn a_failed_update_saves_the_returned_state_or_keeps_the_prior_one() {
    let (_server, mut provider) = served().await;
    for (mode, complains, kept) in [
        ("update:none", "update ended without a result", "before"),
        ("update:error", "Could not update", "before"),
        (
            "update:state-and-error",
            "Updated, but",
            "update:state-and-error",
        ),
        (
            "update:panic",
            "The provider crashed in update of `test_item`",
            "before",
        ),
    ] {
        let prior = existing("before");
        let response = change(&mut provider, Some(prior), Some(existing(mode))).await;
        find_diagnostic(&response.diagnostics, complains);
        assert_eq!(state(response.new_state.as_ref()), existing(kept), "{mode}");
        if kept == "before" {
            assert_eq!(response.private, private(), "{mode}");
        }
        assert_eq!(
            read_identity(response.new_identity.as_ref())["id"],
            "item-1"
        );
    }
}

#[tokio::test]
async fn unknown_values_after_update_become_null_and_the_rest_is_saved() {
    let (_server, mut provider) = served().await;
    let prior = existing("before");
    let response = change(&mut provider, Some(prior), Some(existing("update:unknown"))).await;
    find_diagnostic(
        &response.diagnostics,
        "`note` is still unknown after update",
    );
    let saved = state(response.new_state.as_ref());
    assert_eq!(saved["mode"], "update:unknown");
    assert_eq!(saved["note"], Json::Null);
}

#[tokio::test]
async fn an_object_is_destroyed_only_if_destroy_returns_some_without_errors() {
    let (_server, mut provider) = served().await;
    for (mode, complains) in [
        ("destroy:none", "destroy ended without a result"),
        ("destroy:error", "Could not destroy"),
        ("destroy:some-and-error", "Destroyed, but"),
        (
            "destroy:panic",
            "The provider crashed in destroy of `test_item`",
        ),
    ] {
        let response = change(&mut provider, Some(existing(mode)), None).await;
        find_diagnostic(&response.diagnostics, complains);
        assert_eq!(state(response.new_state.as_ref()), existing(mode), "{mode}");
        assert_eq!(response.private, private(), "{mode}");
    }
    let response = change(&mut provider, Some(existing("")), None).await;
    assert_no_diagnostics(&response.diagnostics);
    assert_eq!(response.new_state, null());
}

#[tokio::test]
async fn an_apply_without_prior_and_planned_state_is_refused() {
    let (_server, mut provider) = served().await;
    let response = change(&mut provider, None, None).await;
    find_diagnostic(&response.diagnostics, "nothing to apply");
}

async fn plan_with(provider: &mut Provider, prior: Json, proposed: Json) -> plan::Response {
    plan_after(provider, private(), prior, proposed).await
}

async fn plan_after(
    provider: &mut Provider,
    prior_private: Bytes,
    prior: Json,
    proposed: Json,
) -> plan::Response {
    let request = plan::Request {
        type_name: TYPE.to_owned(),
        prior_state: value(&prior),
        config: value(&proposed),
        proposed_new_state: value(&proposed),
        prior_private,
        ..Default::default()
    };
    let response = provider.plan_resource_change(request).await;
    response.unwrap().into_inner()
}

#[tokio::test]
async fn a_plan_knows_the_state_of_an_object_that_read_found_gone() {
    let (_server, mut provider) = served().await;
    let gone = read_with(&mut provider, "read:gone").await;
    let new = || item(json!({"mode": ""}));
    let planned = plan_after(&mut provider, gone.private, Json::Null, new()).await;
    find_diagnostic(&planned.diagnostics, "It was there");
    let anew = plan_after(&mut provider, private(), Json::Null, new()).await;
    assert_no_diagnostics(&anew.diagnostics);
    assert_eq!(planned.planned_state, anew.planned_state);
    assert_eq!(planned.planned_private, anew.planned_private);
}

#[tokio::test]
async fn a_plan_that_returns_none_is_an_error() {
    let (_server, mut provider) = served().await;
    let new = |mode| item(json!({"mode": mode}));
    for (prior, proposed, complains) in [
        (Json::Null, new("plan:none"), "plan of a creation ended"),
        (Json::Null, new("plan:error"), "Could not plan"),
        (
            Json::Null,
            new("plan:panic"),
            "crashed in plan of `test_item`",
        ),
        (
            existing(""),
            existing("plan-update:none"),
            "plan of an update ended",
        ),
        (
            existing(""),
            existing("plan-update:panic"),
            "crashed in plan",
        ),
        (
            existing("plan-destroy:none"),
            Json::Null,
            "plan of a destruction ended",
        ),
        (
            existing("plan-destroy:error"),
            Json::Null,
            "This item stays",
        ),
        (Json::Null, Json::Null, "nothing to plan"),
    ] {
        let response = plan_with(&mut provider, prior.clone(), proposed).await;
        find_diagnostic(&response.diagnostics, complains);
        assert_eq!(state(response.planned_state.as_ref()), prior);
    }
}

#[tokio::test]
async fn a_validation_that_returns_none_is_an_error() {
    let (_server, mut provider) = served().await;
    for (mode, complains) in [
        ("validate:none", "validation ended without a result"),
        ("validate:panic", "crashed in validate of `test_item`"),
        ("validate:error", "This item is not valid"),
        ("validate:warn", "This item is odd"),
    ] {
        let request = validate::Request {
            type_name: TYPE.to_owned(),
            config: value(&item(json!({"mode": mode}))),
            ..Default::default()
        };
        let response = provider.validate_resource_config(request).await.unwrap();
        let found = response.into_inner().diagnostics;
        let found = find_diagnostic(&found, complains);
        if mode == "validate:warn" {
            assert_eq!(attribute_path(found), "mode");
            assert_eq!(found.severity, 2);
        }
    }
}

#[tokio::test]
async fn an_import_that_returns_none_is_an_error() {
    let (_server, mut provider) = served().await;
    for (id, complains) in [
        ("none", "import ended without a result"),
        ("absent", "There is no such item"),
        ("panic", "crashed in import of `test_item`"),
        ("", "nothing to import"),
    ] {
        let request = import::Request {
            type_name: TYPE.to_owned(),
            id: id.to_owned(),
            ..Default::default()
        };
        let response = provider.import_resource_state(request).await.unwrap();
        let response = response.into_inner();
        find_diagnostic(&response.diagnostics, complains);
        assert!(response.imported_resources.is_empty());
    }
}
