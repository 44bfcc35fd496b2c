//! The server responds to any input with an error, and keeps running.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::bytes::{Buf, BufMut, Bytes};
use serde_json::{Value as Json, json};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::client::identity::Core;
use crate::client::process::Server;
use crate::client::values::{REFINED, UNKNOWN, encode, item, value};
use crate::client::{Provider, connect, provider, served};
use crate::protocol::tfplugin6::{
    DynamicValue, ResourceIdentityData, apply_resource_change as apply, get_metadata,
    import_resource_state as import, plan_resource_change as plan, read_resource as read,
    upgrade_resource_state as upgrade, validate_resource_config as validate,
};

/// Sends and receives bytes unchanged.
#[derive(Clone, Copy, Default)]
struct Bare;

impl Codec for Bare {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Bare {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, bytes: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(bytes);
        Ok(())
    }
}

impl Decoder for Bare {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

const RPCS: [&str; 16] = [
    "ValidateProviderConfig",
    "ValidateResourceConfig",
    "ValidateDataResourceConfig",
    "UpgradeResourceState",
    "UpgradeResourceIdentity",
    "ConfigureProvider",
    "ReadResource",
    "PlanResourceChange",
    "ApplyResourceChange",
    "ImportResourceState",
    "MoveResourceState",
    "ReadDataSource",
    "ValidateListResourceConfig",
    "CallFunction",
    "GetProviderSchema",
    "NoSuchCall",
];

async fn send(channel: &Channel, rpc: &str, body: Bytes) -> Result<Bytes, Status> {
    let mut client = tonic::client::Grpc::new(channel.clone())
        .max_encoding_message_size(1 << 30)
        .max_decoding_message_size(1 << 30);
    client.ready().await.unwrap();
    let path = format!("/tfplugin6.Provider/{rpc}").parse().unwrap();
    let response = client.unary(tonic::Request::new(body), path, Bare).await?;
    Ok(response.into_inner())
}

async fn assert_alive(channel: &Channel) {
    let mut provider = provider(channel.clone());
    let metadata = provider.get_metadata(get_metadata::Request {}).await;
    assert!(metadata.is_ok(), "{metadata:?}");
}

/// Runs a property against one server, on one runtime.
fn property<S: Strategy>(
    cases: u32,
    strategy: &S,
    check: &impl AsyncFn(&Channel, S::Value) -> Result<(), TestCaseError>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (_server, channel) = runtime.block_on(async {
        let server = Server::start().await;
        let channel = connect(&server.line, &Core::trusted()).await.unwrap();
        (server, channel)
    });
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let result = runner.run(strategy, |case| runtime.block_on(check(&channel, case)));
    result.unwrap();
    runtime.block_on(assert_alive(&channel));
}

#[test]
fn random_messages_get_a_response() {
    let message = proptest::collection::vec(any::<u8>(), 0..200);
    property(
        3000,
        &(0..RPCS.len(), message),
        &async |channel, (rpc, message)| {
            if let Err(status) = send(channel, RPCS[rpc], message.into()).await {
                let refused = [Code::Internal, Code::Unimplemented];
                prop_assert!(refused.contains(&status.code()), "{status:?}");
            }
            Ok(())
        },
    );
}

/// Generates JSON with unknown values, and items with one random attribute.
fn any_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        Just(json!(UNKNOWN)),
        Just(json!(REFINED)),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[ -~]{0,12}".prop_map(Json::from),
    ];
    let keys = prop_oneof![
        Just("name"),
        Just("size"),
        Just("tags"),
        Just("place"),
        Just("parts"),
        Just("row"),
        Just("label"),
        Just("kind"),
        Just("weight"),
        Just("share"),
        Just("open"),
        Just("id"),
    ];
    let tree = leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            proptest::collection::btree_map(keys.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    });
    prop_oneof![
        1 => tree.clone(),
        3 => tree.prop_map(|odd| match odd {
            Json::Object(_) => item(odd),
            odd => item(json!({"size": odd})),
        }),
    ]
}

/// Generates the bytes of a value, sometimes damaged.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let whole = any_value().prop_map(|value| encode(&value)).boxed();
    let cut = (whole.clone(), any::<prop::sample::Index>()).prop_map(|(mut bytes, at)| {
        bytes.truncate(at.index(bytes.len()));
        bytes
    });
    let hit = (whole.clone(), any::<prop::sample::Index>(), any::<u8>());
    let hit = hit.prop_map(|(mut bytes, at, byte)| {
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes
    });
    prop_oneof![4 => whole, 1 => cut, 2 => hit]
}

fn dynamic() -> impl Strategy<Value = Option<DynamicValue>> {
    let msgpack = any_bytes().prop_map(|bytes| DynamicValue {
        msgpack: bytes.into(),
        json: Bytes::new(),
    });
    let json = any_value().prop_map(|value| DynamicValue {
        msgpack: Bytes::new(),
        json: value.to_string().into(),
    });
    prop_oneof![
        1 => Just(None),
        1 => Just(Some(DynamicValue { msgpack: vec![0xc0].into(), json: Bytes::new() })),
        6 => msgpack.prop_map(Some),
        1 => json.prop_map(Some),
    ]
}

