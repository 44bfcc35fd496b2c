//! Routes that are removed some time after their DELETE.

use std::time::{Duration, Instant};

use hostup_mock_api::{DeleteResponse, MockApi, Removal};
use serde_json::json;

use crate::copy::until;
use crate::http::{Client, Reply};

const PATH: &str = "/api/v2/routed-ipv6";

/// A deleted route and its pool.
struct Deleted {
    mock: MockApi,
    pool: String,
    route: String,
    reply: Reply,
}

fn delete(removal: Removal, response: DeleteResponse) -> Deleted {
    let mock = MockApi::start();
    mock.configure(|switches| {
        (switches.removal, switches.delete_response) = (removal, response);
    });
    let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
    let route = mock.add_route(&pool, &vps, None, 64, None);
    let reply = Client::of(&mock).delete(&format!("{PATH}/routes/{route}"));
    Deleted {
        mock,
        pool,
        route,
        reply,
    }
}

/// Returns the statuses of a second DELETE, a release, and a create with the same prefix.
fn attempts(deleted: &Deleted) -> [u16; 3] {
    let client = Client::of(&deleted.mock);
    let body = json!({
        "action": "create_route", "poolId": deleted.pool, "prefixLength": 64,
        "vpsId": deleted.mock.vpses()[0]["id"], "prefix": "2001:db8:1000::/64",
    });
    [
        client
            .delete(&format!("{PATH}/routes/{}", deleted.route))
            .status,
        client.delete(&format!("{PATH}/{}", deleted.pool)).status,
        client.post(PATH, &body).status,
    ]
}

#[test]
fn a_deleted_route_stays_listed_for_some_reads() {
    let deleted = delete(Removal::Reads(2), DeleteResponse::Documented);
    let client = Client::of(&deleted.mock);
    let operation = deleted.reply.expect(202)["operation"].clone();
    let job = operation["pollUrl"].as_str().expect("an address");
    assert_eq!(client.get(job).expect(200)["data"]["status"], "queued");
    let pool = || client.get(PATH).expect(200)["pools"][0].clone();
    for _ in 0..2 {
        assert_eq!(attempts(&deleted), [404, 409, 409]);
        let pool = pool();
        assert_eq!(pool["routes"][0]["id"], deleted.route.as_str());
        assert_eq!(pool["actions"]["canRelease"]["allowed"], false);
    }
    assert_eq!(pool()["routes"], json!([]));
    client
        .delete(&format!("{PATH}/{}", deleted.pool))
        .expect(200);
}

#[test]
fn the_last_read_removes_the_route_and_zero_reads_remove_it_at_once() {
    let deleted = delete(Removal::Reads(1), DeleteResponse::Documented);
    Client::of(&deleted.mock).get(PATH).expect(200);
    assert!(deleted.mock.routes().is_empty());
    assert_eq!(attempts(&deleted), [404, 200, 404]);
    let deleted = delete(Removal::Reads(0), DeleteResponse::Documented);
    deleted.reply.expect(202);
    assert!(deleted.mock.routes().is_empty());
}

#[test]
fn a_deleted_route_stays_listed_for_some_time() {
    let start = Instant::now();
    let wait = Duration::from_millis(80);
    let deleted = delete(Removal::After(wait), DeleteResponse::Documented);
    deleted.reply.expect(202);
    let took = until(start, || deleted.mock.routes().is_empty());
    assert!(took >= wait, "{took:?}");
    assert_eq!(attempts(&deleted), [404, 200, 404]);

    let deleted = delete(Removal::After(Duration::MAX), DeleteResponse::Documented);
    assert_eq!(attempts(&deleted), [404, 409, 409]);
    assert_eq!(deleted.mock.routes().len(), 1);
}

#[test]
fn a_late_removal_has_every_form_of_response() {
    let late = Removal::After(Duration::MAX);
    let state = delete(late, DeleteResponse::State).reply.expect(200);
    assert_eq!(
        state["pools"][0]["routes"].as_array().map(Vec::len),
        Some(1)
    );
    delete(late, DeleteResponse::NoContent).reply.expect(204);
    let released = delete(late, DeleteResponse::Released).reply.expect(200);
    assert_eq!(released["released"], true);
}
