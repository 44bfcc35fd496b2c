//! What a provider lists itself, as tf-provider's own server needs it, is served without a
//! registration.

use std::collections::HashMap;

use async_trait::async_trait;
use prost::bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tf_provider::schema::Schema as TfSchema;
use tf_provider::value::{Value, ValueEmpty};
use tf_provider::{
    AttributePath, DataSource, Diagnostics, DynamicDataSource, DynamicResource, Provider, Resource,
};
use tf_provider_server::model::Schema;
use tf_provider_server::value::Float;
use tf_provider_server::{Plugin, call};

use crate::client::values::{PREFIXED, REFINED, null, read as json_of, value};
use crate::client::{assert_no_diagnostics, find_diagnostic};
use crate::in_process::client;
use crate::protocol::tfplugin6::{
    apply_resource_change as apply, get_provider_schema, import_resource_state as import,
    plan_resource_change as plan, read_data_source, read_resource as read,
    upgrade_resource_state as upgrade, validate_resource_config as validate,
};

/// A rope, or the provider's configuration.
#[derive(Serialize, Deserialize, Schema)]
struct Rope {
    /// The length in metres.
    #[schema(required)]
    length: Value<Float>,
    /// The colour.
    #[schema(optional)]
    colour: Value<String>,
    /// The id.
    #[schema(computed)]
    id: Value<String>,
}

/// Has no attributes.
#[derive(Serialize, Deserialize, Schema)]
struct Nothing {}

struct Announcing;

#[async_trait]
impl Provider for Announcing {
    type Config<'a> = Nothing;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<TfSchema> {
        Some(Nothing::schema())
    }

    fn get_resources(
        &self,
        _: &mut Diagnostics,
    ) -> Option<HashMap<String, Box<dyn DynamicResource>>> {
        Some([("test_rope".to_owned(), Ropes.into())].into())
    }

    fn get_data_sources(
        &self,
        _: &mut Diagnostics,
    ) -> Option<HashMap<String, Box<dyn DynamicDataSource>>> {
        Some([("test_rope".to_owned(), Ropes.into())].into())
    }
}

struct Ropes;

type Writes = Value<u32>;

fn next(writes: Writes) -> Writes {
    Value::Value(writes.unwrap_or(0) + 1)
}

#[async_trait]
impl Resource for Ropes {
    type State<'a> = Rope;
    type PrivateState<'a> = Writes;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<TfSchema> {
        Some(Rope::schema())
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Rope) -> Option<()> {
        if config.colour == Value::Value("none".to_owned()) {
            diags.error("No colour", "Choose one.", AttributePath::new("colour"));
        }
        Some(())
    }

    async fn read<'a>(
        &self,
        _: &mut Diagnostics,
        state: Rope,
        writes: Writes,
        _: ValueEmpty,
    ) -> Option<(Rope, Writes)> {
        match state.colour.as_deref_option() {
            Some("gone") => {
                call::confirm_gone();
                None
            }
            Some("unsure") => None,
            _ => Some((state, writes)),
        }
    }

    async fn plan_create<'a>(
        &self,
        _: &mut Diagnostics,
        mut rope: Rope,
        _: Rope,
        _: ValueEmpty,
    ) -> Option<(Rope, Writes)> {
        rope.set_computed_unknown();
        Some((rope, Value::Null))
    }

    async fn plan_update<'a>(
        &self,
        _: &mut Diagnostics,
        _: Rope,
        rope: Rope,
        _: Rope,
        writes: Writes,
        _: ValueEmpty,
    ) -> Option<(Rope, Writes, Vec<AttributePath>)> {
        Some((rope, writes, vec![AttributePath::new("length")]))
    }

    async fn plan_destroy<'a>(
        &self,
        _: &mut Diagnostics,
        _: Rope,
        writes: Writes,
        _: ValueEmpty,
    ) -> Option<Writes> {
        Some(writes)
    }

    async fn create<'a>(
        &self,
        _: &mut Diagnostics,
        mut rope: Rope,
        _: Rope,
        writes: Writes,
        _: ValueEmpty,
    ) -> Option<(Rope, Writes)> {
        rope.id = Value::Value("rope-1".to_owned());
        Some((rope, next(writes)))
    }

    async fn update<'a>(
        &self,
        _: &mut Diagnostics,
        _: Rope,
        rope: Rope,
        _: Rope,
        writes: Writes,
        _: ValueEmpty,
    ) -> Option<(Rope, Writes)> {
        Some((rope, next(writes)))
    }

    async fn destroy<'a>(
        &self,
        _: &mut Diagnostics,
        _: Rope,
        writes: Writes,
        _: ValueEmpty,
    ) -> Option<()> {
        (writes == Value::Value(2)).then_some(())
    }

    async fn import<'a>(&self, _: &mut Diagnostics, id: String) -> Option<(Rope, Writes)> {
        let rope = Rope {
            id: Value::Value(id),
            ..Rope::null()
        };
        Some((rope, Value::Null))
    }
}

#[async_trait]
impl DataSource for Ropes {
    type State<'a> = Rope;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<TfSchema> {
        Some(Rope::schema())
    }

    async fn read<'a>(&self, _: &mut Diagnostics, mut rope: Rope, _: ValueEmpty) -> Option<Rope> {
        rope.id = Value::Value("rope-1".to_owned());
        Some(rope)
    }
}

const ROPE: &str = "test_rope";
/// More digits than a float has.
const LENGTH: &str = "0.1234567890123456789";

