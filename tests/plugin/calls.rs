//! Every call of the protocol, the way a core makes it.

use serde_json::{Value as Json, json};
use terraform_provider_hostup::plugin::protocol::tfplugin6::{
    ClientCapabilities, FunctionError, RawState, apply_resource_change as apply, call_function,
    configure_provider as configure, get_functions, get_metadata, get_provider_schema,
    get_resource_identity_schemas, import_resource_state as import, list_resource,
    move_resource_state, plan_resource_change as plan, read_data_source, read_resource as read,
    schema, upgrade_resource_identity, upgrade_resource_state, validate_data_resource_config,
    validate_list_resource_config, validate_provider_config, validate_resource_config,
};
use tokio_stream::StreamExt as _;
use tonic::{Code, Status};

use crate::client::values::{UNKNOWN, identity, item, null, read as json_of, read_identity, value};
use crate::client::{Provider, complaint, no_complaints, place, served, summaries};

const ITEM: &str = "test_item";

#[tokio::test]
async fn the_metadata_lists_every_name() {
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
async fn the_schemas_have_what_the_core_needs() {
    let (_server, mut provider) = served().await;
    let schemas = provider
        .get_provider_schema(get_provider_schema::Request {})
        .await;
    let schemas = schemas.unwrap().into_inner();
    no_complaints(&schemas.diagnostics);
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
async fn functions_are_announced_in_both_ways() {
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
    no_complaints(&validate("").await);
    let found = validate("validate:error").await;
    assert_eq!(place(complaint(&found, "not valid")), "mode");
    complaint(&validate("validate:none").await, "without a result");
    complaint(&validate("validate:panic").await, "crashed in validate");

    let mut configure = async |mode: &str| {
        let request = configure::Request {
            terraform_version: "1.11.4".to_owned(),
            config: value(&json!({"mode": mode})),
            client_capabilities: Some(ClientCapabilities::default()),
        };
        let response: Result<_, Status> = provider.configure_provider(request).await;
        response.unwrap().into_inner().diagnostics
    };
    no_complaints(&configure("").await);
    complaint(&configure("configure:version").await, "Terraform is 1.11.4");
    complaint(&configure("configure:none").await, "without a result");
    complaint(&configure("configure:panic").await, "crashed in configure");

    let request = read::Request {
        type_name: ITEM.to_owned(),
        current_state: value(&item(json!({"mode": "read:version"}))),
        ..Default::default()
    };
    let response = provider.read_resource(request).await.unwrap().into_inner();
    assert_eq!(json_of(response.new_state.as_ref())["note"], "1.11.4");
}

/// Plans and applies the way a core does, and gives the new state.
async fn walk(
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
    no_complaints(&planned.diagnostics);
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
    no_complaints(&applied.diagnostics);
    (planned, applied)
}

#[tokio::test]
async fn a_resource_lives_from_plan_to_destroy() {
    let (_server, mut provider) = served().await;
    let request = validate_resource_config::Request {
        type_name: ITEM.to_owned(),
        config: value(&item(json!({"name": UNKNOWN}))),
        ..Default::default()
    };
    let valid = provider.validate_resource_config(request).await.unwrap();
    no_complaints(&valid.into_inner().diagnostics);

    let config = item(json!({"size": 64, "open": true}));
    let (planned, created) = walk(&mut provider, Json::Null, config).await;
    assert_eq!(json_of(planned.planned_state.as_ref())["id"], UNKNOWN);
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
    no_complaints(&read.diagnostics);
    assert_eq!(read.new_state, created.new_state);
    assert_eq!(read.private, created.private);
    assert_eq!(read_identity(read.new_identity.as_ref()), expected);

    let mut larger = state.clone();
    larger["size"] = json!(65);
    let (planned, updated) = walk(&mut provider, state, larger.clone()).await;
    assert_eq!(planned.requires_replace.len(), 1);
    assert_eq!(json_of(updated.new_state.as_ref())["size"], 65);
    assert_eq!(read_identity(updated.new_identity.as_ref())["size"], 65);

    let (planned, destroyed) = walk(&mut provider, larger, Json::Null).await;
    assert_eq!(planned.planned_state, null());
    assert_eq!(destroyed.new_state, null());
    assert!(destroyed.private.is_empty());
    assert_eq!(destroyed.new_identity, None);
}

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
    no_complaints(&response.diagnostics);
    let imported = &response.imported_resources[0];
    assert_eq!(imported.type_name, ITEM);
    assert_eq!(json_of(imported.state.as_ref())["name"], "name of item-7");
    assert_eq!(read_identity(imported.identity.as_ref())["id"], "item-7");

    // Numbers of an identity come in every form, too.
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
        no_complaints(&response.diagnostics);
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
        (json!({"stranger": "x"}), "It has no `stranger`"),
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
        let found = complaint(&response.diagnostics, "the identity cannot be read");
        assert!(found.detail.contains(why), "{found:?}");

        let request = read::Request {
            type_name: ITEM.to_owned(),
            current_state: value(&item(json!({"id": "item-1"}))),
            current_identity: identity(&broken),
            ..Default::default()
        };
        let response = provider.read_resource(request).await.unwrap().into_inner();
        complaint(&response.diagnostics, "the identity cannot be read");
        assert_eq!(json_of(response.new_state.as_ref())["id"], "item-1");
    }
}

