//! Who gets in: the core that started the server, and nobody else.

use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::protocol::tfplugin6::get_metadata;
use tokio::io::AsyncReadExt as _;

use crate::client::identity::Core;
use crate::client::process::{Line, Server, Setup};
use crate::client::{connect, provider};

/// Whether this client gets an answer.
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

async fn only_the_right_core_gets_an_answer(server: Server) {
    let line = &server.line;
    assert!(is_served(line, &Core::right()).await);
    assert!(is_served(line, &Core::right().over_tls12()).await);
    for (who, core) in [
        ("somebody without a certificate", Core::nobody()),
        ("somebody with another certificate", Core::other()),
        (
            "somebody with the certificate and another key",
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
    assert!(!is_served(&plain, &Core::right()).await, "without TLS");
    assert!(is_served(line, &Core::right()).await);
}

#[tokio::test]
async fn on_the_unix_socket_only_the_right_core_gets_an_answer() {
    let server = Server::start().await;
    assert_eq!(server.line.network, "unix");
    only_the_right_core_gets_an_answer(server).await;
}

#[tokio::test]
async fn on_tcp_only_the_right_core_gets_an_answer() {
    let setup = Setup::from_core().with("TF_PLUGIN_TRANSPORT", "tcp");
    let server = setup.start().await;
    assert_eq!(server.line.network, "tcp");
    assert!(server.line.address.starts_with("127.0.0.1:"));
    only_the_right_core_gets_an_answer(server).await;
}

#[tokio::test]
async fn tcp_without_a_certificate_is_not_served_at_all() {
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
async fn a_certificate_that_is_none_is_said_to_be_none() {
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
async fn a_core_without_certificates_is_served_on_the_unix_socket() {
    let setup = Setup::from_core().without("PLUGIN_CLIENT_CERT");
    let server = setup.start().await;
    assert!(server.line.certificate.is_empty());
    assert!(is_served(&server.line, &Core::nobody()).await);
}

#[tokio::test]
async fn the_socket_is_its_owners_alone_and_where_the_core_wants_it() {
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

/// Connects to the socket named by its argument and says by its exit code what came of it.
const KNOCK: &str = "import socket, sys
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except PermissionError:
    sys.exit(13)";

/// What becomes of a connection to `path` made by `user`: `Some(true)` it is there, `Some(false)`
/// permission is denied, `None` there is no such user or no Python to try with.
fn gets_through(path: &std::path::Path, user: u32) -> Option<bool> {
    let mut command = Command::new("python3");
    command.args(["-c", KNOCK]).arg(path).uid(user).gid(user);
    match command.output().ok()?.status.code() {
        Some(0) => Some(true),
        Some(13) => Some(false),
        _ => None,
    }
}

/// The directory keeps others out, and were it open, the socket's own mode would; a link that leads
/// to it changes nothing.
#[tokio::test]
async fn another_user_does_not_get_through_to_the_socket() {
    const NOBODY: u32 = 65534;
    let server = Setup::from_core()
        .without("PLUGIN_CLIENT_CERT")
        .start()
        .await;
    let socket = server.socket();
    let root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !root || gets_through(socket, 0) != Some(true) {
        // Past the test runner, which shows only what failing tests print.
        let _ = writeln!(
            std::io::stderr(),
            "NOT SHOWN: that another user does not get through to the socket; it takes root and python3"
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
    assert_eq!(gets_through(socket, NOBODY), Some(false));
    assert_eq!(gets_through(&link, NOBODY), Some(false));
    open(directory, 0o755);
    assert_eq!(gets_through(socket, NOBODY), Some(false));
    assert_eq!(gets_through(&link, NOBODY), Some(false));
    // That it is the modes that keep them out.
    open(socket, 0o666);
    assert_eq!(gets_through(socket, NOBODY), Some(true));
    assert_eq!(gets_through(&link, NOBODY), Some(true));
}

#[tokio::test]
async fn a_transport_there_is_not_is_said_to_be_none() {
    let setup = Setup::from_core().with("TF_PLUGIN_TRANSPORT", "pigeon");
    let output = setup.output().await;
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`TF_PLUGIN_TRANSPORT` is `pigeon`"), "{said}");
}

#[tokio::test]
async fn the_handshake_is_one_line_of_six_parts_or_seven() {
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
async fn clients_that_dawdle_over_tls_keep_nobody_out() {
    let server = Server::start().await;
    let mut silent = vec![];
    for _ in 0..100 {
        silent.push(
            tokio::net::UnixStream::connect(server.socket())
                .await
                .unwrap(),
        );
    }
    assert!(is_served(&server.line, &Core::right()).await);
}

#[tokio::test]
async fn who_speaks_something_else_than_tls_is_shown_the_door() {
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
    assert!(is_served(&server.line, &Core::right()).await);
}
