//! What the matrix needs to know of a resource.

use hostup_mock_api::{Fault, Switches};
use serde_json::Value;

use super::operations::Seeds;
use crate::world::World;

/// How a resource is configured, requested and shown. Each noun has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noun {
    /// Its type.
    pub(crate) resource: &'static str,
    /// Whether it is a part of the routed IPv6 document. Otherwise it is read by its id.
    pub(crate) in_document: bool,
    /// Whether it is routed to a server from a pool that Terraform does not manage.
    pub(crate) is_route: bool,
    /// Whether a POST deletes it.
    pub(crate) posts_deletes: bool,
    /// The arguments of the object that leads to this server.
    pub(crate) arguments: fn(&Seeds, vps: &str) -> String,
    /// Matches the create, the read and the delete.
    pub(crate) requests: fn() -> [Fault; 3],
    /// Returns the objects in the account.
    pub(crate) objects: fn(&World) -> Vec<Value>,
    /// Makes a deleted object show for a while.
    pub(crate) delete_slowly: fn(&mut Switches),
}
