//! The messages of a plan, an apply, a destroy and an import: `snapshots/messages_*.snap`, one
//! situation after the other, in the order in which a user may meet them.

mod access;
mod interfaces;
mod lookups;
mod networks;
mod pools;
mod routes;

use cli_support::Report;

use crate::Scenario;
use crate::gallery::Gallery;

const POOL: &str = "resource \"hostup_routed_ipv6_pool\" \"main\" {}\n";
const NETWORK: &str = "resource \"hostup_private_network\" \"backend\" { name = \"backend\" }\n";
const NETWORKS_PATH: &str = "/api/v2/private-networks";

pub(crate) fn all() -> Vec<Scenario> {
    [
        access::all(),
        pools::all(),
        routes::all(),
        networks::all(),
        interfaces::all(),
        lookups::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Gallery {
    fn errors(&mut self, situation: &str, report: &Report) {
        self.add(situation, &report.errors());
    }

    fn warnings(&mut self, situation: &str, report: &Report) {
        self.add(situation, &report.warnings());
    }
}

/// A network with further lines.
fn network(lines: &str) -> String {
    format!(
        "resource \"hostup_private_network\" \"backend\" {{\n name = \"backend\"\n {lines}\n}}\n"
    )
}

/// A route with further lines.
fn routed(pool: &str, vps: &str, lines: &str) -> String {
    format!(
        "resource \"hostup_routed_ipv6_route\" \"web\" {{\n pool_id = \"{pool}\"\n \
         vps_id = \"{vps}\"\n {lines}\n}}\n"
    )
}
