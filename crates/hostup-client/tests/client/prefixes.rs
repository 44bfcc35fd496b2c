//! The client names the prefix of every route that it creates.

use std::time::Duration;

use hostup_client::{ErrorKind, NewRoute};
use hostup_mock_api::{Fault, MockApi};
use serde_json::Value;

use crate::{any_route, client_of, client_with, operation};

const ROUTED: &str = "/api/v2/routed-ipv6";

/// The nth /64 of the mock's first pool.
fn nth_prefix(nth: u16) -> String {
    match nth {
        0 => "2001:db8:1000::/64".to_owned(),
        nth => format!("2001:db8:1000:{nth:x}::/64"),
    }
}

/// Returns the prefixes of the creates in their order; null for a create without one.
fn named(mock: &MockApi) -> Vec<Value> {
    let posts = mock.requests().into_iter().filter(|it| it.method == "POST");
    posts.map(|it| it.body["prefix"].clone()).collect()
}

#[tokio::test]
async fn the_lowest_free_prefix_is_named() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.add_route(&pool, &vps, Some(&nth_prefix(1)), 64, None);
    let client = client_of(&mock);
    let routed = client.routed_ipv6();
    for nth in [0, 2, 3] {
        let created = routed
            .create_route(&operation(), &any_route(&pool, &vps))
            .await
            .expect("created");
        assert_eq!(created.prefix, nth_prefix(nth));
    }
    let wide = NewRoute {
        prefix_length: 56,
        ..any_route(&pool, &vps)
    };
    let created = routed.create_route(&operation(), &wide).await;
    assert_eq!(created.expect("created").prefix, "2001:db8:1000:100::/56");
    assert_eq!(
        named(&mock),
        [
            "2001:db8:1000::/64",
            "2001:db8:1000:2::/64",
            "2001:db8:1000:3::/64",
            "2001:db8:1000:100::/56"
        ]
    );
    assert_eq!(mock.count("GET", ROUTED), 1);
}

#[tokio::test]
async fn concurrent_creates_name_different_prefixes() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|it| it.latency = Duration::from_millis(50));
    let client = client_of(&mock);
    let creates = (0..8).map(|_| {
        let (client, new) = (client.clone(), any_route(&pool, &vps));
        tokio::spawn(async move { client.routed_ipv6().create_route(&operation(), &new).await })
    });
    for create in creates.collect::<Vec<_>>() {
        create.await.expect("no panic").expect("created");
    }
    let mut prefixes = named(&mock);
    prefixes.sort_by_key(Value::to_string);
    prefixes.dedup();
    assert_eq!(prefixes.len(), 8);
    assert!(!prefixes.contains(&Value::Null));
    assert_eq!(mock.requests().len(), 9);
}

#[tokio::test]
async fn when_another_process_is_faster_the_next_prefix_is_used() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let (foreign_pool, foreign_vps) = (pool.clone(), vps.clone());
    // The same server and label as in the request.
    mock.inject(Fault::on("POST", ROUTED).run(move |account| {
        account.add_route(&foreign_pool, &foreign_vps, None, 64, None);
    }));
    let created = client_of(&mock)
        .routed_ipv6()
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("created");
    assert_eq!(created.prefix, nth_prefix(1));
    assert_eq!(named(&mock), [nth_prefix(0), nth_prefix(1)]);
    assert_eq!(mock.routes().len(), 2);
}

#[tokio::test]
async fn after_three_unexplained_refusals_hostup_chooses_the_prefix() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|it| it.held_back = (0..5).map(nth_prefix).collect());
    let client = client_of(&mock);
    let routed = client.routed_ipv6();
    let created = routed
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("created");
    assert_eq!(created.prefix, nth_prefix(5));
    let mut expected: Vec<Value> = (0..3).map(nth_prefix).map(Value::from).collect();
    expected.push(Value::Null);
    assert_eq!(named(&mock), expected);
    // The refused prefixes are not tried again.
    mock.clear_requests();
    let created = routed
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("created");
    assert_eq!(created.prefix, nth_prefix(6));
    assert!(named(&mock).len() <= 3, "{:?}", named(&mock));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_that_leaves_the_prefix_to_hostup_runs_alone() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|it| {
        it.held_back = (0..40).map(nth_prefix).collect();
        it.latency = Duration::from_millis(20);
    });
    let client = client_of(&mock);
    let creates = (0..6).map(|_| {
        let (client, new) = (client.clone(), any_route(&pool, &vps));
        tokio::spawn(async move { client.routed_ipv6().create_route(&operation(), &new).await })
    });
    let mut ids = Vec::new();
    for create in creates.collect::<Vec<_>>() {
        ids.push(create.await.expect("no panic").expect("created").id);
    }
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), mock.routes().len()), (6, 6));
    let requests = mock.requests();
    let posts: Vec<_> = requests.iter().filter(|it| it.method == "POST").collect();
    let alone = posts.iter().filter(|it| it.body["prefix"].is_null());
    for alone in alone.clone() {
        let beside = posts.iter().filter(|it| {
            it.at < alone.responded.expect("a response")
                && alone.at < it.responded.expect("a response")
        });
        assert_eq!(beside.count(), 1, "the create itself");
    }
    assert!(alone.count() >= 1);
}

