//! Many concurrent creates: each returns its own object.

use std::collections::HashSet;

use hostup_client::{Client, NewPrivateNetwork, NewRoute, Result, Route};
use hostup_mock_api::{Fault, MockApi};

use crate::{any_route, client_of, operation};

const ROUTED: &str = "/api/v2/routed-ipv6";

/// Creates all routes concurrently.
async fn create_all(client: &Client, routes: Vec<NewRoute>) -> Vec<Result<Route>> {
    let creates: Vec<_> = routes
        .into_iter()
        .map(|new| {
            let client = client.clone();
            tokio::spawn(async move { client.routed_ipv6().create_route(&operation(), &new).await })
        })
        .collect();
    let mut results = Vec::new();
    for create in creates {
        results.push(create.await.expect("no panic"));
    }
    results
}

fn ids(results: impl IntoIterator<Item = Result<Route>>) -> HashSet<String> {
    results
        .into_iter()
        .map(|it| it.expect("created").id)
        .collect()
}

fn ids_in(mock: &MockApi) -> HashSet<String> {
    mock.routes()
        .iter()
        .map(|it| it["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_equal_concurrent_creates_have_fifty_routes_and_read_once() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let created = create_all(&client_of(&mock), vec![any_route(&pool, &vps); 50]).await;
    assert_eq!(ids(created), ids_in(&mock));
    assert_eq!(mock.routes().len(), 50);
    assert_eq!(mock.count("POST", ROUTED), 50);
    assert_eq!(mock.count("GET", ROUTED), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_equal_creates_with_some_lost_responses_have_fifty_routes() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.inject(Fault::on("POST", ROUTED).skip(3).times(4).cut_after());
    mock.inject(
        Fault::on("POST", ROUTED)
            .skip(20)
            .times(4)
            .after_commit()
            .html(502),
    );
    mock.inject(Fault::on("POST", ROUTED).skip(30).times(4).old_state());
    let created = create_all(&client_of(&mock), vec![any_route(&pool, &vps); 50]).await;
    assert_eq!(ids(created), ids_in(&mock));
    assert_eq!(mock.routes().len(), 50);
    assert_eq!(mock.count("POST", ROUTED), 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn different_concurrent_creates_get_what_they_requested() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let network = mock.pools()[0]["parentCidr"]
        .as_str()
        .expect("a network")
        .trim_end_matches("::/48")
        .to_owned();
    let mut wanted = Vec::new();
    for nth in 0..40_u16 {
        let mut new = any_route(&pool, &vps);
        match nth % 4 {
            0 => new.label = Some("red".to_owned()),
            // Far from the prefixes that the API chooses first.
            1 => new.prefix = Some(format!("{network}:{:x}::/64", 0xf000 + nth)),
            2 => new.prefix_length = 56,
            _ => {}
        }
        wanted.push(new);
    }
    mock.inject(Fault::on("POST", ROUTED).skip(5).times(6).cut_after());
    let created = create_all(&client_of(&mock), wanted.clone()).await;
    for (new, created) in wanted.iter().zip(&created) {
        let created = created.as_ref().expect("created");
        assert_eq!(
            (&created.label, created.prefix_length),
            (&new.label, new.prefix_length)
        );
        assert!(
            new.prefix.as_ref().is_none_or(|it| *it == created.prefix),
            "{new:?} {created:?}"
        );
    }
    assert_eq!(ids(created), ids_in(&mock));
    assert_eq!(mock.routes().len(), 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_account_do_not_take_each_others_routes() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let (one, two) = (client_of(&mock), client_of(&mock));
    let (one, two) = tokio::join!(
        create_all(&one, vec![any_route(&pool, &vps); 25]),
        create_all(&two, vec![any_route(&pool, &vps); 25])
    );
    let all = ids(one.into_iter().chain(two));
    assert_eq!(all, ids_in(&mock));
    assert_eq!(all.len(), 50);
}

#[tokio::test]
async fn a_route_of_another_process_that_appears_before_the_post_is_not_taken() {
    let mock = MockApi::start();
    let (pool, vps, other) = (
        mock.add_pool(),
        mock.add_vps("web-01"),
        mock.add_vps("web-02"),
    );
    let client = client_of(&mock);
    client
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("a state");
    // A route equal to the requested one, later than the snapshot, and two similar ones.
    let foreign = mock.add_route(&pool, &vps, None, 64, None);
    mock.add_route(&pool, &other, None, 64, None);
    mock.add_route(&pool, &vps, None, 64, Some("label"));
    let created = client
        .routed_ipv6()
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("created");
    assert_ne!(created.id, foreign);
    assert_eq!(
        mock.routes()
            .iter()
            .find(|it| it["id"] == created.id.as_str())
            .expect("there")["vpsId"],
        vps.as_str()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_networks_that_are_created_concurrently_are_told_apart() {
    let mock = MockApi::start();
    mock.inject(
        Fault::on("POST", "/api/v2/private-networks")
            .skip(1)
            .times(3)
            .cut_after(),
    );
    let client = client_of(&mock);
    let creates: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            let new = NewPrivateNetwork {
                name: "backend".to_owned(),
                ..NewPrivateNetwork::default()
            };
            tokio::spawn(async move {
                client
                    .private_networks()
                    .create(&operation(), &new)
                    .await
                    .map(|it| it.id)
            })
        })
        .collect();
    let mut ids = HashSet::new();
    for create in creates {
        ids.insert(create.await.expect("no panic").expect("created"));
    }
    assert_eq!(ids.len(), 8);
    assert_eq!(mock.networks().len(), 8);
}

#[tokio::test]
async fn of_two_concurrent_allocations_one_is_a_conflict() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (routed, operation) = (client.routed_ipv6(), operation());
    let (one, two) = tokio::join!(
        routed.allocate_pool(&operation),
        routed.allocate_pool(&operation)
    );
    let (created, refused) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(
        mock.pools()[0]["id"],
        created.expect("one is created").id.as_str()
    );
    let refused = refused.expect_err("one is refused");
    assert_eq!(
        (refused.is_conflict(), refused.code()),
        (true, Some("routed_ipv6_pool_exists"))
    );
    assert!(
        routed
            .state(&operation)
            .await
            .expect("a state")
            .pools()
            .len()
            == 1
    );
}
