//! Deleted routes that stay listed for a while.

use std::time::Instant;

use serde_json::json;

use crate::account::Account;
use crate::call::Response;
use crate::cidr::Cidr;
use crate::copy::later;
use crate::switches::{DeleteAnswer, Removal};

/// Until when a deleted route stays listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// Until so many more GETs of the state.
    Reads(u32),
    At(Instant),
}

impl Account {
    /// Deletes the route at this index, at once or late, as the switch says. Returns the answer.
    pub(crate) fn start_removal(&mut self, index: usize) -> Response {
        let leaving = match self.switches.removal {
            Removal::AtOnce => None,
            Removal::Reads(reads) => Some(Leaving::Reads(reads)),
            Removal::After(wait) => Some(Leaving::At(later(Instant::now(), wait))),
        };
        if matches!(leaving, None | Some(Leaving::Reads(0))) {
            self.drop_route(index);
        } else {
            self.routes[index].leaving = leaving;
            self.any_leaving = true;
        }
        match self.switches.delete_answer.clone() {
            DeleteAnswer::Documented if leaving.is_some() => {
                let operation = self.add_job();
                Response::json(202, json!({"operation": operation}))
            }
            DeleteAnswer::Documented | DeleteAnswer::State => self.state_response(200),
            other => self.deleted(&other),
        }
    }

    /// Counts a GET of the state, and removes the routes that it was the last one to list.
    pub(crate) fn count_state_read(&mut self) {
        if !self.any_leaving {
            return;
        }
        for route in &mut self.routes {
            if let Some(Leaving::Reads(reads)) = &mut route.leaving {
                *reads = reads.saturating_sub(1);
            }
        }
        self.drop_routes(|leaving| leaving == Leaving::Reads(0));
    }

    /// Removes the routes whose time has come.
    pub(crate) fn finish_removals(&mut self) {
        if self.any_leaving {
            let now = Instant::now();
            self.drop_routes(|leaving| matches!(leaving, Leaving::At(end) if end <= now));
        }
    }

    fn drop_routes(&mut self, goes: impl Fn(Leaving) -> bool) {
        for index in (0..self.routes.len()).rev() {
            if self.routes[index].leaving.is_some_and(&goes) {
                self.drop_route(index);
            }
        }
        self.any_leaving = self.routes.iter().any(|route| route.leaving.is_some());
    }

    fn drop_route(&mut self, index: usize) {
        let route = self.routes.remove(index);
        if let Ok(prefix) = Cidr::v6(route.object.text("prefix")) {
            let free = later(Instant::now(), self.switches.prefix_free_after);
            self.not_free.push((route.pool_id, prefix, free));
        }
    }
}
