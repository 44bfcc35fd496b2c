//! Every call of the protocol, as a core makes it.

use serde_json::{Value as Json, json};
use tokio_stream::StreamExt as _;
use tonic::{Code, Status};

use crate::client::values::{REFINED, UNKNOWN, item, null, read as json_of, read_identity, value};
use crate::client::{
    Provider, assert_no_diagnostics, attribute_path, find_diagnostic, served, summaries,
};
use crate::protocol::tfplugin6::{
    ClientCapabilities, apply_resource_change as apply, call_function,
    configure_provider as configure, get_functions, get_metadata, get_provider_schema,
    list_resource, move_resource_state, plan_resource_change as plan, read_data_source,
    read_resource as read, schema, upgrade_resource_state, validate_provider_config,
    validate_resource_config,
};

const ITEM: &str = "test_item";

#[tokio::test]
async fn metadata_lists_all_names() {
    let (_server, mut provider) = served().await;
    let metadata = provider.get_metadata(get_metadata::Request {}).await;
    let metadata = metadata.unwrap().into_inner();
    let names: Vec<_> = metadata
        .resources
        .iter()
        .map(|one| &one.type_name)
        .collect();
    assert_eq!(names, ["test_item", "test_plain"]);
    assert_eq!(metadata.data_sources[0].type_name, "test_lookup");
    assert_eq!(metadata.functions[0].name, "shout");
    assert_eq!(metadata.list_resources[0].type_name, "test_item");
    let capabilities = metadata.server_capabilities.unwrap();
    assert!(capabilities.plan_destroy);
    assert!(capabilities.get_provider_schema_optional);
    assert!(!capabilities.move_resource_state);
    assert!(!capabilities.generate_resource_config);
}

