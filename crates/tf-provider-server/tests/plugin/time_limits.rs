//! Time limits: for the end of a server while calls are running, and for the TLS handshake.

use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt as _;
use tonic::transport::Channel;

use crate::client::identity::Core;
use crate::client::process::{Server, Setup};
use crate::client::values::read as json_of;
use crate::client::{assert_no_diagnostics, connect, find_diagnostic, provider};
use crate::lifecycle::{Gate, create, create_request, next_message, resume};
use crate::protocol::go_plugin::Empty;
use crate::protocol::go_plugin::grpc_controller_client::GrpcControllerClient;
use crate::protocol::go_plugin::grpc_stdio_client::GrpcStdioClient;
use crate::protocol::tfplugin6::stop_provider;

/// Shuts the server down and returns the time until its response.
async fn shut_down(channel: Channel) -> Duration {
    let begun = Instant::now();
    let mut controller = GrpcControllerClient::new(channel);
    controller.shutdown(Empty {}).await.unwrap();
    begun.elapsed()
}

#[tokio::test]
async fn a_shutdown_during_a_create_gets_its_response_after_the_create() {
    let server = Server::start().await;
    let channel = connect(&server.line, &Core::trusted()).await.unwrap();
    let gate = Gate::new();
    let request = create_request("create:gate", &gate);
    let creating = tokio::spawn(create(provider(channel.clone()), request));
    let mut stream = gate.begun().await;
    let mut stdio = GrpcStdioClient::new(channel.clone());
    let mut output = stdio.stream_stdio(()).await.unwrap().into_inner();
    let shutting_down = tokio::spawn(shut_down(channel));
    // The server has received the shutdown.
    assert!(output.message().await.unwrap().is_none());
    resume(&mut stream).await;
    assert_eq!(next_message(&mut stream).await, "finished");
    let created = creating.await.unwrap();
    assert!(
        !shutting_down.is_finished(),
        "the core has not saved its state yet"
    );
    assert_no_diagnostics(&created.diagnostics);
    assert_eq!(json_of(created.new_state.as_ref())["id"], "item-1");
    shutting_down.await.unwrap();
    assert!(server.end().await.0.success());
}

#[tokio::test]
async fn a_shutdown_after_a_stopped_create_leaves_time_to_save_the_state() {
    let server = Server::start().await;
    let channel = connect(&server.line, &Core::trusted()).await.unwrap();
    let mut provider = provider(channel.clone());
    let gate = Gate::new();
    let creating = tokio::spawn(create(
        provider.clone(),
        create_request("create:wait", &gate),
    ));
    let mut stream = gate.begun().await;
    resume(&mut stream).await;
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
async fn a_shutdown_after_a_completed_run_gets_its_response_at_once() {
    let server = Server::start().await;
    let channel = connect(&server.line, &Core::trusted()).await.unwrap();
    let gate = Gate::new();
    create(provider(channel.clone()), create_request("", &gate)).await;
    assert!(shut_down(channel).await < Duration::from_millis(900));
    assert!(server.end().await.0.success());
}

#[tokio::test]
async fn sigterm_waits_for_a_create_no_longer_than_the_write_grace() {
    let server = Setup::from_core()
        .with("PLUGIN_SERVER_GRACE_MILLIS", "100")
        .with("TF_LOG_PROVIDER", "ERROR")
        .start()
        .await;
    let gate = Gate::new();
    let request = create_request("create:gate", &gate);
    let creating = tokio::spawn(create(server.connect().await, request));
    // The create is never resumed.
    let _stream = gate.begun().await;
    server.signal("TERM");
    let (status, log) = server.end().await;
    assert!(status.success());
    assert!(log.contains("a change is still running"), "{log}");
    // The core gets an error and no state.
    assert!(creating.await.is_err());
}

#[tokio::test]
async fn a_client_without_a_tls_handshake_is_dropped() {
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
    assert!(log.contains("handshake took too long"), "{log}");
}