#[tokio::test]
async fn the_prefix_that_hostup_returns_is_used() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|it| it.ignore_prefix = true);
    let other = mock.add_vps("web-02");
    mock.add_route(&pool, &other, None, 64, None);
    let new = NewRoute {
        prefix: Some(nth_prefix(0xf000)),
        ..any_route(&pool, &vps)
    };
    let created = client_of(&mock)
        .routed_ipv6()
        .create_route(&operation(), &new)
        .await
        .expect("created");
    assert_eq!(created.prefix, nth_prefix(1));
    assert_eq!(mock.count("POST", ROUTED), 1);
    assert_eq!(mock.routes().len(), 2);
}

#[tokio::test]
async fn no_create_chooses_a_kept_prefix() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let client = client_of(&mock);
    let routed = client.routed_ipv6();
    routed.keep_prefix(nth_prefix(0).parse().expect("a network"));
    let created = routed
        .create_route(&operation(), &any_route(&pool, &vps))
        .await;
    assert_eq!(created.expect("created").prefix, nth_prefix(1));
    // A create that names the prefix still gets it.
    let new = NewRoute {
        prefix: Some(nth_prefix(0)),
        ..any_route(&pool, &vps)
    };
    let created = routed.create_route(&operation(), &new).await;
    assert_eq!(created.expect("created").prefix, nth_prefix(0));
}

#[tokio::test]
async fn a_taken_prefix_is_refused_and_its_route_is_named() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    for (taken, wanted, length) in [
        (nth_prefix(7), nth_prefix(7), 64),
        (nth_prefix(0x105), "2001:db8:1000:100::/56".to_owned(), 56),
    ] {
        let foreign = mock.add_route(&pool, &vps, Some(&taken), 64, None);
        let new = NewRoute {
            prefix: Some(wanted),
            prefix_length: length,
            ..any_route(&pool, &vps)
        };
        let error = client_of(&mock)
            .routed_ipv6()
            .create_route(&operation(), &new)
            .await
            .expect_err("taken");
        assert!(error.is_conflict() && !error.may_have_happened());
        let ids: Vec<_> = error.in_the_way().iter().map(|it| &it.id).collect();
        assert_eq!(ids, [&foreign]);
    }
    assert_eq!(mock.count("POST", ROUTED), 2);
    assert_eq!(mock.routes().len(), 2);
}

#[tokio::test]
async fn a_full_pool_is_an_error() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.add_route(&pool, &vps, Some("2001:db8:1000::/48"), 48, None);
    let error = client_of(&mock)
        .routed_ipv6()
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect_err("full");
    assert_eq!(
        (error.kind(), error.code()),
        (&ErrorKind::Refused, Some("routed_ipv6_no_capacity"))
    );
    assert_eq!(named(&mock), [Value::Null]);
}

#[tokio::test]
async fn a_copy_that_lags_behind_costs_a_refusal_and_no_route() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|it| {
        it.copy_lag = Duration::from_millis(500);
        it.responses_lag = true;
    });
    let first = client_of(&mock);
    let new = any_route(&pool, &vps);
    let created = first.routed_ipv6().create_route(&operation(), &new).await;
    let created = created.expect("shown after the lag");
    // Another process starts before the copy shows the first route.
    mock.add_route(&pool, &vps, None, 64, None);
    let second = client_with(&mock, |it| it.recent_write_timeout = Duration::from_secs(2));
    let other = second.routed_ipv6().create_route(&operation(), &new).await;
    let other = other.expect("created");
    assert_ne!(created.id, other.id);
    assert_ne!(created.prefix, other.prefix);
    assert_eq!(mock.routes().len(), 3);
}

/// HostUp chooses every prefix itself, and two creates run concurrently.
#[tokio::test]
async fn routes_whose_prefix_hostup_chose_are_told_apart() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|it| {
        it.ignore_prefix = true;
        it.held_back = vec!["2001:db8:1000::/60".to_owned()];
    });
    let client = client_of(&mock);
    let (routes, operation, any) = (client.routed_ipv6(), operation(), any_route(&pool, &vps));
    let (one, other) = tokio::join!(
        routes.create_route(&operation, &any),
        routes.create_route(&operation, &any)
    );
    let (one, other) = (one.expect("created"), other.expect("created"));
    assert_ne!(one.id, other.id);
    assert_eq!(mock.routes().len(), 2);
}
