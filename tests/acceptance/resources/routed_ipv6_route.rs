//! `hostup_routed_ipv6_route`.

mod broken_moves;
mod drift;
mod examples;
mod import;
mod invalid;
mod life;
mod moves;
mod refusals;
mod unknowns;

use crate::Scenario;

/// The scenarios of this noun.
pub(crate) fn all() -> Vec<Scenario> {
    [
        broken_moves::all(),
        drift::all(),
        examples::all(),
        import::all(),
        invalid::all(),
        life::all(),
        moves::all(),
        refusals::all(),
        unknowns::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