#[tokio::test]
async fn an_identity_with_a_stranger_in_it_is_the_providers_bug() {
    let (_server, mut provider) = served().await;
    let current = item(json!({"id": "item-1", "mode": "identity:stranger"}));
    let request = read::Request {
        type_name: ITEM.to_owned(),
        current_state: value(&current),
        ..Default::default()
    };
    let response = provider.read_resource(request).await.unwrap().into_inner();
    complaint(&response.diagnostics, "the identity has no `stranger`");
    assert_eq!(json_of(response.new_state.as_ref()), current);
}

#[tokio::test]
async fn identity_schemas_are_listed_and_stored_identities_upgraded() {
    let (_server, mut provider) = served().await;
    let request = get_resource_identity_schemas::Request {};
    let schemas = provider
        .get_resource_identity_schemas(request)
        .await
        .unwrap()
        .into_inner();
    no_complaints(&schemas.diagnostics);
    assert_eq!(schemas.identity_schemas.len(), 1);
    let schema = &schemas.identity_schemas[ITEM];
    assert_eq!(schema.version, 1);
    let id = &schema.identity_attributes[0];
    assert_eq!(
        (id.name.as_str(), &id.r#type[..]),
        ("id", &b"\"string\""[..])
    );
    assert!(id.required_for_import && !id.optional_for_import);

    let mut upgrade = async |version, json: Json| {
        let request = upgrade_resource_identity::Request {
            type_name: ITEM.to_owned(),
            version,
            raw_identity: Some(RawState {
                json: json.to_string().into(),
                ..Default::default()
            }),
        };
        let response = provider.upgrade_resource_identity(request).await;
        response.unwrap().into_inner()
    };
    for version in [0, 1] {
        let response = upgrade(version, json!({"id": "item-1", "dropped": 1})).await;
        no_complaints(&response.diagnostics);
        let upgraded = read_identity(response.upgraded_identity.as_ref());
        assert_eq!(
            upgraded,
            json!({"id": "item-1", "size": null, "open": null})
        );
    }
    let response = upgrade(2, json!({"id": "item-1"})).await;
    complaint(&response.diagnostics, "newer than this provider");
}

#[tokio::test]
async fn a_data_source_is_validated_and_read() {
    let (_server, mut provider) = served().await;
    let mut look_up = async |name: &str| {
        let request = read_data_source::Request {
            type_name: "test_lookup".to_owned(),
            config: value(&json!({"name": name, "size": null})),
            ..Default::default()
        };
        provider
            .read_data_source(request)
            .await
            .unwrap()
            .into_inner()
    };
    let found = look_up("a").await;
    no_complaints(&found.diagnostics);
    assert_eq!(
        json_of(found.state.as_ref()),
        json!({"name": "a", "size": 7})
    );
    for (name, complains) in [
        ("none", "read ended without a result"),
        ("panic", "crashed in read of `test_lookup`"),
        ("some-and-error", "Found, but"),
    ] {
        let response = look_up(name).await;
        complaint(&response.diagnostics, complains);
        assert_eq!(response.state, None);
    }
    let request = validate_data_resource_config::Request {
        type_name: "test_lookup".to_owned(),
        config: value(&json!({"name": "invalid", "size": null})),
    };
    let response = provider.validate_data_resource_config(request).await;
    complaint(
        &response.unwrap().into_inner().diagnostics,
        "That is no name",
    );
}

#[tokio::test]
async fn a_function_is_called() {
    let (_server, mut provider) = served().await;
    let mut call = async |arguments: Vec<Json>| {
        let request = call_function::Request {
            name: "shout".to_owned(),
            arguments: arguments.iter().filter_map(value).collect(),
        };
        let response = provider.call_function(request).await.unwrap().into_inner();
        match response.error {
            Some(FunctionError {
                text,
                function_argument,
            }) => Err((text, function_argument)),
            None => Ok(json_of(response.result.as_ref())),
        }
    };
    assert_eq!(call(vec![json!("hi")]).await, Ok(json!("HI")));
    let loud = vec![json!("hi"), json!(2), json!("1"), json!(1.0)];
    assert_eq!(call(loud).await, Ok(json!("HI!!!!")));
    for (arguments, text, argument) in [
        (vec![json!("")], "Nothing to shout", Some(0)),
        (
            vec![json!("hi"), json!(1), json!(1.5)],
            "`times`: 1.5 is not a whole number",
            Some(2),
        ),
        (vec![json!(["hi"])], "`text`: a list does not fit", Some(0)),
        (vec![], "It takes 1 arguments, 0 came", None),
        (vec![json!("none")], "call ended without a result", None),
        (
            vec![json!("panic")],
            "The provider crashed in call of `shout`",
            None,
        ),
    ] {
        let (found, at) = call(arguments).await.unwrap_err();
        assert!(found.contains(text), "{found}");
        assert_eq!(at, argument, "{found}");
    }
}

async fn list(
    provider: &mut Provider,
    config: Json,
    limit: i64,
    with: bool,
) -> Vec<list_resource::Event> {
    let request = list_resource::Request {
        type_name: ITEM.to_owned(),
        config: value(&config),
        include_resource_object: with,
        limit,
    };
    let events = provider.list_resource(request).await.unwrap().into_inner();
    events.map(Result::unwrap).collect().await
}

#[tokio::test]
async fn a_list_is_validated_and_streamed() {
    let (_server, mut provider) = served().await;
    let request = validate_list_resource_config::Request {
        type_name: ITEM.to_owned(),
        config: value(&json!({"count": null, "mode": null})),
        ..Default::default()
    };
    let response = provider.validate_list_resource_config(request).await;
    complaint(&response.unwrap().into_inner().diagnostics, "How many?");

    let many = json!({"count": 1000, "mode": null});
    let events = list(&mut provider, many.clone(), 0, false).await;
    assert_eq!(events.len(), 1000);
    assert_eq!(events[999].display_name, "Item 999");
    assert_eq!(
        read_identity(events[999].identity.as_ref())["id"],
        "item-999"
    );
    assert_eq!(events[999].resource_object, None);

    let events = list(&mut provider, many, 3, true).await;
    assert_eq!(events.len(), 3);
    let object = json_of(events[2].resource_object.as_ref());
    assert_eq!(object["name"], "name of item-2");
}

#[tokio::test]
async fn a_list_that_fails_ends_with_the_reason() {
    let (_server, mut provider) = served().await;
    for (config, complains) in [
        (json!({"count": 1, "mode": "error"}), "Could not list more"),
        (
            json!({"count": 1, "mode": "panic"}),
            "crashed in list of `test_item`",
        ),
        (
            json!({"count": 1, "mode": "stranger"}),
            "the identity has no `stranger`",
        ),
        (
            json!({"count": 1.5, "mode": null}),
            "`count`: 1.5 is not a whole number",
        ),
    ] {
        let events = list(&mut provider, config, 0, false).await;
        complaint(&events.last().unwrap().diagnostic, complains);
    }
}

#[tokio::test]
async fn a_state_moves_from_no_other_type() {
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
    let found = complaint(
        &response.diagnostics,
        "`other_item` cannot become `test_item`",
    );
    assert!(found.detail.contains("import"), "{found:?}");
    assert_eq!(response.target_state, None);
}

#[tokio::test]
async fn what_is_not_served_is_unimplemented() {
    let server = crate::client::process::Server::start().await;
    let core = crate::client::identity::Core::right();
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
async fn unknown_names_end_in_an_error_that_keeps_what_was_there() {
    let (_server, mut provider) = served().await;
    let name = "test_stranger".to_owned();
    let state = value(&json!({"id": "x"}));
    let response = provider.read_resource(read::Request {
        type_name: name.clone(),
        current_state: state.clone(),
        ..Default::default()
    });
    let response = response.await.unwrap().into_inner();
    complaint(
        &response.diagnostics,
        "There is no resource `test_stranger`",
    );
    assert_eq!(response.new_state, state);

    let response = provider.apply_resource_change(apply::Request {
        type_name: name.clone(),
        prior_state: state.clone(),
        planned_state: null(),
        ..Default::default()
    });
    let response = response.await.unwrap().into_inner();
    complaint(&response.diagnostics, "There is no resource");
    assert_eq!(response.new_state, state);

    let response = provider.upgrade_resource_state(upgrade_resource_state::Request {
        type_name: name.clone(),
        ..Default::default()
    });
    complaint(
        &response.await.unwrap().into_inner().diagnostics,
        "There is no resource",
    );
    let response = provider.read_data_source(read_data_source::Request {
        type_name: name.clone(),
        ..Default::default()
    });
    complaint(
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
        ["There is no list resource `test_stranger`"]
    );
}
