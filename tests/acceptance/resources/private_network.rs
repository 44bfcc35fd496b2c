//! `hostup_private_network`, and the data sources of one and of all networks.

mod data_source;
mod drift;
mod examples;
mod import;
mod invalid;
mod life;
mod list;
mod refusals;
mod unknowns;

use hostup_mock_api::Fault;

use crate::Scenario;
use crate::faults;
use crate::scene::{NETWORKS, ONE_NETWORK};

/// The resource in the fault matrix.
pub(super) const FAULTS: faults::Noun = faults::Noun {
    resource: "hostup_private_network",
    in_document: false,
    is_route: false,
    posts_deletes: false,
    arguments: |_, _| "name = \"it\"".to_owned(),
    requests: || {
        [
            Fault::on("POST", NETWORKS),
            Fault::on("GET", ONE_NETWORK),
            Fault::on("DELETE", ONE_NETWORK),
        ]
    },
    objects: |world| world.mock.networks(),
    delete_slowly: |switches| switches.deprovisioning_reads = 2,
};

/// The scenarios of this noun.
pub(crate) fn all() -> Vec<Scenario> {
    [
        data_source::all(),
        drift::all(),
        examples::all(),
        import::all(),
        invalid::all(),
        life::all(),
        list::all(),
        refusals::all(),
        unknowns::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
