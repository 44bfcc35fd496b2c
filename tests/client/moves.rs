//! A move: the prefix stays, and in between it goes to no other resource.

use std::time::Duration;

use hostup_mock_api::{Fault, MockApi};
use terraform_provider_hostup::client::{Client, FailedMove, NewRoute, Route};

use crate::{any_route, client_of, client_with, known, operation};

const ROUTED: &str = "/api/v2/routed-ipv6";

/// A pool, two servers, and a route to the first one, with the lowest prefix of all. Returns the route, and what it is to
/// become: one to the second server.
async fn begin(mock: &MockApi, client: &Client) -> (Route, NewRoute) {
    let (pool, vps, other) = (
        mock.add_pool(),
        mock.add_vps("web-01"),
        mock.add_vps("web-02"),
    );
    let routes = client.routed_ipv6();
    let made = routes
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("a route");
    let new = NewRoute {
        prefix: Some(made.prefix.clone()),
        ..any_route(&pool, &other)
    };
    (made, new)
}

async fn moved(client: &Client, old: &Route, new: &NewRoute) -> Result<Route, FailedMove> {
    let known = known(&new.pool_id, old);
    let routes = client.routed_ipv6();
    routes.move_route(&operation(), &known, new, None).await
}

#[tokio::test]
async fn a_create_that_names_no_prefix_is_not_given_one_that_is_moving() {
    let mock = MockApi::start();
    // Requests go out in the order they were asked for, so a create stands between deletion and creation.
    let client = client_with(&mock, |it| {
        it.max_concurrent_requests = 1.try_into().expect("not zero");
    });
    let (old, new) = begin(&mock, &client).await;
    mock.inject(Fault::on("DELETE", ROUTED).delay(Duration::from_millis(100)));
    let create = async {
        // When the deletion is under way.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let any = any_route(&new.pool_id, &old.vps_id);
        let made = client.routed_ipv6().create_route(&operation(), &any).await;
        made.expect("a route")
    };
    let (moved, created) = tokio::join!(moved(&client, &old, &new), create);
    let moved = moved.expect("moved");
    assert_eq!((&moved.prefix, &moved.vps_id), (&old.prefix, &new.vps_id));
    assert_ne!(created.prefix, old.prefix);
    assert_ne!(created.id, moved.id);
}

#[tokio::test]
async fn a_prefix_that_is_not_free_at_once_is_waited_for() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (old, new) = begin(&mock, &client).await;
    mock.configure(|it| it.prefix_free_after = Duration::from_millis(50));
    let moved = moved(&client, &old, &new).await.expect("moved");
    assert_eq!((moved.prefix, moved.vps_id), (old.prefix, new.vps_id));
}

#[tokio::test]
async fn nothing_is_read_while_a_prefix_is_unrouted() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (old, new) = begin(&mock, &client).await;
    mock.clear_requests();
    moved(&client, &old, &new).await.expect("moved");
    let sent: Vec<_> = mock
        .requests()
        .into_iter()
        .map(|request| request.method)
        .collect();
    assert_eq!(sent, ["GET", "DELETE", "POST"]);
}
