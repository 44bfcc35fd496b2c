//! The route and the filter of its list.

use serde::{Deserialize, Serialize};
use tf_provider::value::Value;

use crate::model::Schema;
use crate::tables::timeouts::{Action, Timeouts};
use crate::value::Int;

/// Routes a prefix of a routed IPv6 pool to a virtual server. A change of `vps_id` or `label` keeps
/// the prefix. HostUp can't change a route, so it is removed and made again: traffic to the prefix
/// stops for a moment.
///
/// **What can't be undone:** the prefix of a route that is destroyed goes back to the pool, and
/// HostUp may give it to the next route that names no `prefix`. As long as nothing else has it, a
/// route that names it gets it back.
///
/// **Two runs at once:** HostUp does not say which route a request has made. When two runs make
/// routes at the same moment that are equal in server, length, prefix and label, both can take the
/// same one into their states, and the other is in none. A `label` that only one of them uses
/// prevents it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub(crate) struct RouteModel {
    /// The id of the pool the prefix is taken from. A change makes a new route.
    #[schema(required)]
    pub(crate) pool_id: Value<String>,
    /// The id of the virtual server that receives the prefix. A change moves the route and keeps
    /// its prefix.
    #[schema(required)]
    pub(crate) vps_id: Value<String>,
    /// The prefix, such as `2001:db8:1000:100::/56`, in any spelling. Without it HostUp takes the
    /// first free one of `prefix_length`. A change to another network makes a new route.
    #[schema(optional_computed)]
    pub(crate) prefix: Value<String>,
    /// The length of the prefix: 48, 56 or 64. Needed when `prefix` is not given. A change makes a
    /// new route.
    #[schema(optional_computed)]
    pub(crate) prefix_length: Value<Int>,
    /// A note of your own. A change makes the route anew with the same prefix.
    #[schema(optional)]
    pub(crate) label: Value<String>,
    #[schema(attribute = Timeouts::attribute(&[
        Action::Create,
        Action::Read,
        Action::Update,
        Action::Delete,
    ]))]
    pub(crate) timeouts: Value<Timeouts>,
    /// The route's id, which begins with `ripv6rt_`. A move gives the route another one.
    #[schema(computed)]
    pub(crate) id: Value<String>,
    /// The address of the server that traffic to the prefix is sent to.
    #[schema(computed)]
    pub(crate) next_hop: Value<String>,
    /// The name of the virtual server.
    #[schema(computed)]
    pub(crate) vps_name: Value<String>,
    /// The route's status, such as `active`; `unrouted` when a move was cut off, until the next
    /// apply routes the prefix again.
    #[schema(computed)]
    pub(crate) status: Value<String>,
    /// When the route was made, as an RFC 3339 time in UTC.
    #[schema(computed)]
    pub(crate) allocated_at: Value<String>,
    /// When the route last changed, as an RFC 3339 time in UTC.
    #[schema(computed)]
    pub(crate) updated_at: Value<String>,
}

/// Lists the account's routes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(optional)]
pub(crate) struct RouteFilter {
    /// Only the routes whose prefixes are taken from the pool with this id.
    pub(crate) pool_id: Value<String>,
    /// Only the routes to the virtual server with this id.
    pub(crate) vps_id: Value<String>,
}
