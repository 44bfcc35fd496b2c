//! The attributes of a route, and their conversion from the API's document.

use std::time::SystemTime;

use hostup_client::{KnownRoute, Route};
use ipnet::Ipv6Net;
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::Int;

use crate::framework::cidr;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::identity::known_id;
use crate::framework::resource::Context;
use crate::framework::timeouts::{Action, Timeouts};

/// The status, in the state only, of a route that a move has deleted and not created again. The
/// next apply routes the prefix again.
const UNROUTED: &str = "unrouted";
/// As [`UNROUTED`], when another route has the prefix. Then an equal route is not this one.
const TAKEN: &str = "taken";

/// Routes a prefix of a routed IPv6 pool to a virtual server. A change of `vps_id` or `label` keeps
/// the prefix: HostUp can't change a route, so the provider deletes it and creates it again, and
/// traffic to the prefix stops for a moment.
///
/// **What can't be undone:** the prefix of a destroyed route goes back to the pool. The next route
/// without a `prefix` may get it. Until then, a route that sets this `prefix` gets it back.
///
/// **Two runs at once:** every request names its prefix, so two runs on one account don't share a
/// route. HostUp refuses one of them, and that one uses the next prefix. One case remains: the
/// response to a request is lost, and within half a minute another run creates a route of the same
/// prefix to the same server with the same label. Then both runs take it for their own. A `label`
/// that only one of them uses prevents this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct RouteModel {
    /// The id of the pool that contains the prefix. A change replaces the route.
    #[schema(required)]
    pub(super) pool_id: Value<String>,
    /// The id of the virtual server that receives the prefix. A change moves the route and keeps
    /// its prefix.
    #[schema(required)]
    pub(super) vps_id: Value<String>,
    /// The prefix, such as `2001:db8:1000:100::/56`, in any spelling. Default: the lowest free
    /// prefix of the length `prefix_length`. A change to another network replaces the route.
    #[schema(optional_computed, never_null)]
    pub(super) prefix: Value<String>,
    /// The length of the prefix: 48, 56 or 64. Required if `prefix` is not set. A change replaces
    /// the route.
    #[schema(optional_computed, never_null)]
    pub(super) prefix_length: Value<Int>,
    /// A label of your choice. A change keeps the prefix.
    #[schema(optional)]
    pub(super) label: Value<String>,
    #[schema(attribute = Timeouts::attribute(&[
        Action::Create,
        Action::Read,
        Action::Update,
        Action::Delete,
    ]))]
    pub(super) timeouts: Value<Timeouts>,
    /// The route's id, which begins with `ripv6rt_`. It changes when the route moves.
    #[schema(computed, never_null)]
    pub(super) id: Value<String>,
    /// The server's address, to which traffic for the prefix goes.
    #[schema(computed, never_null)]
    pub(super) next_hop: Value<String>,
    /// The name of the virtual server.
    #[schema(computed, never_null)]
    pub(super) vps_name: Value<String>,
    /// The route's status, such as `active`. `unrouted` after an interrupted move, until the next
    /// apply routes the prefix again; `taken` if another route has the prefix meanwhile.
    #[schema(computed, never_null)]
    pub(super) status: Value<String>,
}

impl RouteModel {
    /// Returns the route as the API has it. The time-outs, and the spelling of an equal prefix and
    /// label, stay.
    pub(super) fn updated_from(self, pool_id: &str, route: &Route) -> Self {
        // Every field is named, so that a new one does not compile before it is handled.
        let Route {
            id,
            prefix,
            prefix_length,
            next_hop,
            label,
            vps_id,
            vps_name,
            status,
            // The core writes the whole state after each route, so these would slow down every
            // apply. The data sources have them.
            allocated_at: _,
            updated_at: _,
            actions: _,
        } = route;
        let prefix = match self.prefix {
            Value::Value(known) if cidr::same_network(&known, prefix) => known,
            _ => prefix.clone(),
        };
        // HostUp may trim a label, and an empty one is the same as none.
        let trimmed = |label: Option<&str>| label.unwrap_or_default().trim().to_owned();
        let label = if trimmed(self.label.as_deref_option()) == trimmed(label.as_deref()) {
            self.label
        } else {
            label.clone().into()
        };
        Self {
            pool_id: Value::Value(pool_id.to_owned()),
            vps_id: Value::Value(vps_id.clone()),
            prefix: Value::Value(prefix),
            prefix_length: Value::Value(Int(i64::from(*prefix_length))),
            label,
            timeouts: self.timeouts,
            id: Value::Value(id.clone()),
            next_hop: Value::Value(next_hop.clone()),
            vps_name: Value::Value(vps_name.clone()),
            status: Value::Value(status.clone()),
        }
    }

    /// Returns the configured or stored prefix, if it is known.
    pub(super) fn network(&self) -> Option<Ipv6Net> {
        cidr::ipv6_network(self.prefix.as_ref_option()?).ok()
    }

    /// Returns what the state has to find the route again.
    pub(super) fn known_route(&self) -> Result<KnownRoute, Diagnostic> {
        let id = known_id(&self.id)?.to_owned();
        let (Some(pool_id), Some(vps_id), Some(prefix)) = (
            self.pool_id.as_ref_option(),
            self.vps_id.as_ref_option(),
            self.prefix.as_ref_option(),
        ) else {
            return Err(incomplete("`pool_id`, `vps_id` and `prefix`"));
        };
        Ok(KnownRoute {
            id,
            pool_id: pool_id.clone(),
            prefix: cidr::ipv6_network(prefix).map_err(|why| incomplete(&why))?,
            vps_id: Some(vps_id.clone()).filter(|_| !self.is_taken()),
            label: self.label.as_ref_option().cloned(),
        })
    }

    /// Notes that the route is deleted and its prefix is kept.
    pub(super) fn mark_unrouted(&mut self) {
        self.status = Value::Value(UNROUTED.to_owned());
    }

    /// Returns when the route was last written, if that was a moment ago. A deleted route is not
    /// waited for.
    pub(super) fn written(&self, context: &Context) -> Option<SystemTime> {
        context.written.filter(|_| !self.is_unrouted())
    }

    /// Notes that the route is deleted and another one has its prefix.
    pub(super) fn mark_taken(&mut self) {
        self.status = Value::Value(TAKEN.to_owned());
    }

    /// Whether another route has the prefix.
    pub(super) fn is_taken(&self) -> bool {
        self.status.as_deref() == Value::Value(TAKEN)
    }

    /// Whether a move has deleted the route and not created it again.
    pub(super) fn is_unrouted(&self) -> bool {
        matches!(self.status.as_deref(), Value::Value(UNROUTED | TAKEN))
    }

    /// Returns a route with the attributes that the API has, as after an import.
    pub(super) fn imported(pool_id: &str, route: &Route) -> Self {
        Self::null().updated_from(pool_id, route)
    }
}

/// Reports a state that this provider did not write, or that was edited.
fn incomplete(what: &str) -> Diagnostic {
    Diagnostic::without_summary(format!("the state does not identify the route: {what}")).hint(
        Section::Lookups,
        "remove the route from the state with `state rm`, and import it again",
    )
}
