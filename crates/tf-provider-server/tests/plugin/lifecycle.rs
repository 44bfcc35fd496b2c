//! When waiting ends, what is finished all the same, and when the server goes.

use crate::protocol::go_plugin::Empty;
use crate::protocol::go_plugin::grpc_controller_client::GrpcControllerClient;
use crate::protocol::go_plugin::grpc_stdio_client::GrpcStdioClient;
use crate::protocol::tfplugin6::{
    apply_resource_change as apply, get_metadata, list_resource, read_resource as read,
    stop_provider,
};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::client::identity::Core;
use crate::client::process::{Line, Server, Setup};
use crate::client::values::{UNKNOWN, item, null, read as json_of, value};
use crate::client::{Provider, assert_no_diagnostics, connect, find_diagnostic, provider, served};

/// Where the provider's code says how far it is, and waits for a word.
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

    /// The call has begun.
    pub(crate) async fn begun(&self) -> BufReader<UnixStream> {
        let mut stream = BufReader::new(self.listener.accept().await.unwrap().0);
        assert_eq!(said(&mut stream).await, "begun");
        stream
    }
}

pub(crate) async fn said(stream: &mut BufReader<UnixStream>) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    line.trim_end().to_owned()
}

pub(crate) async fn go_on(stream: &mut BufReader<UnixStream>) {
    stream.write_all(b"!").await.unwrap();
}

