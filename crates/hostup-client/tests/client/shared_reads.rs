//! Callers share reads of the account, and none of them is older than the last own write.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hostup_client::{Client, Operation};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::server::{Reply, Server, json_reply, known_1, pool, problem, reply, route, state};
use crate::{any_route, operation, operation_of};

fn good() -> Reply {
    json_reply(
        200,
        &state(&json!([pool("ripv6_1", &json!([route("ripv6rt_1", 1)]))])),
    )
}

fn late(reply: Reply) -> Reply {
    Reply::Late(Duration::from_millis(60), Box::new(reply))
}

/// Reads concurrently and returns which reads succeeded.
async fn read(client: &Client, readers: usize) -> Vec<bool> {
    let reads: Vec<_> = (0..readers)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.routed_ipv6().state(&operation()).await.is_ok() })
        })
        .collect();
    let mut done = Vec::new();
    for read in reads {
        done.push(read.await.expect("no panic"));
    }
    done
}

#[tokio::test]
async fn a_hundred_concurrent_readers_share_one_request() {
    let server = Server::saying(vec![late(good())]).await;
    let client = server.client();
    assert_eq!(read(&client, 100).await, [true; 100]);
    assert_eq!(read(&client, 100).await, [true; 100]);
    assert_eq!(server.count("GET"), 1);
    client
        .routed_ipv6()
        .fresh_state(&operation())
        .await
        .expect("a state");
    assert_eq!(server.count("GET"), 2);
}

#[tokio::test]
async fn a_snapshot_expires() {
    let server = Server::saying(vec![late(good())]).await;
    let client = server.client_with(|it| it.snapshot_lifetime = Duration::from_nanos(1));
    assert_eq!(read(&client, 9).await, [true; 9]);
    assert_eq!(read(&client, 9).await, [true; 9]);
    assert_eq!(server.count("GET"), 2);
}

#[tokio::test]
async fn without_a_lifetime_nothing_is_shared() {
    let server = Server::saying(vec![late(good())]).await;
    let client = server.client_with(|it| it.snapshot_lifetime = Duration::ZERO);
    assert_eq!(read(&client, 9).await, [true; 9]);
    assert_eq!(server.count("GET"), 9);
}

#[tokio::test]
async fn a_failed_read_fails_all_its_readers_and_is_not_kept() {
    let server = Server::saying(vec![late(problem(403, "forbidden")), good()]).await;
    let client = server.client();
    assert_eq!(read(&client, 9).await, [false; 9]);
    assert_eq!(read(&client, 9).await, [true; 9]);
    assert_eq!(server.count("GET"), 2);
}

#[tokio::test]
async fn a_shared_read_outlives_the_reader_that_started_it() {
    let server = Server::saying(vec![late(good())]).await;
    let client = server.client();
    let stop = CancellationToken::new();
    let first = {
        let (client, operation) = (
            client.clone(),
            Operation::new(Duration::from_mins(1), stop.clone()),
        );
        tokio::spawn(async move { client.routed_ipv6().state(&operation).await })
    };
    let dropped = {
        let client = client.clone();
        tokio::spawn(async move { client.routed_ipv6().state(&operation()).await })
    };
    let others = {
        let client = client.clone();
        tokio::spawn(async move { read(&client, 5).await })
    };
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    dropped.abort();
    assert!(
        first
            .await
            .expect("no panic")
            .expect_err("stopped")
            .is_cancelled()
    );
    assert_eq!(others.await.expect("no panic"), [true; 5]);
    assert_eq!(server.count("GET"), 1);
}

#[tokio::test]
async fn a_reader_with_little_time_does_not_fail_those_with_more() {
    let slow = Reply::Late(Duration::from_millis(400), Box::new(good()));
    let server = Server::saying(vec![slow]).await;
    let client = server.client();
    let short = {
        let client = client.clone();
        tokio::spawn(async move {
            client
                .routed_ipv6()
                .state(&operation_of(Duration::from_millis(150)))
                .await
        })
    };
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let long = client.routed_ipv6().state(&operation()).await;
    assert!(
        short
            .await
            .expect("no panic")
            .expect_err("too short")
            .is_timed_out()
    );
    long.expect("more time");
    assert_eq!(server.count("GET"), 2);
}

