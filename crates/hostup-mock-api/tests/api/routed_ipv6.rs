//! Pools and routes.

use hostup_mock_api::{DeleteResponse, MockApi, VpsOptions};
use serde_json::{Value, json};

use crate::http::{Client, Reply};

const PATH: &str = "/api/v2/routed-ipv6";

fn allocate(client: &Client<'_>) -> Reply {
    client.post(PATH, &json!({"action": "allocate_pool"}))
}

fn create(client: &Client<'_>, pool: &str, vps: &str, length: u8) -> Reply {
    let body = json!({
        "action": "create_route", "poolId": pool, "vpsId": vps, "prefixLength": length,
    });
    client.post(PATH, &body)
}

fn create_at(client: &Client<'_>, pool: &str, vps: &str, prefix: &str) -> Reply {
    let length: u8 = prefix
        .rsplit('/')
        .next()
        .and_then(|mask| mask.parse().ok())
        .unwrap_or(64);
    let body = json!({
        "action": "create_route", "poolId": pool, "vpsId": vps, "prefixLength": length,
        "prefix": prefix,
    });
    client.post(PATH, &body)
}

#[track_caller]
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer}: {value}"))
}

#[test]
fn a_pool_and_a_route_are_created_and_deleted() {
    let mock = MockApi::start();
    let vps = mock.add_vps("web-01");
    let client = Client::of(&mock);

    let empty = client.get(PATH).expect(200);
    assert_eq!(empty["pools"], json!([]));
    assert_eq!(empty["allowedPrefixLengths"], json!([48, 56, 64]));
    assert_eq!(
        empty["actions"]["canAllocatePool"],
        json!({"allowed": true, "reason": null})
    );
    let reason = "Add a routed /48 before creating routes.";
    assert_eq!(
        empty["actions"]["canCreateRoute"],
        json!({"allowed": false, "reason": reason})
    );
    assert_eq!(empty["destinations"][0]["vpsId"], vps.as_str());

    let state = allocate(&client).expect(201);
    let pool = text(&state, "/pools/0/id").to_owned();
    assert!(pool.starts_with("ripv6_"), "{pool}");
    assert_eq!(state["actions"]["canAllocatePool"]["allowed"], false);
    assert_eq!(state["actions"]["canCreateRoute"]["allowed"], true);
    assert_eq!(state["pools"][0]["actions"]["canRelease"]["allowed"], true);
    allocate(&client).refused(409, "routed_ipv6_pool_exists");

    let state = create(&client, &pool, &vps, 64).expect(201);
    let route = text(&state, "/pools/0/routes/0/id").to_owned();
    assert!(route.starts_with("ripv6rt_"), "{route}");
    assert_eq!(state["pools"][0]["routes"][0]["label"], Value::Null);
    assert_eq!(state["pools"][0]["routes"][0]["vpsName"], "web-01");
    assert_eq!(state["pools"][0]["actions"]["canRelease"]["allowed"], false);
    client
        .delete(&format!("{PATH}/{pool}"))
        .refused(409, "routed_ipv6_pool_in_use");

    let state = client.delete(&format!("{PATH}/routes/{route}")).expect(200);
    assert_eq!(state["pools"][0]["routes"], json!([]));
    client
        .delete(&format!("{PATH}/routes/{route}"))
        .refused(404, "not_found");
    let released = client.delete(&format!("{PATH}/{pool}")).expect(200);
    assert_eq!(released["released"], true);
    assert!(mock.is_empty());

    let again = allocate(&client).expect(201);
    assert_ne!(
        again["pools"][0]["parentCidr"],
        state["pools"][0]["parentCidr"]
    );
}

#[test]
fn a_route_without_a_prefix_gets_the_first_free_one() {
    let mock = MockApi::start();
    let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
    let client = Client::of(&mock);
    let prefix = |length: u8| {
        create(&client, &pool, &vps, length).expect(201);
        mock.routes().last().expect("a route")["prefix"].clone()
    };
    assert_eq!(prefix(64), "2001:db8:1000::/64");
    assert_eq!(prefix(56), "2001:db8:1000:100::/56");
    assert_eq!(prefix(64), "2001:db8:1000:1::/64");
    create(&client, &pool, &vps, 48).refused(409, "routed_ipv6_no_capacity");
}

