//! Servers and the account's limits.

use hostup_mock_api::{MockApi, VpsOptions};
use serde_json::{Value, json};

use crate::http::Client;

const PATH: &str = "/api/v2/vps";

#[test]
fn the_list_can_be_filtered_by_name_and_address() {
    let mock = MockApi::start();
    let first = mock.add_vps("web-01");
    let second = mock.add_vps("WEB-01");
    mock.add_vps("web-010");
    let unaddressed = VpsOptions {
        ipv4: false,
        power_state: None,
        ..VpsOptions::default()
    };
    mock.add_vps_with(VpsOptions {
        name: "db".to_owned(),
        ..unaddressed
    });
    let client = Client::of(&mock);
    let found = |query: &str| -> Vec<Value> {
        let page = client.get(&format!("{PATH}?{query}")).expect(200);
        let items = page["data"].as_array().expect("an array");
        items.iter().map(|item| item["id"].clone()).collect()
    };
    assert_eq!(found("").len(), 4);
    assert_eq!(found("name=Web-01"), [json!(first), json!(second)]);
    assert_eq!(found("primaryIp=192.0.2.11"), [json!(second)]);
    assert_eq!(found("name=web-01&primaryIp=192.0.2.11"), [json!(second)]);
    assert!(found("name=web").is_empty());
    let database = client.get(&format!("{PATH}?name=db")).expect(200)["data"][0].clone();
    assert_eq!(
        (&database["primaryIp"], &database["powerState"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(found("limit=3").len(), 3);
}

#[test]
fn the_limits_are_calculated_until_they_are_edited() {
    let mock = MockApi::start();
    mock.add_vps("web-01");
    let client = Client::of(&mock);
    let limits = || client.get(&format!("{PATH}/payg/limits")).expect(200);
    assert_eq!(limits()["current"]["instanceCount"], 1);
    assert_eq!(limits()["remaining"]["cpuCores"], 18);
    assert_eq!(limits()["pendingRequests"], json!([]));
    mock.edit_payg_limits(|limits| limits["hasPendingRequests"] = json!(true));
    assert_eq!(limits()["hasPendingRequests"], true);
}

#[test]
fn a_server_is_read_by_its_id() {
    let mock = MockApi::start();
    let vps = mock.add_vps("web-01");
    let client = Client::of(&mock);
    let server = client.get(&format!("{PATH}/{vps}")).expect(200);
    assert_eq!(server["id"], vps.as_str());
    assert_eq!(server["billing"]["billingCycle"], "monthly");
    let listed = client.get(&format!("{PATH}?include=pendingMaintenance"));
    assert_eq!(listed.expect(200)["data"], json!([server]));
    let unknown = format!("{PATH}/vps_0");
    client.get(&unknown).refused(404, "not_found");
    mock.configure(|switches| switches.vps_not_found_code = true);
    client.get(&unknown).refused(404, "vps_not_found");
    mock.stop_vps(&vps);
    assert_eq!(mock.vpses()[0]["powerState"], "stopped");
    mock.add_key("network", &["read:network"]);
    let other = Client::with_key(&mock, "network");
    let path = format!("{PATH}/{vps}");
    other.get(&path).refused(403, "forbidden");
}

#[test]
fn removing_a_server_removes_its_routes_and_interfaces() {
    let mock = MockApi::start();
    let (vps, network, pool) = (
        mock.add_vps("a"),
        mock.add_network("a", None),
        mock.add_pool(),
    );
    mock.add_route(&pool, &vps, None, 64, None);
    mock.attach_vps(&network, &vps);
    mock.remove_vps(&vps);
    assert!(mock.routes().is_empty());
    assert_eq!(mock.networks()[0]["attachedVps"], json!([]));
}
