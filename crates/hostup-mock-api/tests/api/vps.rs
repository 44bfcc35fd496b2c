//! VPSs, their limits and their interfaces.

use hostup_mock_api::{MockApi, VpsOptions};
use serde_json::{Value, json};

use crate::http::Client;

const PATH: &str = "/api/v2/vps";

#[test]
fn the_list_filters_by_exact_name_in_any_case_and_by_address() {
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
fn the_limits_follow_the_account_until_they_are_edited() {
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
fn a_vps_is_attached_to_a_private_network_and_detached() {
    let mock = MockApi::start();
    let (vps, network) = (mock.add_vps("web-01"), mock.add_network("a", None));
    let subnet = mock.networks()[0]["subnets"][0]["id"].clone();
    let client = Client::of(&mock);
    let path = format!("{PATH}/{vps}/network");
    let attach = |body: &Value| {
        let mut whole = json!({"action": "create_private_interface", "subnetId": subnet});
        for (field, value) in body.as_object().expect("an object") {
            whole[field] = value.clone();
        }
        client.post(&path, &whole)
    };
    for address in ["10.201.0.0", "10.201.0.255", "10.202.0.9", "web", "::1"] {
        let problem = attach(&json!({"ipAddress": address})).refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/ipAddress");
    }
    attach(&json!({"ipAddress": "10.201.0.1"})).refused(409, "ip_address_in_use");
    attach(&json!({"note": 1})).refused(400, "invalid_request");
    attach(&json!({"subnetId": "subnet_0"})).refused(404, "not_found");

    let answer = attach(&json!({"ipAddress": "10.201.0.77"})).expect(202);
    let poll = answer["operation"]["pollUrl"]
        .as_str()
        .expect("a path")
        .to_owned();
    assert!(poll.starts_with("/api/jobs/"), "{poll}");
    let status = || client.get(&poll).expect(200)["data"]["status"].clone();
    assert_eq!(
        [status(), status(), status()],
        ["queued", "in_progress", "completed"]
    );
    attach(&json!({})).refused(409, "already_attached");

    let interfaces = client.get(&path).expect(200)["interfaces"].clone();
    assert_eq!(interfaces[0]["ip"][0]["isPrivate"], false);
    assert_eq!(interfaces[1]["ip"][0]["ip"], "10.201.0.77");
    assert_eq!(
        interfaces[1]["ip"][0]["subnet"]["parentCidr"],
        "10.201.0.0/21"
    );
    client
        .delete(&format!("/api/v2/private-networks/{network}"))
        .refused(409, "network_in_use");

    let detach = |name: &Value| {
        client.post(
            &path,
            &json!({"action": "delete_interface", "interfaceName": name}),
        )
    };
    detach(&interfaces[0]["name"]).refused(409, "interface_required");
    detach(&json!("net9")).refused(404, "not_found");
    detach(&interfaces[1]["name"]).expect(202);
    client
        .delete(&format!("/api/v2/private-networks/{network}"))
        .expect(200);
    client
        .post(&path, &json!({"action": "reboot"}))
        .refused(400, "invalid_request");
    client
        .get(&format!("{PATH}/vps_0/network"))
        .refused(404, "not_found");
}

#[test]
fn a_removed_vps_takes_its_routes_and_interfaces_along() {
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
