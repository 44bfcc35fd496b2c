//! Private networks: pages, filters, and request bodies.

use hostup_client::{NetworkStatus, NewPrivateNetwork};
use hostup_mock_api::MockApi;
use serde_json::{Value, json};

use crate::server::{Reply, Server, json_reply};
use crate::{client_of, operation};

fn summary(id: &str) -> Value {
    let gate = json!({ "allowed": true, "reason": null });
    json!({
        "id": id, "name": "n", "parentCidr": "10.201.64.0/21", "region": null, "status": "active",
        "subnetCount": 1, "attachedVpsCount": 0.0,
        "actions": { "canDelete": gate, "canAddSubnet": gate },
        "createdAt": "2026-04-27T12:00:00.000Z",
    })
}

fn page(ids: &[&str], more: bool, cursor: Option<&str>) -> Reply {
    let data: Vec<_> = ids.iter().map(|id| summary(id)).collect();
    json_reply(
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
async fn an_incomplete_list_is_an_error() {
    for (replies, said) in [
        (vec![page(&["a"], true, None)], "no cursor"),
        (vec![page(&["a"], true, Some("x"))], "in a circle"),
        (
            vec![json_reply(200, &json!({ "items": [] }))],
            "missing field `data`",
        ),
        (
            vec![
                page(&["a"], true, Some("x")),
                json_reply(400, &json!({ "code": "invalid_cursor" })),
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
    // An endless list.
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
    let created = client
        .private_networks()
        .create(&operation(), &new)
        .await
        .expect("created");
    assert_eq!(
        (created.status.clone(), created.parent_cidr.as_str()),
        (NetworkStatus::Provisioning, "10.42.0.0/21")
    );
    assert_eq!(
        mock.network_description(&created.id).as_deref(),
        Some("Private")
    );
    let networks = client.private_networks();
    while networks
        .get(&operation(), &created.id)
        .await
        .expect("there")
        .status
        != NetworkStatus::Active
    {}
    networks
        .delete(&operation(), &created.id)
        .await
        .expect("deleted");
    while networks
        .get_opt(&operation(), &created.id)
        .await
        .expect("a response")
        .is_some()
    {}
    assert!(
        networks
            .get(&operation(), &created.id)
            .await
            .expect_err("gone")
            .is_not_found()
    );
}

#[tokio::test]
async fn missing_fields_are_not_sent() {
    let mock = MockApi::start();
    let new = NewPrivateNetwork {
        name: "backend".to_owned(),
        ..NewPrivateNetwork::default()
    };
    client_of(&mock)
        .private_networks()
        .create(&operation(), &new)
        .await
        .expect("created");
    let requests = mock.requests();
    let post = requests
        .iter()
        .find(|it| it.method == "POST")
        .expect("a post");
    assert_eq!(post.body, json!({ "name": "backend" }));
}
