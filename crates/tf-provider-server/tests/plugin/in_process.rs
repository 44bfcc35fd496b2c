//! A plugin that is served on a stream in the test's own process, and errors in its registrations.

use std::collections::HashMap;

use async_trait::async_trait;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tf_provider::schema::{Block, Description, FunctionSchema, Parameter, Schema, Type};
use tf_provider::value::ValueEmpty;
use tf_provider::{Diagnostics, DynamicFunction, Function, Provider};
use tf_provider_server::{ListEnded, ListRequest, ListResource, ListSink, Plugin};
use tokio::io::DuplexStream;
use tonic::transport::{Channel, Endpoint};

use crate::client::values::{read as json_of, value};
use crate::client::{assert_no_diagnostics, find_diagnostic};
use crate::protocol::tfplugin6::provider_client::ProviderClient;
use crate::protocol::tfplugin6::{Diagnostic, call_function, get_provider_schema};

/// A provider that lists its function itself, as tf-provider's own server needs it.
struct Announcing;

#[derive(Serialize, Deserialize)]
struct Nothing {}

#[async_trait]
impl Provider for Announcing {
    type Config<'a> = Nothing;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        Some(Schema {
            version: 1,
            block: Block {
                description: Description::plain("A provider."),
                ..Block::default()
            },
        })
    }

    fn get_functions(
        &self,
        _: &mut Diagnostics,
    ) -> Option<HashMap<String, Box<dyn DynamicFunction>>> {
        Some([("twice".to_owned(), Twice.into())].into())
    }
}

struct Twice;

#[async_trait]
impl Function for Twice {
    type Input<'a> = (String,);
    type Output<'a> = String;

    fn schema(&self, _: &mut Diagnostics) -> Option<FunctionSchema> {
        Some(FunctionSchema {
            parameters: vec![Parameter {
                name: "text".to_owned(),
                param_type: Type::String,
                allow_null: false,
                allow_unknown: false,
                description: Description::plain("The text."),
            }],
            variadic: None,
            return_type: Type::String,
            summary: "Twice".to_owned(),
            description: Description::plain("The text, twice."),
            deprecated: None,
        })
    }

    async fn call<'a>(&self, _: &mut Diagnostics, (text,): (String,)) -> Option<String> {
        Some(format!("{text}{text}"))
    }
}

/// Serves the plugin on one end of a stream, and returns a client on the other.
pub(crate) async fn client(
    plugin: Plugin,
) -> (
    ProviderClient<Channel>,
    tokio::task::JoinHandle<std::io::Result<()>>,
) {
    let (ours, theirs): (DuplexStream, DuplexStream) = tokio::io::duplex(1 << 16);
    let serving = tokio::spawn(plugin.serve_on(theirs));
    let mut stream = Some(ours);
    let connector = tower::service_fn(move |_| {
        let stream = stream.take().map(TokioIo::new);
        async move { stream.ok_or_else(|| std::io::Error::other("there is one stream")) }
    });
    let channel = Endpoint::from_static("http://plugin")
        .connect_with_connector(connector)
        .await
        .unwrap();
    (ProviderClient::new(channel), serving)
}

#[tokio::test]
async fn a_plugin_is_served_on_a_stream_until_the_stream_is_closed() {
    let plugin = Plugin::new(Announcing).function("twice", Twice);
    let (mut client, serving) = client(plugin).await;
    let request = get_provider_schema::Request {};
    let schemas = client.get_provider_schema(request).await.unwrap();
    assert_no_diagnostics(&schemas.into_inner().diagnostics);
    let request = call_function::Request {
        name: "twice".to_owned(),
        arguments: value(&json!("ab")).into_iter().collect(),
    };
    let response = client.call_function(request).await.unwrap().into_inner();
    assert_eq!(json_of(response.result.as_ref()), "abab");
    drop(client);
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_a_provider_announces_is_served_and_can_be_replaced() {
    for (plugin, result) in [
        (Plugin::new(Announcing), "abab"),
        (Plugin::new(Announcing).function("twice", Same), "ab"),
    ] {
        let (mut client, _serving) = client(plugin).await;
        let request = get_provider_schema::Request {};
        let schemas = client.get_provider_schema(request).await.unwrap();
        assert_no_diagnostics(&schemas.into_inner().diagnostics);
        let request = call_function::Request {
            name: "twice".to_owned(),
            arguments: value(&json!("ab")).into_iter().collect(),
        };
        let response = client.call_function(request).await.unwrap().into_inner();
        assert_eq!(json_of(response.result.as_ref()), result);
    }
}

/// Has the signature of [`Twice`], and returns its argument.
struct Same;

#[async_trait]
impl Function for Same {
    type Input<'a> = (String,);
    type Output<'a> = String;

    fn schema(&self, diags: &mut Diagnostics) -> Option<FunctionSchema> {
        Function::schema(&Twice, diags)
    }

    async fn call<'a>(&self, _: &mut Diagnostics, (text,): (String,)) -> Option<String> {
        Some(text)
    }
}

/// Returns the diagnostics of the schema.
async fn schema_diagnostics(plugin: Plugin) -> Vec<Diagnostic> {
    let (mut client, _serving) = client(plugin).await;
    let request = get_provider_schema::Request {};
    let schemas = client.get_provider_schema(request).await.unwrap();
    schemas.into_inner().diagnostics
}

#[tokio::test]
async fn a_registration_without_effect_is_an_error() {
    #[track_caller]
    fn check(found: &[Diagnostic], text: &str, call: &str) {
        assert!(
            find_diagnostic(found, text).detail.contains(call),
            "{found:?}"
        );
    }
    let plugin = || Plugin::new(Announcing).function("twice", Twice);
    let found = schema_diagnostics(plugin().function("twice", Same)).await;
    check(&found, "`twice` is registered twice", "`Plugin::function`");
    let found = schema_diagnostics(plugin().deprecated("provider", "size", "Gone.")).await;
    let text = "`size` is not in the schema of `provider`";
    check(&found, text, "`Plugin::deprecated`");
    let found = schema_diagnostics(plugin().computed_block("test_item", "parts")).await;
    let text = "`parts` is not in the schema of `test_item`";
    check(&found, text, "`Plugin::computed_block`");
    let found = schema_diagnostics(plugin().list_resource("test_item", EmptyList)).await;
    check(
        &found,
        "`test_item` cannot be listed",
        "`Plugin::list_resource`",
    );
}

/// A provider without a list of its functions.
struct Forgetful;

#[async_trait]
impl Provider for Forgetful {
    type Config<'a> = Nothing;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        Provider::schema(&Announcing, diags)
    }

    fn get_functions(
        &self,
        _: &mut Diagnostics,
    ) -> Option<HashMap<String, Box<dyn DynamicFunction>>> {
        None
    }
}

#[tokio::test]
async fn a_list_of_the_provider_without_a_result_is_an_error() {
    let found = schema_diagnostics(Plugin::new(Forgetful)).await;
    find_diagnostic(&found, "list of functions ended without a result");
}

/// A list without objects.
struct EmptyList;

#[async_trait]
impl ListResource for EmptyList {
    type Config = Nothing;

    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        Provider::schema(&Announcing, diags)
    }

    async fn list(&self, _: Nothing, _: ListRequest, _: &mut ListSink) -> Result<(), ListEnded> {
        Ok(())
    }
}
