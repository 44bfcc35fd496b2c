//! Created objects that show late, and lost responses.

use std::time::{Duration, Instant};

use hostup_client::{Client, ErrorKind, NewPrivateNetwork, Operation};
use hostup_mock_api::{Fault, MockApi};
use tokio_util::sync::CancellationToken;

use crate::{any_route, client_of, client_with, operation, operation_of};

const ROUTED: &str = "/api/v2/routed-ipv6";
const NETWORKS: &str = "/api/v2/private-networks";

/// Reads the account long enough for all created objects to show.
fn patient(mock: &MockApi) -> Client {
    client_with(mock, |it| {
        it.lost_write_timeout = Duration::from_secs(1);
        it.recent_write_timeout = Duration::from_millis(500);
    })
}

/// Faults of a POST whose object shows later.
fn late_faults(path: &str) -> [Option<Fault>; 4] {
    [
        None,
        Some(Fault::on("POST", path).after_commit().html(504)),
        Some(Fault::on("POST", path).commit_after(Duration::from_millis(150))),
        Some(Fault::on("POST", path).cut_after()),
    ]
}

#[tokio::test]
async fn a_route_that_shows_late_is_found() {
    for fault in late_faults(ROUTED) {
        let mock = MockApi::start();
        let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
        mock.configure(|it| it.appears_after = Duration::from_millis(150));
        let said = format!("{fault:?}");
        if let Some(fault) = fault {
            mock.inject(fault);
        }
        let created = patient(&mock)
            .routed_ipv6()
            .create_route(&operation(), &any_route(&pool, &vps))
            .await;
        let created = created.unwrap_or_else(|error| panic!("{said}: {error:?}"));
        assert_eq!(mock.routes()[0]["id"], created.id.as_str());
        assert_eq!(mock.routes().len(), 1, "{said}");
        assert_eq!(mock.count("POST", ROUTED), 1, "{said}");
    }
}

#[tokio::test]
async fn a_pool_that_shows_late_is_found() {
    for fault in late_faults(ROUTED) {
        let mock = MockApi::start();
        mock.configure(|it| it.appears_after = Duration::from_millis(150));
        if let Some(fault) = fault {
            mock.inject(fault);
        }
        let created = patient(&mock)
            .routed_ipv6()
            .allocate_pool(&operation())
            .await
            .expect("found");
        assert_eq!(mock.pools()[0]["id"], created.id.as_str());
        assert_eq!(mock.count("POST", ROUTED), 1);
    }
}

#[tokio::test]
async fn a_network_that_shows_late_is_found() {
    for fault in late_faults(NETWORKS) {
        let mock = MockApi::start();
        mock.configure(|it| it.appears_after = Duration::from_millis(150));
        if let Some(fault) = fault {
            mock.inject(fault);
        }
        let new = NewPrivateNetwork {
            name: "backend".to_owned(),
            ..NewPrivateNetwork::default()
        };
        let created = patient(&mock)
            .private_networks()
            .create(&operation(), &new)
            .await
            .expect("found");
        assert_eq!(mock.networks()[0]["id"], created.id.as_str());
        assert_eq!(mock.count("POST", NETWORKS), 1);
    }
}

/// The object exists, so the operation's time counts and not `lost_write_timeout`.
#[tokio::test]
async fn after_a_success_without_the_object_it_is_read_until_the_operation_ends() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|it| it.appears_after = Duration::from_millis(600));
    let client = client_of(&mock);
    let routed = client.routed_ipv6();
    let created = routed
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("found");
    assert_eq!(mock.routes()[0]["id"], created.id.as_str());

    mock.configure(|it| it.appears_after = Duration::from_mins(1));
    let begun = Instant::now();
    let error = routed
        .create_route(
            &operation_of(Duration::from_millis(500)),
            &any_route(&pool, &vps),
        )
        .await
        .expect_err("not in time");
    assert_eq!(error.kind(), &ErrorKind::Lost, "{error:?}");
    assert!(
        error.to_string().contains("`2001:db8:1000:1::/64`"),
        "{error}"
    );
    assert!(begun.elapsed() >= Duration::from_millis(500));
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_create_that_never_shows_is_lost_after_its_time_out() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let client = patient(&mock);
    mock.inject(Fault::on("POST", ROUTED).html(504));
    let begun = Instant::now();
    let error = client
        .routed_ipv6()
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect_err("lost");
    assert_eq!(error.kind(), &ErrorKind::Lost, "{error:?}");
    assert!(error.may_have_happened() && error.in_the_way().is_empty());
    assert!(
        error.to_string().contains("`2001:db8:1000::/64`"),
        "{error}"
    );
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(mock.count("POST", ROUTED), 1);
}

