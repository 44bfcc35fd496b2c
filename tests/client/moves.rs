//! A move: the prefix that is free for a moment goes to nobody else.

use std::time::Duration;

use hostup_mock_api::{Fault, MockApi};
use terraform_provider_hostup::client::{Client, NewRoute, Route};

use crate::{any_route, client_of, config, operation};

const ROUTED: &str = "/api/v2/routed-ipv6";

/// A pool, a server, and the route that is to be moved, with the lowest prefix of all.
async fn begin(mock: &MockApi, client: &Client) -> (Route, NewRoute) {
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let any = any_route(&pool, &vps);
    let routes = client.routed_ipv6();
    let made = routes.create_route(&operation(), &any).await;
    (made.expect("a route"), any)
}

async fn moved(client: &Client, old: &Route, new: &NewRoute) -> Route {
    let moving = client.routed_ipv6().begin_move(&operation()).await;
    let moving = moving.expect("a turn");
    let deleted = moving.delete_route(&operation(), &old.id).await;
    deleted.expect("a deletion");
    let again = NewRoute {
        prefix: Some(old.prefix.clone()),
        ..new.clone()
    };
    let made = moving.create_route(&operation(), &again).await;
    made.expect("the same prefix")
}

#[tokio::test]
async fn a_create_that_names_no_prefix_is_not_given_one_that_is_moving() {
    let mock = MockApi::start();
    let mut config = config(mock.endpoint(), mock.api_key());
    // Requests go out in the order they were asked for, so a create stands between deletion and creation.
    config.max_concurrent_requests = 1.try_into().expect("not zero");
    let client = Client::new(config).expect("a client");
    let (old, any) = begin(&mock, &client).await;
    mock.inject(Fault::on("DELETE", ROUTED).delay(Duration::from_millis(100)));
    let create = async {
        // When the deletion is under way.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let made = client.routed_ipv6().create_route(&operation(), &any).await;
        made.expect("a route")
    };
    let (moved, created) = tokio::join!(moved(&client, &old, &any), create);
    assert_eq!(moved.prefix, old.prefix);
    assert_ne!(created.prefix, old.prefix);
    assert_ne!(created.id, moved.id);
}

#[tokio::test]
async fn a_prefix_that_is_not_free_at_once_is_waited_for() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (old, any) = begin(&mock, &client).await;
    mock.configure(|it| it.prefix_free_after = Duration::from_millis(20));
    assert_eq!(moved(&client, &old, &any).await.prefix, old.prefix);
}

#[tokio::test]
async fn nothing_is_read_while_a_prefix_is_routed_to_nobody() {
    let mock = MockApi::start();
    let mut config = config(mock.endpoint(), mock.api_key());
    config.snapshot_lifetime = Duration::ZERO;
    let client = Client::new(config).expect("a client");
    let (old, any) = begin(&mock, &client).await;
    mock.clear_requests();
    moved(&client, &old, &any).await;
    let sent: Vec<_> = mock
        .requests()
        .into_iter()
        .map(|request| request.method)
        .collect();
    assert_eq!(sent, ["GET", "DELETE", "POST"]);
}
