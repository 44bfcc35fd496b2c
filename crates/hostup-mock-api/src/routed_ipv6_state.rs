//! The state document of routed IPv6, which every GET and POST there returns.

use std::collections::BTreeMap;
use std::mem;

use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Response;
use crate::object::{Calculated, Capability, Shown};
use crate::routed_ipv6::{LENGTHS, Pool, Route};
use crate::vps::Vps;

impl Account {
    /// Returns every pool with its routes, every server as a destination, and the capabilities.
    pub(crate) fn state(&self) -> BTreeMap<&'static str, Calculated<'_>> {
        let switches = &self.switches;
        let mut state = BTreeMap::new();
        if !switches.sparse_state || switches.state_without_pools {
            let destinations: Vec<Value> = self.vpses.iter().map(Vps::show_destination).collect();
            let list = |value: Value| (!switches.null_lists).then_some(value).into();
            let available = switches.routed_ipv6_unavailable.is_none();
            let actions = BTreeMap::from([
                ("canAllocatePool", Capability::of(self.cannot_allocate())),
                ("canCreateRoute", Capability::of(self.cannot_create_route())),
            ]);
            state = BTreeMap::from([
                ("available", Calculated::Value(available.into())),
                (
                    "reason",
                    Calculated::Value(json!(switches.routed_ipv6_unavailable)),
                ),
                (
                    "allowedPrefixLengths",
                    Calculated::Value(list(json!(LENGTHS))),
                ),
                ("destinations", Calculated::Value(list(destinations.into()))),
                ("actions", Calculated::Capabilities(actions)),
            ]);
        }
        if !switches.state_without_pools {
            let hidden =
                switches.unavailable_hides_pools && switches.routed_ipv6_unavailable.is_some();
            let pools = self.pools.iter().filter(|_| !hidden);
            let pools = pools.map(|pool| self.show_pool(pool));
            state.insert("pools", Calculated::Documents(pools.collect()));
        }
        state
    }

    pub(crate) fn show_pool<'a>(&'a self, pool: &'a Pool) -> Shown<'a> {
        let routes = self.routes.iter();
        let routes: Vec<_> = routes
            .filter(|route| route.pool_id == pool.object.id())
            .map(|route| self.show_route(route))
            .collect();
        let in_use = "Delete all routes before releasing this /48.";
        let can_release = Capability::of((!routes.is_empty()).then_some(in_use));
        let can_create_route = Capability::of(self.cannot_create_route_in(pool));
        let actions = BTreeMap::from([
            ("canCreateRoute", can_create_route),
            ("canRelease", can_release),
        ]);
        self.without_times(pool.object.show([
            ("actions", Calculated::Capabilities(actions)),
            ("routes", Calculated::Documents(routes)),
        ]))
    }

    pub(crate) fn show_route<'a>(&'a self, route: &'a Route) -> Shown<'a> {
        let vps_id = route.object.text("vpsId");
        let vps = self.vpses.iter().find(|vps| vps.object.id() == vps_id);
        // A renamed server has its new name here too.
        let vps_name = vps.map_or(route.object.text("vpsName"), |vps| vps.object.text("name"));
        let actions = BTreeMap::from([("canDelete", Capability::of(None::<String>))]);
        let shown = self.without_times(route.object.show([
            ("vpsName", Calculated::Text(vps_name)),
            ("actions", Calculated::Capabilities(actions)),
        ]));
        if self.switches.empty_labels && route.object.get("label").is_null() {
            return shown.with("label", Calculated::Text(""));
        }
        shown
    }

    fn without_times<'a>(&self, shown: Shown<'a>) -> Shown<'a> {
        if !self.switches.null_times {
            return shown;
        }
        shown
            .with("allocatedAt", Calculated::Value(Value::Null))
            .with("updatedAt", Calculated::Value(Value::Null))
    }

    pub(crate) fn pools_and_routes(&self) -> (Vec<Pool>, Vec<Route>) {
        (self.pools.clone(), self.routes.clone())
    }

    /// Returns the state with the pools and routes from before the last write. `None`: there was no
    /// write.
    pub(crate) fn state_before_last_write(&mut self, status: u16) -> Option<Response> {
        let before = self.before_last_write.clone()?;
        let now = self.replace_pools_and_routes(before);
        let response = self.as_shown(|account| Response::json(status, account.state()));
        self.replace_pools_and_routes(now);
        Some(response)
    }

    fn replace_pools_and_routes(
        &mut self,
        (pools, routes): (Vec<Pool>, Vec<Route>),
    ) -> (Vec<Pool>, Vec<Route>) {
        (
            mem::replace(&mut self.pools, pools),
            mem::replace(&mut self.routes, routes),
        )
    }
}
