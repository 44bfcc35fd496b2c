//! Start-up errors are printed as one line on stdout, which cores show. If only the Unix socket
//! fails, the server uses TCP.

use std::path::Path;

use crate::client::identity::Core;
use crate::client::process::{Server, Setup};
use crate::client::{connect, provider};
use crate::protocol::tfplugin6::get_metadata;

/// Creates a directory below `parent` whose path is too long for a Unix socket.
fn long_directory(parent: &Path) -> String {
    let long = parent.join("x".repeat(90));
    std::fs::create_dir(&long).unwrap();
    long.to_str().unwrap().to_owned()
}

/// Returns a path at which not even root can create a file.
fn unwritable_directory(parent: &Path) -> String {
    let file = parent.join("file");
    std::fs::write(&file, "").unwrap();
    file.join("tmp").to_str().unwrap().to_owned()
}

/// Creates a directory below `parent` whose path would break the line of the handshake.
fn unprintable_directory(parent: &Path) -> String {
    let odd = parent.join("a|b\nc");
    std::fs::create_dir(&odd).unwrap();
    odd.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn without_a_unix_socket_it_serves_over_tcp_with_tls() {
    for unusable in [long_directory, unwritable_directory, unprintable_directory] {
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
            let other = match connect(&server.line, &Core::other()).await {
                Ok(channel) => {
                    let mut other = provider(channel);
                    other.get_metadata(get_metadata::Request {}).await.is_ok()
                }
                Err(_) => false,
            };
            assert!(!other, "a client with another certificate was served");
            server.signal("TERM");
            let (_, log) = server.end().await;
            assert!(log.contains("cannot listen on a Unix socket"), "{log}");
        }
    }
}

/// Fails unless the server ends with one line on stdout that contains these texts and that no core
/// takes for a handshake.
async fn assert_start_fails(setup: Setup, says: &[&str]) {
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
async fn without_any_socket_it_prints_what_to_do_on_stdout() {
    let directory = tempfile::tempdir().unwrap();
    let long = long_directory(directory.path());
    // Without a certificate, TCP is refused.
    let setup = Setup::from_core()
        .with("TMPDIR", &long)
        .without("PLUGIN_CLIENT_CERT");
    assert_start_fails(setup, &["cannot serve", "Unix socket", "set `TMPDIR`"]).await;
    // With a certificate, but no free port.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let setup = Setup::from_core()
        .with("TMPDIR", &long)
        .with("PLUGIN_MIN_PORT", &port)
        .with("PLUGIN_MAX_PORT", &port);
    assert_start_fails(setup, &["Unix socket", "TCP port", "set `TMPDIR`"]).await;
}

#[tokio::test]
async fn every_start_up_error_is_one_line_on_stdout() {
    for (variable, value, says) in [
        ("PLUGIN_PROTOCOL_VERSIONS", "5", "protocol 6"),
        ("PLUGIN_CLIENT_CERT", "nonsense", "PLUGIN_CLIENT_CERT"),
        ("TF_PLUGIN_TRANSPORT", "a|b|c|d\ne", "`a/b/c/d e`"),
        (
            "PLUGIN_SERVER_PANICS_AT_START",
            "1",
            "crashed at its start: no provider today",
        ),
    ] {
        let setup = Setup::from_core().with(variable, value);
        assert_start_fails(setup, &["`terraform-provider-test`", says]).await;
    }
}

#[tokio::test]
async fn it_can_serve_on_the_runtime_of_the_caller() {
    let setup = || Setup::from_core().with("PLUGIN_SERVER_OWN_RUNTIME", "1");
    let server = setup().start().await;
    let mut provider = server.connect().await;
    let request = get_metadata::Request {};
    provider.get_metadata(request).await.unwrap();
    drop(provider);
    server.signal("TERM");
    assert!(server.end().await.0.success());

    let setup = setup().with("TF_PLUGIN_TRANSPORT", "pigeon");
    assert_start_fails(
        setup,
        &["`terraform-provider-test` cannot serve", "`pigeon`"],
    )
    .await;
}
