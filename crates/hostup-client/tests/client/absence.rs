//! An object is absent only when the API itself says so.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use hostup_mock_api::{Fault, MockApi};
use serde_json::json;

use crate::server::{Reply, Server, json_reply, known_1, problem, reply};
use crate::{any_route, client_of, known, operation, operation_of};

fn network(status: &str) -> Reply {
    let gate = json!({ "allowed": false, "reason": "Retire all child subnets before deleting." });
    json_reply(
        200,
        &json!({
            "id": "pnet_1", "name": "n", "parentCidr": "10.201.64.0/21", "region": null,
            "status": status,
            "subnetCount": 1.0, "attachedVpsCount": 0, "subnets": [], "attachedVps": [],
            "actions": { "canDelete": gate, "canAddSubnet": gate },
            "createdAt": "2026-04-27T12:00:00.000Z",
        }),
    )
}

#[tokio::test]
async fn a_network_with_a_404_of_the_api_or_retired_is_absent() {
    for said in [
        problem(404, "not_found"),
        problem(404, "vps_not_found"),
        json_reply(404, &json!({ "title": "Not Found", "status": 404 })),
        network("retired"),
    ] {
        let server = Server::saying(vec![said]).await;
        let found = server
            .client()
            .private_networks()
            .get_opt(&operation(), "pnet_1")
            .await;
        assert_eq!(found.expect("a response"), None);
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
            found.expect("a response").expect("there").status.as_str(),
            status
        );
    }
}

/// The 404s that a proxy in front of the API may send.
fn proxy_404s() -> Vec<Reply> {
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

/// Responds to all requests about `pnet_1` with `reply`. The list has the network in this status,
/// or is empty.
async fn listing(said: Reply, status: Option<&'static str>) -> Server {
    Server::start(move |request, _| {
        if request.target.contains("pnet_1") {
            return said.clone();
        }
        let network = |status| {
            let gate = json!({ "allowed": true, "reason": null });
            json!({
                "id": "pnet_1", "name": "n", "parentCidr": "10.201.64.0/21", "region": null,
            "status": status,
                "subnetCount": 1, "attachedVpsCount": 0, "createdAt": "2026-04-27T12:00:00.000Z",
                "actions": { "canDelete": gate, "canAddSubnet": gate },
            })
        };
        let data: Vec<_> = status.map(network).into_iter().collect();
        json_reply(
            200,
            &json!({ "data": data, "hasMore": false, "nextCursor": null }),
        )
    })
    .await
}

#[tokio::test]
async fn a_404_of_a_proxy_counts_when_the_list_lacks_the_network() {
    for said in proxy_404s() {
        for status in [None, Some("retired")] {
            let server = listing(said.clone(), status).await;
            let client = server.client();
            let networks = client.private_networks();
            let found = networks.get_opt(&operation(), "pnet_1").await;
            assert_eq!(found.expect("a response"), None);
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
async fn a_404_of_a_proxy_is_a_failed_read_of_a_new_network() {
    let seen = AtomicUsize::new(0);
    let server = Server::start(move |request, _| {
        if !request.target.contains("pnet_1") {
            let mut listed = json!({
                "id": "pnet_1", "name": "n", "parentCidr": "10.201.64.0/21", "region": null,
                "status": "active",
                "subnetCount": 1, "attachedVpsCount": 0, "createdAt": "2026-04-27T12:00:00.000Z",
            });
            let gate = json!({ "allowed": true, "reason": null });
            listed["actions"] = json!({ "canDelete": gate, "canAddSubnet": gate });
            return json_reply(200, &json!({ "data": [listed], "hasMore": false }));
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
    assert!(found.expect("a response").is_some());
}

#[tokio::test]
async fn a_network_with_one_404_of_a_proxy_is_read_again() {
    let mock = MockApi::start();
    let id = mock.add_network("backend", None);
    let path = "/api/v2/private-networks/";
    mock.inject(Fault::on("GET", path).html(404));
    let client = client_of(&mock);
    let networks = client.private_networks();
    let found = networks.get_present(&operation(), &id, None).await;
    assert!(found.expect("a response").is_some());
    assert_eq!(mock.count("GET", path), 2);
}

#[tokio::test]
async fn a_network_is_gone_only_when_later_reads_lack_it_too() {
    // The third read shows it.
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
        assert_eq!(found.expect("a response").is_some(), shows, "{written:?}");
    }
    let server = Server::saying(vec![problem(404, "not_found")]).await;
    let client = server.client();
    let begun = Instant::now();
    let networks = client.private_networks();
    let found = networks
        .get_present(&operation(), "pnet_1", Some(SystemTime::now()))
        .await;
    assert_eq!(found.expect("a response"), None);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn no_delete_is_sent_for_an_object_that_the_account_does_not_show() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let created = client_of(&mock)
        .routed_ipv6()
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("created");
    let known = known(&pool, &created);
    mock.remove_route(&created.id);
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
    let mut said = proxy_404s();
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

        // The account still lists it.
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
async fn an_id_cannot_change_the_rest_of_the_path() {
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
