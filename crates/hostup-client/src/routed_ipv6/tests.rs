//! Two processes and somebody with a dashboard work on one account, under every interleaving and
//! every fault.
//!
//! The client is the real one; the API is a model without a network, and the clock is virtual.
//! Whatever happens:
//!
//! 1. No route is in two states.
//! 2. A route that a process has made is in one of its states, or an error of that process has
//!    named its prefix.
//! 3. Nothing that another process or a person has made is removed.
//!
//! One thing cannot be told from outside: a request that has made nothing, whose answer is lost,
//! when another process creates a route of the same prefix to the same server while the first one
//! looks for its own; or when an equal route of another process was removed a moment ago, and a
//! copy that lags behind still shows it. The model notices either, and such a run shows nothing.

mod account;
mod run;

use proptest::prelude::*;
use run::{Plan, play};

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_route_has_one_owner_and_nothing_foreign_is_removed(plan in any_plan()) {
        play(&plan)?;
    }
}

fn any_plan() -> impl Strategy<Value = Plan> {
    (
        prop::collection::vec(run::any_resource(), 1..9),
        prop::collection::vec(run::any_foreign(), 0..4),
        prop::collection::vec(any::<u8>(), 1..60),
        0_u64..1_500,
    )
        .prop_map(|(resources, foreign, faults, lag)| Plan {
            resources,
            foreign,
            faults,
            lag,
        })
}
