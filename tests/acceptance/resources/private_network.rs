//! `hostup_private_network`, and the data sources of one and of all networks.

mod data_source;
mod drift;
mod examples;
mod import;
mod invalid;
mod life;
mod refusals;
mod unknowns;

use crate::Scenario;

/// The scenarios of this noun.
pub(crate) fn all() -> Vec<Scenario> {
    [
        data_source::all(),
        drift::all(),
        examples::all(),
        import::all(),
        invalid::all(),
        life::all(),
        refusals::all(),
        unknowns::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
