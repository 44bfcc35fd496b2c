//! The resources that meet the faults: how each is configured, requested and shown.

use hostup_mock_api::{DeleteAnswer, Fault, Removal, Switches};
use serde_json::Value;

use super::kinds::DELETED_LATE;
use super::operations::Seeds;
use crate::scene::{NETWORKS, ONE_NETWORK, ROUTED};
use crate::world::World;

/// A resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noun {
    /// Its type.
    pub(super) resource: &'static str,
    /// Whether it is a part of the routed IPv6 document. Otherwise it is read by its id.
    pub(super) in_document: bool,
    /// Whether it is routed to a server from a pool that Terraform does not manage.
    pub(super) is_route: bool,
    /// The arguments of the object that leads to this server.
    pub(super) arguments: fn(&Seeds, vps: &str) -> String,
    /// Matches the create, the read and the delete.
    pub(super) requests: fn() -> [Fault; 3],
    /// Returns the objects in the account.
    pub(super) objects: fn(&World) -> Vec<Value>,
    /// Makes a deleted object show for a while.
    pub(super) delete_slowly: fn(&mut Switches),
}

/// The rows of the matrix, in groups.
pub(super) const ALL: [Noun; 3] = [
    Noun {
        resource: "hostup_routed_ipv6_pool",
        in_document: true,
        is_route: false,
        arguments: |_, _| String::new(),
        requests: || {
            [
                Fault::on("POST", ROUTED).action("allocate_pool"),
                Fault::on("GET", ROUTED),
                Fault::on("DELETE", ROUTED),
            ]
        },
        objects: |world| world.mock.pools(),
        delete_slowly: |switches| switches.delete_answer = DeleteAnswer::accepted(),
    },
    Noun {
        resource: "hostup_routed_ipv6_route",
        in_document: true,
        is_route: true,
        arguments: |seeds, vps| {
            let pool = seeds.pool.as_deref().unwrap_or_default();
            format!("pool_id = \"{pool}\"\n  vps_id = \"{vps}\"\n  prefix_length = 64")
        },
        requests: || {
            [
                Fault::on("POST", ROUTED).action("create_route"),
                Fault::on("GET", ROUTED),
                Fault::on("DELETE", ROUTED),
            ]
        },
        objects: |world| world.mock.routes(),
        delete_slowly: |switches| switches.removal = Removal::After(DELETED_LATE),
    },
    Noun {
        resource: "hostup_private_network",
        in_document: false,
        is_route: false,
        arguments: |_, _| "name = \"it\"".to_owned(),
        requests: || {
            [
                Fault::on("POST", NETWORKS),
                Fault::on("GET", ONE_NETWORK),
                Fault::on("DELETE", ONE_NETWORK),
            ]
        },
        objects: |world| world.mock.networks(),
        delete_slowly: |switches| switches.deprovisioning_reads = 2,
    },
];
