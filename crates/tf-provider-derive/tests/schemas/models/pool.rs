//! The pool.

use serde::{Deserialize, Serialize};
use tf_provider::value::Value;

use crate::model::Schema;
use crate::tables::timeouts::{Action, Timeouts};
use crate::value::Int;

/// Allocates the account's routed IPv6 pool: a /48 whose children are routed to virtual servers
/// with `hostup_routed_ipv6_route`. An account has one.
///
/// **What can't be undone:** a pool that is destroyed never comes back. HostUp hands out another
/// /48, and only after a cooldown, so everything that uses an address of the old one must be
/// renumbered. With `deletion_protection = true` a plan that would destroy the pool fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub(crate) struct PoolModel {
    /// Whether a plan that destroys or replaces the pool fails. It is kept by Terraform alone and
    /// changed in place. Default `false`.
    #[schema(optional)]
    pub(crate) deletion_protection: Value<bool>,
    #[schema(attribute = Timeouts::attribute(&[Action::Create, Action::Read, Action::Delete]))]
    pub(crate) timeouts: Value<Timeouts>,
    /// The pool's id, which begins with `ripv6_`.
    #[schema(computed)]
    pub(crate) id: Value<String>,
    /// The /48, such as `2001:db8:1000::/48`.
    #[schema(computed)]
    pub(crate) parent_cidr: Value<String>,
    /// The length of the pool's prefix: 48.
    #[schema(computed)]
    pub(crate) prefix_length: Value<Int>,
    /// The pool's status, such as `active`.
    #[schema(computed)]
    pub(crate) status: Value<String>,
    /// When the pool was allocated, as an RFC 3339 time in UTC.
    #[schema(computed)]
    pub(crate) allocated_at: Value<String>,
    /// When the pool last changed, as an RFC 3339 time in UTC.
    #[schema(computed)]
    pub(crate) updated_at: Value<String>,
}
