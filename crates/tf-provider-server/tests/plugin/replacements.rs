//! Identities in replacements: the old and the new object keep their own.

use serde_json::{Value as Json, json};

use crate::client::values::{UNKNOWN, identity, item, null, read_identity, value};
use crate::client::{Provider, assert_no_diagnostics, find_diagnostic, served};
use crate::protocol::tfplugin6::{apply_resource_change as apply, plan_resource_change as plan};

const ITEM: &str = "test_item";

/// Returns the identity of the object that is replaced.
fn old_identity() -> Json {
    json!({"id": "item-0", "size": null, "open": null})
}

#[tokio::test]
async fn the_plan_of_a_replacement_does_not_have_the_old_identity() {
    let (_server, mut provider) = served().await;
    let proposed = item(json!({}));
    let request = plan::Request {
        type_name: ITEM.to_owned(),
        prior_state: null(),
        config: value(&proposed),
        proposed_new_state: value(&proposed),
        // As a core plans the create of a replacement.
        prior_identity: identity(&old_identity()),
        ..Default::default()
    };
    let response = provider.plan_resource_change(request).await;
    let response = response.unwrap().into_inner();
    assert_no_diagnostics(&response.diagnostics);
    assert_eq!(response.planned_identity, None);
}

async fn apply(
    provider: &mut Provider,
    prior: Option<Json>,
    planned: Option<Json>,
    planned_identity: Option<Json>,
) -> apply::Response {
    let or_null = |json: Option<Json>| value(&json.unwrap_or(Json::Null));
    let request = apply::Request {
        type_name: ITEM.to_owned(),
        prior_state: or_null(prior),
        config: or_null(planned.clone()),
        planned_state: or_null(planned),
        planned_identity: planned_identity.and_then(|one| identity(&one)),
        ..Default::default()
    };
    let response = provider.apply_resource_change(request).await;
    response.unwrap().into_inner()
}

#[tokio::test]
async fn a_new_object_does_not_get_the_old_identity() {
    let (_server, mut provider) = served().await;
    let planned = |mode| Some(item(json!({"id": UNKNOWN, "mode": mode})));
    let old = || Some(old_identity());
    let created = apply(&mut provider, None, planned(""), old()).await;
    assert_no_diagnostics(&created.diagnostics);
    assert_eq!(read_identity(created.new_identity.as_ref())["id"], "item-1");
    for mode in ["create:without-id", "create:error", "create:none"] {
        let response = apply(&mut provider, None, planned(mode), old()).await;
        assert_eq!(response.new_identity, None, "{mode}");
    }
}

#[tokio::test]
async fn a_failed_destroy_in_a_replacement_keeps_the_identity() {
    let (_server, mut provider) = served().await;
    for (mode, complains) in [
        ("destroy:none", "destroy ended without a result"),
        ("destroy:error", "Could not destroy"),
        ("destroy:panic", "crashed in destroy of `test_item`"),
    ] {
        let prior = item(json!({"id": "item-0", "mode": mode}));
        // A core sends no identity with the destroy.
        let response = apply(&mut provider, Some(prior), None, None).await;
        find_diagnostic(&response.diagnostics, complains);
        let kept = read_identity(response.new_identity.as_ref());
        assert_eq!(kept, old_identity(), "{mode}");
    }
}

#[tokio::test]
async fn a_failed_update_keeps_the_identity_of_the_prior_state() {
    let (_server, mut provider) = served().await;
    let another = json!({"id": "another", "size": null, "open": null});
    for mode in ["update:none", "update:error", "update:panic"] {
        let prior = item(json!({"id": "item-0"}));
        let planned = item(json!({"id": "item-0", "mode": mode}));
        let planned_identity = Some(another.clone());
        let response = apply(&mut provider, Some(prior), Some(planned), planned_identity).await;
        assert!(!response.diagnostics.is_empty(), "{mode}");
        let kept = read_identity(response.new_identity.as_ref());
        assert_eq!(kept, old_identity(), "{mode}");
    }
}
