//! The scenarios of each noun of `src/resources`, in one file or one folder each.
//!
//! A resource has scenarios of every kind that `tests/tidy` names: its life, drift, import, invalid
//! arguments, unknown arguments, refusals and examples. In a folder each kind is a file; a file on
//! its own lists its scenarios by kind.

mod checks;
mod private_network;
mod routed_ipv6;
mod routed_ipv6_pool;
mod routed_ipv6_route;
mod vps;
mod vps_payg_limits;
mod vps_private_interface;

pub(crate) use checks::assert_invalid;

use crate::Scenario;
use crate::faults::Noun;

/// Every resource in the fault matrix.
pub(crate) const FAULTS: [Noun; 4] = [
    private_network::FAULTS,
    routed_ipv6_pool::FAULTS,
    routed_ipv6_route::FAULTS,
    vps_private_interface::FAULTS,
];

/// The scenarios of every noun.
pub(crate) fn all() -> Vec<Scenario> {
    [
        private_network::all(),
        routed_ipv6::all(),
        routed_ipv6_pool::all(),
        routed_ipv6_pool::data_source::all(),
        routed_ipv6_route::all(),
        vps::all(),
        vps_payg_limits::all(),
        vps_private_interface::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
