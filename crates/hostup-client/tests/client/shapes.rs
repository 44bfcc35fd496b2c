//! Incomplete and malformed states, and what the client concludes from them.

use std::time::{Duration, SystemTime};

use hostup_client::{ErrorKind, Found, NewPrivateNetwork, NewRoute, Route, Snapshot, VpsFilter};
use hostup_mock_api::{Fault, MockApi, NotFoundShape, Request};
use serde_json::json;

use crate::{any_route, client_of, known, operation};

const ROUTED: &str = "/api/v2/routed-ipv6";

/// Creates a pool, a server, and a route to it.
async fn begin(mock: &MockApi) -> (String, String, Route) {
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let client = client_of(mock);
    let created = client
        .routed_ipv6()
        .create_route(&operation(), &any_route(&pool, &vps))
        .await;
    (pool, vps, created.expect("created"))
}

#[tokio::test]
async fn an_account_without_routed_ipv6_proves_nothing() {
    let mock = MockApi::start();
    let (pool, vps, created) = begin(&mock).await;
    mock.configure(|it| {
        it.routed_ipv6_unavailable = Some("The invoice is open.".to_owned());
        it.unavailable_hides_pools = true;
    });
    let known = known(&pool, &created);
    for written in [None, Some(SystemTime::now())] {
        let client = client_of(&mock);
        let routed = client.routed_ipv6();
        let shows = |account: &Snapshot| account.route(&created.id).is_some();
        let errors = [
            routed
                .state_showing(&operation(), written, shows)
                .await
                .map(drop)
                .expect_err("nothing is proved"),
            routed
                .delete_route(&operation(), &known, written)
                .await
                .map(drop)
                .expect_err("nothing is proved"),
            routed
                .release_pool(&operation(), &pool, written)
                .await
                .map(drop)
                .expect_err("nothing is proved"),
            routed
                .create_route(&operation(), &any_route(&pool, &vps))
                .await
                .map(drop)
                .expect_err("not available"),
        ];
        for error in errors {
            assert_eq!(error.kind(), &ErrorKind::Unavailable, "{error:?}");
            assert!(
                error.to_string().contains("The invoice is open."),
                "{error}"
            );
        }
    }
    assert_eq!(mock.count("DELETE", ROUTED), 0);
    assert_eq!(mock.count("POST", ROUTED), 1);

    // A state with its pools shows all objects.
    mock.configure(|it| it.unavailable_hides_pools = false);
    let client = client_of(&mock);
    let left = client
        .routed_ipv6()
        .delete_route(&operation(), &known, None)
        .await;
    assert_eq!(left.expect("deleted"), None);
    assert_eq!(mock.routes().len(), 0);
}

#[tokio::test]
async fn lists_that_are_null_are_empty() {
    let mock = MockApi::start();
    mock.configure(|it| it.null_lists = true);
    let (pool, vps, created) = begin(&mock).await;
    let other = mock.add_vps("web-02");
    let client = client_of(&mock);
    let routed = client.routed_ipv6();
    // The state does not tell which servers can receive a route, so the API decides.
    let new = NewRoute {
        prefix: Some(created.prefix.clone()),
        ..any_route(&pool, &other)
    };
    let moved = routed
        .move_route(&operation(), &known(&pool, &created), &new, None)
        .await
        .expect("moved");
    let left = routed
        .delete_route(&operation(), &known(&pool, &moved), None)
        .await;
    assert_eq!(left.expect("deleted"), None);
    routed
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("created");
}

#[tokio::test]
async fn a_malformed_foreign_route_does_not_stop_other_work() {
    for (field, value) in [
        ("prefixLength", json!("wide")),
        ("vpsId", json!(null)),
        ("actions", json!([])),
        ("id", json!(7)),
    ] {
        let mock = MockApi::start();
        let (pool, vps, created) = begin(&mock).await;
        let other = mock.add_vps("web-02");
        let odd = mock.add_route(&pool, &other, None, 64, None);
        mock.edit_route(&odd, |it| it[field] = value.clone());
        let client = client_of(&mock);
        let routed = client.routed_ipv6();
        let account = routed.state(&operation()).await.expect("a state");
        let found = routed.find(&account, &known(&pool, &created));
        assert!(matches!(found, Found::Ours(_)), "{field}: {found:?}");
        // The prefix of the malformed route is not chosen.
        let next = routed
            .create_route(&operation(), &any_route(&pool, &vps))
            .await
            .expect("created");
        assert_eq!(next.prefix, "2001:db8:1000:2::/64", "{field}");
        assert_eq!(mock.count("POST", ROUTED), 2, "{field}");
        let new = NewRoute {
            prefix: Some(created.prefix.clone()),
            ..any_route(&pool, &other)
        };
        let moved = routed
            .move_route(&operation(), &known(&pool, &created), &new, None)
            .await
            .expect("moved");
        for route in [moved, next] {
            let left = routed
                .delete_route(&operation(), &known(&pool, &route), None)
                .await;
            assert_eq!(left.expect("deleted"), None, "{field}");
        }
        assert_eq!(mock.routes().len(), 1, "{field}");
    }
}

