//! Deletes routes, at once or late.

use std::time::Instant;

use serde_json::json;

use crate::account::Account;
use crate::call::Response;
use crate::cidr::Cidr;
use crate::copy::later;
use crate::routed_ipv6::deleted;
use crate::switches::{DeleteResponse, Removal};

/// When a deleted route is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PendingRemoval {
    /// After this many more GETs of the state.
    Reads(u32),
    /// At this time.
    At(Instant),
}

impl Account {
    /// Deletes the route at this index, at once or late. Returns the response.
    pub(crate) fn start_removal(&mut self, index: usize) -> Response {
        let removal = match self.switches.removal {
            Removal::AtOnce => None,
            Removal::Reads(reads) => Some(PendingRemoval::Reads(reads)),
            Removal::After(wait) => Some(PendingRemoval::At(later(Instant::now(), wait))),
        };
        if matches!(removal, None | Some(PendingRemoval::Reads(0))) {
            self.drop_route(index);
        } else {
            self.routes[index].removal = removal;
            self.any_removals = true;
        }
        match self.switches.delete_response.clone() {
            DeleteResponse::Documented if removal.is_some() => {
                let operation = self.add_job();
                Response::json(202, json!({"operation": operation}))
            }
            DeleteResponse::Documented | DeleteResponse::State => self.state_response(200),
            other => deleted(&other),
        }
    }

    /// Counts a GET of the state, and removes the routes whose last read this was.
    pub(crate) fn count_state_read(&mut self) {
        if !self.any_removals {
            return;
        }
        for route in &mut self.routes {
            if let Some(PendingRemoval::Reads(reads)) = &mut route.removal {
                *reads = reads.saturating_sub(1);
            }
        }
        self.drop_routes(|removal| removal == PendingRemoval::Reads(0));
    }

    /// Removes the routes that are due at this time.
    pub(crate) fn finish_removals(&mut self) {
        if self.any_removals {
            let now = Instant::now();
            self.drop_routes(|removal| matches!(removal, PendingRemoval::At(end) if end <= now));
        }
    }

    fn drop_routes(&mut self, is_due: impl Fn(PendingRemoval) -> bool) {
        for index in (0..self.routes.len()).rev() {
            if self.routes[index].removal.is_some_and(&is_due) {
                self.drop_route(index);
            }
        }
        self.any_removals = self.routes.iter().any(|route| route.removal.is_some());
    }

    fn drop_route(&mut self, index: usize) {
        let route = self.routes.remove(index);
        if let Ok(prefix) = Cidr::v6(route.object.text("prefix")) {
            let free = later(Instant::now(), self.switches.prefix_free_after);
            self.held_prefixes.push((route.pool_id, prefix, free));
        }
    }
}
