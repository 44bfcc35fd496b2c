//! How long things may take: the end of a server with changes under way, and a client's way in.

use std::time::{Duration, Instant};

use crate::protocol::go_plugin::Empty;
use crate::protocol::go_plugin::grpc_controller_client::GrpcControllerClient;
use crate::protocol::go_plugin::grpc_stdio_client::GrpcStdioClient;
use crate::protocol::tfplugin6::stop_provider;
use tokio::io::AsyncReadExt as _;
use tonic::transport::Channel;

use crate::client::identity::Core;
use crate::client::process::{Server, Setup};
use crate::client::values::read as json_of;
use crate::client::{assert_no_diagnostics, connect, find_diagnostic, provider};
use crate::lifecycle::{Gate, create, creation, go_on, said};

/// Shuts the server down and says how long it took until it was answered.
async fn shut_down(channel: Channel) -> Duration {
    let begun = Instant::now();
    let mut controller = GrpcControllerClient::new(channel);
    controller.shutdown(Empty {}).await.unwrap();
    begun.elapsed()
}

#[tokio::test]
async fn a_shutdown_in_the_middle_of_a_create_is_answered_after_it() {
    let server = Server::start().await;
    let channel = connect(&server.line, &Core::right()).await.unwrap();
    let gate = Gate::new();
    let request = creation("create:gate", &gate);
    let creating = tokio::spawn(create(provider(channel.clone()), request));
    let mut stream = gate.begun().await;
    let mut stdio = GrpcStdioClient::new(channel.clone());
    let mut output = stdio.stream_stdio(()).await.unwrap().into_inner();
    let shutting_down = tokio::spawn(shut_down(channel));
    // It has heard of it.
    assert!(output.message().await.unwrap().is_none());
    go_on(&mut stream).await;
    assert_eq!(said(&mut stream).await, "finished");
    let created = creating.await.unwrap();
    assert!(!shutting_down.is_finished(), "the core has to store it yet");
    assert_no_diagnostics(&created.diagnostics);
    assert_eq!(json_of(created.new_state.as_ref())["id"], "item-1");
    shutting_down.await.unwrap();
    assert!(server.end().await.0.success());
}

#[tokio::test]
async fn a_shutdown_soon_after_a_stopped_create_leaves_time_to_store_it() {
    let server = Server::start().await;
    let channel = connect(&server.line, &Core::right()).await.unwrap();
    let mut provider = provider(channel.clone());
    let gate = Gate::new();
    let creating = tokio::spawn(create(provider.clone(), creation("create:wait", &gate)));
    let mut stream = gate.begun().await;
    go_on(&mut stream).await;
    provider
        .stop_provider(stop_provider::Request {})
        .await
        .unwrap();
    find_diagnostic(
        &creating.await.unwrap().diagnostics,
        "Stopped while waiting",
    );
    assert!(shut_down(channel).await > Duration::from_millis(500));
    assert!(server.end().await.0.success());
}

#[tokio::test]
async fn a_shutdown_after_a_run_that_was_not_stopped_is_answered_at_once() {
    let server = Server::start().await;
    let channel = connect(&server.line, &Core::right()).await.unwrap();
    let gate = Gate::new();
    create(provider(channel.clone()), creation("", &gate)).await;
    assert!(shut_down(channel).await < Duration::from_millis(900));
    assert!(server.end().await.0.success());
}

#[tokio::test]
async fn sigterm_waits_for_a_create_no_longer_than_its_grace() {
    let server = Setup::from_core()
        .with("PLUGIN_SERVER_GRACE_MILLIS", "100")
        .with("TF_LOG_PROVIDER", "ERROR")
        .start()
        .await;
    let gate = Gate::new();
    let request = creation("create:gate", &gate);
    let creating = tokio::spawn(create(server.connect().await, request));
    // It never gets its word.
    let _stream = gate.begun().await;
    server.signal("TERM");
    let (status, log) = server.end().await;
    assert!(status.success());
    assert!(log.contains("a change is still running"), "{log}");
    // The core hears of an error, and of no state.
    assert!(creating.await.is_err());
}

#[tokio::test]
async fn who_says_nothing_at_the_door_is_dropped() {
    let server = Setup::from_core()
        .with("PLUGIN_SERVER_TLS_MILLIS", "50")
        .with("TF_LOG_PROVIDER", "WARN")
        .start()
        .await;
    let mut silent = tokio::net::UnixStream::connect(server.socket())
        .await
        .unwrap();
    let mut answer = vec![];
    silent.read_to_end(&mut answer).await.unwrap();
    assert!(answer.is_empty());
    server.signal("TERM");
    let (_, log) = server.end().await;
    assert!(log.contains("took too long over TLS"), "{log}");
}
