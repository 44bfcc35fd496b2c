//! The attributes of a pool, and their conversion from the API's document.

use hostup_client::Pool;
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::Int;

use crate::framework::timeouts::{Action, Timeouts};

/// Allocates the account's routed IPv6 pool: a /48 from which `hostup_routed_ipv6_route` routes
/// prefixes to virtual servers. An account has one pool.
///
/// **What can't be undone:** a destroyed pool never comes back. HostUp allocates another /48, and
/// only after a cooldown, so everything that uses an address of the old one must be renumbered.
/// With `deletion_protection = true`, a plan that would destroy the pool fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct PoolModel {
    /// Whether a plan that destroys or replaces the pool fails. Terraform keeps the value and
    /// never sends it to HostUp. Default `false`.
    #[schema(optional)]
    pub(super) deletion_protection: Value<bool>,
    #[schema(attribute = Timeouts::attribute(&[Action::Create, Action::Read, Action::Delete]))]
    pub(super) timeouts: Value<Timeouts>,
    /// The pool's id, which begins with `ripv6_`.
    #[schema(computed, never_null)]
    pub(super) id: Value<String>,
    /// The /48, such as `2001:db8:1000::/48`.
    #[schema(computed, never_null)]
    pub(super) parent_cidr: Value<String>,
    /// The length of the pool's prefix: 48.
    #[schema(computed, never_null)]
    pub(super) prefix_length: Value<Int>,
    /// The pool's status, such as `active`.
    #[schema(computed, never_null)]
    pub(super) status: Value<String>,
    /// When the pool was allocated, as an RFC 3339 time in UTC.
    #[schema(computed)]
    pub(super) allocated_at: Value<String>,
}

impl PoolModel {
    /// Returns the pool as the API has it, with the attributes from `self` that only Terraform has.
    pub(super) fn updated_from(self, pool: &Pool) -> Self {
        // Every field is named, so that a new one does not compile before it is handled.
        let Pool {
            id,
            parent_cidr,
            prefix_length,
            status,
            allocated_at,
            // A pool cannot be changed. The data source has it.
            updated_at: _,
            routes: _,
            actions: _,
        } = pool;
        Self {
            deletion_protection: self.deletion_protection,
            timeouts: self.timeouts,
            id: Value::Value(id.clone()),
            parent_cidr: Value::Value(parent_cidr.clone()),
            prefix_length: Value::Value(Int(i64::from(*prefix_length))),
            status: Value::Value(status.clone()),
            allocated_at: allocated_at.clone().into(),
        }
    }

    /// Returns a pool with the attributes that the API has, as after an import.
    pub(super) fn imported(pool: &Pool) -> Self {
        Self::null().updated_from(pool)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::framework::test_cidrs;

    proptest! {
        #[test]
        fn a_stored_model_is_read_back(
            (cidr, _) in test_cidrs::ipv6(&[48]),
            known in any::<bool>(),
            protected in any::<bool>(),
        ) {
            let or_unknown = |text: &str| {
                if known { Value::Value(text.to_owned()) } else { Value::Unknown }
            };
            let model = PoolModel {
                deletion_protection: Value::Value(protected),
                timeouts: Value::Null,
                id: or_unknown("ripv6_1"),
                parent_cidr: or_unknown(&cidr),
                prefix_length: if known { Value::Value(Int(48)) } else { Value::Unknown },
                status: or_unknown("active"),
                allocated_at: Value::Null,
            };
            let stored = rmp_serde::to_vec_named(&model).expect("bytes");
            prop_assert_eq!(rmp_serde::from_slice::<PoolModel>(&stored).expect("a model"), model);
        }
    }
}
