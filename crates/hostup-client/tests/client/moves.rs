//! A move keeps the prefix, and no other resource gets it in between.

use std::time::Duration;

use hostup_client::{Client, ErrorKind, FailedMove, NewRoute, Operation, PrefixState, Route};
use hostup_mock_api::{DeleteResponse, Fault, MockApi, Removal};
use tokio_util::sync::CancellationToken;

use crate::{any_route, client_of, client_with, known, operation};

const ROUTED: &str = "/api/v2/routed-ipv6";

/// Creates a pool, two servers, and a route with the lowest prefix to the first server. Returns the
/// route, and a request for the same prefix to the second server.
pub(crate) async fn begin(mock: &MockApi, client: &Client) -> (Route, NewRoute) {
    let (pool, vps, other) = (
        mock.add_pool(),
        mock.add_vps("web-01"),
        mock.add_vps("web-02"),
    );
    let routes = client.routed_ipv6();
    let created = routes
        .create_route(&operation(), &any_route(&pool, &vps))
        .await
        .expect("a route");
    let new = NewRoute {
        prefix: Some(created.prefix.clone()),
        ..any_route(&pool, &other)
    };
    (created, new)
}

pub(crate) async fn moved(
    client: &Client,
    old: &Route,
    new: &NewRoute,
) -> Result<Route, FailedMove> {
    let known = known(&new.pool_id, old);
    let routes = client.routed_ipv6();
    routes.move_route(&operation(), &known, new, None).await
}

#[tokio::test]
async fn a_create_without_a_prefix_does_not_get_the_prefix_of_a_move() {
    let mock = MockApi::start();
    // Requests are sent in order, so the other create comes between the DELETE and the POST.
    let client = client_with(&mock, |it| {
        it.max_concurrent_requests = 1.try_into().expect("not zero");
    });
    let (old, new) = begin(&mock, &client).await;
    mock.inject(Fault::on("DELETE", ROUTED).delay(Duration::from_millis(100)));
    let create = async {
        // While the DELETE is in flight.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let any = any_route(&new.pool_id, &old.vps_id);
        let created = client.routed_ipv6().create_route(&operation(), &any).await;
        created.expect("a route")
    };
    let (moved, created) = tokio::join!(moved(&client, &old, &new), create);
    let moved = moved.expect("moved");
    assert_eq!((&moved.prefix, &moved.vps_id), (&old.prefix, &new.vps_id));
    assert_ne!(created.prefix, old.prefix);
    assert_ne!(created.id, moved.id);
}

#[tokio::test]
async fn a_move_waits_until_hostup_frees_the_prefix() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (old, new) = begin(&mock, &client).await;
    mock.configure(|it| it.prefix_free_after = Duration::from_millis(50));
    let moved = moved(&client, &old, &new).await.expect("moved");
    assert_eq!((moved.prefix, moved.vps_id), (old.prefix, new.vps_id));
}

