//! Protocol 6.11: private state from plan to plan, and computed blocks. Cores of earlier protocols
//! get neither.

use prost::bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::client::values::{UNKNOWN, encode, item, null, read as json_of, value};
use crate::client::{Provider, assert_no_diagnostics, find_diagnostic, served};
use crate::protocol::tfplugin6::{
    ClientCapabilities, apply_resource_change as apply, get_provider_schema,
    plan_resource_change as plan, read_resource as read,
};

const ITEM: &str = "test_item";

/// Returns the capabilities of a core of protocol 6.11.
#[expect(clippy::unnecessary_wraps, reason = "messages have it optional")]
fn latest() -> Option<ClientCapabilities> {
    Some(ClientCapabilities {
        store_planned_private: true,
        computed_blocks_allowed: true,
        ..Default::default()
    })
}

/// Plans the create of an item with this mode.
async fn planned(
    provider: &mut Provider,
    mode: &str,
    client_capabilities: Option<ClientCapabilities>,
    prior_private: &Bytes,
    planned_private: &Bytes,
) -> plan::Response {
    let config = value(&item(json!({"mode": mode})));
    let request = plan::Request {
        type_name: ITEM.to_owned(),
        prior_state: null(),
        proposed_new_state: config.clone(),
        config,
        prior_private: prior_private.clone(),
        planned_private: planned_private.clone(),
        client_capabilities,
        ..Default::default()
    };
    let response = provider.plan_resource_change(request).await;
    response.unwrap().into_inner()
}

#[track_caller]
fn note(response: &plan::Response) -> Json {
    json_of(response.planned_state.as_ref())["note"].clone()
}

#[tokio::test]
async fn the_second_plan_gets_the_private_state_of_the_first() {
    let (_server, mut provider) = served().await;
    let none = Bytes::new();
    let first = planned(&mut provider, "plan:seed", latest(), &none, &none).await;
    assert_no_diagnostics(&first.diagnostics);
    assert_eq!(note(&first), "seed 1");
    let another = planned(&mut provider, "plan:seed", latest(), &none, &none).await;
    assert_eq!(note(&another), "seed 2");
    let kept = &first.planned_private;
    let second = planned(&mut provider, "plan:seed", latest(), &none, kept).await;
    assert_eq!(note(&second), "seed 1");
    assert_eq!(second.planned_private, first.planned_private);
    // Foreign bytes do not count as private state.
    let foreign = Bytes::from_static(b"\xff\xff");
    let drawn = planned(&mut provider, "plan:seed", latest(), &none, &foreign).await;
    assert_eq!(note(&drawn), "seed 3");
    // For a core that does not store private state, the plan does not depend on it.
    let earlier = planned(&mut provider, "plan:seed", None, &none, &none).await;
    assert_eq!(note(&earlier), UNKNOWN);
}

/// Reads an item that is gone, and returns the private data for the plan that follows.
async fn gone(provider: &mut Provider) -> Bytes {
    let current = item(json!({"id": "item-1", "mode": "read:gone", "note": "old"}));
    let request = read::Request {
        type_name: ITEM.to_owned(),
        current_state: value(&current),
        client_capabilities: latest(),
        ..Default::default()
    };
    let response = provider.read_resource(request).await.unwrap().into_inner();
    assert_eq!(response.new_state, null());
    response.private
}

#[tokio::test]
async fn the_second_plan_knows_the_object_that_is_gone() {
    let (_server, mut provider) = served().await;
    let none = Bytes::new();
    let gone = gone(&mut provider).await;
    let first = planned(&mut provider, "", latest(), &gone, &none).await;
    find_diagnostic(&first.diagnostics, "It was there");
    assert_eq!(note(&first), "after old");
    let kept = &first.planned_private;
    let second = planned(&mut provider, "", latest(), &none, kept).await;
    assert_no_diagnostics(&second.diagnostics);
    assert_eq!(second.planned_state, first.planned_state);
    assert_eq!(second.planned_private, first.planned_private);

    let request = apply::Request {
        type_name: ITEM.to_owned(),
        prior_state: null(),
        planned_state: second.planned_state.clone(),
        config: value(&item(json!({"mode": ""}))),
        planned_private: second.planned_private,
        ..Default::default()
    };
    let created = provider.apply_resource_change(request).await;
    let created = created.unwrap().into_inner();
    assert_no_diagnostics(&created.diagnostics);
    assert_eq!(json_of(created.new_state.as_ref())["note"], "after old");
    // Only the resource's own private state is stored.
    assert_eq!(created.private, encode(&json!({"writes": 1})));
}

#[tokio::test]
async fn with_an_earlier_core_a_recreated_object_is_planned_like_a_new_one() {
    let (_server, mut provider) = served().await;
    let none = Bytes::new();
    let gone = gone(&mut provider).await;
    let first = planned(&mut provider, "", None, &gone, &none).await;
    find_diagnostic(&first.diagnostics, "It was there");
    let anew = planned(&mut provider, "", None, &none, &none).await;
    assert_eq!(first.planned_state, anew.planned_state);
    assert_eq!(first.planned_private, anew.planned_private);
}

#[tokio::test]
async fn computed_blocks_are_marked_and_the_provider_knows_whether_they_are_allowed() {
    let (_server, mut provider) = served().await;
    let request = get_provider_schema::Request {};
    let schemas = provider.get_provider_schema(request).await.unwrap();
    let schemas = schemas.into_inner();
    let block = schemas.resource_schemas[ITEM].block.as_ref().unwrap();
    assert!(!block.computed);
    let parts = &block.block_types[0];
    assert_eq!(parts.type_name, "parts");
    assert!(parts.block.as_ref().unwrap().computed);

    let none = Bytes::new();
    let mode = "plan:computed-blocks";
    let now = planned(&mut provider, mode, latest(), &none, &none).await;
    assert_eq!(note(&now), "true");
    let earlier = planned(&mut provider, mode, None, &none, &none).await;
    assert_eq!(note(&earlier), "false");
}
