//! The client decodes every document of `tests/wire`, which were written from the API's pages.

use std::path::Path;

use hostup_client::{
    NetworkStatus, NewPrivateNetwork, NewRoute, PaygLimits, PrivateNetwork, Released, State,
    VpsFilter, VpsInstance, VpsNetwork,
};

use crate::operation;
use crate::server::{Server, reply};

pub(crate) fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/wire")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[track_caller]
fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn states_are_read() {
    let state: State = read("routed_ipv6.state.json");
    assert!(
        !state.pools.is_empty()
            && !state.pools[0].routes.is_empty()
            && !state.destinations.is_empty()
    );
    let empty: State = read("routed_ipv6.state.empty.json");
    assert!(empty.pools.is_empty());
    assert_eq!(empty.allowed_prefix_lengths, [48, 56, 64]);
    let actions = empty.actions.expect("actions");
    assert!(actions.can_allocate_pool.allowed && !actions.can_create_route.allowed);
    let _: State = read("routed_ipv6.state.nulls.json");
    assert!(
        read::<Released>("routed_ipv6.released.json")
            .cooldown_until
            .is_some()
    );
}

#[test]
fn networks_and_limits_are_read() {
    let created: PrivateNetwork = read("private_networks.created.json");
    assert_eq!(
        (created.status, created.region.as_deref()),
        (NetworkStatus::Provisioning, Some("dc1r28"))
    );
    let _: PrivateNetwork = read("private_networks.get.json");
    let _: PrivateNetwork = read("private_networks.get.nulls.json");
    let _: PaygLimits = read("vps.payg_limits.json");
}

#[test]
fn servers_are_read() {
    let vps: VpsInstance = read("vps.get.json");
    assert_eq!(vps.name.as_deref(), Some("web-01"));
    assert_eq!(vps.resources.and_then(|it| it.memory_gb), Some(4.0));
    let minimal: VpsInstance = read("vps.get.minimal.json");
    assert_eq!((minimal.id, minimal.name), (vps.id, None));
    let _: VpsInstance = read("vps.get.nulls.json");

    let network: VpsNetwork = read("vps.network.json");
    let address = "10.42.0.10".parse().expect("an address");
    let interface = network.interface_with(address).expect("an interface");
    assert_eq!(interface.name.as_deref(), Some("net1"));
    let _: VpsNetwork = read("vps.network.nulls.json");
    assert!(
        read::<VpsNetwork>("vps.network.empty.json")
            .interfaces
            .is_empty()
    );
    let reserved: PrivateNetwork = read("private_networks.get.reserved.json");
    assert!(reserved.unused_address_reservation_count > Some(0));
}

#[tokio::test]
async fn lists_are_read() {
    let server = Server::saying(vec![reply(200, &[], &text("private_networks.list.json"))]).await;
    assert!(
        !server
            .client()
            .private_networks()
            .list(&operation(), None)
            .await
            .expect("a list")
            .is_empty()
    );
    let server = Server::saying(vec![reply(200, &[], &text("vps.list.json"))]).await;
    assert!(
        !server
            .client()
            .vps()
            .list(&operation(), &VpsFilter::default())
            .await
            .expect("a list")
            .is_empty()
    );
}

#[tokio::test]
async fn problems_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/wire");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("text");
        if !name.starts_with("problem.") {
            continue;
        }
        seen += 1;
        let body: serde_json::Value = read(&name);
        let status = u16::try_from(body["status"].as_u64().expect("a status")).expect("a status");
        let server = Server::saying(vec![reply(status, &[], &body.to_string())]).await;
        let client = server.client_with(|it| it.max_retries = 0);
        let error = client
            .private_networks()
            .get(&operation(), "pnet_1")
            .await
            .expect_err("a problem");
        assert_eq!(
            (error.status(), error.code()),
            (Some(status), body["code"].as_str()),
            "{name}"
        );
        assert_eq!(
            (error.detail(), error.request_id()),
            (body["detail"].as_str(), body["requestId"].as_str())
        );
        assert_eq!(
            error.field_errors().len(),
            body["errors"].as_array().map_or(0, Vec::len)
        );
    }
    assert!(seen >= 6, "{seen}");
}

#[test]
fn requests_are_written_as_documented() {
    let route: serde_json::Value = read("routed_ipv6.create_route.prefix.request.json");
    let part = |name: &str| route[name].as_str().map(str::to_owned);
    let new = NewRoute {
        pool_id: part("poolId").expect("a pool"),
        vps_id: part("vpsId").expect("a server"),
        prefix_length: 56,
        prefix: part("prefix"),
        label: part("label"),
    };
    let mut written = serde_json::to_value(&new).expect("written");
    written["action"] = route["action"].clone();
    assert_eq!(written, route);

    let network: serde_json::Value = read("private_networks.create.request.json");
    let part = |name: &str| network[name].as_str().map(str::to_owned);
    let new = NewPrivateNetwork {
        name: part("name").expect("a name"),
        region: part("region"),
        description: part("description"),
        parent_cidr: part("parentCidr"),
    };
    assert_eq!(serde_json::to_value(&new).expect("written"), network);
}
