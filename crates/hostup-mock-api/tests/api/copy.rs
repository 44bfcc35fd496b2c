//! Reads that lag behind writes, and objects that appear late.

use std::time::{Duration, Instant};

use hostup_mock_api::MockApi;
use serde_json::{Value, json};

use crate::http::Client;

const STATE: &str = "/api/v2/routed-ipv6";
const NETWORKS: &str = "/api/v2/private-networks";

/// Longer than any test takes.
const LONG: Duration = Duration::from_hours(1);

/// Waits until a condition is met. Returns the time since the start.
#[track_caller]
pub(crate) fn until(start: Instant, met: impl Fn() -> bool) -> Duration {
    while !met() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "the condition is never met"
        );
    }
    start.elapsed()
}

fn allocate(client: &Client<'_>) -> Value {
    let body = json!({"action": "allocate_pool"});
    client.post(STATE, &body).expect(201)
}

fn create(client: &Client<'_>, pool: &str, vps: &str) -> Value {
    let body = json!({
        "action": "create_route", "poolId": pool, "vpsId": vps, "prefixLength": 64,
    });
    client.post(STATE, &body).expect(201)
}

fn count(list: &Value) -> Option<usize> {
    list.as_array().map(Vec::len)
}

#[test]
fn reads_show_the_account_from_before_the_lag() {
    let mock = MockApi::start();
    let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
    let old = mock.add_route(&pool, &vps, None, 64, None);
    let network = mock.add_network("a", None);
    mock.configure(|switches| switches.copy_lag = LONG);
    let client = Client::of(&mock);

    // Writes by the API and by the test lag.
    let state = create(&client, &pool, &vps);
    assert_eq!(count(&state["pools"][0]["routes"]), Some(2));
    client.delete(&format!("{STATE}/routes/{old}")).expect(200);
    let created = client.post(NETWORKS, &json!({"name": "b"})).expect(201);
    let created = created["id"].as_str().expect("an id");
    mock.remove_network(&network);
    mock.add_address(&vps, None, "10.201.8.10");
    mock.edit_vps(&vps, |vps| vps["name"] = json!("renamed"));

    let state = client.get(STATE).expect(200);
    assert_eq!(count(&state["pools"][0]["routes"]), Some(1));
    assert_eq!(state["pools"][0]["routes"][0]["id"], old.as_str());
    assert_eq!(state["destinations"][0]["name"], "web-01");
    let server = format!("/api/v2/vps/{vps}");
    assert_eq!(client.get(&server).expect(200)["name"], "web-01");
    let servers = client.get("/api/v2/vps").expect(200);
    assert_eq!(servers["data"][0]["name"], "web-01");
    let interfaces = client.get(&format!("{server}/network")).expect(200);
    assert_eq!(count(&interfaces["interfaces"]), Some(1));
    let list = client.get(NETWORKS).expect(200)["data"].clone();
    assert_eq!((count(&list), &list[0]["id"]), (Some(1), &json!(network)));
    client.get(&format!("{NETWORKS}/{network}")).expect(200);
    let path = format!("{NETWORKS}/{created}");
    client.get(&path).refused(404, "not_found");

    // Writes see the account as it is.
    client
        .delete(&format!("{STATE}/routes/{old}"))
        .refused(404, "not_found");
    assert_eq!((mock.routes().len(), mock.networks().len()), (1, 1));

    mock.configure(|switches| switches.copy_lag = Duration::ZERO);
    let state = client.get(STATE).expect(200);
    assert_ne!(state["pools"][0]["routes"][0]["id"], old.as_str());
    assert_eq!(state["destinations"][0]["name"], "renamed");
    assert_eq!(client.get(&path).expect(200)["status"], "provisioning");
    let list = client.get(NETWORKS).expect(200)["data"].clone();
    assert_eq!((count(&list), &list[0]["id"]), (Some(1), &json!(created)));
}

