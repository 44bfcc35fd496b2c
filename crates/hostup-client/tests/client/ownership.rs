//! Which resource a route belongs to that has another id than the state.

use std::time::{Duration, SystemTime};

use hostup_client::{Client, Found, KnownRoute, NewRoute, Snapshot};
use hostup_mock_api::{Fault, MockApi, Removal};

use crate::{any_route, client_of, client_with, known, operation};

const ROUTED: &str = "/api/v2/routed-ipv6";

/// An account with a pool and two servers, and what a state knows of a route to the first server.
struct Account {
    mock: MockApi,
    pool: String,
    vps: String,
    other: String,
    known: KnownRoute,
}

impl Account {
    /// Creates the route with the lowest prefix and this label, and removes it from the account.
    async fn without_the_route(label: Option<&str>) -> Self {
        let mock = MockApi::start();
        let (pool, vps, other) = (
            mock.add_pool(),
            mock.add_vps("web-01"),
            mock.add_vps("web-02"),
        );
        let new = NewRoute {
            label: label.map(str::to_owned),
            ..any_route(&pool, &vps)
        };
        let client = client_of(&mock);
        let created = client.routed_ipv6().create_route(&operation(), &new).await;
        let known = known(&pool, &created.expect("created"));
        mock.remove_route(&known.id);
        mock.clear_requests();
        Self {
            mock,
            pool,
            vps,
            other,
            known,
        }
    }

    /// Creates a route with the same prefix in the dashboard.
    fn recreate(&self, vps: &str, label: Option<&str>) -> String {
        self.mock.add_route(&self.pool, vps, None, 64, label)
    }

    /// Returns what a new process finds.
    async fn found(&self) -> String {
        found(&client_of(&self.mock), &self.known).await
    }
}

/// Returns what the client finds, with the id of the route.
async fn found(client: &Client, known: &KnownRoute) -> String {
    let routed = client.routed_ipv6();
    let account = routed.state(&operation()).await.expect("a state");
    match routed.find(&account, known) {
        Found::Ours(it) => format!("ours: {}", it.route.id),
        Found::Foreign(it) => format!("foreign: {}", it.route.id),
        Found::Held(it) => format!("held: {}", it.route.id),
        Found::Nothing => "nothing".to_owned(),
    }
}

#[tokio::test]
async fn a_route_is_ours_by_its_server_or_by_its_label() {
    for (label, same_server, its_label, ours) in [
        (None, true, None, true),
        (None, true, Some("web"), true),
        (Some("web"), true, Some("db"), true),
        (Some("web"), false, Some("web"), true),
        (Some(" web"), false, Some("web"), true),
        (Some("web"), false, Some("db"), false),
        (Some("web"), false, None, false),
        (None, false, None, false),
        (Some(""), false, Some(""), false),
        (Some(" "), false, None, false),
    ] {
        let it = Account::without_the_route(label).await;
        assert_eq!(it.found().await, "nothing");
        let vps = if same_server { &it.vps } else { &it.other };
        let id = it.recreate(vps, its_label);
        let whose = if ours { "ours" } else { "foreign" };
        let said = format!("{label:?} {same_server} {its_label:?}");
        assert_eq!(it.found().await, format!("{whose}: {id}"), "{said}");

        // A destroy removes our route only.
        let client = client_of(&it.mock);
        let routed = client.routed_ipv6();
        let left = routed
            .delete_route(&operation(), &it.known, None)
            .await
            .expect("destroyed");
        if ours {
            assert_eq!((left, it.mock.routes().len()), (None, 0), "{said}");
        } else {
            assert_eq!(left.expect("it is named").id, id, "{said}");
            assert_eq!(it.mock.routes().len(), 1, "{said}");
            assert_eq!(it.mock.count("DELETE", "/api"), 0, "{said}");
        }
    }
}

#[tokio::test]
async fn another_pool_or_a_wider_prefix_is_another_route() {
    let it = Account::without_the_route(None).await;
    let pool = it.mock.add_pool();
    it.mock.add_route(&pool, &it.vps, None, 64, None);
    assert_eq!(it.found().await, "nothing");
    it.mock
        .add_route(&it.pool, &it.vps, Some("2001:db8:1000:100::/56"), 56, None);
    assert_eq!(it.found().await, "nothing");
    // The pool was allocated again with the same network.
    let id = it.mock.add_route(
        &it.pool,
        &it.vps,
        Some(&it.known.prefix.to_string()),
        64,
        None,
    );
    let known = KnownRoute {
        pool_id: "ripv6_old".to_owned(),
        ..it.known.clone()
    };
    let found = found(&client_of(&it.mock), &known).await;
    assert_eq!(found, format!("foreign: {id}"));
}

