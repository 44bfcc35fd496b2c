//! `hostup_vps_private_interface`.

mod drift;
mod examples;
mod import;
mod invalid;
mod jobs;
mod life;
mod list;
mod lost_responses;
mod refusals;
mod unknowns;

use hostup_mock_api::{ChangeEffect, Fault};
use serde_json::Value;

use crate::Scenario;
use crate::faults;
use crate::world::World;

/// The address of the interface [`web`].
const WEB: &str = "hostup_vps_private_interface.web";
/// The address that the interface [`web`] has.
const ADDRESS: &str = "10.42.0.10";
/// The private network of the interface [`web`].
const BACKEND: &str = r#"
resource "hostup_private_network" "backend" {
  name        = "backend"
  parent_cidr = "10.42.0.0/21"
}
"#;

/// The resource in the fault matrix.
pub(super) const FAULTS: faults::Noun = faults::Noun {
    resource: "hostup_vps_private_interface",
    in_document: false,
    is_route: false,
    posts_deletes: true,
    arguments: |seeds, vps| {
        format!(
            "vps_id = \"{vps}\"\n  private_network_id = \"{}\"\n  ip_address = \"10.201.0.10\"",
            seeds.network.as_deref().unwrap_or_default()
        )
    },
    requests: || {
        [
            Fault::on("POST", "/api/v2/vps/").action("create_private_interface"),
            Fault::on("GET", "/api/v2/vps/"),
            Fault::on("POST", "/api/v2/vps/").action("delete_interface"),
        ]
    },
    objects: |world| {
        let servers = world.mock.vpses();
        let ids = servers.iter().filter_map(|vps| vps["id"].as_str());
        ids.map(|id| world.mock.vps_network(id)).take(1).collect()
    },
    delete_slowly: |switches| switches.interfaces.effect = ChangeEffect::ReadsLater(2),
};

/// The scenarios of this noun.
pub(crate) fn all() -> Vec<Scenario> {
    [
        drift::all(),
        examples::all(),
        import::all(),
        invalid::all(),
        jobs::all(),
        life::all(),
        list::all(),
        lost_responses::all(),
        refusals::all(),
        unknowns::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// An interface in the network [`BACKEND`].
fn interface(name: &str, vps: &str, address: &str, lines: &str) -> String {
    format!(
        "resource \"hostup_vps_private_interface\" \"{name}\" {{\n  vps_id = \"{vps}\"\n  \
         private_network_id = hostup_private_network.backend.id\n  ip_address = \"{address}\"\n  \
         {lines}\n}}\n"
    )
}

/// The network, and the interface `web`.
fn web(vps: &str, lines: &str) -> String {
    format!("{BACKEND}{}", interface("web", vps, ADDRESS, lines))
}

/// The private addresses of a server, with their interfaces' names.
fn private_addresses(world: &World, vps: &str) -> Vec<(String, String)> {
    let network = world.mock.vps_network(vps);
    let interfaces = network["interfaces"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut found = Vec::new();
    for interface in interfaces {
        let name = interface["id"].as_str().unwrap_or_default();
        let addresses = interface["ip"].as_array().cloned().unwrap_or_default();
        found.extend(
            addresses
                .iter()
                .filter(|address| address["isPrivate"] == true)
                .filter_map(|address| address["ip"].as_str())
                .map(|address| (name.to_owned(), address.to_owned())),
        );
    }
    found
}

/// Asserts that the server has the address of [`web`] and no other private one.
#[track_caller]
fn assert_attached(world: &World, vps: &str) {
    let addresses = private_addresses(world, vps);
    let [(_, address)] = &addresses[..] else {
        panic!("{addresses:?}");
    };
    assert_eq!(address, ADDRESS);
}

/// How often interfaces were requested, and how often their removal.
fn changes(world: &World) -> (usize, usize) {
    let requests = world.mock.requests();
    let count = |action: &str| {
        let is_one = |body: &Value| body["action"] == action;
        requests.iter().filter(|one| is_one(&one.body)).count()
    };
    (count("create_private_interface"), count("delete_interface"))
}
