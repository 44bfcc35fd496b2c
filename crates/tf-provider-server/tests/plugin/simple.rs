//! Resources whose plans follow from their schema.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tf_provider::value::{Value, ValueEmpty};
use tf_provider::{Diagnostic as TfDiagnostic, Diagnostics, Provider, schema};
use tf_provider_server::Plugin;
use tf_provider_server::model::Schema;
use tf_provider_server::simple::{Simple, SimpleResource};

use crate::client::values::{REFINED, UNKNOWN, null, read as json_of, value};
use crate::client::{assert_no_diagnostics, find_diagnostic};
use crate::in_process::client;
use crate::protocol::tfplugin6::{
    apply_resource_change as apply, get_provider_schema, import_resource_state as import,
    plan_resource_change as plan, read_resource as read,
};

/// Has no attributes.
#[derive(Serialize, Deserialize, Schema)]
struct Nothing {}

struct Empty;

impl Provider for Empty {
    type Config<'a> = Nothing;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<schema::Schema> {
        Some(Nothing::schema())
    }
}

/// A knot. Its name says what happens to it.
#[derive(Serialize, Deserialize, Schema)]
struct Knot {
    /// The name.
    #[schema(required)]
    name: Value<String>,
    /// The id.
    #[schema(computed, never_null)]
    id: Value<String>,
    /// The number of turns.
    #[schema(computed)]
    turns: Value<String>,
}

struct Knots;

/// Returns an error if the knot's name is `name`.
fn refuse(knot: &Knot, name: &'static str) -> Result<(), TfDiagnostic> {
    if knot.name.as_deref_option() == Some(name) {
        return Err(TfDiagnostic::root_short(name));
    }
    Ok(())
}

#[async_trait]
impl SimpleResource for Knots {
    type Model = Knot;

    async fn create(&self, mut knot: Knot) -> Result<Knot, TfDiagnostic> {
        refuse(&knot, "cannot create")?;
        knot.id = Value::Value("knot-1".to_owned());
        knot.turns = Value::Null;
        Ok(knot)
    }

    async fn read(&self, knot: Knot) -> Result<Option<Knot>, TfDiagnostic> {
        refuse(&knot, "cannot read")?;
        let is_gone = knot.name.as_deref_option() == Some("gone");
        Ok((!is_gone).then_some(knot))
    }

    async fn update(&self, _: Knot, knot: Knot) -> Result<Knot, TfDiagnostic> {
        refuse(&knot, "cannot update")?;
        Ok(knot)
    }

    async fn delete(&self, knot: Knot) -> Result<(), TfDiagnostic> {
        refuse(&knot, "cannot delete")
    }
}

const KNOT: &str = "test_knot";

fn knot(name: &str) -> Json {
    json!({"name": name, "id": "knot-1", "turns": null})
}

fn plugin() -> Plugin {
    Plugin::new(Empty).resource(KNOT, Simple(Knots))
}

#[tokio::test]
async fn a_simple_resource_is_planned_by_its_schema() {
    let (mut client, _serving) = client(plugin()).await;
    let new = json!({"name": "a", "id": null, "turns": null});
    let planned = json!({"name": "a", "id": REFINED, "turns": UNKNOWN});
    for (prior, proposed, expected) in [
        (Json::Null, &new, &planned),
        (knot("b"), &knot("a"), &knot("a")),
    ] {
        let request = plan::Request {
            type_name: KNOT.to_owned(),
            prior_state: value(&prior),
            proposed_new_state: value(proposed),
            config: value(&new),
            ..Default::default()
        };
        let response = client.plan_resource_change(request).await.unwrap();
        let response = response.into_inner();
        assert_no_diagnostics(&response.diagnostics);
        assert_eq!(json_of(response.planned_state.as_ref()), *expected);
        assert!(response.requires_replace.is_empty());
    }
}

#[tokio::test]
async fn the_state_of_a_simple_resource_is_what_exists() {
    let (mut client, _serving) = client(plugin()).await;
    let planned = |name: &str| json!({"name": name, "id": UNKNOWN, "turns": UNKNOWN});
    let none = Json::Null;
    for (prior, planned, state, error) in [
        (none.clone(), planned("a"), knot("a"), None),
        (
            none.clone(),
            planned("cannot create"),
            none.clone(),
            Some("cannot create"),
        ),
        (knot("a"), knot("b"), knot("b"), None),
        (
            knot("a"),
            knot("cannot update"),
            knot("a"),
            Some("cannot update"),
        ),
        (knot("a"), none.clone(), none.clone(), None),
        (
            knot("cannot delete"),
            none.clone(),
            knot("cannot delete"),
            Some("cannot delete"),
        ),
    ] {
        let request = apply::Request {
            type_name: KNOT.to_owned(),
            prior_state: value(&prior),
            planned_state: value(&planned),
            config: value(&planned),
            ..Default::default()
        };
        let response = client.apply_resource_change(request).await.unwrap();
        let response = response.into_inner();
        assert_eq!(json_of(response.new_state.as_ref()), state, "{error:?}");
        assert!(response.private.is_empty());
        match error {
            Some(error) => drop(find_diagnostic(&response.diagnostics, error)),
            None => assert_no_diagnostics(&response.diagnostics),
        }
    }
    for (name, kept, error) in [
        ("a", true, None),
        ("gone", false, None),
        ("cannot read", true, Some("cannot read")),
    ] {
        let request = read::Request {
            type_name: KNOT.to_owned(),
            current_state: value(&knot(name)),
            ..Default::default()
        };
        let response = client.read_resource(request).await.unwrap().into_inner();
        assert_eq!(response.new_state != null(), kept, "{name}");
        assert_eq!(response.diagnostics.is_empty(), error.is_none(), "{name}");
    }
    let request = import::Request {
        type_name: KNOT.to_owned(),
        id: "knot-1".to_owned(),
        ..Default::default()
    };
    let imported = client.import_resource_state(request).await.unwrap();
    let imported = imported.into_inner();
    find_diagnostic(&imported.diagnostics, "Import is not supported");
}

/// Has an attribute whose plan does not follow from the schema.
#[derive(Serialize, Deserialize, Schema)]
struct Unplanned {
    /// The name. Default: the id.
    #[schema(optional_computed)]
    name: Value<String>,
}

struct Unplannables;

#[async_trait]
impl SimpleResource for Unplannables {
    type Model = Unplanned;

    async fn create(&self, planned: Unplanned) -> Result<Unplanned, TfDiagnostic> {
        Ok(planned)
    }

    async fn read(&self, state: Unplanned) -> Result<Option<Unplanned>, TfDiagnostic> {
        Ok(Some(state))
    }

    async fn update(&self, _: Unplanned, planned: Unplanned) -> Result<Unplanned, TfDiagnostic> {
        Ok(planned)
    }

    async fn delete(&self, _: Unplanned) -> Result<(), TfDiagnostic> {
        Ok(())
    }
}

#[tokio::test]
async fn an_attribute_that_a_simple_resource_cannot_plan_is_an_error_in_the_schema() {
    let plugin = Plugin::new(Empty).resource("test_unplanned", Simple(Unplannables));
    let (mut client, _serving) = client(plugin).await;
    let request = get_provider_schema::Request {};
    let schemas = client.get_provider_schema(request).await.unwrap();
    let found = schemas.into_inner().diagnostics;
    find_diagnostic(&found, "`name` is optional and computed");
}