#[tokio::test]
async fn a_route_whose_id_is_known_is_ours_whatever_else_it_shows() {
    let it = Account::without_the_route(Some("web")).await;
    let id = it.recreate(&it.other, None);
    let known = KnownRoute {
        id: id.clone(),
        prefix: "2001:db8:1000:77::/64".parse().expect("a network"),
        ..it.known.clone()
    };
    let found = found(&client_of(&it.mock), &known).await;
    assert_eq!(found, format!("ours: {id}"));
}

#[tokio::test]
async fn a_claimed_route_goes_to_no_other_resource() {
    let it = Account::without_the_route(None).await;
    let id = it.recreate(&it.vps, None);
    let owner = KnownRoute {
        id: id.clone(),
        ..it.known.clone()
    };
    let third = KnownRoute {
        id: "ripv6rt_third".to_owned(),
        ..it.known.clone()
    };
    for (first, second) in [
        (&owner, &it.known),
        (&it.known, &owner),
        (&third, &it.known),
    ] {
        let client = client_of(&it.mock);
        // Each resource may be read several times.
        for _ in 0..2 {
            assert_eq!(found(&client, first).await, format!("ours: {id}"));
            assert_eq!(found(&client, second).await, format!("held: {id}"));
        }
        let routed = client.routed_ipv6();
        let left = routed.delete_route(&operation(), second, None).await;
        assert_eq!(left.expect("destroyed").expect("it is named").id, id);
        let new = NewRoute {
            prefix: Some(it.known.prefix.to_string()),
            ..any_route(&it.pool, &it.other)
        };
        let error = routed
            .move_route(&operation(), second, &new, None)
            .await
            .expect_err("held");
        assert_eq!(error.error.in_the_way()[0].id, id);
        assert_eq!(it.mock.count("DELETE", "/api"), 0);
    }
}

#[tokio::test]
async fn a_route_that_this_process_created_is_claimed() {
    let it = Account::without_the_route(None).await;
    let client = client_of(&it.mock);
    let routed = client.routed_ipv6();
    // A new resource gets the prefix.
    let created = routed
        .create_route(&operation(), &any_route(&it.pool, &it.vps))
        .await
        .expect("created");
    assert_eq!(created.prefix, it.known.prefix.to_string());
    let expected = format!("held: {}", created.id);
    assert_eq!(found(&client, &it.known).await, expected);
}

#[tokio::test]
async fn a_removed_route_is_no_longer_claimed() {
    let it = Account::without_the_route(None).await;
    let id = it.recreate(&it.vps, None);
    let owner = KnownRoute {
        id: id.clone(),
        ..it.known.clone()
    };
    let client = client_of(&it.mock);
    assert_eq!(found(&client, &owner).await, format!("ours: {id}"));
    let routed = client.routed_ipv6();
    let left = routed.delete_route(&operation(), &owner, None).await;
    assert_eq!(left.expect("destroyed"), None);
    let id = it.recreate(&it.vps, None);
    routed.fresh_state(&operation()).await.expect("a state");
    assert_eq!(found(&client, &it.known).await, format!("ours: {id}"));
}

#[tokio::test]
async fn a_copy_that_lags_behind_does_not_make_a_new_route_gone() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    // Objects that exist when the lag begins show from the start.
    mock.configure(|it| it.copy_lag = Duration::from_millis(600));
    drop(mock.pools());
    let id = mock.add_route(&pool, &vps, None, 64, None);
    let shows = |account: &Snapshot| account.route(&id).is_some();
    let patient = || client_with(&mock, |it| it.recent_write_timeout = Duration::from_secs(3));

    let client = patient();
    let old = client
        .routed_ipv6()
        .state_showing(&operation(), None, shows)
        .await
        .expect("a state");
    assert!(!shows(&old));
    assert_eq!(mock.count("GET", ROUTED), 2, "readings");

    let client = patient();
    let new = client
        .routed_ipv6()
        .state_showing(&operation(), Some(SystemTime::now()), shows)
        .await
        .expect("a state");
    assert!(shows(&new));
    // A write of an hour ago is old, also when the clock was set back.
    for written in [
        SystemTime::now() - Duration::from_hours(1),
        SystemTime::now() + Duration::from_hours(1),
    ] {
        let id = mock.add_route(&pool, &vps, None, 64, None);
        let client = patient();
        let account = client
            .routed_ipv6()
            .state_showing(&operation(), Some(written), |it| it.route(&id).is_some())
            .await
            .expect("a state");
        assert!(account.route(&id).is_none(), "{written:?}");
    }
}

