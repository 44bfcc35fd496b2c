//! `hostup_routed_ipv6_route`.

mod broken_moves;
mod drift;
mod examples;
mod import;
mod invalid;
mod life;
mod list;
mod moves;
mod refusals;
mod unknowns;

use hostup_mock_api::{Fault, Removal};

use crate::Scenario;
use crate::faults;
use crate::scene::ROUTED;

/// The resource in the fault matrix.
pub(super) const FAULTS: faults::Noun = faults::Noun {
    resource: "hostup_routed_ipv6_route",
    in_document: true,
    is_route: true,
    posts_deletes: false,
    arguments: |seeds, vps| {
        let pool = seeds.pool.as_deref().unwrap_or_default();
        format!("pool_id = \"{pool}\"\n  vps_id = \"{vps}\"\n  prefix_length = 64")
    },
    requests: || {
        [
            Fault::on("POST", ROUTED).action("create_route"),
            Fault::on("GET", ROUTED),
            Fault::on("DELETE", ROUTED),
        ]
    },
    objects: |world| world.mock.routes(),
    delete_slowly: |switches| switches.removal = Removal::After(faults::DELETED_LATE),
};

/// The scenarios of this noun.
pub(crate) fn all() -> Vec<Scenario> {
    [
        broken_moves::all(),
        drift::all(),
        examples::all(),
        import::all(),
        invalid::all(),
        life::all(),
        list::all(),
        moves::all(),
        refusals::all(),
        unknowns::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