#[tokio::test]
async fn after_a_lost_response_the_server_at_the_prefix_decides() {
    // The create did nothing, and another route took the prefix.
    let mock = MockApi::start();
    let (pool, vps, other) = (
        mock.add_pool(),
        mock.add_vps("web-01"),
        mock.add_vps("web-02"),
    );
    let (foreign_pool, foreign_vps) = (pool.clone(), other.clone());
    mock.inject(
        Fault::on("POST", ROUTED)
            .run(move |account| {
                account.add_route(&foreign_pool, &foreign_vps, None, 64, None);
            })
            .html(502),
    );
    let client = client_of(&mock);
    let routed = client.routed_ipv6();
    let created = routed
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("the next prefix");
    assert_eq!(
        (created.prefix.as_str(), &created.vps_id),
        ("2001:db8:1000:1::/64", &vps)
    );
    assert_eq!(mock.count("POST", ROUTED), 2);
    assert_eq!(mock.routes().len(), 2);

    // The create did create its route.
    mock.inject(Fault::on("POST", ROUTED).cut_after());
    let created = routed
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("ours");
    assert_eq!(created.prefix, "2001:db8:1000:2::/64");
    assert_eq!(mock.count("POST", ROUTED), 3);
    assert_eq!(mock.routes().len(), 3);
}

#[tokio::test]
async fn failed_reads_do_not_end_the_wait() {
    for fault in [
        Fault::on("GET", ROUTED).status(500),
        Fault::on("GET", ROUTED).html(200),
        Fault::on("GET", ROUTED).html(404),
        Fault::on("GET", ROUTED).body("<html>", "text/html"),
        Fault::on("GET", ROUTED).cut_after(),
    ] {
        let mock = MockApi::start();
        let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
        let client = patient(&mock);
        let routed = client.routed_ipv6();
        routed.state(&operation()).await.expect("a state");
        let said = format!("{fault:?}");
        mock.inject(fault.times(4));
        mock.inject(Fault::on("POST", ROUTED).after_commit().html(504));
        let created = routed
            .create_route(&operation(), &any_route(&pool, &vps))
            .await;
        created.unwrap_or_else(|error| panic!("{said}: {error:?}"));
        assert_eq!(mock.faults_left(), 0, "{said}");
    }
}

#[tokio::test]
async fn the_error_of_a_lost_create_shows_why_the_last_read_failed() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let client = client_of(&mock);
    let routed = client.routed_ipv6();
    routed.state(&operation()).await.expect("a state");
    mock.inject(
        Fault::on("GET", ROUTED)
            .problem(500, "on_fire", "Fire.")
            .always(),
    );
    mock.inject(Fault::on("POST", ROUTED).html(504));
    let error = routed
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect_err("lost");
    assert_eq!(error.kind(), &ErrorKind::Lost);
    assert!(error.to_string().contains("Fire."), "{error}");
    assert!(
        error.to_string().contains("`2001:db8:1000::/64`"),
        "{error}"
    );
}

/// Reads go on for ten seconds after a stop.
#[tokio::test]
async fn a_lost_create_is_found_after_the_stop() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let client = client_with(&mock, |it| {
        it.lost_write_timeout = Duration::from_mins(1);
        it.recent_write_timeout = Duration::from_mins(1);
    });
    let stop = CancellationToken::new();
    let long = Operation::new(Duration::from_mins(10), stop.clone());
    let late = Duration::from_millis(300);
    mock.inject(Fault::on("POST", ROUTED).commit_after(late));
    mock.inject(Fault::on("POST", NETWORKS).commit_after(late));
    let new = any_route(&pool, &vps);
    let network = NewPrivateNetwork {
        name: "backend".to_owned(),
        ..NewPrivateNetwork::default()
    };
    let (routed, networks) = (client.routed_ipv6(), client.private_networks());
    let (route, network, ()) = tokio::join!(
        routed.create_route(&long, &new),
        networks.create(&long, &network),
        async {
            while mock.count("POST", "/api") < 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            stop.cancel();
        }
    );
    assert_eq!(mock.routes()[0]["id"], route.expect("found").id.as_str());
    assert_eq!(
        mock.networks()[0]["id"],
        network.expect("found").id.as_str()
    );
}