#[test]
fn each_write_shows_after_the_lag() {
    let mock = MockApi::start();
    let lag = Duration::from_millis(80);
    mock.configure(|switches| switches.copy_lag = lag);
    let client = Client::of(&mock);
    let routes = || client.get(STATE).expect(200)["pools"][0]["routes"].clone();
    let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
    for number in 1..=3 {
        let start = Instant::now();
        create(&client, &pool, &vps);
        let took = until(start, || count(&routes()) == Some(number));
        assert!(took >= lag, "{took:?}");
    }
    let route = mock.routes()[0]["id"].as_str().expect("an id").to_owned();
    let start = Instant::now();
    mock.remove_route(&route);
    let took = until(start, || count(&routes()) == Some(2));
    assert!(took >= lag, "{took:?}");
}

#[test]
fn the_response_to_a_write_can_lag_too() {
    let mock = MockApi::start();
    mock.configure(|switches| (switches.copy_lag, switches.responses_lag) = (LONG, true));
    let client = Client::of(&mock);
    let state = allocate(&client);
    assert_eq!(state["pools"], json!([]));
    assert_eq!(state["actions"]["canAllocatePool"]["allowed"], true);
    let network = client.post(NETWORKS, &json!({"name": "a"})).expect(201);
    assert_eq!(network["name"], "a");
    assert_eq!(mock.pools().len(), 1);
    mock.configure(|switches| switches.responses_lag = false);
    let vps = mock.add_vps("web-01");
    let pool = mock.pools()[0]["id"].as_str().expect("an id").to_owned();
    let state = create(&client, &pool, &vps);
    assert_eq!(count(&state["pools"][0]["routes"]), Some(1));
}

#[test]
fn an_object_that_appears_late_exists_from_the_start() {
    let mock = MockApi::start();
    let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
    mock.configure(|switches| switches.appears_after = LONG);
    let client = Client::of(&mock);
    let state = create(&client, &pool, &vps);
    assert_eq!(state["pools"][0]["routes"], json!([]));
    let state = client.get(STATE).expect(200);
    assert_eq!(state["pools"][0]["routes"], json!([]));
    // Its prefix is taken.
    let body = json!({
        "action": "create_route", "poolId": pool, "vpsId": vps, "prefixLength": 64,
        "prefix": mock.routes()[0]["prefix"],
    });
    client
        .post(STATE, &body)
        .refused(409, "routed_ipv6_prefix_conflict");
    client
        .delete(&format!("{STATE}/{pool}"))
        .refused(409, "routed_ipv6_pool_in_use");

    let created = client.post(NETWORKS, &json!({"name": "a"})).expect(201);
    let path = format!("{NETWORKS}/{}", created["id"].as_str().expect("an id"));
    client.get(&path).refused(404, "not_found");
    assert_eq!(client.get(NETWORKS).expect(200)["data"], json!([]));
    // A read that does not show the network does not count.
    assert_eq!(mock.networks()[0]["status"], "provisioning");

    let other = mock.add_pool();
    assert_eq!(count(&client.get(STATE).expect(200)["pools"]), Some(1));
    assert_eq!(mock.pools().len(), 2);
    client.delete(&format!("{STATE}/{other}")).expect(200);
}

#[test]
fn a_new_object_appears_after_its_time() {
    let mock = MockApi::start();
    let wait = Duration::from_millis(80);
    mock.configure(|switches| switches.appears_after = wait);
    let client = Client::of(&mock);
    let start = Instant::now();
    assert_eq!(allocate(&client)["pools"], json!([]));
    let shows = || client.get(STATE).expect(200)["pools"] != json!([]);
    assert!(until(start, shows) >= wait);

    // The lag comes on top.
    let lag = Duration::from_millis(50);
    mock.configure(|switches| switches.copy_lag = lag);
    let start = Instant::now();
    let created = client.post(NETWORKS, &json!({"name": "a"})).expect(201);
    let path = format!("{NETWORKS}/{}", created["id"].as_str().expect("an id"));
    let took = until(start, || client.get(&path).status == 200);
    assert!(took >= wait + lag, "{took:?}");
}
