//! Which requests are repeated.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hostup_client::ErrorKind;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::server::{Reply, Server, cut, json_reply, known_1, problem, reply, state};
use crate::{KEY, config, operation, operation_of};

fn good() -> Reply {
    json_reply(200, &state(&json!([])))
}

#[tokio::test]
async fn a_read_is_repeated_after_a_broken_connection_and_gateway_errors() {
    for broken in [
        cut(),
        reply(502, &[], "<html>"),
        problem(503, "upstream_down"),
        problem(504, "upstream_timeout"),
    ] {
        let server = Server::saying(vec![broken.clone(), broken, good()]).await;
        server
            .client()
            .routed_ipv6()
            .state(&operation())
            .await
            .expect("the third try");
        assert_eq!(server.count("GET"), 3);
    }
}

#[tokio::test]
async fn a_read_is_not_repeated_after_other_errors() {
    for response in [
        problem(400, "invalid_request"),
        problem(401, "unauthorized"),
        problem(403, "forbidden"),
        problem(500, "internal_error"),
        reply(200, &[], "<html>"),
    ] {
        let server = Server::saying(vec![response]).await;
        server
            .client()
            .routed_ipv6()
            .state(&operation())
            .await
            .expect_err("no state");
        assert_eq!(server.count("GET"), 1);
    }
}

#[tokio::test]
async fn max_retries_bounds_the_repeats_of_one_request() {
    for max in [0, 1, 3] {
        let server = Server::saying(vec![problem(503, "upstream_down")]).await;
        let client = server.client_with(|it| it.max_retries = max);
        let error = client
            .routed_ipv6()
            .state(&operation())
            .await
            .expect_err("down");
        assert_eq!(
            (error.kind(), error.status()),
            (&ErrorKind::Refused, Some(503))
        );
        assert_eq!(server.count("GET"), 1 + max as usize);
    }
}

#[tokio::test]
async fn retry_after_is_respected_after_a_503() {
    let server = Server::saying(vec![reply(503, &[("retry-after", "1")], ""), good()]).await;
    let begun = Instant::now();
    server
        .client()
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("the second try");
    assert!(begun.elapsed() >= Duration::from_secs(1));

    // The wait would outlast the operation, so the call fails at once.
    let server = Server::saying(vec![reply(503, &[("retry-after", "3600")], ""), good()]).await;
    let error = server
        .client()
        .routed_ipv6()
        .state(&operation_of(Duration::from_secs(9)))
        .await
        .expect_err("down");
    assert_eq!(error.status(), Some(503));
    assert_eq!(server.count("GET"), 1);
}

#[tokio::test]
async fn a_404_to_a_repeated_delete_is_success() {
    for broken in [
        cut(),
        reply(500, &[], ""),
        problem(502, "upstream_down"),
        problem(503, "upstream_down"),
        problem(429, "rate_limited"),
    ] {
        let server = Server::deleting(vec![broken, problem(404, "not_found")], 1).await;
        let left = server
            .client()
            .routed_ipv6()
            .delete_route(&operation(), &known_1(), None)
            .await;
        assert_eq!(left.expect("gone by the first try"), None);
        assert_eq!(server.count("DELETE"), 2);
    }
}

#[tokio::test]
async fn a_delete_succeeds_whatever_the_body() {
    for response in [
        reply(200, &[], ""),
        reply(204, &[], ""),
        reply(202, &[], "{}"),
        reply(200, &[], "<html>"),
        good(),
        Reply::Bytes("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".into()),
    ] {
        let server = Server::deleting(vec![response.clone()], 1).await;
        let client = server.client();
        client
            .routed_ipv6()
            .delete_route(&operation(), &known_1(), None)
            .await
            .expect("deleted");
        client
            .private_networks()
            .delete(&operation(), "pnet_1")
            .await
            .expect("deleted");
        assert_eq!(server.count("DELETE"), 2);
        let server = Server::deleting(vec![response], 1).await;
        let released = server
            .client()
            .routed_ipv6()
            .release_pool(&operation(), "ripv6_1", None)
            .await
            .expect("released");
        assert_eq!(released.cooldown_until, None);
        assert_eq!(server.count("DELETE"), 1);
    }
    let body = json!({ "released": true, "cooldownUntil": "2026-07-15T12:00:00.000Z" });
    let server = Server::deleting(vec![json_reply(200, &body)], 1).await;
    let released = server
        .client()
        .routed_ipv6()
        .release_pool(&operation(), "ripv6_1", None)
        .await
        .expect("released");
    assert_eq!(
        released.cooldown_until.as_deref(),
        Some("2026-07-15T12:00:00.000Z")
    );
}

#[tokio::test]
async fn the_account_decides_after_a_lost_response_to_a_delete() {
    for gone_after in [1, 2] {
        let server = Server::deleting(vec![cut()], gone_after).await;
        let client = server.client_with(|it| it.max_retries = 1);
        let left = client
            .routed_ipv6()
            .delete_route(&operation(), &known_1(), None)
            .await;
        assert_eq!(left.expect("gone"), None);
        assert_eq!(server.count("DELETE"), 2);
    }
    let server = Server::deleting(vec![cut()], usize::MAX).await;
    let client = server.client_with(|it| it.max_retries = 1);
    let error = client
        .routed_ipv6()
        .delete_route(&operation(), &known_1(), None)
        .await
        .expect_err("still listed");
    assert!(error.may_have_happened(), "{error:?}");
    let cause = std::error::Error::source(&error).expect("what broke");
    assert!(cause.to_string().contains("DELETE"), "{cause}");
    assert_eq!(server.count("DELETE"), 2);
}

#[tokio::test]
async fn a_refused_connection_did_not_change_anything() {
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let client = hostup_client::Client::new(config(&endpoint, KEY)).expect("a client");
    let error = client
        .routed_ipv6()
        .delete_route(&operation(), &known_1(), None)
        .await
        .expect_err("refused");
    assert!(
        error.is_transport() && !error.may_have_happened(),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        format!("no connection to `{endpoint}` could be made")
    );
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_contacted_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("https://{}", listener.local_addr().expect("an address"));
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let refusal = b"HTTP/1.1 400 Bad Request\r\n\r\n";
            stream.write_all(refusal).await.expect("written");
        }
    });
    let client = hostup_client::Client::new(config(&endpoint, KEY)).expect("a client");
    let read = client.routed_ipv6().state(&operation()).await;
    let error = read.expect_err("no TLS");
    assert!(error.is_transport() && error.is_plain_http(), "{error}");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}
