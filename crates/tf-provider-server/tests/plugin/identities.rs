//! Imports and identities.

use serde_json::{Value as Json, json};

use crate::client::values::{UNKNOWN, identity, item, read as json_of, read_identity, value};
use crate::client::{Provider, assert_no_diagnostics, find_diagnostic, served};
use crate::protocol::tfplugin6::{
    RawState, get_resource_identity_schemas, import_resource_state as import,
    read_resource as read, upgrade_resource_identity,
};
const ITEM: &str = "test_item";

#[tokio::test]
async fn objects_are_imported_by_id_and_by_identity() {
    let (_server, mut provider) = served().await;
    let request = import::Request {
        type_name: ITEM.to_owned(),
        id: "item-7".to_owned(),
        ..Default::default()
    };
    let response = provider
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_no_diagnostics(&response.diagnostics);
    let imported = &response.imported_resources[0];
    assert_eq!(imported.type_name, ITEM);
    assert_eq!(json_of(imported.state.as_ref())["name"], "name of item-7");
    assert_eq!(read_identity(imported.identity.as_ref())["id"], "item-7");

    // The numbers of an identity arrive in every form, too.
    for size in [json!(3), json!(3.0), json!("3")] {
        let request = import::Request {
            type_name: ITEM.to_owned(),
            identity: identity(&json!({"id": "item-8", "size": size, "open": null})),
            ..Default::default()
        };
        let response = provider
            .import_resource_state(request)
            .await
            .unwrap()
            .into_inner();
        assert_no_diagnostics(&response.diagnostics);
        let imported = &response.imported_resources[0];
        assert_eq!(json_of(imported.state.as_ref())["size"], 3);
        let expected = json!({"id": "item-8", "size": 3, "open": null});
        assert_eq!(read_identity(imported.identity.as_ref()), expected);
    }
}

#[tokio::test]
async fn an_identity_that_cannot_be_read_is_refused() {
    let (_server, mut provider) = served().await;
    for (broken, why) in [
        (json!({"id": UNKNOWN}), "`id` is not known yet"),
        (json!({"id": ["nested"]}), "`id` is not of the type"),
        (json!({"id": 7}), "`id` is not of the type"),
        (json!({"size": 3.5}), "`size` is not of the type"),
        (
            json!({"unknown-attribute": "x"}),
            "It has no `unknown-attribute`",
        ),
        (
            json!("text"),
            "An object was expected, not the text \"text\"",
        ),
    ] {
        let request = import::Request {
            type_name: ITEM.to_owned(),
            identity: identity(&broken),
            ..Default::default()
        };
        let response = provider
            .import_resource_state(request)
            .await
            .unwrap()
            .into_inner();
        let found = find_diagnostic(&response.diagnostics, "the identity cannot be read");
        assert!(found.detail.contains(why), "{found:?}");

        let request = read::Request {
            type_name: ITEM.to_owned(),
            current_state: value(&item(json!({"id": "item-1"}))),
            current_identity: identity(&broken),
            ..Default::default()
        };
        let response = provider.read_resource(request).await.unwrap().into_inner();
        find_diagnostic(&response.diagnostics, "the identity cannot be read");
        assert_eq!(json_of(response.new_state.as_ref())["id"], "item-1");
    }
}

#[tokio::test]
async fn an_identity_with_an_unknown_attribute_is_an_error() {
    let (_server, mut provider) = served().await;
    let current = item(json!({"id": "item-1", "mode": "identity:unknown-attribute"}));
    let request = read::Request {
        type_name: ITEM.to_owned(),
        current_state: value(&current),
        ..Default::default()
    };
    let response = provider.read_resource(request).await.unwrap().into_inner();
    find_diagnostic(
        &response.diagnostics,
        "the identity has no `unknown-attribute`",
    );
    assert_eq!(json_of(response.new_state.as_ref()), current);
}

#[tokio::test]
async fn identity_schemas_are_listed_and_stored_identities_are_upgraded() {
    let (_server, mut provider) = served().await;
    let request = get_resource_identity_schemas::Request {};
    let schemas = provider
        .get_resource_identity_schemas(request)
        .await
        .unwrap()
        .into_inner();
    assert_no_diagnostics(&schemas.diagnostics);
    assert_eq!(schemas.identity_schemas.len(), 2);
    let schema = &schemas.identity_schemas[ITEM];
    assert_eq!(schema.version, 2);
    let id = &schema.identity_attributes[0];
    assert_eq!(
        (id.name.as_str(), &id.r#type[..]),
        ("id", &b"\"string\""[..])
    );
    assert!(id.required_for_import && !id.optional_for_import);

    for (version, stored) in [
        (2, json!({"id": "item-1", "dropped": 1})),
        (1, json!({"key": "item-1", "dropped": 1})),
    ] {
        let response = upgraded(&mut provider, ITEM, version, stored).await;
        assert_no_diagnostics(&response.diagnostics);
        let upgraded = read_identity(response.upgraded_identity.as_ref());
        assert_eq!(
            upgraded,
            json!({"id": "item-1", "size": null, "open": null})
        );
    }
    // The state of a core that does not support identities.
    let response = upgraded(&mut provider, ITEM, 0, Json::Null).await;
    assert_no_diagnostics(&response.diagnostics);
    assert_eq!(response.upgraded_identity, None);
}

async fn upgraded(
    provider: &mut Provider,
    name: &str,
    version: i64,
    stored: Json,
) -> upgrade_resource_identity::Response {
    let request = upgrade_resource_identity::Request {
        type_name: name.to_owned(),
        version,
        raw_identity: Some(RawState {
            json: stored.to_string().into(),
            ..Default::default()
        }),
    };
    let response = provider.upgrade_resource_identity(request).await;
    response.unwrap().into_inner()
}

#[tokio::test]
async fn an_older_identity_without_an_upgrade_and_a_newer_one_are_refused() {
    let (_server, mut provider) = served().await;
    for (name, version, stored, complains) in [
        (ITEM, 3, json!({"id": "item-1"}), "newer than this provider"),
        (ITEM, 0, json!({"id": "item-1"}), "Too old"),
        (
            ITEM,
            1,
            json!({"id": "item-1"}),
            "upgrade of the identity ended without a result",
        ),
        (
            "test_plain",
            0,
            json!({"name": "a"}),
            "An identity of version 0 cannot be upgraded",
        ),
    ] {
        let response = upgraded(&mut provider, name, version, stored).await;
        find_diagnostic(&response.diagnostics, complains);
        assert_eq!(response.upgraded_identity, None, "{complains}");
    }
}
