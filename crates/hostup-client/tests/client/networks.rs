//! Private networks: pages, filters, and what is sent.

use hostup_client::{NetworkStatus, NewPrivateNetwork};
use hostup_mock_api::MockApi;
use serde_json::{Value, json};

use crate::server::{Reply, Server, json as answer};
use crate::{client_of, operation};

fn summary(id: &str) -> Value {
    let gate = json!({ "allowed": true, "reason": null });
    json!({
        "id": id, "name": "n", "parentCidr": "10.201.64.0/21", "region": null, "status": "active",
        "subnetCount": 1, "attachedVpsCount": 0.0, "actions": { "canDelete": gate, "canAddSubnet": gate },
        "createdAt": "2026-04-27T12:00:00.000Z",
    })
}

fn page(ids: &[&str], more: bool, cursor: Option<&str>) -> Reply {
    let data: Vec<_> = ids.iter().map(|id| summary(id)).collect();
    answer(
        200,
        &json!({ "data": data, "hasMore": more, "nextCursor": cursor }),
    )
}

#[tokio::test]
async fn every_page_is_read_and_the_filter_goes_with_each() {
    let server = Server::saying(vec![
        page(&["a", "b"], true, Some("x&y")),
        page(&[], true, Some("z")),
        page(&["c"], false, None),
    ])
    .await;
    let client = server.client();
    let networks = client
        .private_networks()
        .list(&operation(), Some("stockholm"))
        .await
        .expect("a list");
    assert_eq!(
        networks.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    let targets: Vec<_> = server.requests().into_iter().map(|it| it.target).collect();
    assert_eq!(
        targets,
        [
            "/api/v2/private-networks?limit=100&region=stockholm",
            "/api/v2/private-networks?limit=100&region=stockholm&cursor=x%26y",
            "/api/v2/private-networks?limit=100&region=stockholm&cursor=z",
        ]
    );
}

#[tokio::test]
async fn half_a_list_is_no_list() {
    for (replies, said) in [
        (vec![page(&["a"], true, None)], "no cursor"),
        (vec![page(&["a"], true, Some("x"))], "in a circle"),
        (
            vec![answer(200, &json!({ "items": [] }))],
            "missing field `data`",
        ),
        (
            vec![
                page(&["a"], true, Some("x")),
                answer(400, &json!({ "code": "invalid_cursor" })),
            ],
            "invalid_cursor",
        ),
    ] {
        let server = Server::saying(replies).await;
        let error = server
            .client()
            .private_networks()
            .list(&operation(), None)
            .await
            .expect_err(said);
        assert!(error.to_string().contains(said), "{error}");
    }
    // It never ends.
    let server = Server::start(|_, nth| page(&["a"], true, Some(&nth.to_string()))).await;
    let error = server
        .client()
        .private_networks()
        .list(&operation(), None)
        .await
        .expect_err("endless");
    assert!(error.to_string().contains("does not end"), "{error}");
    assert_eq!(server.requests().len(), 1_000);
}

#[tokio::test]
async fn a_network_is_created_read_and_deleted() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let new = NewPrivateNetwork {
        name: "backend".to_owned(),
        region: Some("stockholm".to_owned()),
        description: Some("Private".to_owned()),
        parent_cidr: Some("10.42.0.0/21".to_owned()),
    };
    let made = client
        .private_networks()
        .create(&operation(), &new)
        .await
        .expect("made");
    assert_eq!(
        (made.status.clone(), made.parent_cidr.as_str()),
        (NetworkStatus::Provisioning, "10.42.0.0/21")
    );
    assert_eq!(
        mock.network_description(&made.id).as_deref(),
        Some("Private")
    );
    let networks = client.private_networks();
    while networks
        .get(&operation(), &made.id)
        .await
        .expect("there")
        .status
        != NetworkStatus::Active
    {}
    networks
        .delete(&operation(), &made.id)
        .await
        .expect("deleted");
    while networks
        .get_opt(&operation(), &made.id)
        .await
        .expect("an answer")
        .is_some()
    {}
    assert!(
        networks
            .get(&operation(), &made.id)
            .await
            .expect_err("gone")
            .is_not_found()
    );
}

#[tokio::test]
async fn what_was_not_given_is_not_sent() {
    let mock = MockApi::start();
    let new = NewPrivateNetwork {
        name: "backend".to_owned(),
        ..NewPrivateNetwork::default()
    };
    client_of(&mock)
        .private_networks()
        .create(&operation(), &new)
        .await
        .expect("made");
    let requests = mock.requests();
    let post = requests
        .iter()
        .find(|it| it.method == "POST")
        .expect("a post");
    assert_eq!(post.body, json!({ "name": "backend" }));
}