#[tokio::test]
async fn an_announced_resource_is_planned_created_changed_and_destroyed() {
    let (mut client, _serving) = client(Plugin::new(Announcing)).await;
    let schemas = client.get_provider_schema(get_provider_schema::Request {});
    let schemas = schemas.await.unwrap().into_inner();
    assert_no_diagnostics(&schemas.diagnostics);
    assert!(schemas.resource_schemas.contains_key(ROPE));
    assert!(schemas.data_source_schemas.contains_key(ROPE));

    let config = json!({"length": LENGTH, "colour": PREFIXED, "id": null});
    let request = plan::Request {
        type_name: ROPE.to_owned(),
        prior_state: null(),
        proposed_new_state: value(&config),
        config: value(&config),
        ..Default::default()
    };
    let planned = client.plan_resource_change(request).await.unwrap();
    let planned = planned.into_inner();
    assert_no_diagnostics(&planned.diagnostics);
    let expected = json!({"length": LENGTH, "colour": PREFIXED, "id": REFINED});
    assert_eq!(json_of(planned.planned_state.as_ref()), expected);

    let config = json!({"length": LENGTH, "colour": "red", "id": null});
    let request = apply::Request {
        type_name: ROPE.to_owned(),
        prior_state: null(),
        planned_state: planned.planned_state,
        config: value(&config),
        planned_private: planned.planned_private,
        ..Default::default()
    };
    // The core sends the plan with what became known.
    let planned = json!({"length": LENGTH, "colour": "red", "id": REFINED});
    let request = apply::Request {
        planned_state: value(&planned),
        ..request
    };
    let created = client.apply_resource_change(request).await.unwrap();
    let created = created.into_inner();
    assert_no_diagnostics(&created.diagnostics);
    let state = json!({"length": LENGTH, "colour": "red", "id": "rope-1"});
    assert_eq!(json_of(created.new_state.as_ref()), state);
    // The bytes that tf-provider's own server stores.
    assert_eq!(created.private, Bytes::from_static(&[1]));

    let longer = json!({"length": 2, "colour": null, "id": "rope-1"});
    let request = plan::Request {
        type_name: ROPE.to_owned(),
        prior_state: value(&state),
        proposed_new_state: value(&longer),
        config: value(&longer),
        prior_private: created.private.clone(),
        ..Default::default()
    };
    let planned = client.plan_resource_change(request).await.unwrap();
    let planned = planned.into_inner();
    assert_no_diagnostics(&planned.diagnostics);
    assert_eq!(planned.requires_replace.len(), 1);
    let request = apply::Request {
        type_name: ROPE.to_owned(),
        prior_state: value(&state),
        planned_state: planned.planned_state,
        config: value(&longer),
        planned_private: planned.planned_private,
        ..Default::default()
    };
    let changed = client.apply_resource_change(request).await.unwrap();
    let changed = changed.into_inner();
    assert_no_diagnostics(&changed.diagnostics);
    assert_eq!(json_of(changed.new_state.as_ref()), longer);
    assert_eq!(changed.private, Bytes::from_static(&[2]));

    // Only with the private state of the update the object counts as destroyed.
    for (private, destroyed) in [(changed.private, true), (created.private, false)] {
        let request = apply::Request {
            type_name: ROPE.to_owned(),
            prior_state: value(&longer),
            planned_state: null(),
            config: null(),
            planned_private: private,
            ..Default::default()
        };
        let response = client.apply_resource_change(request).await.unwrap();
        let response = response.into_inner();
        assert_eq!(response.diagnostics.is_empty(), destroyed);
        assert_eq!(response.new_state == null(), destroyed);
    }
}

#[tokio::test]
async fn an_announced_resource_is_validated_read_imported_and_upgraded() {
    let (mut client, _serving) = client(Plugin::new(Announcing)).await;
    let rope = |colour: &str| json!({"length": 0.5, "colour": colour, "id": "rope-1"});
    let request = validate::Request {
        type_name: ROPE.to_owned(),
        config: value(&rope("none")),
        ..Default::default()
    };
    let validated = client.validate_resource_config(request).await.unwrap();
    find_diagnostic(&validated.into_inner().diagnostics, "No colour");

    for (colour, kept) in [("red", true), ("gone", false), ("unsure", true)] {
        let request = read::Request {
            type_name: ROPE.to_owned(),
            current_state: value(&rope(colour)),
            ..Default::default()
        };
        let response = client.read_resource(request).await.unwrap().into_inner();
        let expected = if kept { rope(colour) } else { Json::Null };
        assert_eq!(json_of(response.new_state.as_ref()), expected);
        assert_eq!(response.diagnostics.len(), usize::from(colour == "unsure"));
    }

    let request = import::Request {
        type_name: ROPE.to_owned(),
        id: "rope-2".to_owned(),
        ..Default::default()
    };
    let imported = client.import_resource_state(request).await.unwrap();
    let imported = &imported.into_inner().imported_resources[0];
    assert_eq!(json_of(imported.state.as_ref())["id"], "rope-2");

    let request = upgrade::Request {
        type_name: ROPE.to_owned(),
        version: 0,
        raw_state: Some(crate::protocol::tfplugin6::RawState {
            json: Bytes::from(rope("red").to_string()),
            ..Default::default()
        }),
    };
    let upgraded = client.upgrade_resource_state(request).await.unwrap();
    let upgraded = upgraded.into_inner();
    assert_no_diagnostics(&upgraded.diagnostics);
    assert_eq!(json_of(upgraded.upgraded_state.as_ref())["colour"], "red");

    let request = read_data_source::Request {
        type_name: ROPE.to_owned(),
        config: value(&json!({"length": 0.5, "colour": null, "id": null})),
        ..Default::default()
    };
    let found = client.read_data_source(request).await.unwrap().into_inner();
    assert_no_diagnostics(&found.diagnostics);
    assert_eq!(json_of(found.state.as_ref())["id"], "rope-1");
}
