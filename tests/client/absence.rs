//! What counts as "it does not exist": only what the API itself says.

use serde_json::json;

use crate::operation;
use crate::server::{Reply, Server, json as answer, problem, reply};

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

#[tokio::test]
async fn a_404_of_something_else_is_an_error() {
    for said in [
        reply(
            404,
            &[("content-type", "text/html")],
            "<html>Not Found</html>",
        ),
        reply(404, &[], ""),
        reply(404, &[], r#"{"message":"no Route matched"}"#),
        reply(404, &[], r#"{"code":404}"#),
    ] {
        let server = Server::saying(vec![said]).await;
        let client = server.client();
        let error = client
            .private_networks()
            .get_opt(&operation(), "pnet_1")
            .await
            .expect_err("no absence");
        assert!(
            error.status() == Some(404) && !error.is_not_found(),
            "{error:?}"
        );
        let error = client
            .routed_ipv6()
            .delete_route(&operation(), "ripv6rt_1")
            .await
            .expect_err("no absence");
        assert!(
            error.status() == Some(404) && !error.is_not_found(),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_delete_that_finds_nothing_says_so() {
    let server = Server::saying(vec![problem(404, "not_found")]).await;
    let client = server.client();
    let errors = [
        client
            .routed_ipv6()
            .delete_route(&operation(), "ripv6rt_1")
            .await
            .expect_err("gone"),
        client
            .routed_ipv6()
            .release_pool(&operation(), "ripv6_1")
            .await
            .expect_err("gone"),
        client
            .private_networks()
            .delete(&operation(), "pnet_1")
            .await
            .expect_err("gone"),
    ];
    assert!(
        errors
            .iter()
            .all(|it| it.is_not_found() && !it.may_have_happened())
    );
    let targets: Vec<_> = server.requests().into_iter().map(|it| it.target).collect();
    assert_eq!(
        targets,
        [
            "/api/v2/routed-ipv6/routes/ripv6rt_1",
            "/api/v2/routed-ipv6/ripv6_1",
            "/api/v2/private-networks/pnet_1"
        ]
    );
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
    let error = client
        .private_networks()
        .delete(&operation(), "a/../b?c#d")
        .await
        .expect_err("gone");
    assert!(error.is_not_found());
    assert_eq!(
        server.requests()[0].target,
        "/api/v2/private-networks/a%2F..%2Fb%3Fc%23d"
    );
}
