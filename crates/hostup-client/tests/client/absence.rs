//! What counts as "it does not exist": only what the API itself says.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use hostup_mock_api::{Fault, MockApi};
use serde_json::json;

use crate::server::{Reply, Server, json as answer, known_1, problem, reply};
use crate::{any_route, client_of, known, operation, operation_of};

fn network(status: &str) -> Reply {
    let gate = json!({ "allowed": false, "reason": "Retire all child subnets before deleting." });
    answer(
        200,
        &json!({
            "id": "pnet_1", "name": "n", "parentCidr": "10.201.64.0/21", "region": null, "status": status,
            "subnetCount": 1.0, "attachedVpsCount": 0, "subnets": [], "attachedVps": [],
            "actions": { "canDelete": gate, "canAddSubnet": gate }, "createdAt": "2026-04-27T12:00:00.000Z",
        }),
    )
}

#[tokio::test]
async fn a_404_of_the_api_and_retired_are_absence() {
    for said in [
        problem(404, "not_found"),
        problem(404, "vps_not_found"),
        answer(404, &json!({ "title": "Not Found", "status": 404 })),
        network("retired"),
    ] {
        let server = Server::saying(vec![said]).await;
        let found = server
            .client()
            .private_networks()
            .get_opt(&operation(), "pnet_1")
            .await;
        assert_eq!(found.expect("an answer"), None);
    }
    for status in [
        "provisioning",
        "active",
        "deprovisioning",
        "unknown",
        "sleeping",
    ] {
        let server = Server::saying(vec![network(status)]).await;
        let found = server
            .client()
            .private_networks()
            .get_opt(&operation(), "pnet_1")
            .await;
        assert_eq!(
            found.expect("an answer").expect("there").status.as_str(),
            status
        );
    }
}