#[tokio::test]
async fn a_move_and_a_destroy_work_with_a_copy_that_lags_behind() {
    for responses_lag in [false, true] {
        let mock = MockApi::start();
        let (pool, vps, other) = (
            mock.add_pool(),
            mock.add_vps("web-01"),
            mock.add_vps("web-02"),
        );
        let patient = || client_with(&mock, |it| it.recent_write_timeout = Duration::from_secs(3));
        let now = || Some(SystemTime::now());
        let client = patient();
        let created = client
            .routed_ipv6()
            .create_route(&operation(), &any_route(&pool, &vps))
            .await
            .expect("created");
        mock.configure(|it| {
            it.copy_lag = Duration::from_millis(500);
            it.responses_lag = responses_lag;
        });
        // The copy begins with the account at the next read.
        drop(mock.pools());
        let new = NewRoute {
            prefix: Some(created.prefix.clone()),
            ..any_route(&pool, &other)
        };
        let moved = client
            .routed_ipv6()
            .move_route(&operation(), &known(&pool, &created), &new, now())
            .await
            .expect("moved");
        assert_ne!(moved.id, created.id);
        // This run begins before the copy shows the new route.
        let client = patient();
        let left = client
            .routed_ipv6()
            .delete_route(&operation(), &known(&pool, &moved), now())
            .await;
        assert_eq!(left.expect("destroyed"), None);
        assert_eq!(mock.routes().len(), 0, "answers lag: {responses_lag}");
    }
}

#[tokio::test]
async fn a_slow_removal_is_awaited() {
    for removal in [
        Removal::Reads(3),
        Removal::After(Duration::from_millis(300)),
    ] {
        let mock = MockApi::start();
        let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
        let client = client_of(&mock);
        let routed = client.routed_ipv6();
        let created = routed
            .create_route(&operation(), &any_route(&pool, &vps))
            .await
            .expect("created");
        mock.configure(|it| it.removal = removal);
        let left = routed
            .delete_route(&operation(), &known(&pool, &created), None)
            .await;
        assert_eq!(left.expect("destroyed"), None);
        assert_eq!(mock.routes().len(), 0, "{removal:?}");
        assert_eq!(mock.count("DELETE", ROUTED), 1, "{removal:?}");
        // A destroy of both releases the pool next.
        routed
            .release_pool(&operation(), &pool, None)
            .await
            .expect("released");
        assert!(mock.is_empty());
    }
}

#[tokio::test]
async fn a_release_waits_for_the_removal_of_own_routes_only() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let client = client_of(&mock);
    let routed = client.routed_ipv6();
    let created = routed
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("created");
    // HostUp says that the route is removed, but still lists it.
    mock.configure(|it| {
        it.removal = Removal::After(Duration::from_millis(300));
        it.delete_response = hostup_mock_api::DeleteResponse::NoContent;
    });
    let known = known(&pool, &created);
    let left = routed.delete_route(&operation(), &known, None).await;
    assert_eq!(left.expect("destroyed"), None);
    routed
        .release_pool(&operation(), &pool, None)
        .await
        .expect("released");
    assert!(mock.is_empty());

    let pool = mock.add_pool();
    mock.add_route(&pool, &vps, None, 64, None);
    let error = client_of(&mock)
        .routed_ipv6()
        .release_pool(&operation(), &pool, None)
        .await
        .expect_err("in use");
    assert!(error.is_conflict(), "{error:?}");
    assert_eq!(mock.pools().len(), 1);
}

#[tokio::test]
async fn failed_reads_after_a_removal_do_not_end_it() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let client = client_of(&mock);
    let routed = client.routed_ipv6();
    let created = routed
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("created");
    mock.configure(|it| it.removal = Removal::After(Duration::from_millis(200)));
    mock.inject(Fault::on("GET", ROUTED).status(500).times(2));
    mock.inject(Fault::on("GET", ROUTED).html(404));
    mock.inject(Fault::on("GET", ROUTED).body("<html>", "text/html"));
    let left = routed
        .delete_route(&operation(), &known(&pool, &created), None)
        .await;
    assert_eq!(left.expect("destroyed"), None);
    assert_eq!((mock.routes().len(), mock.faults_left()), (0, 0));
}
