//! The rate limit: one limiter for all requests.

use std::time::{Duration, Instant};

use hostup_client::{ErrorKind, Operation};
use hostup_mock_api::{MockApi, RateLimit};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::server::{Reply, Server, json_reply, known_1, problem, reply, state};
use crate::volume::create;
use crate::{any_route, client_of, operation, operation_of};

fn good() -> Reply {
    json_reply(200, &state(&json!([])))
}

fn wait(seconds: &str) -> Reply {
    reply(
        429,
        &[("retry-after", seconds)],
        r#"{"code":"rate_limit_exceeded","detail":"Too many requests."}"#,
    )
}

#[tokio::test]
async fn after_a_429_all_requests_wait_for_retry_after() {
    let server = Server::saying(vec![wait("1"), good()]).await;
    let client = server.client();
    let begun = Instant::now();
    client
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("after the wait");
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn after_a_429_every_method_is_repeated_also_post() {
    let taken = problem(409, "routed_ipv6_pool_exists");
    let server = Server::start(move |request, nth| match (request.method.as_str(), nth) {
        ("POST", 1 | 2) => reply(429, &[], ""),
        ("POST", _) => taken.clone(),
        _ => good(),
    })
    .await;
    let error = server
        .client()
        .routed_ipv6()
        .allocate_pool(&operation())
        .await
        .expect_err("there is one");
    assert_eq!(error.code(), Some("routed_ipv6_pool_exists"));
    assert!(error.is_conflict() && !error.may_have_happened());
    assert_eq!(server.count("POST"), 3);
}

#[tokio::test]
async fn refusals_do_not_count_as_retries_unless_retries_are_off() {
    let mut replies = vec![reply(429, &[], ""); 6];
    replies.push(good());
    let server = Server::saying(replies).await;
    let client = server.client_with(|it| it.max_retries = 1);
    client
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("time remains");

    let server = Server::saying(vec![wait("1"), good()]).await;
    let client = server.client_with(|it| it.max_retries = 0);
    let error = client
        .routed_ipv6()
        .state(&operation())
        .await
        .expect_err("off");
    assert!(
        error.is_rate_limited() && error.status() == Some(429),
        "{error:?}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_wait_that_outlasts_the_operation_fails_at_once() {
    let server = Server::saying(vec![wait("60")]).await;
    let client = server.client();
    let begun = Instant::now();
    let long = {
        let client = client.clone();
        tokio::spawn(async move {
            client
                .private_networks()
                .get(&operation_of(Duration::from_mins(9)), "p")
                .await
        })
    };
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let short = operation_of(Duration::from_secs(30));
    let errors = [
        client
            .routed_ipv6()
            .state(&short)
            .await
            .expect_err("too long"),
        client
            .private_networks()
            .get(&short, "pnet_1")
            .await
            .expect_err("too long"),
        client
            .routed_ipv6()
            .delete_route(&short, &known_1(), None)
            .await
            .expect_err("too long"),
    ];
    for error in errors {
        assert_eq!(error.kind(), &ErrorKind::RateLimited, "{error:?}");
        assert!(error.is_rate_limited() && !error.may_have_happened());
        assert!(
            error.to_string().contains("takes no more requests for"),
            "{error}"
        );
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
    long.abort();
}

#[tokio::test]
async fn a_wait_for_the_closed_limiter_ends_with_the_operation() {
    let server = Server::saying(vec![wait("60")]).await;
    let client = server.client();
    let stop = CancellationToken::new();
    let operation = Operation::new(Duration::from_mins(9), stop.clone());
    let (routed, networks) = (client.routed_ipv6(), client.private_networks());
    let (state, network, ()) = tokio::join!(
        routed.state(&operation),
        networks.get(&operation, "pnet_1"),
        async {
            while server.requests().is_empty() {
                tokio::task::yield_now().await;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
            stop.cancel();
        }
    );
    assert!(state.expect_err("stopped").is_cancelled());
    assert!(network.expect_err("stopped").is_cancelled());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routes_are_created_under_a_limit() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|it| {
        it.rate_limit = Some(RateLimit {
            requests: 20,
            window: Duration::from_millis(500),
        });
    });
    create(&client_of(&mock), 50, 20, &any_route(&pool, &vps)).await;
    assert_eq!(mock.routes().len(), 50);
    let refused = mock.requests();
    assert!(refused.iter().any(|it| it.status == Some(429)));
}
