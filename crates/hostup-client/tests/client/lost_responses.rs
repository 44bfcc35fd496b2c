//! POSTs whose response is lost are never repeated. The client finds their objects.

use std::time::Duration;

use hostup_client::{Client, ErrorKind, NewPrivateNetwork, Operation};
use hostup_mock_api::{Fault, MockApi};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::server::{Server, cut, json_reply, pool, reply, route, state};
use crate::{any_route, client_of, config, operation, operation_of};

const ROUTED: &str = "/api/v2/routed-ipv6";
const NETWORKS: &str = "/api/v2/private-networks";

/// All ways to lose a response after the change.
fn losses(path: &str) -> Vec<Fault> {
    let post = || Fault::on("POST", path);
    vec![
        post().cut_after(),
        post().truncated(),
        post().after_commit().html(502),
        post().after_commit().status(500),
        post().after_commit().problem(503, "upstream_down", "Down."),
        post().empty_body(),
        post().body("<html>", "text/html"),
        post().after_commit().delay(Duration::from_secs(3)),
    ]
}

fn client_that_stops_early(mock: &MockApi) -> Client {
    let mut config = config(mock.endpoint(), mock.api_key());
    config.request_timeout = Duration::from_millis(500);
    Client::new(config).expect("a client")
}

#[tokio::test]
async fn a_route_whose_response_is_lost_is_found_and_created_once() {
    for fault in losses(ROUTED) {
        let mock = MockApi::start();
        let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
        // An equal route that existed before.
        let before = mock.add_route(&pool, &vps, None, 64, None);
        let case = format!("{fault:?}");
        mock.inject(fault);
        let created = client_that_stops_early(&mock)
            .routed_ipv6()
            .create_route(&operation(), &any_route(&pool, &vps))
            .await;
        let created = created.unwrap_or_else(|error| panic!("{case}: {error:?}"));
        assert_ne!(created.id, before);
        assert_eq!(mock.routes().len(), 2);
        assert_eq!(mock.count("POST", ROUTED), 1, "{case}");
    }
}

#[tokio::test]
async fn a_pool_whose_response_is_lost_is_found_and_created_once() {
    for fault in losses(ROUTED) {
        let mock = MockApi::start();
        mock.inject(fault);
        let created = client_that_stops_early(&mock)
            .routed_ipv6()
            .allocate_pool(&operation())
            .await
            .expect("adopted");
        assert_eq!(mock.pools()[0]["id"], created.id.as_str());
        assert_eq!(mock.count("POST", ROUTED), 1);
    }
}

#[tokio::test]
async fn a_network_whose_response_is_lost_is_found_and_created_once() {
    for fault in losses(NETWORKS) {
        let mock = MockApi::start();
        mock.add_network("backend", None);
        mock.inject(fault);
        let new = NewPrivateNetwork {
            name: "backend".to_owned(),
            ..NewPrivateNetwork::default()
        };
        let created = client_that_stops_early(&mock)
            .private_networks()
            .create(&operation(), &new)
            .await
            .expect("adopted");
        assert_eq!(mock.networks()[1]["id"], created.id.as_str());
        assert_eq!(mock.count("POST", NETWORKS), 1);
    }
}

#[tokio::test]
async fn a_create_that_did_not_happen_is_reported_as_lost() {
    for fault in [
        Fault::on("POST", "/api").cut_before(),
        Fault::on("POST", "/api").problem(503, "upstream_down", "Down."),
    ] {
        let mock = MockApi::start();
        let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
        // An equal route that existed before.
        mock.add_route(&pool, &vps, None, 64, None);
        mock.inject(fault.times(2));
        let client = client_of(&mock);
        let error = client
            .routed_ipv6()
            .create_route(&operation(), &any_route(&pool, &vps))
            .await
            .expect_err("lost");
        assert_eq!(error.kind(), &ErrorKind::Lost, "{error:?}");
        assert!(error.may_have_happened() && error.candidates().is_empty());
        assert!(
            error
                .to_string()
                .contains("no route of `2001:db8:1000:1::/64`"),
            "{error}"
        );
        assert!(
            error.is_transport() || error.code() == Some("upstream_down"),
            "{error:?}"
        );
        assert!(std::error::Error::source(&error).is_some());

        let new = NewPrivateNetwork {
            name: "backend".to_owned(),
            ..NewPrivateNetwork::default()
        };
        let error = client
            .private_networks()
            .create(&operation(), &new)
            .await
            .expect_err("lost");
        assert_eq!(error.kind(), &ErrorKind::Lost, "{error:?}");
        assert_eq!(mock.count("POST", "/api"), 2);
    }
}