pub(crate) fn creation(mode: &str, gate: &Gate) -> apply::Request {
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

async fn read_that_waits(mut provider: Provider, gate: &str) -> Json {
    let request = read::Request {
        type_name: "test_item".to_owned(),
        current_state: value(&item(json!({"mode": "read:wait", "note": gate}))),
        ..Default::default()
    };
    let response = provider.read_resource(request).await.unwrap().into_inner();
    json_of(response.new_state.as_ref())
}

#[tokio::test]
async fn stop_ends_the_waiting_of_a_create_and_what_exists_is_saved() {
    let (_server, mut provider) = served().await;
    let gate = Gate::new();
    let running = tokio::spawn(create(provider.clone(), creation("create:wait", &gate)));
    let mut stream = gate.begun().await;
    go_on(&mut stream).await;
    let request = stop_provider::Request {};
    let stopped = provider.stop_provider(request).await.unwrap().into_inner();
    assert_eq!(stopped.error, "");
    let created = running.await.unwrap();
    find_diagnostic(&created.diagnostics, "Stopped while waiting");
    assert_eq!(json_of(created.new_state.as_ref())["id"], "item-1");
    // A later call has nothing to wait for either.
    let gate = Gate::new();
    let running = tokio::spawn(create(provider, creation("create:wait", &gate)));
    let mut stream = gate.begun().await;
    go_on(&mut stream).await;
    find_diagnostic(&running.await.unwrap().diagnostics, "Stopped while waiting");
}

#[tokio::test]
async fn stop_does_not_cut_a_create_that_is_writing() {
    let (_server, mut provider) = served().await;
    let gate = Gate::new();
    let running = tokio::spawn(create(provider.clone(), creation("create:gate", &gate)));
    let mut stream = gate.begun().await;
    let request = stop_provider::Request {};
    provider.stop_provider(request).await.unwrap();
    go_on(&mut stream).await;
    assert_eq!(said(&mut stream).await, "finished");
    let created = running.await.unwrap();
    assert_no_diagnostics(&created.diagnostics);
    assert_eq!(json_of(created.new_state.as_ref())["id"], "item-1");
}

#[tokio::test]
async fn a_create_whose_connection_broke_is_finished_and_logged_with_what_was_made() {
    let setup = Setup::from_core().with("TF_LOG_PROVIDER", "WARN");
    let server = setup.start().await;
    let gate = Gate::new();
    let request = creation("create:disconnected", &gate);
    let running = tokio::spawn(create(server.connect().await, request));
    let mut stream = gate.begun().await;
    go_on(&mut stream).await;
    running.abort();
    let _ = running.await;
    assert_eq!(said(&mut stream).await, "disconnected");
    go_on(&mut stream).await;
    assert_eq!(said(&mut stream).await, "finished");
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
async fn a_create_that_was_heard_of_is_not_logged() {
    let setup = Setup::from_core().with("TF_LOG_PROVIDER", "WARN");
    let server = setup.start().await;
    let gate = Gate::new();
    let running = create(server.connect().await, creation("", &gate));
    assert_no_diagnostics(&running.await.diagnostics);
    server.signal("TERM");
    assert_eq!(server.end().await.1, "");
}

#[tokio::test]
async fn a_broken_connection_ends_the_waiting() {
    let server = Server::start().await;
    let gate = Gate::new();
    let request = creation("create:wait", &gate);
    let running = tokio::spawn(create(server.connect().await, request));
    let mut stream = gate.begun().await;
    go_on(&mut stream).await;
    running.abort();
    let _ = running.await;
    assert_eq!(said(&mut stream).await, "stopped");
}

#[tokio::test]
async fn a_list_nobody_reads_any_more_ends() {
    // Longer than a busy machine takes to connect.
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
    // It would not end while the list is still running.
    assert!(server.end().await.0.success());
}

#[tokio::test]
async fn shutdown_ends_the_server_and_removes_the_socket() {
    let server = Server::start().await;
    let channel = connect(&server.line, &Core::right()).await.unwrap();
    // The stream a core always has open does not hold the end up.
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
async fn ctrl_c_in_the_terminal_is_the_cores_business() {
    let (server, mut provider) = served().await;
    server.signal("INT");
    let metadata = provider.get_metadata(get_metadata::Request {}).await;
    assert!(metadata.is_ok());
}

#[tokio::test]
async fn sigterm_lets_a_create_finish_and_then_ends_the_server() {
    for signal in ["TERM", "HUP"] {
        let (server, provider) = served().await;
        let gate = Gate::new();
        let running = tokio::spawn(create(provider, creation("create:gate", &gate)));
        let mut stream = gate.begun().await;
        server.signal(signal);
        go_on(&mut stream).await;
        assert_eq!(said(&mut stream).await, "finished");
        let created = running.await.unwrap();
        assert_eq!(json_of(created.new_state.as_ref())["id"], "item-1");
        let socket = server.socket().to_owned();
        assert!(server.end().await.0.success());
        assert!(!socket.exists());
    }
}

#[tokio::test]
async fn sigterm_ends_the_waiting() {
    let (server, provider) = served().await;
    let gate = Gate::new();
    let path = gate.path();
    let running = tokio::spawn(async move { read_that_waits(provider, &path).await });
    let mut stream = gate.begun().await;
    go_on(&mut stream).await;
    server.signal("TERM");
    assert_eq!(running.await.unwrap()["note"], "stopped");
    assert!(server.end().await.0.success());
}

#[tokio::test]
async fn a_server_whose_core_died_ends() {
    // The shell is the core: it starts the server and dies.
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
    let mut provider = provider(connect(&line, &Core::nobody()).await.unwrap());
    provider
        .get_metadata(get_metadata::Request {})
        .await
        .unwrap();
    drop(shell.stdin.take());
    shell.wait().unwrap();
    // As long as somebody is connected, it stays.
    provider
        .get_metadata(get_metadata::Request {})
        .await
        .unwrap();
    drop(provider);
    // Its end of stdout closes when it ends.
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
async fn a_server_nobody_ever_connects_to_ends() {
    let setup = Setup::from_core().with("PLUGIN_SERVER_IDLE_MILLIS", "50");
    let server = setup.start().await;
    let socket = server.socket().to_owned();
    assert!(server.end().await.0.success());
    assert!(!socket.exists());
}

#[tokio::test]
async fn for_debugging_a_stop_is_for_the_calls_of_its_own_run() {
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
    let mut provider = provider(connect(&line, &Core::nobody()).await.unwrap());
    provider
        .stop_provider(stop_provider::Request {})
        .await
        .unwrap();
    // The next run waits again.
    let gate = Gate::new();
    let running = tokio::spawn(create(provider.clone(), creation("create:wait", &gate)));
    let mut stream = gate.begun().await;
    go_on(&mut stream).await;
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