#[test]
fn a_route_of_48_bits_uses_the_entire_pool() {
    let mock = MockApi::start();
    let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
    let client = Client::of(&mock);
    create_at(&client, &pool, &vps, "2001:db8:1000::/48").expect(201);
    create(&client, &pool, &vps, 64).refused(409, "routed_ipv6_no_capacity");
    create_at(&client, &pool, &vps, "2001:db8:1000:5::/64")
        .refused(409, "routed_ipv6_prefix_conflict");
    let state = client.get(PATH).expect(200);
    assert_eq!(
        state["pools"][0]["actions"]["canCreateRoute"]["allowed"],
        false
    );
    assert_eq!(state["actions"]["canCreateRoute"]["allowed"], false);
}

#[test]
fn a_prefix_is_shown_in_canonical_form_and_overlaps_are_refused() {
    let mock = MockApi::start();
    let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
    let client = Client::of(&mock);
    let state = create_at(&client, &pool, &vps, "2001:0DB8:1000:0100::/56").expect(201);
    assert_eq!(
        state["pools"][0]["routes"][0]["prefix"],
        "2001:db8:1000:100::/56"
    );
    for prefix in [
        "2001:db8:1000:100::/56",
        "2001:db8:1000:1ff::/64",
        "2001:db8:1000::/48",
    ] {
        create_at(&client, &pool, &vps, prefix).refused(409, "routed_ipv6_prefix_conflict");
    }
    create_at(&client, &pool, &vps, "2001:db8:1000:200::/64").expect(201);
}

#[test]
fn a_wrong_body_is_refused_with_a_pointer() {
    #[track_caller]
    fn check(change: &Value, pointer: &str) {
        let mock = MockApi::start();
        let mut body = json!({
            "action": "create_route", "poolId": mock.add_pool(), "vpsId": mock.add_vps("web-01"),
            "prefixLength": 64,
        });
        for (field, value) in change.as_object().expect("an object") {
            body[field] = value.clone();
        }
        // A null removes the field.
        let body: Value = body
            .as_object()
            .expect("an object")
            .iter()
            .filter(|(field, value)| !value.is_null() || *field == "label")
            .map(|(field, value)| (field.clone(), value.clone()))
            .collect();
        let problem = Client::of(&mock)
            .post(PATH, &body)
            .refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        assert!(mock.routes().is_empty());
    }
    check(&json!({"action": null}), "/action");
    check(&json!({"action": ""}), "/action");
    check(&json!({"action": "drop_pool"}), "/action");
    check(&json!({"poolId": null}), "/poolId");
    check(&json!({"vpsId": 5}), "/vpsId");
    check(&json!({"prefixLength": null}), "/prefixLength");
    check(&json!({"prefixLength": 60}), "/prefixLength");
    check(&json!({"prefixLength": "64"}), "/prefixLength");
    check(&json!({"label": null}), "/label");
    check(&json!({"na/me~": 1}), "/na~1me~0");
    check(&json!({"prefix": "everything"}), "/prefix");
    check(&json!({"prefix": "2001:db8:1000::1/64"}), "/prefix");
    check(&json!({"prefix": "2001:db8:2000::/64"}), "/prefix");
    check(&json!({"prefix": "2001:db8:1000::/56"}), "/prefix");
}

