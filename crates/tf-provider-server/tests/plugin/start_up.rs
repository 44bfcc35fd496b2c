//! What keeps a server from starting is printed as one line on stdout, which cores show; a missing
//! Unix socket alone is no such thing.

use std::path::Path;

use crate::protocol::tfplugin6::get_metadata;

use crate::client::identity::Core;
use crate::client::process::{Server, Setup};
use crate::client::{connect, provider};

/// A directory below `parent` whose path is too long for a Unix socket.
fn long_directory(parent: &Path) -> String {
    let long = parent.join("x".repeat(90));
    std::fs::create_dir(&long).unwrap();
    long.to_str().unwrap().to_owned()
}

/// A path at which not even root can create a file.
fn unwritable_directory(parent: &Path) -> String {
    let file = parent.join("file");
    std::fs::write(&file, "").unwrap();
    file.join("tmp").to_str().unwrap().to_owned()
}

#[tokio::test]
async fn without_a_unix_socket_it_serves_over_tcp_with_the_same_tls() {
    for unusable in [long_directory, unwritable_directory] {
        for variable in ["TMPDIR", "PLUGIN_UNIX_SOCKET_DIR"] {
            let directory = tempfile::tempdir().unwrap();
            let path = unusable(directory.path());
            let setup = Setup::from_core()
                .with(variable, &path)
                .with("TF_LOG_PROVIDER", "WARN");
            let server: Server = setup.start_in(directory).await;
            assert_eq!(server.line.network, "tcp", "{variable}={path}");
            assert!(!server.line.certificate.is_empty());
            server
                .connect()
                .await
                .get_metadata(get_metadata::Request {})
                .await
                .unwrap();
            let stranger = match connect(&server.line, &Core::other()).await {
                Ok(channel) => {
                    let mut stranger = provider(channel);
                    stranger
                        .get_metadata(get_metadata::Request {})
                        .await
                        .is_ok()
                }
                Err(_) => false,
            };
            assert!(!stranger, "a stranger was let in");
            server.signal("TERM");
            let (_, log) = server.end().await;
            assert!(log.contains("cannot listen on a Unix socket"), "{log}");
        }
    }
}

/// Fails unless the server ends with one line on stdout that no core takes for a handshake, and
/// which says all of this.
async fn refuses(setup: Setup, says: &[&str]) {
    let output = setup.output().await;
    assert!(!output.status.success());
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout.lines().count(), 1, "{stdout:?}");
    assert!(stdout.ends_with('\n'), "{stdout:?}");
    assert!(stdout.split('|').count() < 4, "{stdout}");
    for text in says {
        assert!(stdout.contains(text), "{stdout}");
    }
}

#[tokio::test]
async fn without_any_socket_it_says_what_to_do_on_stdout() {
    let directory = tempfile::tempdir().unwrap();
    let long = long_directory(directory.path());
    // Without a certificate, TCP is not safe.
    let setup = Setup::from_core()
        .with("TMPDIR", &long)
        .without("PLUGIN_CLIENT_CERT");
    refuses(setup, &["cannot serve", "Unix socket", "set `TMPDIR`"]).await;
    // With one, and without a port.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let setup = Setup::from_core()
        .with("TMPDIR", &long)
        .with("PLUGIN_MIN_PORT", &port)
        .with("PLUGIN_MAX_PORT", &port);
    refuses(setup, &["Unix socket", "TCP port", "set `TMPDIR`"]).await;
}

#[tokio::test]
async fn whatever_keeps_it_from_starting_is_one_line_on_stdout() {
    for (variable, value, says) in [
        ("PLUGIN_PROTOCOL_VERSIONS", "5", "version 6"),
        ("PLUGIN_CLIENT_CERT", "nonsense", "PLUGIN_CLIENT_CERT"),
        ("TF_PLUGIN_TRANSPORT", "a|b|c|d\ne", "`a/b/c/d e`"),
        (
            "PLUGIN_SERVER_PANICS_AT_START",
            "1",
            "crashed at its start: no provider today",
        ),
    ] {
        let setup = Setup::from_core().with(variable, value);
        refuses(setup, &["`terraform-provider-test`", says]).await;
    }
}

#[tokio::test]
async fn it_serves_on_a_runtime_of_the_callers_as_well() {
    let setup = || Setup::from_core().with("PLUGIN_SERVER_HAS_A_RUNTIME", "1");
    let server = setup().start().await;
    let mut provider = server.connect().await;
    let request = get_metadata::Request {};
    provider.get_metadata(request).await.unwrap();
    drop(provider);
    server.signal("TERM");
    assert!(server.end().await.0.success());

    let setup = setup().with("TF_PLUGIN_TRANSPORT", "pigeon");
    refuses(
        setup,
        &["`terraform-provider-test` cannot serve", "`pigeon`"],
    )
    .await;
}
