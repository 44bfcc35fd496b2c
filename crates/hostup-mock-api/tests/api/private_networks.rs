//! Private networks.

use hostup_mock_api::{CanDeleteRule, DeleteResponse, MockApi, RegionValue};
use serde_json::{Value, json};

use crate::http::Client;

const PATH: &str = "/api/v2/private-networks";

fn by_id(id: &str) -> String {
    format!("{PATH}/{id}")
}

#[track_caller]
fn create(client: &Client<'_>, body: &Value) -> String {
    let created = client.post(PATH, body).expect(201);
    created["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_network_is_provisioned_and_deprovisioned_over_several_reads() {
    let mock = MockApi::start();
    mock.configure(|switches| {
        (switches.provisioning_reads, switches.deprovisioning_reads) = (2, 1);
    });
    let client = Client::of(&mock);
    let body = json!({"name": "production-private", "region": "stockholm", "description": "d"});
    let created = client.post(PATH, &body).expect(201);
    assert_eq!(created["status"], "provisioning");
    assert_eq!(created["region"], "dc1r28");
    assert_eq!(created["parentCidr"], "10.201.0.0/21");
    assert_eq!(created["subnets"][0]["subnetCidr"], "10.201.0.0/24");
    assert_eq!(created["subnets"][0]["gateway"], "10.201.0.1");
    assert_eq!(created["subnets"][0]["vlanTag"], 200);
    assert!(created.get("description").is_none());
    let id = created["id"].as_str().expect("an id");
    assert_eq!(mock.network_description(id).as_deref(), Some("d"));

    let status = || client.get(&by_id(id)).expect(200)["status"].clone();
    client.delete(&by_id(id)).refused(409, "network_in_use");
    assert_eq!(
        [status(), status(), status()],
        ["provisioning", "provisioning", "active"]
    );
    assert!(!mock.is_empty());

    let deleted = client.delete(&by_id(id)).expect(200);
    assert_eq!(deleted["status"], "deprovisioning");
    assert!(
        mock.is_empty(),
        "a network that is being deleted does not count"
    );
    assert_eq!(
        client.delete(&by_id(id)).expect(200)["status"],
        "deprovisioning"
    );
    assert_eq!(status(), "deprovisioning");
    client.get(&by_id(id)).refused(404, "not_found");
    client.delete(&by_id(id)).refused(404, "not_found");
}

#[test]
fn the_list_counts_as_a_read_but_the_mocks_own_methods_do_not() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    create(&client, &json!({"name": "a"}));
    for _ in 0..5 {
        assert_eq!(mock.networks()[0]["status"], "provisioning");
    }
    let status = || client.get(PATH).expect(200)["data"][0]["status"].clone();
    assert_eq!([status(), status()], ["provisioning", "active"]);
}

#[test]
fn a_create_can_show_unknown_and_end_retired() {
    let mock = MockApi::start();
    mock.configure(|switches| {
        switches.provisioning_reads = 1;
        switches.unknown_reads = 2;
        switches.provisioning_ends_in = "retired".to_owned();
    });
    let client = Client::of(&mock);
    let id = create(&client, &json!({"name": "a"}));
    let status = || client.get(&by_id(&id)).expect(200)["status"].clone();
    let seen = [status(), status(), status(), status(), status()];
    assert_eq!(
        seen,
        ["provisioning", "unknown", "unknown", "retired", "retired"]
    );
}

