//! No call hangs: connecting, headers, body and waits have time-outs.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use hostup_client::{Client, Operation};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::server::{Reply, Server, json_reply, known_1};
use crate::{KEY, config, operation, operation_of};

const SHORT: Duration = Duration::from_millis(150);

fn stalls() -> Vec<Reply> {
    [
        "",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"pools\":",
    ]
    .map(|it| Reply::Stall(it.into()))
    .into()
}

#[tokio::test]
async fn a_missing_or_incomplete_response_is_a_time_out() {
    for stall in stalls() {
        let server = Server::saying(vec![stall]).await;
        let client = server.client_with(|it| {
            it.request_timeout = SHORT;
            it.max_retries = 1;
        });
        let begun = Instant::now();
        let error = client
            .routed_ipv6()
            .state(&operation())
            .await
            .expect_err("no response");
        assert!(
            error.is_timed_out() && !error.may_have_happened(),
            "{error:?}"
        );
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert_eq!(server.count("GET"), 2);
        assert!(error.to_string().contains("150ms"), "{error}");
    }
}

#[tokio::test]
async fn a_hanging_handshake_is_a_time_out_before_the_request_is_sent() {
    // The kernel accepts connections by itself, so the TLS handshake must hang.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("https://{}", listener.local_addr().expect("an address"));
    let mut config = config(&endpoint, KEY);
    config.request_timeout = SHORT;
    config.max_retries = 0;
    let client = Client::new(config).expect("a client");
    let error = client
        .routed_ipv6()
        .delete_route(&operation(), &known_1(), None)
        .await
        .expect_err("no handshake");
    assert!(
        error.is_timed_out() && !error.may_have_happened(),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_operations_time_bounds_its_requests_and_their_repeats() {
    for stall in stalls() {
        let server = Server::saying(vec![stall]).await;
        let client = server.client();
        let begun = Instant::now();
        let error = client
            .routed_ipv6()
            .state(&operation_of(SHORT))
            .await
            .expect_err("no response");
        assert!(error.is_timed_out(), "{error:?}");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_read_ends_when_the_operation_is_stopped() {
    for stall in stalls() {
        let server = Server::saying(vec![stall]).await;
        let client = server.client();
        let stop = CancellationToken::new();
        let operation = Operation::new(Duration::from_mins(1), stop.clone());
        let begun = Instant::now();
        let networks = client.private_networks();
        let (read, ()) = tokio::join!(networks.get(&operation, "pnet_1"), async {
            while server.requests().is_empty() {
                tokio::task::yield_now().await;
            }
            stop.cancel();
        });
        assert!(read.expect_err("stopped").is_cancelled());
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert!(
            client
                .routed_ipv6()
                .state(&operation)
                .await
                .expect_err("stopped")
                .is_cancelled()
        );
    }
}

#[tokio::test]
async fn a_write_in_flight_is_not_cancelled() {
    let late = Reply::Late(
        SHORT,
        Box::new(json_reply(200, &json!({ "cooldownUntil": "then" }))),
    );
    let server = Server::deleting(vec![late], 1).await;
    let client = server.client();
    let stop = CancellationToken::new();
    let operation = Operation::new(Duration::from_mins(1), stop.clone());
    let routed = client.routed_ipv6();
    let (released, ()) = tokio::join!(routed.release_pool(&operation, "ripv6_1", None), async {
        while server.count("DELETE") == 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    });
    assert_eq!(
        released.expect("heard out").cooldown_until.as_deref(),
        Some("then")
    );
}

#[tokio::test]
async fn a_wait_for_a_permit_ends_with_the_operation() {
    let server = Server::saying(vec![Reply::Stall(Vec::new())]).await;
    let client = server.client_with(|it| it.max_concurrent_requests = 1.try_into().expect("one"));
    let other = client.clone();
    let hog =
        tokio::spawn(async move { other.private_networks().get(&operation(), "pnet_1").await });
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let error = client
        .private_networks()
        .get(&operation_of(SHORT), "pnet_2")
        .await
        .expect_err("no place");
    assert!(error.is_timed_out(), "{error:?}");
    assert_eq!(server.requests().len(), 1);
    hog.abort();
}