#[tokio::test]
async fn no_read_is_sent_while_a_prefix_is_not_routed() {
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

/// The routes of the account: id, prefix and server of each.
fn routes(mock: &MockApi) -> Vec<(String, String, String)> {
    let text = |route: &serde_json::Value, key: &str| route[key].as_str().expect(key).to_owned();
    let routes = mock.routes();
    let parts = routes
        .iter()
        .map(|it| (text(it, "id"), text(it, "prefix"), text(it, "vpsId")));
    parts.collect()
}

fn is_only_route(mock: &MockApi, route: &Route) -> bool {
    routes(mock) == [(route.id.clone(), route.prefix.clone(), route.vps_id.clone())]
}

#[tokio::test]
async fn the_old_route_is_not_taken_for_the_new_one_while_it_is_still_listed() {
    for removal in [
        Removal::Reads(3),
        Removal::After(Duration::from_millis(300)),
    ] {
        for answer in [DeleteResponse::Documented, DeleteResponse::NoContent] {
            for relabelled in [false, true] {
                let mock = MockApi::start();
                let client = client_of(&mock);
                let (old, mut new) = begin(&mock, &client).await;
                if relabelled {
                    // The same server: only the id tells the two routes apart.
                    new.vps_id.clone_from(&old.vps_id);
                    new.label = Some("web".to_owned());
                }
                mock.configure(|it| {
                    it.removal = removal;
                    it.delete_response = answer.clone();
                });
                let moved = moved(&client, &old, &new).await.expect("moved");
                assert_ne!(moved.id, old.id, "{removal:?} {answer:?}");
                assert_eq!(moved.label, new.label);
                assert!(is_only_route(&mock, &moved), "{:?}", routes(&mock));
            }
        }
    }
}

#[tokio::test]
async fn the_old_route_is_not_taken_for_the_new_one_by_its_label() {
    let mock = MockApi::start();
    let client = client_with(&mock, |it| it.recent_write_timeout = Duration::from_secs(2));
    let (old, new) = begin(&mock, &client).await;
    let to = |label: &str| NewRoute {
        vps_id: old.vps_id.clone(),
        label: Some(label.to_owned()),
        ..new.clone()
    };
    let old = moved(&client, &old, &to("web-01")).await.expect("moved");
    mock.configure(|it| {
        it.delete_response = DeleteResponse::NoContent;
        it.copy_lag = Duration::from_millis(300);
        it.responses_lag = true;
    });
    // The 201 shows the old route. Its label may be the new one as HostUp shortened it.
    drop(mock.pools());
    let moved = moved(&client, &old, &to("web-01b")).await.expect("moved");
    assert_ne!(moved.id, old.id);
    assert!(is_only_route(&mock, &moved), "{:?}", routes(&mock));
}

#[tokio::test]
async fn a_move_that_the_api_would_refuse_removes_no_route() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (old, new) = begin(&mock, &client).await;
    let refused = |new: NewRoute| {
        let (client, old) = (&client, &old);
        async move {
            let failed = moved(client, old, &new).await.expect_err("refused");
            assert!(
                matches!(failed.prefix, PrefixState::Unchanged),
                "{failed:?}"
            );
            assert_eq!(failed.error.kind(), &ErrorKind::Refused);
            failed.error.to_string()
        }
    };
    let unknown = NewRoute {
        vps_id: "vps_0".to_owned(),
        ..new.clone()
    };
    assert!(refused(unknown).await.contains("vps_0"));
    mock.edit_vps(&new.vps_id, |it| it["serviceStatus"] = "suspended".into());
    let said = refused(new.clone()).await;
    assert!(said.contains("web-02"), "{said}");
    mock.configure(|it| it.routed_ipv6_unavailable = Some("Ask the support.".to_owned()));
    let said = refused(new).await;
    assert!(said.contains("Ask the support."), "{said}");
    assert_eq!(mock.count("DELETE", "/api"), 0);
    assert_eq!(mock.count("POST", "/api"), 1);
    assert!(is_only_route(&mock, &old));
}

#[tokio::test]
async fn when_the_new_route_is_refused_the_old_one_is_created_again() {
    for status in [400, 403, 404, 409, 422] {
        let mock = MockApi::start();
        let client = client_of(&mock);
        let (old, new) = begin(&mock, &client).await;
        let removal = Removal::After(Duration::from_millis(100));
        mock.configure(|it| it.removal = removal);
        // An unexplained 409 is repeated for ten seconds. The status explains this one.
        let vps = new.vps_id.clone();
        let refusal = Fault::on("POST", ROUTED)
            .problem(status, "vps_not_ready", "It is being installed.")
            .run(move |account| {
                account.edit_vps(&vps, |it| it["serviceStatus"] = "suspended".into());
            });
        mock.inject(refusal);
        let failed = moved(&client, &old, &new).await.expect_err("refused");
        assert_eq!(failed.error.status(), Some(status));
        assert!(failed.error.to_string().contains("It is being installed."));
        let PrefixState::Routed(back) = failed.prefix else {
            panic!("{status}: {:?}", failed.prefix);
        };
        assert_eq!((&back.prefix, &back.vps_id), (&old.prefix, &old.vps_id));
        assert_ne!(back.id, old.id);
        assert!(is_only_route(&mock, &back), "{:?}", routes(&mock));
    }
}

#[tokio::test]
async fn a_route_that_takes_the_prefix_in_between_is_left_alone() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (old, new) = begin(&mock, &client).await;
    let (pool, third) = (new.pool_id.clone(), mock.add_vps("web-03"));
    mock.inject(Fault::on("POST", ROUTED).run(move |account| {
        account.add_route(&pool, &third, None, 64, None);
    }));
    let failed = moved(&client, &old, &new).await.expect_err("taken");
    let PrefixState::Foreign(foreign) = failed.prefix else {
        panic!("{:?}", failed.prefix);
    };
    assert_eq!(failed.error.in_the_way()[0].id, foreign.id);
    assert!(is_only_route(&mock, &foreign));
}

