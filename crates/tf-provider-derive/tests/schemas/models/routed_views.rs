//! What data sources show of the account's routed IPv6.

use serde::{Deserialize, Serialize};
use tf_provider::value::Value;

use crate::model::Schema;
use crate::tables::gate;
use crate::value::Int;

/// Shows a routed IPv6 pool that exists, with its routes. An account has one pool, so `id` is
/// needed only in accounts that were migrated with several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct PoolView {
    /// The pool's id, which begins with `ripv6_`.
    #[schema(root(
        optional_computed,
        append = "Without it the account's only pool is meant.",
    ))]
    pub(crate) id: Value<String>,
    /// The /48, such as `2001:db8:1000::/48`.
    pub(crate) parent_cidr: Value<String>,
    /// The length of the pool's prefix: 48.
    pub(crate) prefix_length: Value<Int>,
    /// The pool's status, such as `active`.
    pub(crate) status: Value<String>,
    /// When the pool was allocated, as an RFC 3339 time in UTC.
    pub(crate) allocated_at: Value<String>,
    /// When the pool last changed, as an RFC 3339 time in UTC.
    pub(crate) updated_at: Value<String>,
    /// Whether a route can be made in the pool now.
    pub(crate) can_create_route: Value<bool>,
    #[schema(description = gate::reason("can_create_route"))]
    pub(crate) can_create_route_reason: Value<String>,
    /// Whether the pool can be released now.
    pub(crate) can_release: Value<bool>,
    #[schema(description = gate::reason("can_release"))]
    pub(crate) can_release_reason: Value<String>,
    /// The routes whose prefixes are taken from the pool.
    pub(crate) routes: Value<Vec<RouteView>>,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct RouteView {
    /// The route's id, which begins with `ripv6rt_`. A move gives the route another one.
    pub(crate) id: Value<String>,
    /// The routed prefix, such as `2001:db8:1000:100::/56`.
    pub(crate) prefix: Value<String>,
    /// The length of the prefix: 48, 56 or 64.
    pub(crate) prefix_length: Value<Int>,
    /// The address of the server that traffic to the prefix is sent to.
    pub(crate) next_hop: Value<String>,
    /// The note that was given with the route.
    pub(crate) label: Value<String>,
    /// The id of the virtual server that receives the prefix.
    pub(crate) vps_id: Value<String>,
    /// The name of the virtual server.
    pub(crate) vps_name: Value<String>,
    /// The route's status, such as `active`.
    pub(crate) status: Value<String>,
    /// When the route was made, as an RFC 3339 time in UTC.
    pub(crate) allocated_at: Value<String>,
    /// When the route last changed, as an RFC 3339 time in UTC.
    pub(crate) updated_at: Value<String>,
    /// Whether the route can be deleted now.
    pub(crate) can_delete: Value<bool>,
    #[schema(description = gate::reason("can_delete"))]
    pub(crate) can_delete_reason: Value<String>,
}

/// Finds a virtual server that prefixes can be routed to, and shows whether it can receive one now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct DestinationView {
    /// The server's id, which begins with `vps_`.
    #[schema(root(
        optional_computed,
        append = "Exactly one of `vps_id` and `name` is given.",
    ))]
    pub(crate) vps_id: Value<String>,
    /// The server's name.
    #[schema(root(
        optional_computed,
        append = "Case counts only when it is needed to tell two servers apart. Exactly one of \
                  `vps_id` and `name` is given.",
    ))]
    pub(crate) name: Value<String>,
    /// The server's public IPv4 address.
    pub(crate) primary_ip: Value<String>,
    /// The address that routes to the server are sent to; null when it has no IPv6.
    pub(crate) next_hop: Value<String>,
    /// The status of the server's service, such as `active` or `suspended`.
    pub(crate) service_status: Value<String>,
    /// Whether a prefix can be routed to the server now.
    pub(crate) can_receive_route: Value<bool>,
    #[schema(description = gate::reason("can_receive_route"))]
    pub(crate) can_receive_route_reason: Value<String>,
}

/// Shows the account's routed IPv6: its pools with their routes, the servers that routes can go to,
/// and what HostUp allows now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct AccountModel {
    /// Whether the account can use routed IPv6 at all.
    pub(crate) available: Value<bool>,
    /// Why `available` is false; null when it is true.
    pub(crate) reason: Value<String>,
    /// The lengths that a routed prefix may have.
    pub(crate) allowed_prefix_lengths: Value<Vec<Int>>,
    /// Whether a pool can be allocated now.
    pub(crate) can_allocate_pool: Value<bool>,
    #[schema(description = gate::reason("can_allocate_pool"))]
    pub(crate) can_allocate_pool_reason: Value<String>,
    /// Whether a route can be made in some pool now.
    pub(crate) can_create_route: Value<bool>,
    #[schema(description = gate::reason("can_create_route"))]
    pub(crate) can_create_route_reason: Value<String>,
    /// The account's pools; one, except in accounts that were migrated with several.
    pub(crate) pools: Value<Vec<PoolView>>,
    /// The account's virtual servers as targets of routes.
    pub(crate) destinations: Value<Vec<DestinationView>>,
}
