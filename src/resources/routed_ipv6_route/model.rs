//! What Terraform stores of a route, and how it comes from the API's document.

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

/// The status of a route that a move has removed and not made again. The API has no such status: it
/// stands in the state for a prefix that is to be routed again.
const UNROUTED: &str = "unrouted";
/// The same, when somebody else's route was seen to have the prefix. An equal route is not this one
/// then.
const TAKEN: &str = "taken";

/// Routes a prefix of a routed IPv6 pool to a virtual server. A change of `vps_id` or `label` keeps
/// the prefix. HostUp can't change a route, so it is removed and made again: traffic to the prefix
/// stops for a moment.
///
/// **What can't be undone:** the prefix of a route that is destroyed goes back to the pool, and it
/// may go to the next route that names no `prefix`. As long as nothing else has it, a route that
/// names it gets it back.
///
/// **Two runs at once:** every request names its prefix, so two runs on one account never share a
/// route: HostUp refuses one of them, and it takes the next prefix. One case remains. When the
/// response to a request is lost and, within half a minute, another run creates a route of the same
/// prefix to the same server under the same label, the first run takes it for its own. A `label`
/// that only one of them uses prevents it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct RouteModel {
    /// The id of the pool the prefix is taken from. A change makes a new route.
    #[schema(required)]
    pub(super) pool_id: Value<String>,
    /// The id of the virtual server that receives the prefix. A change moves the route and keeps
    /// its prefix.
    #[schema(required)]
    pub(super) vps_id: Value<String>,
    /// The prefix, such as `2001:db8:1000:100::/56`, in any spelling. Without it the provider
    /// takes the lowest free one of `prefix_length`. A change to another network makes a new
    /// route.
    #[schema(optional_computed)]
    pub(super) prefix: Value<String>,
    /// The length of the prefix: 48, 56 or 64. Needed when `prefix` is not given. A change makes a
    /// new route.
    #[schema(optional_computed)]
    pub(super) prefix_length: Value<Int>,
    /// A note of your own. A change makes the route anew with the same prefix.
    #[schema(optional)]
    pub(super) label: Value<String>,
    #[schema(attribute = Timeouts::attribute(&[
        Action::Create,
        Action::Read,
        Action::Update,
        Action::Delete,
    ]))]
    pub(super) timeouts: Value<Timeouts>,
    /// The route's id, which begins with `ripv6rt_`. A move gives the route another one.
    #[schema(computed)]
    pub(super) id: Value<String>,
    /// The address of the server that traffic to the prefix is sent to.
    #[schema(computed)]
    pub(super) next_hop: Value<String>,
    /// The name of the virtual server.
    #[schema(computed)]
    pub(super) vps_name: Value<String>,
    /// The route's status, such as `active`; `unrouted` when a move was cut off, until the next
    /// apply routes the prefix again; `taken` when another route has got the prefix meanwhile.
    #[schema(computed)]
    pub(super) status: Value<String>,
    /// When the route was made, as an RFC 3339 time in UTC.
    #[schema(computed)]
    pub(super) allocated_at: Value<String>,
    /// When the route last changed, as an RFC 3339 time in UTC.
    #[schema(computed)]
    pub(super) updated_at: Value<String>,
}

impl RouteModel {
    /// Returns the route as the API has it. The time-outs, and the spelling of an equal prefix and
    /// label, stay.
    pub(super) fn updated_from(self, pool_id: &str, route: &Route) -> Self {
        // Every field is named: one that the API gains does not compile until somebody decides
        // about it.
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
            actions: _,
        } = route;
        let prefix = match self.prefix {
            Value::Value(known) if cidr::same_network(&known, prefix) => known,
            _ => prefix.clone(),
        };
        // HostUp may trim a label, and an empty one is none: the configuration's way of saying the
        // same stays.
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
            allocated_at: allocated_at.clone().into(),
            updated_at: updated_at.clone().into(),
        }
    }

    /// Returns the configured or stored prefix, if it is known.
    pub(super) fn network(&self) -> Option<Ipv6Net> {
        cidr::ipv6_network(self.prefix.as_ref_option()?).ok()
    }

    /// What the state knows of the route, to find it again by.
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

    /// Notes that the route is removed and its prefix kept for the next one.
    pub(super) fn mark_unrouted(&mut self) {
        self.status = Value::Value(UNROUTED.to_owned());
    }

    /// When the route was last written, if that was a moment ago. One that is known to be removed
    /// is not waited for.
    pub(super) fn written(&self, context: &Context) -> Option<SystemTime> {
        context.written.filter(|_| !self.is_unrouted())
    }

    /// Notes that the route is removed, and that somebody else's has its prefix.
    pub(super) fn mark_taken(&mut self) {
        self.status = Value::Value(TAKEN.to_owned());
    }

    /// Whether somebody else's route has the prefix.
    pub(super) fn is_taken(&self) -> bool {
        self.status.as_deref() == Value::Value(TAKEN)
    }

    /// Whether a move has removed the route and not made it again.
    pub(super) fn is_unrouted(&self) -> bool {
        matches!(self.status.as_deref(), Value::Value(UNROUTED | TAKEN))
    }

    /// A route of which only the API knows, as after an import.
    pub(super) fn imported(pool_id: &str, route: &Route) -> Self {
        Self::null().updated_from(pool_id, route)
    }
}

/// A state that this provider did not write, or that somebody edited.
fn incomplete(what: &str) -> Diagnostic {
    Diagnostic::without_summary(format!(
        "the state does not tell which route this is: {what}"
    ))
    .hint(
        Section::Lookups,
        "remove it with `state rm`, and import it again",
    )
}