#[tokio::test]
async fn a_move_with_lost_responses_succeeds() {
    let cases = [
        Fault::on("DELETE", ROUTED).cut_after(),
        Fault::on("DELETE", ROUTED).after_commit().html(502),
        Fault::on("DELETE", ROUTED).commit_after(Duration::from_millis(100)),
        Fault::on("POST", ROUTED).cut_after(),
        Fault::on("POST", ROUTED).after_commit().html(504),
        Fault::on("POST", ROUTED).commit_after(Duration::from_millis(100)),
        Fault::on("POST", ROUTED).old_state(),
    ];
    for fault in cases {
        let mock = MockApi::start();
        let client = client_with(&mock, |it| it.lost_write_timeout = Duration::from_secs(2));
        let (old, new) = begin(&mock, &client).await;
        let said = format!("{fault:?}");
        mock.inject(fault);
        let moved = moved(&client, &old, &new).await;
        let moved = moved.unwrap_or_else(|error| panic!("{said}: {error:?}"));
        assert_eq!((&moved.prefix, &moved.vps_id), (&old.prefix, &new.vps_id));
        assert!(is_only_route(&mock, &moved), "{said}: {:?}", routes(&mock));
    }
}

#[tokio::test]
async fn a_new_route_that_is_created_late_is_found() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (old, new) = begin(&mock, &client).await;
    // The create is given up after 300 ms and carried out after 500 ms. The request that creates
    // the old route again arrives after 900 ms.
    mock.inject(Fault::on("POST", ROUTED).commit_after(Duration::from_millis(500)));
    mock.inject(Fault::on("POST", ROUTED).delay(Duration::from_millis(600)));
    let failed = moved(&client, &old, &new).await.expect_err("given up");
    let PrefixState::Routed(now) = failed.prefix else {
        panic!("{:?}", failed.prefix);
    };
    assert_eq!(now.vps_id, new.vps_id);
    assert!(is_only_route(&mock, &now), "{:?}", routes(&mock));
}

#[tokio::test]
async fn a_route_that_is_as_requested_or_gone_is_not_removed() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (old, new) = begin(&mock, &client).await;
    // The route is gone, so the move creates it.
    mock.remove_route(&old.id);
    let created = moved(&client, &old, &new).await.expect("created");
    assert!(is_only_route(&mock, &created));
    assert_eq!(mock.count("DELETE", "/api"), 0);
    // Another process finds the route of an interrupted move.
    let again = moved(&client_of(&mock), &old, &new).await.expect("found");
    assert_eq!(again.id, created.id);
    assert_eq!(
        (mock.count("DELETE", "/api"), mock.count("POST", "/api")),
        (0, 2)
    );
}

#[tokio::test]
async fn a_foreign_route_is_not_moved() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (old, new) = begin(&mock, &client).await;
    mock.remove_route(&old.id);
    let third = mock.add_vps("web-03");
    let foreign = mock.add_route(&new.pool_id, &third, None, 64, None);
    let failed = moved(&client_of(&mock), &old, &new)
        .await
        .expect_err("foreign");
    assert!(
        matches!(&failed.prefix, PrefixState::Foreign(it) if it.id == foreign),
        "{failed:?}"
    );
    assert_eq!(failed.error.in_the_way()[0].id, foreign);
    assert_eq!(
        (mock.count("DELETE", "/api"), mock.count("POST", "/api")),
        (0, 1)
    );
}

#[tokio::test]
async fn a_stop_after_the_removal_waits_for_the_new_route() {
    let mock = MockApi::start();
    let client = client_of(&mock);
    let (old, new) = begin(&mock, &client).await;
    mock.configure(|it| it.removal = Removal::After(Duration::from_millis(300)));
    let stop = CancellationToken::new();
    let operation = Operation::new(Duration::from_mins(1), stop.clone());
    let stopping = stop.clone();
    mock.inject(Fault::on("DELETE", ROUTED).run(move |_| stopping.cancel()));
    let known = known(&new.pool_id, &old);
    let routed = client.routed_ipv6();
    let moved = routed.move_route(&operation, &known, &new, None).await;
    let moved = moved.expect("the new route");
    assert!(stop.is_cancelled() && is_only_route(&mock, &moved));

    // A stop before the removal ends the move.
    let failed = routed.move_route(&operation, &known, &new, None).await;
    let failed = failed.expect_err("stopped");
    assert!(failed.error.is_cancelled() && matches!(failed.prefix, PrefixState::Unchanged));
}
