//! When calls stop waiting, which calls are finished, and when the server ends.

use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::client::identity::Core;
use crate::client::process::{Line, Server, Setup};
use crate::client::values::{UNKNOWN, item, null, read as json_of, value};
use crate::client::{Provider, assert_no_diagnostics, connect, find_diagnostic, provider, served};
use crate::protocol::go_plugin::Empty;
use crate::protocol::go_plugin::grpc_controller_client::GrpcControllerClient;
use crate::protocol::go_plugin::grpc_stdio_client::GrpcStdioClient;
use crate::protocol::tfplugin6::{
    apply_resource_change as apply, get_metadata, list_resource, read_resource as read,
    stop_provider,
};

/// A socket at which the provider's code reports its progress and waits until the test resumes it.
pub(crate) struct Gate {
    listener: UnixListener,
    directory: tempfile::TempDir,
}

impl Gate {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("gate")).unwrap();
        Self {
            listener,
            directory,
        }
    }

    fn path(&self) -> String {
        let path = self.directory.path().join("gate");
        path.to_str().unwrap().to_owned()
    }

    /// Waits until the call has begun.
    pub(crate) async fn begun(&self) -> BufReader<UnixStream> {
        let mut stream = BufReader::new(self.listener.accept().await.unwrap().0);
        assert_eq!(next_message(&mut stream).await, "begun");
        stream
    }
}

pub(crate) async fn next_message(stream: &mut BufReader<UnixStream>) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    line.trim_end().to_owned()
}

pub(crate) async fn resume(stream: &mut BufReader<UnixStream>) {
    stream.write_all(b"!").await.unwrap();
}

pub(crate) fn create_request(mode: &str, gate: &Gate) -> apply::Request {
    let planned = item(json!({"id": UNKNOWN, "mode": mode, "note": gate.path()}));
    apply::Request {
        type_name: "test_item".to_owned(),
        prior_state: null(),
        planned_state: value(&planned),
        config: value(&planned),
        ..Default::default()
    }
}

pub(crate) async fn create(mut provider: Provider, request: apply::Request) -> apply::Response {
    let response = provider.apply_resource_change(request).await;
    response.unwrap().into_inner()
}

async fn waiting_read(mut provider: Provider, gate: &str) -> Json {
    let request = read::Request {
        type_name: "test_item".to_owned(),
        current_state: value(&item(json!({"mode": "read:wait", "note": gate}))),
        ..Default::default()
    };
    let response = provider.read_resource(request).await.unwrap().into_inner();
    json_of(response.new_state.as_ref())
}

#[tokio::test]
async fn stop_ends_the_wait_of_a_create_and_saves_its_object() {
    let (_server, mut provider) = served().await;
    let gate = Gate::new();
    let running = tokio::spawn(create(
        provider.clone(),
        create_request("create:wait", &gate),
    ));
    let mut stream = gate.begun().await;
    resume(&mut stream).await;
    let request = stop_provider::Request {};
    let stopped = provider.stop_provider(request).await.unwrap().into_inner();
    assert_eq!(stopped.error, "");
    let created = running.await.unwrap();
    find_diagnostic(&created.diagnostics, "Stopped while waiting");
    assert_eq!(json_of(created.new_state.as_ref())["id"], "item-1");
    // Later calls do not wait either.
    let gate = Gate::new();
    let running = tokio::spawn(create(provider, create_request("create:wait", &gate)));
    let mut stream = gate.begun().await;
    resume(&mut stream).await;
    find_diagnostic(&running.await.unwrap().diagnostics, "Stopped while waiting");
}

#[tokio::test]
async fn stop_does_not_interrupt_a_create() {
    let (_server, mut provider) = served().await;
    let gate = Gate::new();
    let running = tokio::spawn(create(
        provider.clone(),
        create_request("create:gate", &gate),
    ));
    let mut stream = gate.begun().await;
    let request = stop_provider::Request {};
    provider.stop_provider(request).await.unwrap();
    resume(&mut stream).await;
    assert_eq!(next_message(&mut stream).await, "finished");
    let created = running.await.unwrap();
    assert_no_diagnostics(&created.diagnostics);
    assert_eq!(json_of(created.new_state.as_ref())["id"], "item-1");
}