#[tokio::test]
async fn schemas_are_complete() {
    let (_server, mut provider) = served().await;
    let schemas = provider
        .get_provider_schema(get_provider_schema::Request {})
        .await;
    let schemas = schemas.unwrap().into_inner();
    assert_no_diagnostics(&schemas.diagnostics);
    assert!(schemas.provider.is_some());
    assert_eq!(schemas.provider_meta, None);
    assert!(schemas.data_source_schemas.contains_key("test_lookup"));
    assert!(schemas.list_resource_schemas.contains_key(ITEM));
    assert!(schemas.server_capabilities.unwrap().plan_destroy);

    let item = &schemas.resource_schemas[ITEM];
    assert_eq!(item.version, 2);
    let block = item.block.as_ref().unwrap();
    let names: Vec<_> = block.attributes.iter().map(|one| &one.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    let attribute = |name: &str| -> &schema::Attribute {
        block
            .attributes
            .iter()
            .find(|one| one.name == name)
            .unwrap()
    };
    assert!(attribute("id").computed && !attribute("id").optional);
    assert!(attribute("name").required);
    assert!(attribute("note").computed && attribute("note").optional);
    assert!(attribute("secret").sensitive);
    assert_eq!(attribute("tags").r#type, r#"["list","string"]"#);
    for one in &block.attributes {
        let has_type = !one.r#type.is_empty();
        assert!(has_type != one.nested_type.is_some(), "{}", one.name);
    }
    let row = &attribute("place").nested_type.as_ref().unwrap().attributes[1];
    assert_eq!(
        (row.name.as_str(), &row.r#type[..]),
        ("row", &b"\"number\""[..])
    );
    assert!(attribute("note").deprecated);
    assert_eq!(attribute("note").deprecation_message, "Use `name`.");
    assert!(!attribute("name").deprecated);
    let parts = &block.block_types[0];
    assert_eq!((parts.type_name.as_str(), parts.max_items), ("parts", 0));
}

#[tokio::test]
async fn functions_are_in_the_schema_and_in_their_own_list() {
    let (_server, mut provider) = served().await;
    let schemas = provider
        .get_provider_schema(get_provider_schema::Request {})
        .await;
    let functions = provider.get_functions(get_functions::Request {}).await;
    let functions = functions.unwrap().into_inner().functions;
    assert_eq!(schemas.unwrap().into_inner().functions, functions);
    let shout = &functions["shout"];
    assert_eq!(shout.parameters[0].name, "text");
    assert_eq!(
        shout.variadic_parameter.as_ref().unwrap().r#type,
        "\"number\""
    );
    assert_eq!(shout.r#return.as_ref().unwrap().r#type, "\"string\"");
    assert_eq!(shout.deprecation_message, "Speak softly.");
}

#[tokio::test]
async fn the_provider_is_validated_and_configured() {
    let (_server, mut provider) = served().await;
    let mut validate = async |mode: &str| {
        let config = value(&json!({"mode": mode}));
        let request = validate_provider_config::Request { config };
        let response: Result<_, Status> = provider.validate_provider_config(request).await;
        response.unwrap().into_inner().diagnostics
    };
    assert_no_diagnostics(&validate("").await);
    let found = validate("validate:error").await;
    assert_eq!(attribute_path(find_diagnostic(&found, "not valid")), "mode");
    find_diagnostic(&validate("validate:none").await, "without a result");
    find_diagnostic(&validate("validate:panic").await, "crashed in validate");

    let mut configure = async |mode: &str| {
        let request = configure::Request {
            terraform_version: "1.11.4".to_owned(),
            config: value(&json!({"mode": mode})),
            client_capabilities: Some(ClientCapabilities::default()),
        };
        let response: Result<_, Status> = provider.configure_provider(request).await;
        response.unwrap().into_inner().diagnostics
    };
    assert_no_diagnostics(&configure("").await);
    find_diagnostic(&configure("configure:version").await, "Terraform is 1.11.4");
    find_diagnostic(&configure("configure:none").await, "without a result");
    find_diagnostic(&configure("configure:panic").await, "crashed in configure");
}

/// Plans and applies a change as a core does, and returns both responses.
async fn plan_and_apply(
    provider: &mut Provider,
    prior: Json,
    config: Json,
) -> (plan::Response, apply::Response) {
    let request = plan::Request {
        type_name: ITEM.to_owned(),
        prior_state: value(&prior),
        proposed_new_state: value(&config),
        config: value(&config),
        ..Default::default()
    };
    let planned = provider.plan_resource_change(request).await;
    let planned = planned.unwrap().into_inner();
    assert_no_diagnostics(&planned.diagnostics);
    let request = apply::Request {
        type_name: ITEM.to_owned(),
        prior_state: value(&prior),
        planned_state: planned.planned_state.clone(),
        config: value(&config),
        planned_private: planned.planned_private.clone(),
        planned_identity: planned.planned_identity.clone(),
        ..Default::default()
    };
    let applied = provider.apply_resource_change(request).await;
    let applied = applied.unwrap().into_inner();
    assert_no_diagnostics(&applied.diagnostics);
    (planned, applied)
}

#[tokio::test]
async fn a_resource_is_planned_created_updated_and_destroyed() {
    let (_server, mut provider) = served().await;
    let request = validate_resource_config::Request {
        type_name: ITEM.to_owned(),
        config: value(&item(json!({"name": UNKNOWN}))),
        ..Default::default()
    };
    let valid = provider.validate_resource_config(request).await.unwrap();
    assert_no_diagnostics(&valid.into_inner().diagnostics);

    let config = item(json!({"size": 64, "open": true}));
    let (planned, created) = plan_and_apply(&mut provider, Json::Null, config).await;
    assert_eq!(json_of(planned.planned_state.as_ref())["id"], REFINED);
    assert_eq!(planned.planned_identity, None);
    assert!(planned.requires_replace.is_empty());
    let state = json_of(created.new_state.as_ref());
    assert_eq!(
        (&state["id"], &state["note"]),
        (&json!("item-1"), &json!("made"))
    );
    let expected = json!({"id": "item-1", "size": 64, "open": true});
    assert_eq!(read_identity(created.new_identity.as_ref()), expected);

    let request = read::Request {
        type_name: ITEM.to_owned(),
        current_state: created.new_state.clone(),
        private: created.private.clone(),
        ..Default::default()
    };
    let read = provider.read_resource(request).await.unwrap().into_inner();
    assert_no_diagnostics(&read.diagnostics);
    assert_eq!(read.new_state, created.new_state);
    assert_eq!(read.private, created.private);
    assert_eq!(read_identity(read.new_identity.as_ref()), expected);

    let mut larger = state.clone();
    larger["size"] = json!(65);
    let (planned, updated) = plan_and_apply(&mut provider, state, larger.clone()).await;
    assert_eq!(planned.requires_replace.len(), 1);
    assert_eq!(json_of(updated.new_state.as_ref())["size"], 65);
    assert_eq!(read_identity(updated.new_identity.as_ref())["size"], 65);

    let (planned, destroyed) = plan_and_apply(&mut provider, larger, Json::Null).await;
    assert_eq!(planned.planned_state, null());
    assert_eq!(destroyed.new_state, null());
    assert!(destroyed.private.is_empty());
    assert_eq!(destroyed.new_identity, None);
}

#[tokio::test]
async fn a_move_from_another_resource_type_is_refused() {
    let (_server, mut provider) = served().await;
    let request = move_resource_state::Request {
        source_type_name: "other_item".to_owned(),
        target_type_name: ITEM.to_owned(),
        ..Default::default()
    };
    let response = provider
        .move_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    let found = find_diagnostic(
        &response.diagnostics,
        "`other_item` cannot become `test_item`",
    );
    assert!(found.detail.contains("import"), "{found:?}");
    assert_eq!(response.target_state, None);
}

#[tokio::test]
async fn calls_that_are_not_supported_are_unimplemented() {
    let server = crate::client::process::Server::start().await;
    let core = crate::client::identity::Core::trusted();
    let channel = crate::client::connect(&server.line, &core).await.unwrap();
    for rpc in [
        "GenerateResourceConfig",
        "ValidateEphemeralResourceConfig",
        "OpenEphemeralResource",
        "RenewEphemeralResource",
        "CloseEphemeralResource",
        "ValidateStateStoreConfig",
        "ReadStateBytes",
        "PlanAction",
        "InvokeAction",
        "ValidateActionConfig",
    ] {
        let mut client = tonic::client::Grpc::new(channel.clone());
        client.ready().await.unwrap();
        let path = format!("/tfplugin6.Provider/{rpc}").parse().unwrap();
        let codec = tonic::codec::ProstCodec::<(), ()>::default();
        let status = client.unary(tonic::Request::new(()), path, codec).await;
        assert_eq!(status.unwrap_err().code(), Code::Unimplemented, "{rpc}");
    }
}

#[tokio::test]
async fn a_call_for_an_unknown_name_fails_and_keeps_the_state() {
    let (_server, mut provider) = served().await;
    let name = "test_unknown".to_owned();
    let state = value(&json!({"id": "x"}));
    let response = provider.read_resource(read::Request {
        type_name: name.clone(),
        current_state: state.clone(),
        ..Default::default()
    });
    let response = response.await.unwrap().into_inner();
    find_diagnostic(&response.diagnostics, "There is no resource `test_unknown`");
    assert_eq!(response.new_state, state);

    let response = provider.apply_resource_change(apply::Request {
        type_name: name.clone(),
        prior_state: state.clone(),
        planned_state: null(),
        ..Default::default()
    });
    let response = response.await.unwrap().into_inner();
    find_diagnostic(&response.diagnostics, "There is no resource");
    assert_eq!(response.new_state, state);

    let response = provider.upgrade_resource_state(upgrade_resource_state::Request {
        type_name: name.clone(),
        ..Default::default()
    });
    find_diagnostic(
        &response.await.unwrap().into_inner().diagnostics,
        "There is no resource",
    );
    let response = provider.read_data_source(read_data_source::Request {
        type_name: name.clone(),
        ..Default::default()
    });
    find_diagnostic(
        &response.await.unwrap().into_inner().diagnostics,
        "There is no data source",
    );
    let request = call_function::Request {
        name: name.clone(),
        arguments: vec![],
    };
    let response = provider.call_function(request).await.unwrap().into_inner();
    assert!(
        response
            .error
            .unwrap()
            .text
            .contains("There is no function")
    );
    let request = list_resource::Request {
        type_name: name,
        ..Default::default()
    };
    let events = provider.list_resource(request).await.unwrap().into_inner();
    let events: Vec<_> = events.map(Result::unwrap).collect().await;
    assert_eq!(
        summaries(&events[0].diagnostic),
        ["There is no list resource `test_unknown`"]
    );
}