#[tokio::test]
async fn the_server_and_the_prefix_tell_what_a_lost_create_created() {
    let others = [
        ("vpsId", json!("vps_2"), false),
        ("prefix", json!("2001:db8:1000:99::/64"), false),
        // HostUp may trim a label, but not change it.
        ("label", json!("web"), true),
        ("label", json!("db"), false),
    ];
    for (field, value, is_ours) in others {
        let mut found = route("ripv6rt_found", 7);
        found[field] = value;
        let after = state(&json!([pool("ripv6_1", &json!([found]))]));
        let server = Server::start(move |request, nth| match request.method.as_str() {
            "POST" => cut(),
            _ if nth == 0 => json_reply(200, &state(&json!([pool("ripv6_1", &json!([]))]))),
            _ => json_reply(200, &after),
        })
        .await;
        let mut new = any_route("ripv6_1", "vps_1");
        new.prefix = Some("2001:db8:1000:7::/64".to_owned());
        new.label = Some(" web ".to_owned()).filter(|_| field == "label");
        let created = server
            .client()
            .routed_ipv6()
            .create_route(&operation(), &new)
            .await;
        match created {
            Ok(route) => assert!(is_ours && route.id == "ripv6rt_found", "{field}"),
            Err(error) => {
                assert!(!is_ours && error.kind() == &ErrorKind::Lost, "{error:?}");
                let in_the_way = error.in_the_way().len();
                assert_eq!(in_the_way, usize::from(field != "prefix"), "{error:?}");
                assert!(error.to_string().contains("`2001:db8:1000:7::/64`"));
            }
        }
        assert_eq!(server.count("POST"), 1);
    }
}

#[tokio::test]
async fn a_route_that_shows_after_a_504_is_found() {
    // It shows late, after some failed reads.
    let after = state(&json!([pool("ripv6_1", &json!([route("ripv6rt_1", 0)]))]));
    let server = Server::start(move |request, nth| match request.method.as_str() {
        "POST" => reply(504, &[], "<html>"),
        _ if nth == 3 => reply(500, &[], "<html>"),
        _ if nth < 5 => json_reply(200, &state(&json!([pool("ripv6_1", &json!([]))]))),
        _ if nth == 5 => reply(404, &[], ""),
        _ if nth == 6 => reply(200, &[], "<html>"),
        _ => json_reply(200, &after),
    })
    .await;
    let created = server
        .client()
        .routed_ipv6()
        .create_route(&operation(), &any_route("ripv6_1", "vps_1"))
        .await;
    assert_eq!(created.expect("adopted").id, "ripv6rt_1");
    assert_eq!(server.count("POST"), 1);
}

#[tokio::test]
async fn the_account_is_still_read_when_the_operation_is_over_or_stopped() {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    let client = client_of(&mock);
    client
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("a state");
    mock.inject(
        Fault::on("POST", ROUTED)
            .after_commit()
            .delay(Duration::from_secs(2)),
    );
    let created = client
        .routed_ipv6()
        .create_route(
            &operation_of(Duration::from_millis(300)),
            &any_route(&pool, &vps),
        )
        .await;
    assert_eq!(
        mock.routes()[0]["id"],
        created.expect("adopted").id.as_str()
    );

    let stop = CancellationToken::new();
    let operation = Operation::new(Duration::from_mins(1), stop.clone());
    mock.inject(
        Fault::on("POST", ROUTED)
            .run(move |_| stop.cancel())
            .cut_after(),
    );
    let created = client
        .routed_ipv6()
        .create_route(&operation, &any_route(&pool, &vps))
        .await;
    assert_eq!(
        mock.routes()[1]["id"],
        created.expect("adopted").id.as_str()
    );
}

#[tokio::test]
async fn when_the_account_cannot_be_read_afterwards_both_errors_are_shown() {
    let server = Server::start(|request, nth| match request.method.as_str() {
        "POST" => cut(),
        _ if nth == 0 => json_reply(200, &state(&json!([]))),
        _ => reply(403, &[], "<html>blocked</html>"),
    })
    .await;
    let error = server
        .client()
        .routed_ipv6()
        .allocate_pool(&operation())
        .await
        .expect_err("lost");
    assert!(
        error.may_have_happened() && error.is_transport(),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("not known") && error.to_string().contains("403"),
        "{error}"
    );
}

#[tokio::test]
async fn several_networks_that_may_be_the_created_one_are_listed() {
    let mock = MockApi::start();
    mock.inject(
        Fault::on("POST", NETWORKS)
            .run_after(|account| {
                account.add_network("backend", None);
            })
            .cut_after(),
    );
    let new = NewPrivateNetwork {
        name: "backend".to_owned(),
        ..NewPrivateNetwork::default()
    };
    let error = client_of(&mock)
        .private_networks()
        .create(&operation(), &new)
        .await
        .expect_err("ambiguous");
    assert_eq!(error.kind(), &ErrorKind::Lost);
    let mut ids: Vec<_> = error.candidates().iter().map(|it| it.id.clone()).collect();
    let mut there: Vec<_> = mock
        .networks()
        .iter()
        .map(|it| it["id"].as_str().expect("an id").to_owned())
        .collect();
    ids.sort();
    there.sort();
    assert_eq!(ids, there);
    assert!(
        ids.iter().all(|id| error.to_string().contains(id)),
        "{error}"
    );
    assert!(error.candidates()[0].description.contains("backend"));
}

#[tokio::test]
async fn a_write_that_was_refused_has_not_happened() {
    for status in [400, 401, 403, 404, 409, 422, 302] {
        let server = Server::start(move |request, _| match request.method.as_str() {
            "POST" => reply(status, &[], ""),
            _ => json_reply(200, &state(&json!([]))),
        })
        .await;
        let error = server
            .client()
            .routed_ipv6()
            .allocate_pool(&operation())
            .await
            .expect_err("refused");
        assert_eq!(
            (error.kind(), error.status()),
            (&ErrorKind::Refused, Some(status))
        );
        assert!(!error.may_have_happened());
        assert_eq!(server.requests().len(), 2);
    }
}