#[test]
fn a_deleted_network_can_stay_readable_as_retired() {
    let mock = MockApi::start();
    mock.configure(|switches| (switches.ends_retired, switches.deprovisioning_reads) = (true, 0));
    let id = mock.add_network("a", None);
    let client = Client::of(&mock);
    client.delete(&by_id(&id)).expect(200);
    assert_eq!(client.get(&by_id(&id)).expect(200)["status"], "retired");
    assert_eq!(
        client.get(PATH).expect(200)["data"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    client.delete(&by_id(&id)).refused(404, "not_found");
    assert!(mock.is_empty());
    // Its range is free.
    create(
        &client,
        &json!({"name": "b", "parentCidr": "10.201.0.0/21"}),
    );
}

#[test]
fn a_network_with_a_server_cannot_be_deleted() {
    let mock = MockApi::start();
    let (vps, id) = (mock.add_vps("web-01"), mock.add_network("a", None));
    let client = Client::of(&mock);
    mock.attach_vps(&id, &vps);
    let network = client.get(&by_id(&id)).expect(200);
    let attached = json!([{"id": vps, "name": "web-01", "primaryIp": "10.201.0.10"}]);
    assert_eq!(network["attachedVps"], attached);
    assert_eq!(network["attachedVpsCount"], 1);
    assert_eq!(network["actions"]["canDelete"]["allowed"], false);
    client.delete(&by_id(&id)).refused(409, "network_in_use");
    mock.detach_vps(&id, &vps);
    client.delete(&by_id(&id)).expect(200);
}

#[test]
fn a_strict_account_deletes_only_networks_with_retired_subnets() {
    let mock = MockApi::start();
    mock.configure(|switches| switches.strict_network_delete = true);
    let id = mock.add_network("a", None);
    let client = Client::of(&mock);
    for _ in 0..3 {
        client.delete(&by_id(&id)).refused(409, "network_in_use");
    }
    let capability = client.get(&by_id(&id)).expect(200)["actions"]["canDelete"].clone();
    let reason = "Retire all child subnets before deleting.";
    assert_eq!(capability, json!({"allowed": false, "reason": reason}));
    mock.retire_subnets(&id);
    client.delete(&by_id(&id)).expect(200);
}

#[test]
fn a_delete_has_every_form_of_response() {
    #[track_caller]
    fn check(response: DeleteResponse, status: u16, field: Option<&str>) {
        let mock = MockApi::start();
        mock.configure(|switches| switches.delete_response = response);
        let id = mock.add_network("a", None);
        let body = Client::of(&mock).delete(&by_id(&id)).expect(status);
        match field {
            Some(field) => assert!(body.get(field).is_some(), "{body}"),
            None => assert_eq!(body, Value::Null),
        }
        assert!(mock.is_empty());
    }
    check(DeleteResponse::Documented, 200, Some("createdAt"));
    check(DeleteResponse::State, 200, Some("createdAt"));
    check(DeleteResponse::NoContent, 204, None);
    check(DeleteResponse::Empty, 200, None);
    check(DeleteResponse::Released, 200, Some("released"));
    check(DeleteResponse::accepted(), 202, Some("operation"));
}

#[test]
fn a_wrong_body_is_refused_with_a_pointer() {
    #[track_caller]
    fn check(body: &Value, pointer: &str) {
        let mock = MockApi::start();
        let problem = Client::of(&mock)
            .post(PATH, body)
            .refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        assert!(mock.is_empty());
    }
    check(&json!({}), "/name");
    check(&json!({"name": ""}), "/name");
    check(&json!({"name": 1}), "/name");
    check(&json!({"name": "x".repeat(101)}), "/name");
    check(&json!({"name": "a", "region": null}), "/region");
    check(&json!({"name": "a", "region": ""}), "/region");
    check(&json!({"name": "a", "description": 1}), "/description");
    check(&json!({"name": "a", "parentCidr": null}), "/parentCidr");
    check(
        &json!({"name": "a", "parentCidr": "10.42.0.0/24"}),
        "/parentCidr",
    );
    check(
        &json!({"name": "a", "parentCidr": "10.42.1.0/21"}),
        "/parentCidr",
    );
    check(
        &json!({"name": "a", "parentCidr": "203.0.112.0/21"}),
        "/parentCidr",
    );
    check(
        &json!({"name": "a", "parentCidr": "anything"}),
        "/parentCidr",
    );
    check(&json!({"name": "a", "labels": {}}), "/labels");
    check(&json!(["name"]), "");
}

#[test]
fn a_name_of_a_hundred_characters_and_a_null_description_are_accepted() {
    let mock = MockApi::start();
    let name = "\u{f6}".repeat(100);
    let body = json!({"name": name, "description": null});
    assert_eq!(
        Client::of(&mock).post(PATH, &body).expect(201)["name"],
        name
    );
}

#[test]
fn two_networks_have_different_ranges_and_vlans() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    create(
        &client,
        &json!({"name": "a", "parentCidr": "10.201.0.0/21"}),
    );
    let body = json!({"name": "b", "parentCidr": "10.201.0.0/21"});
    client
        .post(PATH, &body)
        .refused(409, "private_network_conflict");
    let second = create(&client, &json!({"name": "a"}));
    let network = client.get(&by_id(&second)).expect(200);
    assert_eq!(network["parentCidr"], "10.201.8.0/21");
    assert_eq!(network["subnets"][0]["vlanTag"], 201);
}

#[test]
fn a_limit_refuses_another_network_until_one_is_removed() {
    let mock = MockApi::start();
    mock.configure(|switches| {
        switches.private_network_limit = Some(1);
        switches.deprovisioning_reads = 0;
    });
    let id = mock.add_network("a", None);
    let client = Client::of(&mock);
    let again = || client.post(PATH, &json!({"name": "b"}));
    again().refused(409, "private_network_limit_reached");
    let capability = client.get(&by_id(&id)).expect(200)["actions"]["canAddSubnet"].clone();
    assert_eq!(
        capability,
        json!({"allowed": false, "reason": "Private network limit reached."})
    );
    client.delete(&by_id(&id)).expect(200);
    again().refused(409, "private_network_limit_reached");
    client.get(&by_id(&id)).refused(404, "not_found");
    again().expect(201);
}

#[test]
fn the_documents_contradictions_are_switches() {
    let mock = MockApi::start();
    mock.configure(|switches| switches.gateway_outside = true);
    let id = mock.add_network("a", Some("malmo"));
    let client = Client::of(&mock);
    let network = || client.get(&by_id(&id)).expect(200);
    assert_eq!(network()["subnets"][0]["gateway"], "203.0.113.10");
    assert_eq!(network()["actions"]["canDelete"]["allowed"], true);
    mock.configure(|switches| switches.can_delete_rule = CanDeleteRule::Documented);
    assert_eq!(network()["actions"]["canDelete"]["allowed"], false);
    mock.configure(|switches| switches.region_value = RegionValue::Slug);
    assert_eq!(network()["region"], "malmo");
    mock.configure(|switches| switches.region_value = RegionValue::Null);
    assert_eq!(network()["region"], Value::Null);
    mock.configure(|switches| switches.numbers_as_floats = true);
    assert!(client.get(&by_id(&id)).text.contains("\"subnetCount\":1.0"));
    // A refused capability does not prevent the DELETE.
    client.delete(&by_id(&id)).expect(200);
}

#[test]
fn the_list_has_pages_a_filter_and_no_details() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let mut created: Vec<String> = Vec::new();
    for number in 0..25 {
        let region = if number % 2 == 0 {
            "stockholm"
        } else {
            "malmo"
        };
        created.push(mock.add_network("same-name", Some(region)));
    }
    let ids = |page: &Value| -> Vec<String> {
        let items = page["data"].as_array().expect("an array");
        items
            .iter()
            .map(|item| item["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    let first = client.get(PATH).expect(200);
    assert_eq!(ids(&first), created[..20]);
    assert_eq!(first["hasMore"], true);
    let item = first["data"][0].as_object().expect("an object");
    assert!(!item.contains_key("subnets") && !item.contains_key("attachedVps"));
    assert_eq!(item["subnetCount"], 1);

    let cursor = first["nextCursor"].as_str().expect("a cursor");
    mock.remove_network(&created[19]);
    let second = client.get(&format!("{PATH}?cursor={cursor}")).expect(200);
    assert_eq!(ids(&second), created[20..]);
    assert_eq!(
        (&second["hasMore"], &second["nextCursor"]),
        (&json!(false), &Value::Null)
    );

    let stockholm = client
        .get(&format!("{PATH}?region=stockholm&limit=1000"))
        .expect(200);
    assert_eq!(ids(&stockholm).len(), 13);
    assert_eq!(
        ids(&client.get(&format!("{PATH}?region=dc1r28")).expect(200)).len(),
        0
    );
    mock.configure(|switches| switches.page_cap = 2);
    assert_eq!(
        ids(&client.get(&format!("{PATH}?limit=50")).expect(200)).len(),
        2
    );

    for cursor in ["x", "pnet_01hxa3b4c5d6e7f8g9h0j1k2m3", ""] {
        client
            .get(&format!("{PATH}?cursor={cursor}"))
            .refused(400, "invalid_cursor");
    }
    for limit in ["0", "-1", "many"] {
        client
            .get(&format!("{PATH}?limit={limit}"))
            .refused(400, "invalid_request");
    }
}

#[test]
fn an_item_can_be_on_two_pages() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let created: Vec<String> = (0..4).map(|_| mock.add_network("a", None)).collect();
    // The indexes in `created` of each page's items.
    let pages = |limit: usize| {
        let mut pages: Vec<Vec<usize>> = Vec::new();
        let mut path = format!("{PATH}?limit={limit}");
        loop {
            let page = client.get(&path).expect(200);
            let items = page["data"].as_array().expect("an array").iter();
            let index = |item: &Value| created.iter().position(|id| item["id"] == *id);
            pages.push(items.filter_map(index).collect());
            let Some(cursor) = page["nextCursor"].as_str() else {
                return pages;
            };
            path = format!("{PATH}?limit={limit}&cursor={cursor}");
        }
    };
    assert_eq!(pages(3), [vec![0, 1, 2], vec![3]]);
    mock.configure(|switches| switches.repeat_items = true);
    assert_eq!(pages(3), [vec![0, 1, 2], vec![2, 3]]);
    assert_eq!(pages(2), [[0, 1], [1, 2], [2, 3]]);
    assert_eq!(pages(1), [[0], [1], [2], [3]]);
    assert_eq!(pages(4), [[0, 1, 2, 3]]);
}

#[test]
fn an_edited_status_stays() {
    let mock = MockApi::start();
    let client = Client::of(&mock);
    let id = create(&client, &json!({"name": "a"}));
    mock.edit_network(&id, |network| {
        network["status"] = json!("unknown");
        network["region"] = json!("by hand");
        network["name"] = json!("renamed");
    });
    for _ in 0..4 {
        let network = client.get(&by_id(&id)).expect(200);
        let seen = [&network["status"], &network["region"], &network["name"]];
        assert_eq!(seen, ["unknown", "by hand", "renamed"]);
    }
}