#[tokio::test]
async fn a_route_that_cannot_be_read_is_not_gone() {
    for (field, value) in [
        ("prefixLength", json!("wide")),
        ("vpsId", json!(null)),
        ("id", json!(7)),
    ] {
        for written in [None, Some(SystemTime::now())] {
            let mock = MockApi::start();
            let (pool, _, created) = begin(&mock).await;
            mock.edit_route(&created.id, |it| it[field] = value.clone());
            let client = client_of(&mock);
            let routed = client.routed_ipv6();
            let shows = |account: &Snapshot| account.route(&created.id).is_some();
            let read = routed.state_showing(&operation(), written, shows).await;
            let deleted = routed
                .delete_route(&operation(), &known(&pool, &created), written)
                .await;
            for error in [
                read.map(drop).expect_err("it is there"),
                deleted.map(drop).expect_err("it is there"),
            ] {
                assert!(error.is_undecodable(), "{field}: {error:?}");
                let said = error.to_string();
                assert!(said.contains("`pools[0].routes[0]`"), "{said}");
                assert!(said.contains(field), "{said}");
            }
            assert_eq!(mock.count("DELETE", ROUTED), 0);
        }
    }
}

#[tokio::test]
async fn every_form_of_a_404_is_accepted_for_a_gone_object() {
    for shape in [
        NotFoundShape::Problem,
        NotFoundShape::NoCode,
        NotFoundShape::Empty,
        NotFoundShape::Html,
    ] {
        let mock = MockApi::start();
        mock.configure(|it| it.not_found_shape = shape);
        let client = client_of(&mock);
        let networks = client.private_networks();
        for written in [None, Some(SystemTime::now())] {
            let found = networks
                .get_present(&operation(), "pnet_gone", written)
                .await;
            assert_eq!(found.expect("a response"), None, "{shape:?}");
        }
        networks
            .delete(&operation(), "pnet_gone")
            .await
            .expect("gone");
        // The API's own 404 is enough. Another 404 is checked against the list.
        let lists = mock.requests();
        let lists = lists
            .iter()
            .filter(|it| it.path.ends_with("/private-networks"));
        let is_own = matches!(shape, NotFoundShape::Problem | NotFoundShape::NoCode);
        assert_eq!(lists.count() == 0, is_own, "{shape:?}");

        // The route is removed in the dashboard just before the DELETE arrives.
        let (pool, _, created) = begin(&mock).await;
        let id = created.id.clone();
        mock.inject(Fault::on("DELETE", ROUTED).run(move |account| account.remove_route(&id)));
        let left = client
            .routed_ipv6()
            .delete_route(&operation(), &known(&pool, &created), None)
            .await;
        assert_eq!(left.expect("gone"), None, "{shape:?}");
        assert_eq!(mock.count("DELETE", ROUTED), 1, "{shape:?}");
        let id = pool.clone();
        mock.inject(Fault::on("DELETE", ROUTED).run(move |account| account.remove_pool(&id)));
        client
            .routed_ipv6()
            .release_pool(&operation(), &pool, None)
            .await
            .expect("gone");
        assert!(mock.is_empty());
    }
}

#[tokio::test]
async fn an_item_on_two_pages_counts_once() {
    let mock = MockApi::start();
    mock.configure(|it| {
        it.page_cap = 2;
        it.repeat_items = true;
    });
    let mut networks = Vec::new();
    let mut servers = Vec::new();
    for nth in 0..5 {
        networks.push(mock.add_network("backend", None));
        servers.push(mock.add_vps(&format!("web-{nth}")));
    }
    let client = client_of(&mock);
    let listed = client.private_networks().list(&operation(), None).await;
    let mut ids: Vec<_> = listed
        .expect("a list")
        .into_iter()
        .map(|it| it.id)
        .collect();
    ids.sort();
    networks.sort();
    assert_eq!(ids, networks);
    let filter = VpsFilter::default();
    let listed = client.vps().list(&operation(), &filter).await;
    let mut ids: Vec<_> = listed
        .expect("a list")
        .into_iter()
        .map(|it| it.id)
        .collect();
    ids.sort();
    servers.sort();
    assert_eq!(ids, servers);

    // A lost response has one candidate, not two.
    mock.inject(Fault::on("POST", "/api/v2/private-networks").cut_after());
    let new = NewPrivateNetwork {
        name: "backend".to_owned(),
        ..NewPrivateNetwork::default()
    };
    let created = client.private_networks().create(&operation(), &new).await;
    assert!(!networks.contains(&created.expect("found").id));
}

/// Creates networks of these names concurrently. Returns how many POSTs were in flight at most.
async fn most_at_a_time(names: &[&str]) -> usize {
    let mock = MockApi::start();
    mock.configure(|it| it.latency = Duration::from_millis(50));
    let client = client_of(&mock);
    let creates = names.iter().map(|name| {
        let client = client.clone();
        let new = NewPrivateNetwork {
            name: (*name).to_owned(),
            ..NewPrivateNetwork::default()
        };
        tokio::spawn(async move { client.private_networks().create(&operation(), &new).await })
    });
    for create in creates.collect::<Vec<_>>() {
        create.await.expect("no panic").expect("created");
    }
    let requests = mock.requests();
    let posts: Vec<_> = requests.iter().filter(|it| it.method == "POST").collect();
    assert_eq!(posts.len(), names.len());
    let at_once = posts.iter().map(|one| {
        let beside = |it: &&&Request| it.at <= one.at && one.at < it.responded.expect("a response");
        posts.iter().filter(beside).count()
    });
    at_once.max().unwrap_or_default()
}

#[tokio::test]
async fn creates_of_networks_of_one_name_take_turns() {
    assert_eq!(most_at_a_time(&["a", "a", "a"]).await, 1);
    assert_eq!(most_at_a_time(&["a", "b", "c"]).await, 3);
}