#[test]
fn a_route_needs_a_pool_and_a_server_that_can_receive_it() {
    let mock = MockApi::start();
    let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
    let no_ipv6 = mock.add_vps_with(VpsOptions {
        ipv6: false,
        ..VpsOptions::default()
    });
    let status = "suspended".to_owned();
    let suspended = mock.add_vps_with(VpsOptions {
        status,
        ..VpsOptions::default()
    });
    let client = Client::of(&mock);
    create(&client, "ripv6_0", &vps, 64).refused(404, "not_found");
    create(&client, &pool, "vps_0", 64).refused(404, "not_found");
    mock.configure(|switches| switches.vps_not_found_code = true);
    create(&client, &pool, "vps_0", 64).refused(404, "vps_not_found");
    create(&client, &pool, &no_ipv6, 64).refused(409, "vps_not_ready");
    create(&client, &pool, &suspended, 64).refused(409, "vps_not_ready");
    let state = client.get(PATH).expect(200);
    let allowed = |index: usize| {
        let destination = &state["destinations"][index];
        destination["actions"]["canReceiveRoute"]["allowed"].clone()
    };
    assert_eq!(
        [allowed(0), allowed(1), allowed(2)],
        [true, false, false].map(Value::from)
    );
    assert_eq!(state["destinations"][1]["nextHop"], Value::Null);
}

#[test]
fn an_account_can_have_several_pools() {
    let mock = MockApi::start();
    let (first, second) = (mock.add_pool(), mock.add_pool());
    let vps = mock.add_vps("web-01");
    let route = mock.add_route(&second, &vps, None, 64, Some("web subnet"));
    let client = Client::of(&mock);
    let state = client.get(PATH).expect(200);
    assert_eq!(state["pools"][0]["id"], first.as_str());
    assert_eq!(state["pools"][1]["routes"][0]["id"], route.as_str());
    assert_eq!(state["pools"][1]["routes"][0]["label"], "web subnet");
    assert_eq!(mock.routes()[0]["poolId"], second.as_str());
    allocate(&client).refused(409, "routed_ipv6_pool_exists");
}

#[test]
fn the_strict_switch_refuses_a_new_pool_during_the_cooldown() {
    let mock = MockApi::start();
    mock.configure(|switches| switches.strict_pool_cooldown = true);
    let pool = mock.add_pool();
    let client = Client::of(&mock);
    client.delete(&format!("{PATH}/{pool}")).expect(200);
    allocate(&client).refused(409, "cooldown_active");
    let capability = client.get(PATH).expect(200)["actions"]["canAllocatePool"].clone();
    assert_eq!(capability["allowed"], false);
    assert!(
        text(&capability, "/reason").contains("cooldown"),
        "{capability}"
    );
    mock.configure(|switches| switches.strict_pool_cooldown = false);
    allocate(&client).expect(201);
}

#[test]
fn a_delete_has_every_form_of_response() {
    #[track_caller]
    fn check(response: DeleteResponse, status: u16, field: Option<&str>) {
        let mock = MockApi::start();
        mock.configure(|switches| switches.delete_response = response);
        let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
        let route = mock.add_route(&pool, &vps, None, 64, None);
        let client = Client::of(&mock);
        for path in [format!("{PATH}/routes/{route}"), format!("{PATH}/{pool}")] {
            let body = client.delete(&path).expect(status);
            match field {
                Some(field) => assert!(body.get(field).is_some(), "{body}"),
                None => assert_eq!(body, Value::Null),
            }
        }
        assert!(mock.is_empty());
    }
    check(DeleteResponse::State, 200, Some("pools"));
    check(DeleteResponse::NoContent, 204, None);
    check(DeleteResponse::Empty, 200, None);
    check(DeleteResponse::Released, 200, Some("cooldownUntil"));
    check(DeleteResponse::accepted(), 202, Some("operation"));
}

