//! Data sources, functions and lists.

use serde_json::{Value as Json, json};
use tokio_stream::StreamExt as _;

use crate::client::values::{read as json_of, read_identity, value};
use crate::client::{Provider, assert_no_diagnostics, find_diagnostic, served};
use crate::protocol::tfplugin6::{
    FunctionError, call_function, list_resource, read_data_source, validate_data_resource_config,
    validate_list_resource_config,
};

const ITEM: &str = "test_item";

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
    assert_no_diagnostics(&found.diagnostics);
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
        find_diagnostic(&response.diagnostics, complains);
        assert_eq!(response.state, None);
    }
    let request = validate_data_resource_config::Request {
        type_name: "test_lookup".to_owned(),
        config: value(&json!({"name": "invalid", "size": null})),
    };
    let response = provider.validate_data_resource_config(request).await;
    find_diagnostic(
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
        (vec![], "Expected 1 arguments, got 0", None),
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
    find_diagnostic(&response.unwrap().into_inner().diagnostics, "How many?");

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
            json!({"count": 1, "mode": "unknown-attribute"}),
            "the identity has no `unknown-attribute`",
        ),
        (
            json!({"count": 1.5, "mode": null}),
            "`count`: 1.5 is not a whole number",
        ),
    ] {
        let events = list(&mut provider, config, 0, false).await;
        find_diagnostic(&events.last().unwrap().diagnostic, complains);
    }
}