/// What a proxy in front of the API may answer with.
fn foreign_404s() -> Vec<Reply> {
    vec![
        reply(
            404,
            &[("content-type", "text/html")],
            "<html>Not Found</html>",
        ),
        reply(404, &[], ""),
        reply(404, &[], r#"{"message":"no Route matched"}"#),
        reply(404, &[], r#"{"code":404}"#),
    ]
}

/// Answers everything about `pnet_1` with `said`; the list has the network in this status, or
/// nothing.
async fn listing(said: Reply, status: Option<&'static str>) -> Server {
    Server::start(move |request, _| {
        if request.target.contains("pnet_1") {
            return said.clone();
        }
        let network = |status| {
            let gate = json!({ "allowed": true, "reason": null });
            json!({
                "id": "pnet_1", "name": "n", "parentCidr": "10.201.64.0/21", "region": null, "status": status,
                "subnetCount": 1, "attachedVpsCount": 0, "createdAt": "2026-04-27T12:00:00.000Z",
                "actions": { "canDelete": gate, "canAddSubnet": gate },
            })
        };
        let data: Vec<_> = status.map(network).into_iter().collect();
        answer(200, &json!({ "data": data, "hasMore": false, "nextCursor": null }))
    })
    .await
}

#[tokio::test]
async fn a_404_of_something_else_counts_when_the_list_lacks_the_network() {
    for said in foreign_404s() {
        for status in [None, Some("retired")] {
            let server = listing(said.clone(), status).await;
            let client = server.client();
            let networks = client.private_networks();
            let found = networks.get_opt(&operation(), "pnet_1").await;
            assert_eq!(found.expect("an answer"), None);
            let deleted = networks.delete(&operation(), "pnet_1").await;
            deleted.expect("gone");
            assert_eq!(server.requests().len(), 4);
        }
        let server = listing(said, Some("active")).await;
        let client = server.client();
        let networks = client.private_networks();
        let errors = [
            networks
                .get_opt(&operation(), "pnet_1")
                .await
                .expect_err("it is listed"),
            networks
                .delete(&operation(), "pnet_1")
                .await
                .expect_err("it is listed"),
        ];
        for error in errors {
            assert!(
                error.status() == Some(404) && !error.is_not_found(),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_404_of_something_else_is_a_failed_look_at_a_new_network() {
    let seen = AtomicUsize::new(0);
    let server = Server::start(move |request, _| {
        if !request.target.contains("pnet_1") {
            let mut listed = json!({
                "id": "pnet_1", "name": "n", "parentCidr": "10.201.64.0/21", "region": null, "status": "active",
                "subnetCount": 1, "attachedVpsCount": 0, "createdAt": "2026-04-27T12:00:00.000Z",
            });
            let gate = json!({ "allowed": true, "reason": null });
            listed["actions"] = json!({ "canDelete": gate, "canAddSubnet": gate });
            return answer(200, &json!({ "data": [listed], "hasMore": false }));
        }
        match seen.fetch_add(1, Ordering::SeqCst) {
            0 => reply(404, &[], "<html>"),
            1 => problem(500, "internal_error"),
            _ => network("active"),
        }
    })
    .await;
    let client = server.client();
    let networks = client.private_networks();
    let found = networks
        .get_present(&operation(), "pnet_1", Some(SystemTime::now()))
        .await;
    assert!(found.expect("an answer").is_some());
}

#[tokio::test]
async fn a_network_that_a_proxy_denies_once_is_looked_at_again() {
    let mock = MockApi::start();
    let id = mock.add_network("backend", None);
    let path = "/api/v2/private-networks/";
    mock.inject(Fault::on("GET", path).html(404));
    let client = client_of(&mock);
    let networks = client.private_networks();
    let found = networks.get_present(&operation(), &id, None).await;
    assert!(found.expect("an answer").is_some());
    assert_eq!(mock.count("GET", path), 2);
}

#[tokio::test]
async fn a_network_is_gone_for_good_only_when_it_stays_away() {
    // It shows in the third look.
    for (written, shows) in [(Some(SystemTime::now()), true), (None, false)] {
        let server = Server::saying(vec![
            problem(404, "not_found"),
            problem(404, "not_found"),
            network("active"),
        ])
        .await;
        let client = server.client();
        let networks = client.private_networks();
        let found = networks.get_present(&operation(), "pnet_1", written).await;
        assert_eq!(found.expect("an answer").is_some(), shows, "{written:?}");
    }
    let server = Server::saying(vec![problem(404, "not_found")]).await;
    let client = server.client();
    let begun = Instant::now();
    let networks = client.private_networks();
    let found = networks
        .get_present(&operation(), "pnet_1", Some(SystemTime::now()))
        .await;
    assert_eq!(found.expect("an answer"), None);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn what_the_account_does_not_show_is_not_asked_to_be_deleted() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let made = client_of(&mock)
        .routed_ipv6()
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("made");
    let known = known(&pool, &made);
    mock.remove_route(&made.id);
    for written in [None, Some(SystemTime::now())] {
        let client = client_of(&mock);
        let routed = client.routed_ipv6();
        let left = routed.delete_route(&operation(), &known, written).await;
        assert_eq!(left.expect("gone"), None);
    }
    mock.remove_pool(&pool);
    for written in [None, Some(SystemTime::now())] {
        client_of(&mock)
            .routed_ipv6()
            .release_pool(&operation(), &pool, written)
            .await
            .expect("gone");
    }
    assert_eq!(mock.count("DELETE", "/api"), 0);
}

#[tokio::test]
async fn the_account_decides_what_a_404_to_a_delete_means() {
    let mut said = foreign_404s();
    said.push(problem(404, "not_found"));
    for said in said {
        let server = Server::deleting(vec![said.clone()], 2).await;
        let client = server.client();
        let deleted = client
            .routed_ipv6()
            .delete_route(&operation(), &known_1(), None)
            .await;
        assert_eq!(deleted.expect("gone"), None);
        assert_eq!(server.count("DELETE"), 2);

        // It stays.
        let server = Server::deleting(vec![said], usize::MAX).await;
        let client = server.client();
        let error = client
            .routed_ipv6()
            .delete_route(&operation_of(Duration::from_millis(200)), &known_1(), None)
            .await
            .expect_err("it is still listed");
        assert!(!error.is_not_found(), "{error:?}");
    }
}

#[tokio::test]
async fn an_odd_id_cannot_leave_its_place_in_the_path() {
    let server = Server::saying(vec![problem(404, "not_found")]).await;
    let client = server.client();
    for id in ["", ".", ".."] {
        let error = client
            .private_networks()
            .delete(&operation(), id)
            .await
            .expect_err("no id");
        assert!(!error.is_not_found(), "{error:?}");
    }
    assert_eq!(server.requests().len(), 0);
    client
        .private_networks()
        .delete(&operation(), "a/../b?c#d")
        .await
        .expect("gone");
    assert_eq!(
        server.requests()[0].target,
        "/api/v2/private-networks/a%2F..%2Fb%3Fc%23d"
    );
}
