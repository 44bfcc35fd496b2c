//! The attributes of pools, routes and destinations in data sources, and their conversion from the
//! API's document.

use hostup_client::{Destination, DestinationActions, Pool, PoolActions, Route, RouteActions};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::Int;

use crate::framework::capability;

/// Reads a routed IPv6 pool and its routes. An account has one pool, so `id` is needed only in
/// accounts that were migrated with several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub struct PoolView {
    /// The pool's id, which begins with `ripv6_`.
    #[schema(root(optional_computed, append = "Default: the account's only pool.",))]
    pub id: Value<String>,
    /// The /48, such as `2001:db8:1000::/48`.
    parent_cidr: Value<String>,
    /// The length of the pool's prefix: 48.
    prefix_length: Value<Int>,
    /// The pool's status, such as `active`.
    status: Value<String>,
    /// When the pool was allocated, as an RFC 3339 time in UTC.
    allocated_at: Value<String>,
    /// When the pool last changed, as an RFC 3339 time in UTC.
    updated_at: Value<String>,
    /// Whether a route can be created in the pool now.
    can_create_route: Value<bool>,
    #[schema(description = capability::reason("can_create_route"))]
    can_create_route_reason: Value<String>,
    /// Whether the pool can be released now.
    can_release: Value<bool>,
    #[schema(description = capability::reason("can_release"))]
    can_release_reason: Value<String>,
    /// The routes in the pool.
    routes: Value<Vec<RouteView>>,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub struct RouteView {
    /// The route's id, which begins with `ripv6rt_`. It changes when the route moves.
    id: Value<String>,
    /// The routed prefix, such as `2001:db8:1000:100::/56`.
    prefix: Value<String>,
    /// The length of the prefix: 48, 56 or 64.
    prefix_length: Value<Int>,
    /// The server's address, to which traffic for the prefix goes.
    next_hop: Value<String>,
    /// The label of the route.
    label: Value<String>,
    /// The id of the virtual server that receives the traffic.
    vps_id: Value<String>,
    /// The name of the virtual server.
    vps_name: Value<String>,
    /// The route's status, such as `active`.
    status: Value<String>,
    /// When the route was created, as an RFC 3339 time in UTC.
    allocated_at: Value<String>,
    /// When the route last changed, as an RFC 3339 time in UTC.
    updated_at: Value<String>,
    /// Whether the route can be deleted now.
    can_delete: Value<bool>,
    #[schema(description = capability::reason("can_delete"))]
    can_delete_reason: Value<String>,
}

/// Reads a virtual server as a destination of routes, and whether it can receive one now. The
/// server's id works for routes and private interfaces alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub struct DestinationView {
    /// The server's id, which begins with `vps_`.
    #[schema(root(optional_computed, append = "Set exactly one of `vps_id` and `name`.",))]
    pub(super) vps_id: Value<String>,
    /// The server's name.
    #[schema(root(
        optional_computed,
        append = "Case matters only if names differ in nothing else. Set exactly one of `vps_id` \
                  and `name`.",
    ))]
    pub(super) name: Value<String>,
    /// The server's public IPv4 address.
    primary_ip: Value<String>,
    /// The next hop of routes to the server; null if the server has no IPv6 address.
    next_hop: Value<String>,
    /// The status of the server's service, such as `active` or `suspended`.
    service_status: Value<String>,
    /// Whether a prefix can be routed to the server now.
    can_receive_route: Value<bool>,
    #[schema(description = capability::reason("can_receive_route"))]
    can_receive_route_reason: Value<String>,
}

// Every field is named, so that a new one does not compile before it is handled.

impl From<&Pool> for PoolView {
    fn from(pool: &Pool) -> Self {
        let Pool {
            id,
            parent_cidr,
            prefix_length,
            status,
            allocated_at,
            updated_at,
            routes,
            actions:
                PoolActions {
                    can_create_route,
                    can_release,
                },
        } = pool;
        let (can_create_route, can_create_route_reason) = capability::values(can_create_route);
        let (can_release, can_release_reason) = capability::values(can_release);
        Self {
            id: Value::Value(id.clone()),
            parent_cidr: Value::Value(parent_cidr.clone()),
            prefix_length: Value::Value(Int(i64::from(*prefix_length))),
            status: Value::Value(status.clone()),
            allocated_at: allocated_at.clone().into(),
            updated_at: updated_at.clone().into(),
            can_create_route,
            can_create_route_reason,
            can_release,
            can_release_reason,
            routes: Value::Value(
                routes
                    .iter()
                    .map(|route| RouteView::from(&**route))
                    .collect(),
            ),
        }
    }
}

impl From<&Route> for RouteView {
    fn from(route: &Route) -> Self {
        let Route {
            id,
            prefix,
            prefix_length,
            next_hop,
            label,
            vps_id,
            vps_name,
            status,
            allocated_at,
            updated_at,
            actions: RouteActions { can_delete },
        } = route;
        let (can_delete, can_delete_reason) = capability::values(can_delete);
        Self {
            id: Value::Value(id.clone()),
            prefix: Value::Value(prefix.clone()),
            prefix_length: Value::Value(Int(i64::from(*prefix_length))),
            next_hop: Value::Value(next_hop.clone()),
            label: label.clone().into(),
            vps_id: Value::Value(vps_id.clone()),
            vps_name: Value::Value(vps_name.clone()),
            status: Value::Value(status.clone()),
            allocated_at: allocated_at.clone().into(),
            updated_at: updated_at.clone().into(),
            can_delete,
            can_delete_reason,
        }
    }
}

impl From<&Destination> for DestinationView {
    fn from(destination: &Destination) -> Self {
        let Destination {
            vps_id,
            name,
            primary_ip,
            next_hop,
            service_status,
            actions: DestinationActions { can_receive_route },
        } = destination;
        let (can_receive_route, can_receive_route_reason) = capability::values(can_receive_route);
        Self {
            vps_id: Value::Value(vps_id.clone()),
            name: Value::Value(name.clone()),
            primary_ip: primary_ip.clone().into(),
            next_hop: next_hop.clone().into(),
            service_status: Value::Value(service_status.clone()),
            can_receive_route,
            can_receive_route_reason,
        }
    }
}