#[test]
fn the_state_has_every_form_that_the_documents_allow() {
    let mock = MockApi::start();
    let vps = mock.add_vps("web-01");
    let client = Client::of(&mock);

    mock.configure(|switches| switches.empty_201_state = true);
    let old = allocate(&client).expect(201);
    assert_eq!(old["pools"], json!([]));
    assert_eq!(old["actions"]["canAllocatePool"]["allowed"], true);
    let pool = mock.pools()[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        create(&client, &pool, &vps, 64).expect(201)["pools"][0]["routes"],
        json!([])
    );
    assert_eq!(mock.routes().len(), 1);

    mock.configure(|switches| switches.null_times = true);
    assert_eq!(
        client.get(PATH).expect(200)["pools"][0]["routes"][0]["allocatedAt"],
        Value::Null
    );
    let label = |state: &Value| state["pools"][0]["routes"][0]["label"].clone();
    assert_eq!(label(&client.get(PATH).expect(200)), Value::Null);
    mock.configure(|switches| switches.empty_labels = true);
    assert_eq!(label(&client.get(PATH).expect(200)), "");
    mock.configure(|switches| switches.numbers_as_floats = true);
    assert!(client.get(PATH).text.contains("\"prefixLength\":48.0"));
    mock.configure(|switches| switches.extra_fields = true);
    assert!(client.get(PATH).expect(200)["pools"][0]["addedLater"].is_object());
    mock.configure(|switches| switches.extra_fields = false);
    mock.configure(|switches| switches.sparse_state = true);
    let sparse = client.get(PATH).expect(200);
    assert_eq!(sparse.as_object().expect("an object").len(), 1);
    mock.configure(|switches| switches.state_without_pools = true);
    let bare = client.get(PATH).expect(200);
    assert!(
        bare.get("pools").is_none() && bare.get("actions").is_some(),
        "{bare}"
    );
    mock.configure(|switches| switches.routed_ipv6_unavailable = Some("Not here.".to_owned()));
    let refused = client.get(PATH).expect(200);
    assert_eq!(
        (&refused["available"], &refused["reason"]),
        (&json!(false), &json!("Not here."))
    );
    allocate(&client).refused(409, "routed_ipv6_unavailable");
}

#[test]
fn the_state_can_hide_pools_and_lists() {
    let mock = MockApi::start();
    mock.add_pool();
    let client = Client::of(&mock);
    mock.configure(|switches| switches.unavailable_hides_pools = true);
    let pools = || client.get(PATH).expect(200)["pools"].clone();
    assert_eq!(pools().as_array().map(Vec::len), Some(1));
    mock.configure(|switches| switches.routed_ipv6_unavailable = Some("Not here.".to_owned()));
    assert_eq!(pools(), json!([]));
    assert_eq!(mock.pools().len(), 1);
    mock.configure(|switches| switches.unavailable_hides_pools = false);
    assert_eq!(pools().as_array().map(Vec::len), Some(1));

    mock.configure(|switches| switches.null_lists = true);
    let state = client.get(PATH).expect(200);
    for list in ["destinations", "allowedPrefixLengths"] {
        assert_eq!(state.get(list), Some(&Value::Null), "{list}");
    }
}

#[test]
fn a_conflict_can_have_no_body() {
    let mock = MockApi::start();
    mock.configure(|switches| switches.conflict_without_body = true);
    mock.add_pool();
    let reply = allocate(&Client::of(&mock));
    assert_eq!((reply.status, reply.text.as_str()), (409, ""));
}

#[test]
fn edits_outside_the_api_show_in_the_state() {
    let mock = MockApi::start();
    let (vps, pool) = (mock.add_vps("web-01"), mock.add_pool());
    let route = mock.add_route(&pool, &vps, Some("2001:db8:1000:7::/64"), 64, None);
    let client = Client::of(&mock);
    mock.edit_vps(&vps, |vps| vps["name"] = json!("renamed"));
    mock.edit_route(&route, |route| route["label"] = json!("by hand"));
    let state = client.get(PATH).expect(200);
    assert_eq!(text(&state, "/pools/0/routes/0/vpsName"), "renamed");
    assert_eq!(text(&state, "/pools/0/routes/0/label"), "by hand");
    mock.remove_route(&route);
    assert_eq!(
        client.get(PATH).expect(200)["pools"][0]["routes"],
        json!([])
    );
    mock.remove_pool(&pool);
    assert_eq!(client.get(PATH).expect(200)["pools"], json!([]));
}
