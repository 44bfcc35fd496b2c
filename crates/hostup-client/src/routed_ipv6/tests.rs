//! Two processes and a user of the dashboard work on one account, with every interleaving and every
//! fault.
//!
//! The client is the real one. The API is a model without a network, and the clock is virtual. In
//! all cases:
//!
//! 1. No route is in two states.
//! 2. A route that a process created is in one of its states, or an error of that process named its
//!    prefix.
//! 3. No process removes a route that another process or the user created.
//!
//! One case cannot be told from outside: the response to a create that created nothing is lost, and
//! another process creates a route of the same prefix to the same server while the first one looks
//! for its own; or an equal route of another process was removed a moment ago, and a copy that lags
//! behind still shows it. The model detects both, and such a run is not checked.

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
    fn every_route_has_one_owner_and_no_foreign_route_is_removed(plan in any_plan()) {
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
