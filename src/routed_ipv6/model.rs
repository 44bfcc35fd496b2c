//! What data sources show of pools, routes and destinations, and how it comes from the API's document.

use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeType};
use tf_provider::value::Value;

use crate::client::{Destination, DestinationActions, Pool, PoolActions, Route, RouteActions};
use crate::plugin::value::Int;
use crate::provider::attributes::{Attributes, computed, named};
use crate::provider::gate;

/// A pool with its routes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolView {
    /// The argument, where one pool is looked up.
    pub id: Value<String>,
    parent_cidr: Value<String>,
    prefix_length: Value<Int>,
    status: Value<String>,
    allocated_at: Value<String>,
    updated_at: Value<String>,
    can_create_route: Value<bool>,
    can_create_route_reason: Value<String>,
    can_release: Value<bool>,
    can_release_reason: Value<String>,
    routes: Value<Vec<RouteView>>,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteView {
    id: Value<String>,
    prefix: Value<String>,
    prefix_length: Value<Int>,
    next_hop: Value<String>,
    label: Value<String>,
    vps_id: Value<String>,
    vps_name: Value<String>,
    status: Value<String>,
    allocated_at: Value<String>,
    updated_at: Value<String>,
    can_delete: Value<bool>,
    can_delete_reason: Value<String>,
}

/// A server as a target of routes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DestinationView {
    pub(super) vps_id: Value<String>,
    pub(super) name: Value<String>,
    primary_ip: Value<String>,
    next_hop: Value<String>,
    service_status: Value<String>,
    can_receive_route: Value<bool>,
    can_receive_route_reason: Value<String>,
}

fn text(description: &str) -> Attribute {
    computed(AttributeType::String, description)
}

fn number(description: &str) -> Attribute {
    computed(AttributeType::Number, description)
}

impl PoolView {
    /// The attributes of a pool, all computed; where one is looked up, `id` becomes an argument.
    pub fn attributes() -> Attributes {
        let mut attributes = named([
            ("id", text("The pool's id, which begins with `ripv6_`.")),
            (
                "parent_cidr",
                text("The /48, such as `2001:db8:1000::/48`."),
            ),
            (
                "prefix_length",
                number("The length of the pool's prefix: 48."),
            ),
            ("status", text("The pool's status, such as `active`.")),
            (
                "allocated_at",
                text("When the pool was allocated, as an RFC 3339 time in UTC."),
            ),
            (
                "updated_at",
                text("When the pool last changed, as an RFC 3339 time in UTC."),
            ),
            (
                "routes",
                computed(
                    AttributeType::AttributeList(RouteView::attributes()),
                    "The routes whose prefixes are taken from the pool.",
                ),
            ),
        ]);
        attributes.extend(gate::attributes(
            "can_create_route",
            "a route can be made in the pool",
        ));
        attributes.extend(gate::attributes("can_release", "the pool can be released"));
        attributes
    }
}

impl RouteView {
    fn attributes() -> Attributes {
        let mut attributes = named([
            (
                "id",
                text(
                    "The route's id, which begins with `ripv6rt_`. A move gives the route another one.",
                ),
            ),
            (
                "prefix",
                text("The routed prefix, such as `2001:db8:1000:100::/56`."),
            ),
            (
                "prefix_length",
                number("The length of the prefix: 48, 56 or 64."),
            ),
            (
                "next_hop",
                text("The address of the server that traffic to the prefix is sent to."),
            ),
            ("label", text("The note that was given with the route.")),
            (
                "vps_id",
                text("The id of the virtual server that receives the prefix."),
            ),
            ("vps_name", text("The name of the virtual server.")),
            ("status", text("The route's status, such as `active`.")),
            (
                "allocated_at",
                text("When the route was made, as an RFC 3339 time in UTC."),
            ),
            (
                "updated_at",
                text("When the route last changed, as an RFC 3339 time in UTC."),
            ),
        ]);
        attributes.extend(gate::attributes("can_delete", "the route can be deleted"));
        attributes
    }
}

impl DestinationView {
    /// The attributes of a destination, all computed.
    pub(super) fn attributes() -> Attributes {
        let mut attributes = named([
            ("vps_id", text("The server's id, which begins with `vps_`.")),
            ("name", text("The server's name.")),
            ("primary_ip", text("The server's public IPv4 address.")),
            (
                "next_hop",
                text(
                    "The address that routes to the server are sent to; null when it has no IPv6.",
                ),
            ),
            (
                "service_status",
                text("The status of the server's service, such as `active` or `suspended`."),
            ),
        ]);
        attributes.extend(gate::attributes(
            "can_receive_route",
            "a prefix can be routed to the server",
        ));
        attributes
    }
}

// In each of these every field is named: one that the API gains does not compile until somebody decides
// about it.

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
        let (can_create_route, can_create_route_reason) = gate::values(can_create_route);
        let (can_release, can_release_reason) = gate::values(can_release);
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
            routes: Value::Value(routes.iter().map(RouteView::from).collect()),
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
        let (can_delete, can_delete_reason) = gate::values(can_delete);
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
        let (can_receive_route, can_receive_route_reason) = gate::values(can_receive_route);
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