#[tokio::test]
async fn a_create_is_finished_and_its_object_logged_after_the_connection_broke() {
    let setup = Setup::from_core().with("TF_LOG_PROVIDER", "WARN");
    let server = setup.start().await;
    let gate = Gate::new();
    let request = create_request("create:disconnected", &gate);
    let running = tokio::spawn(create(server.connect().await, request));
    let mut stream = gate.begun().await;
    resume(&mut stream).await;
    running.abort();
    let _ = running.await;
    assert_eq!(next_message(&mut stream).await, "disconnected");
    resume(&mut stream).await;
    assert_eq!(next_message(&mut stream).await, "finished");
    server.signal("TERM");
    let (_, log) = server.end().await;
    let lines: Vec<Json> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert_eq!(lines[0]["@level"], "warn");
    let message = "The connection broke during create of `test_item`";
    assert!(log.contains(message), "{log}");
    assert_eq!(lines[0]["object"], r#"{"id":"item-1"}"#);
}

#[tokio::test]
async fn a_create_with_a_response_is_not_logged() {
    let setup = Setup::from_core().with("TF_LOG_PROVIDER", "WARN");
    let server = setup.start().await;
    let gate = Gate::new();
    let running = create(server.connect().await, create_request("", &gate));
    assert_no_diagnostics(&running.await.diagnostics);
    server.signal("TERM");
    assert_eq!(server.end().await.1, "");
}

#[tokio::test]
async fn a_broken_connection_ends_the_wait_of_a_call() {
    let server = Server::start().await;
    let gate = Gate::new();
    let request = create_request("create:wait", &gate);
    let running = tokio::spawn(create(server.connect().await, request));
    let mut stream = gate.begun().await;
    resume(&mut stream).await;
    running.abort();
    let _ = running.await;
    assert_eq!(next_message(&mut stream).await, "stopped");
}

#[tokio::test]
async fn a_list_ends_when_its_stream_is_closed() {
    // Longer than a busy machine needs to connect.
    let setup = Setup::from_core().with("PLUGIN_SERVER_IDLE_MILLIS", "1000");
    let server = setup.start().await;
    let mut provider = server.connect().await;
    let request = list_resource::Request {
        type_name: "test_item".to_owned(),
        config: value(&json!({"count": 1, "mode": "wait"})),
        ..Default::default()
    };
    let mut events = provider.list_resource(request).await.unwrap().into_inner();
    events.message().await.unwrap().unwrap();
    drop((events, provider));
    // The server does not end while the list is running.
    assert!(server.end().await.0.success());
}

#[tokio::test]
async fn shutdown_ends_the_server_and_removes_the_socket() {
    let server = Server::start().await;
    let channel = connect(&server.line, &Core::trusted()).await.unwrap();
    // The stream that a core keeps open does not delay the end.
    let mut stdio = GrpcStdioClient::new(channel.clone());
    let mut output = stdio.stream_stdio(()).await.unwrap().into_inner();
    let mut controller = GrpcControllerClient::new(channel);
    controller.shutdown(Empty {}).await.unwrap();
    assert!(output.message().await.unwrap().is_none());
    let directory = server.socket().parent().unwrap().to_owned();
    let begun = std::time::Instant::now();
    let (status, log) = server.end().await;
    assert!(status.success());
    assert!(begun.elapsed().as_secs() < 2);
    assert_eq!(log, "");
    assert!(!directory.exists());
}

#[tokio::test]
async fn ctrl_c_is_left_to_the_core() {
    let (server, mut provider) = served().await;
    server.signal("INT");
    let metadata = provider.get_metadata(get_metadata::Request {}).await;
    assert!(metadata.is_ok());
}

#[tokio::test]
async fn sigterm_ends_the_server_after_a_running_create() {
    for signal in ["TERM", "HUP"] {
        let (server, provider) = served().await;
        let gate = Gate::new();
        let running = tokio::spawn(create(provider, create_request("create:gate", &gate)));
        let mut stream = gate.begun().await;
        server.signal(signal);
        resume(&mut stream).await;
        assert_eq!(next_message(&mut stream).await, "finished");
        let created = running.await.unwrap();
        assert_eq!(json_of(created.new_state.as_ref())["id"], "item-1");
        let socket = server.socket().to_owned();
        assert!(server.end().await.0.success());
        assert!(!socket.exists());
    }
}

#[tokio::test]
async fn sigterm_ends_the_wait_of_a_call() {
    let (server, provider) = served().await;
    let gate = Gate::new();
    let path = gate.path();
    let running = tokio::spawn(async move { waiting_read(provider, &path).await });
    let mut stream = gate.begun().await;
    resume(&mut stream).await;
    server.signal("TERM");
    assert_eq!(running.await.unwrap()["note"], "stopped");
    assert!(server.end().await.0.success());
}

#[tokio::test]
async fn a_server_ends_when_its_core_has_died() {
    // The shell plays the core: it starts the server and dies.
    let program = crate::client::process::program();
    let mut shell = std::process::Command::new("sh")
        .args(["-c", "\"$0\" & exec cat"])
        .arg(program)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("PLUGIN_SERVER_FOR_TESTS", "1")
        .env("TF_PLUGIN_MAGIC_COOKIE", crate::client::process::COOKIE)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = shell.stdout.take().unwrap();
    let mut line = String::new();
    let mut byte = [0];
    while !line.ends_with('\n') {
        std::io::Read::read_exact(&mut stdout, &mut byte).unwrap();
        line.push(char::from(byte[0]));
    }
    let address = line.split('|').nth(3).unwrap().to_owned();
    let line = Line {
        text: line.clone(),
        network: "unix".to_owned(),
        address: address.clone(),
        certificate: vec![],
    };
    let mut provider = provider(connect(&line, &Core::without_certificate()).await.unwrap());
    provider
        .get_metadata(get_metadata::Request {})
        .await
        .unwrap();
    drop(shell.stdin.take());
    shell.wait().unwrap();
    // The server runs as long as a client is connected.
    provider
        .get_metadata(get_metadata::Request {})
        .await
        .unwrap();
    drop(provider);
    // Stdout closes when the server ends.
    let rest = tokio::task::spawn_blocking(move || {
        let mut rest = vec![];
        std::io::Read::read_to_end(&mut stdout, &mut rest).unwrap();
        rest
    });
    let rest = tokio::time::timeout(std::time::Duration::from_secs(30), rest).await;
    assert!(rest.unwrap().unwrap().is_empty());
    assert!(!std::path::Path::new(&address).exists());
}

#[tokio::test]
async fn a_server_without_a_connection_ends() {
    let setup = Setup::from_core().with("PLUGIN_SERVER_IDLE_MILLIS", "50");
    let server = setup.start().await;
    let socket = server.socket().to_owned();
    assert!(server.end().await.0.success());
    assert!(!socket.exists());
}

#[tokio::test]
async fn with_debug_a_stop_affects_only_the_current_run() {
    let (mut child, _stdout, text) = Setup::manual(&["--debug"]).start_and_read().await;
    let json = text.trim_end().trim_start_matches("TF_REATTACH_PROVIDERS=");
    let value: Json = serde_json::from_str(json.trim_matches('\'')).unwrap();
    let address = &value["registry.terraform.io/test/test"]["Addr"]["String"];
    let line = Line {
        text,
        network: "unix".to_owned(),
        address: address.as_str().unwrap().to_owned(),
        certificate: vec![],
    };
    let mut provider = provider(connect(&line, &Core::without_certificate()).await.unwrap());
    provider
        .stop_provider(stop_provider::Request {})
        .await
        .unwrap();
    // The calls of the next run wait again.
    let gate = Gate::new();
    let running = tokio::spawn(create(
        provider.clone(),
        create_request("create:wait", &gate),
    ));
    let mut stream = gate.begun().await;
    resume(&mut stream).await;
    provider
        .get_metadata(get_metadata::Request {})
        .await
        .unwrap();
    assert!(!running.is_finished());
    provider
        .stop_provider(stop_provider::Request {})
        .await
        .unwrap();
    find_diagnostic(&running.await.unwrap().diagnostics, "Stopped while waiting");
    let mut stderr = child.stderr.take().unwrap();
    crate::client::process::signal(child.id().unwrap(), "TERM");
    let mut log = String::new();
    stderr.read_to_string(&mut log).await.unwrap();
    assert!(child.wait().await.unwrap().success());
}