fn type_name() -> impl Strategy<Value = String> {
    prop_oneof![Just("test_item"), Just("test_plain"), Just("test_unknown")].prop_map(str::to_owned)
}

#[test]
fn random_values_get_a_response_that_keeps_the_state() {
    let private = proptest::collection::vec(any::<u8>(), 0..20);
    let strategy = (type_name(), dynamic(), dynamic(), dynamic(), private);
    property(3000, &strategy, &async |channel,
                                      (
        type_name,
        one,
        two,
        three,
        private,
    )| {
        let mut provider: Provider = provider(channel.clone());
        let private = Bytes::from(private);
        let identity = two.clone().map(|data| ResourceIdentityData {
            identity_data: Some(data),
        });
        let request = validate::Request {
            type_name: type_name.clone(),
            config: one.clone(),
            ..Default::default()
        };
        provider.validate_resource_config(request).await.unwrap();
        let request = read::Request {
            type_name: type_name.clone(),
            current_state: one.clone(),
            private: private.clone(),
            provider_meta: three.clone(),
            current_identity: identity.clone(),
            ..Default::default()
        };
        let response = provider.read_resource(request).await.unwrap().into_inner();
        if !response.diagnostics.is_empty() {
            prop_assert_eq!(&response.new_state, &one);
        }
        let request = plan::Request {
            type_name: type_name.clone(),
            prior_state: one.clone(),
            proposed_new_state: two.clone(),
            config: three.clone(),
            prior_private: private.clone(),
            prior_identity: identity.clone(),
            ..Default::default()
        };
        provider.plan_resource_change(request).await.unwrap();
        let request = apply::Request {
            type_name: type_name.clone(),
            prior_state: one.clone(),
            planned_state: two,
            config: three,
            planned_private: private,
            planned_identity: identity.clone(),
            ..Default::default()
        };
        provider.apply_resource_change(request).await.unwrap();
        let request = import::Request {
            type_name,
            identity,
            ..Default::default()
        };
        provider.import_resource_state(request).await.unwrap();
        Ok(())
    });
}

#[test]
fn random_stored_states_get_a_response() {
    let text = prop_oneof![
        3 => any_value().prop_map(|value| value.to_string()),
        1 => "[ -~]{0,40}".prop_map(String::from),
    ];
    property(1000, &(type_name(), 0_i64..4, text), &async |channel,
                                                           (
        type_name,
        version,
        text,
    )| {
        let request = upgrade::Request {
            type_name,
            version,
            raw_state: Some(crate::protocol::tfplugin6::RawState {
                json: text.into(),
                ..Default::default()
            }),
        };
        let response = provider(channel.clone())
            .upgrade_resource_state(request)
            .await;
        let response = response.unwrap().into_inner();
        prop_assert!(response.upgraded_state.is_some() == response.diagnostics.is_empty());
        Ok(())
    });
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused_and_the_next_is_accepted() {
    let server = Server::start().await;
    let channel = connect(&server.line, &Core::trusted()).await.unwrap();
    let large = Bytes::from(vec![0; (256 << 20) + 1]);
    let status = send(&channel, "ReadResource", large).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange, "{status:?}");
    let mut again = server.connect().await;
    let metadata = again.get_metadata(get_metadata::Request {}).await;
    assert!(metadata.is_ok());
}

#[tokio::test]
async fn many_concurrent_calls_all_get_a_response() {
    let server = Server::start().await;
    let channel = connect(&server.line, &Core::trusted()).await.unwrap();
    let answered = Arc::new(Mutex::new(0));
    let calls: Vec<_> = (0..500)
        .map(|number| {
            let (mut provider, answered) = (provider(channel.clone()), Arc::clone(&answered));
            tokio::spawn(async move {
                let state = item(json!({"id": format!("item-{number}")}));
                let request = read::Request {
                    type_name: "test_item".to_owned(),
                    current_state: crate::client::values::value(&state),
                    ..Default::default()
                };
                let response = provider.read_resource(request).await.unwrap().into_inner();
                let back = crate::client::values::read(response.new_state.as_ref());
                assert_eq!(back, state);
                *answered.lock().unwrap() += 1;
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(*answered.lock().unwrap(), 500);
}

#[tokio::test]
async fn cancelled_calls_do_not_close_the_connection() {
    let (_server, provider) = served().await;
    let state = value(&item(json!({"id": "item-1"})));
    for round in 0..30 {
        let calls: Vec<_> = (0..200)
            .map(|_| {
                let mut provider = provider.clone();
                let request = read::Request {
                    type_name: "test_item".to_owned(),
                    current_state: state.clone(),
                    ..Default::default()
                };
                tokio::spawn(async move { provider.read_resource(request).await })
            })
            .collect();
        // Some calls are sent, some are not, and some have a response.
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        for call in &calls {
            call.abort();
        }
        let mut provider = provider.clone();
        let request = get_metadata::Request {};
        provider.get_metadata(request).await.unwrap();
    }
}
