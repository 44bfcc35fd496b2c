//! Only the core that started the server can connect.

use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use tokio::io::AsyncReadExt as _;

use crate::client::identity::Core;
use crate::client::process::{Line, Server, Setup};
use crate::client::{connect, provider};
use crate::protocol::tfplugin6::get_metadata;

/// Whether this client gets a response.
async fn is_served(line: &Line, core: &Core) -> bool {
    match connect(line, core).await {
        Ok(channel) => {
            let mut provider = provider(channel);
            provider
                .get_metadata(get_metadata::Request {})
                .await
                .is_ok()
        }
        Err(_) => false,
    }
}

async fn assert_serves_only_its_core(server: Server) {
    let line = &server.line;
    assert!(is_served(line, &Core::trusted()).await);
    assert!(is_served(line, &Core::trusted().over_tls12()).await);
    for (who, core) in [
        (
            "a client without a certificate",
            Core::without_certificate(),
        ),
        ("a client with another certificate", Core::other()),
        (
            "a client with the certificate and another key",
            Core::stolen_certificate(),
        ),
    ] {
        assert!(!is_served(line, &core).await, "{who} got in");
        assert!(!is_served(line, &core.over_tls12()).await, "{who} got in");
    }
    let plain = Line {
        certificate: vec![],
        ..line.clone()
    };
    assert!(!is_served(&plain, &Core::trusted()).await, "without TLS");
    assert!(is_served(line, &Core::trusted()).await);
}

#[tokio::test]
async fn on_a_unix_socket_only_the_core_is_served() {
    let server = Server::start().await;
    assert_eq!(server.line.network, "unix");
    assert_serves_only_its_core(server).await;
}

#[tokio::test]
async fn on_tcp_only_the_core_is_served() {
    let setup = Setup::from_core().with("TF_PLUGIN_TRANSPORT", "tcp");
    let server = setup.start().await;
    assert_eq!(server.line.network, "tcp");
    assert!(server.line.address.starts_with("127.0.0.1:"));
    assert_serves_only_its_core(server).await;
}

#[tokio::test]
async fn tcp_without_a_certificate_is_refused() {
    let setup = Setup::from_core()
        .with("TF_PLUGIN_TRANSPORT", "tcp")
        .without("PLUGIN_CLIENT_CERT");
    let output = setup.output().await;
    assert!(!output.status.success());
    for said in [output.stdout, output.stderr] {
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("PLUGIN_CLIENT_CERT"), "{said}");
    }
}

#[tokio::test]
async fn an_invalid_certificate_is_reported() {
    for nonsense in [
        "nonsense",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let output = Setup::from_core()
            .with("PLUGIN_CLIENT_CERT", nonsense)
            .output()
            .await;
        assert!(!output.status.success());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("PLUGIN_CLIENT_CERT"), "{said}");
    }
}

#[tokio::test]
async fn a_core_without_a_certificate_is_served_on_a_unix_socket() {
    let setup = Setup::from_core().without("PLUGIN_CLIENT_CERT");
    let server = setup.start().await;
    assert!(server.line.certificate.is_empty());
    assert!(is_served(&server.line, &Core::without_certificate()).await);
}

#[tokio::test]
async fn only_the_owner_can_use_the_socket_which_is_where_the_core_wants_it() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().to_str().unwrap();
    let setup = Setup::from_core().with("PLUGIN_UNIX_SOCKET_DIR", directory);
    let server = setup.start().await;
    let socket = server.socket();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(socket), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
    assert_eq!(socket.parent().unwrap().parent().unwrap(), parent.path());
}

/// A Python program that connects to the socket named by its argument. Its exit code is the result.
const KNOCK: &str = "import socket, sys
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except PermissionError:
    sys.exit(13)";

/// Whether `user` can connect to `path`; `None` if this cannot be tried, for lack of root or
/// Python.
fn can_connect(path: &std::path::Path, user: u32) -> Option<bool> {
    let mut command = Command::new("python3");
    command.args(["-c", KNOCK]).arg(path).uid(user).gid(user);
    match command.output().ok()?.status.code() {
        Some(0) => Some(true),
        Some(13) => Some(false),
        _ => None,
    }
}

/// The modes of both the directory and the socket refuse other users, also through a link.
#[tokio::test]
async fn another_user_cannot_connect_to_the_socket() {
    const NOBODY: u32 = 65534;
    let server = Setup::from_core()
        .without("PLUGIN_CLIENT_CERT")
        .start()
        .await;
    let socket = server.socket();
    let root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !root || can_connect(socket, 0) != Some(true) {
        // Written directly, because the test runner hides the output of tests that pass.
        let _ = writeln!(
            std::io::stderr(),
            "NOT TESTED: that another user cannot connect to the socket needs root and python3"
        );
        return;
    }
    let open = |path: &std::path::Path, mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(path, permissions).unwrap();
    };
    let directory = socket.parent().unwrap();
    let link = directory.parent().unwrap().join("link");
    std::os::unix::fs::symlink(socket, &link).unwrap();
    assert_eq!(can_connect(socket, NOBODY), Some(false));
    assert_eq!(can_connect(&link, NOBODY), Some(false));
    open(directory, 0o755);
    assert_eq!(can_connect(socket, NOBODY), Some(false));
    assert_eq!(can_connect(&link, NOBODY), Some(false));
    // With open modes they can connect.
    open(socket, 0o666);
    assert_eq!(can_connect(socket, NOBODY), Some(true));
    assert_eq!(can_connect(&link, NOBODY), Some(true));
}

#[tokio::test]
async fn an_unknown_transport_is_reported() {
    let setup = Setup::from_core().with("TF_PLUGIN_TRANSPORT", "pigeon");
    let output = setup.output().await;
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`TF_PLUGIN_TRANSPORT` is `pigeon`"), "{said}");
}

#[tokio::test]
async fn the_handshake_is_one_line_with_six_or_seven_fields() {
    let server = Server::start().await;
    let parts: Vec<&str> = server.line.text.split('|').collect();
    let ["1", "6", "unix", _, "grpc", certificate] = parts[..] else {
        panic!("{parts:?}");
    };
    assert!(!certificate.ends_with('='));
    let server = Setup::from_core()
        .with("PLUGIN_MULTIPLEX_GRPC", "true")
        .start()
        .await;
    assert!(server.line.text.ends_with("|false"));
    assert_eq!(server.line.text.split('|').count(), 7);
}

#[tokio::test]
async fn slow_tls_handshakes_do_not_block_other_clients() {
    let server = Server::start().await;
    let mut silent = vec![];
    for _ in 0..100 {
        silent.push(
            tokio::net::UnixStream::connect(server.socket())
                .await
                .unwrap(),
        );
    }
    assert!(is_served(&server.line, &Core::trusted()).await);
}

#[tokio::test]
async fn a_client_that_does_not_use_tls_is_refused() {
    let server = Server::start().await;
    let mut stream = tokio::net::UnixStream::connect(server.socket())
        .await
        .unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET / HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    let mut answer = vec![];
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.windows(4).any(|four| four == b"HTTP"));
    assert!(is_served(&server.line, &Core::trusted()).await);
}