#[tokio::test]
async fn a_create_whose_response_shows_it_needs_no_read() {
    let both = json!([pool(
        "ripv6_1",
        &json!([route("ripv6rt_1", 1), route("ripv6rt_2", 0)])
    )]);
    let server = Server::saying(vec![good(), json_reply(201, &state(&both))]).await;
    let client = server.client();
    let created = client
        .routed_ipv6()
        .create_route(&operation(), &any_route("ripv6_1", "vps_1"))
        .await
        .expect("created");
    assert_eq!(created.id, "ripv6rt_2");
    let snapshot = client
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("a state");
    assert!(snapshot.route("ripv6rt_2").is_some());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_delete_drops_the_snapshot_and_so_does_a_refused_write() {
    let server = Server::start(|request, _| match request.method.as_str() {
        "GET" => good(),
        "DELETE" => reply(204, &[], ""),
        _ => problem(409, "routed_ipv6_pool_exists"),
    })
    .await;
    let client = server.client();
    let routed = client.routed_ipv6();
    routed.state(&operation()).await.expect("a state");
    routed
        .delete_route(&operation(), &known_1(), None)
        .await
        .expect("deleted");
    routed.state(&operation()).await.expect("a state");
    assert_eq!(server.count("GET"), 2);
    routed
        .allocate_pool(&operation())
        .await
        .expect_err("there is one");
    routed.state(&operation()).await.expect("a state");
    assert_eq!(server.count("GET"), 3);
}

#[tokio::test]
async fn a_read_that_began_before_a_write_ended_is_not_served_after_it() {
    // The response to the first read is late, and shows the account before the DELETE.
    let reads = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |request, _| match request.method.as_str() {
        "GET" if reads.fetch_add(1, Ordering::SeqCst) == 0 => {
            Reply::Late(Duration::from_millis(200), Box::new(good()))
        }
        "GET" => json_reply(200, &state(&json!([pool("ripv6_1", &json!([]))]))),
        _ => reply(204, &[], ""),
    })
    .await;
    let client = server.client();
    let early = {
        let client = client.clone();
        tokio::spawn(async move { client.routed_ipv6().state(&operation()).await })
    };
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    client
        .routed_ipv6()
        .delete_route(&operation(), &known_1(), None)
        .await
        .expect("deleted");
    let after = client
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("a state");
    assert!(after.route("ripv6rt_1").is_none());
    // A call from before the DELETE may see the old state, but it must not be kept.
    assert!(
        early
            .await
            .expect("no panic")
            .expect("a state")
            .route("ripv6rt_1")
            .is_some()
    );
    let later = client
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("a state");
    assert!(later.route("ripv6rt_1").is_none());
    assert_eq!(server.count("GET"), 2);
}

#[tokio::test]
async fn an_older_response_does_not_replace_a_newer_one() {
    // Two creates, of the first prefix and of the third. The response to the first create shows the
    // first route only, and arrives after the response to the second.
    let one = json!([pool(
        "ripv6_1",
        &json!([route("ripv6rt_1", 1), route("ripv6rt_2", 0)])
    )]);
    let two = json!([pool(
        "ripv6_1",
        &json!([
            route("ripv6rt_1", 1),
            route("ripv6rt_2", 0),
            route("ripv6rt_3", 2)
        ])
    )]);
    let posts = Arc::new(AtomicUsize::new(0));
    let all = two.clone();
    let server = Server::start(move |request, _| match request.method.as_str() {
        "POST" if posts.fetch_add(1, Ordering::SeqCst) == 0 => Reply::Late(
            Duration::from_millis(200),
            Box::new(json_reply(201, &state(&one))),
        ),
        "POST" => json_reply(201, &state(&two)),
        _ if posts.load(Ordering::SeqCst) == 0 => good(),
        _ => json_reply(200, &state(&all)),
    })
    .await;
    let client = server.client();
    let first = {
        let client = client.clone();
        tokio::spawn(async move {
            client
                .routed_ipv6()
                .create_route(&operation(), &any_route("ripv6_1", "vps_1"))
                .await
                .map(|it| it.id)
        })
    };
    while server.count("POST") == 0 {
        tokio::task::yield_now().await;
    }
    let second = client
        .routed_ipv6()
        .create_route(&operation(), &any_route("ripv6_1", "vps_1"))
        .await;
    assert_eq!(second.expect("created").id, "ripv6rt_3");
    assert_eq!(
        first.await.expect("no panic").as_deref().ok(),
        Some("ripv6rt_2")
    );
    let snapshot = client
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("a state");
    assert!(snapshot.route("ripv6rt_2").is_some() && snapshot.route("ripv6rt_3").is_some());
}

#[tokio::test]
async fn a_read_from_before_a_create_does_not_prove_that_its_route_is_gone() {
    let with = |routes: serde_json::Value| state(&json!([pool("ripv6_1", &routes)]));
    let (one, two) = (route("ripv6rt_1", 1), route("ripv6rt_2", 0));
    let server = Server::saying(vec![
        good(),
        good(),
        json_reply(201, &with(json!([one, two]))),
        reply(204, &[], ""),
        // From a copy of the account that lags behind.
        json_reply(200, &with(json!([one]))),
        json_reply(200, &with(json!([two]))),
    ])
    .await;
    let client = server.client();
    let (routed, operation) = (client.routed_ipv6(), operation());
    routed.state(&operation).await.expect("a state");
    routed.fresh_state(&operation).await.expect("another");
    let new = any_route("ripv6_1", "vps_1");
    let created = routed
        .create_route(&operation, &new)
        .await
        .expect("created");
    assert_eq!(created.id, "ripv6rt_2");
    let deleted = routed.delete_route(&operation, &known_1(), None).await;
    deleted.expect("deleted");
    let state = routed
        .state_showing(&operation, None, |it| it.route(&created.id).is_some())
        .await
        .expect("a state");
    assert!(state.route(&created.id).is_some());
    assert_eq!(server.requests().len(), 6);
}
