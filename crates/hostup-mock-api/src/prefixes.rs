//! Finds free prefixes of a pool.

use std::time::Instant;

use crate::account::Account;
use crate::cidr::Cidr;
use crate::problem::Refusal;
use crate::routed_ipv6::Pool;
use crate::switches::Switches;

impl Account {
    /// Returns the taken prefixes of a pool: of routes, of deleted routes that still hold theirs,
    /// and those that HostUp holds back.
    fn taken(&self, pool_id: &str) -> Vec<Cidr> {
        let routes = self.routes.iter().filter(|route| route.pool_id == pool_id);
        let now = Instant::now();
        let held_prefixes = self
            .held_prefixes
            .iter()
            .filter(|(pool, _, free)| pool == pool_id && *free > now);
        routes
            .filter_map(|route| Cidr::v6(route.object.text("prefix")).ok())
            .chain(held_prefixes.map(|(_, prefix, _)| *prefix))
            .chain(self.switches.held_back_prefixes().into_iter().flatten())
            .collect()
    }

    /// Returns the wanted prefix, or the first free one.
    pub(crate) fn free_prefix(
        &self,
        pool_id: &str,
        length: u8,
        wanted: Option<Cidr>,
    ) -> Result<Cidr, Refusal> {
        let taken = self.taken(pool_id);
        if let Some(wanted) = wanted {
            if taken.iter().any(|other| other.overlaps(wanted)) {
                let detail = "The requested prefix overlaps an existing route.";
                return Err(Refusal::conflict("routed_ipv6_prefix_conflict", detail));
            }
            return Ok(wanted);
        }
        let pool = self.pools.iter().find(|pool| pool.object.id() == pool_id);
        let free = pool
            .and_then(Pool::range)
            .and_then(|range| range.first_free(length, &taken));
        free.ok_or_else(|| {
            let detail = format!("No /{length} is free in this /48.");
            Refusal::conflict("routed_ipv6_no_capacity", detail)
        })
    }
}

impl Switches {
    /// Parses [`held_back`](Self::held_back).
    pub(crate) fn held_back_prefixes(&self) -> Result<Vec<Cidr>, String> {
        let parse = |text: &String| {
            Cidr::v6(text).map_err(|reason| format!("the prefix to hold back, `{text}`, {reason}"))
        };
        self.held_back.iter().map(parse).collect()
    }
}
