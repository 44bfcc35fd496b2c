//! What happens to an account outside the API: setting it up, and edits in the dashboard.

mod servers;

use serde_json::{Value, json};

use crate::account::Account;
use crate::cidr::Cidr;
use crate::interfaces::private_addresses;
use crate::switches::Switches;

/// Panics because the test names an object that does not exist.
#[track_caller]
fn missing(kind: &str, id: &str) -> ! {
    panic!("the mock has no {kind} `{id}`")
}

impl Account {
    /// Changes the switches.
    ///
    /// # Panics
    /// When a prefix in [`Switches::held_back`] is malformed.
    #[track_caller]
    pub fn configure(&mut self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.switches);
        if let Err(reason) = self.switches.held_back_prefixes() {
            panic!("{reason}");
        }
    }

    /// Adds a key with these scopes. A key that exists loses its own scopes.
    pub fn add_key(&mut self, key: &str, scopes: &[&str]) {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.keys.insert(key.to_owned(), scopes);
    }

    /// Revokes a key: requests with it are unauthorized from now on.
    pub fn revoke_key(&mut self, key: &str) {
        self.keys.remove(key);
    }

    /// Adds a route under the API's rules. Returns its id.
    ///
    /// # Panics
    /// When the API would refuse it: no such pool or server, a malformed or taken prefix.
    #[track_caller]
    pub fn add_route(
        &mut self,
        pool_id: &str,
        vps_id: &str,
        prefix: Option<&str>,
        length: u8,
        label: Option<&str>,
    ) -> String {
        if !self.pools.iter().any(|pool| pool.object.id() == pool_id) {
            missing("pool", pool_id);
        }
        if self.vps(vps_id).is_err() {
            missing("server", vps_id);
        }
        let wanted = prefix.map(|text| Cidr::v6(text).expect("a prefix with a mask, no host bits"));
        let free = self
            .free_prefix(pool_id, length, wanted)
            .expect("a free prefix in the pool");
        assert_eq!(free.length(), length, "the mask of `prefix` and `length`");
        self.insert_route(pool_id, vps_id, free, label)
    }

    /// Adds a private network that is active at once. Returns its id.
    ///
    /// # Panics
    /// When no range is free.
    #[track_caller]
    pub fn add_network(&mut self, name: &str, region: Option<&str>) -> String {
        let range = self.free_range(None).expect("a free /21");
        self.insert_network(name, region, range)
    }

    /// Removes a pool with its routes at once.
    ///
    /// # Panics
    /// When there is no such pool.
    #[track_caller]
    pub fn remove_pool(&mut self, id: &str) {
        let before = self.pools.len();
        self.pools.retain(|pool| pool.object.id() != id);
        self.routes.retain(|route| route.pool_id != id);
        if self.pools.len() == before {
            missing("pool", id);
        }
    }

    /// Removes a route at once.
    ///
    /// # Panics
    /// When there is no such route.
    #[track_caller]
    pub fn remove_route(&mut self, id: &str) {
        let before = self.routes.len();
        self.routes.retain(|route| route.object.id() != id);
        if self.routes.len() == before {
            missing("route", id);
        }
    }

    /// Removes a private network at once, with the interfaces of servers in it.
    ///
    /// # Panics
    /// When there is no such network.
    #[track_caller]
    pub fn remove_network(&mut self, id: &str) {
        let Some(at) = self.networks.iter().position(|one| one.object.id() == id) else {
            missing("network", id)
        };
        let network = self.networks.remove(at);
        for vps in &mut self.vpses {
            vps.retain_interfaces(|interface| {
                !private_addresses(interface).any(|address| network.subnet_of(address).is_some())
            });
        }
    }

    /// Changes a route as the API shows it. Edited fields are no longer calculated.
    ///
    /// # Panics
    /// When there is no such route.
    #[track_caller]
    pub fn edit_route(&mut self, id: &str, edit: impl FnOnce(&mut Value)) {
        let Some(at) = self.routes.iter().position(|route| route.object.id() == id) else {
            missing("route", id)
        };
        let shown = self.show_route(&self.routes[at]).to_value();
        self.routes[at].object.edit(&shown, edit);
    }

    /// Changes a private network as the API shows it. Edited fields are no longer calculated, and
    /// an edited status stays.
    ///
    /// # Panics
    /// When there is no such network.
    #[track_caller]
    pub fn edit_network(&mut self, id: &str, edit: impl FnOnce(&mut Value)) {
        let Some(at) = self
            .networks
            .iter()
            .position(|network| network.object.id() == id)
        else {
            missing("network", id)
        };
        let shown = self.show_network(&self.networks[at]);
        let network = &mut self.networks[at];
        network.object.edit(&shown, edit);
        if shown["status"] != *network.object.get("status") {
            network.keep_status();
        }
    }

    /// Changes the pay-as-you-go limits. They are no longer calculated afterwards.
    pub fn edit_payg_limits(&mut self, edit: impl FnOnce(&mut Value)) {
        let mut limits = self.payg_limits();
        edit(&mut limits);
        self.limits = Some(limits);
    }

    /// Retires the network's subnets, which no call of the API does.
    ///
    /// # Panics
    /// When there is no such network.
    #[track_caller]
    pub fn retire_subnets(&mut self, network_id: &str) {
        match self.network_mut(network_id) {
            Ok(network) => network.retire_subnets(),
            Err(_) => missing("network", network_id),
        }
    }

    /// Returns the pools as the API shows them.
    pub fn pools(&self) -> Vec<Value> {
        self.pools
            .iter()
            .map(|pool| self.show_pool(pool).to_value())
            .collect()
    }

    /// Returns the routes of all pools as the API shows them, each with `poolId` added.
    pub fn routes(&self) -> Vec<Value> {
        let show = |route| {
            let mut shown = self.show_route(route).to_value();
            shown["poolId"] = json!(route.pool_id);
            shown
        };
        self.routes.iter().map(show).collect()
    }

    /// Returns the private networks as the API shows them by id. It does not count as a read.
    pub fn networks(&self) -> Vec<Value> {
        self.networks
            .iter()
            .map(|network| self.show_network(network))
            .collect()
    }

    /// Returns the description of a private network, which the API never shows.
    ///
    /// # Panics
    /// When there is no such network.
    #[track_caller]
    pub fn network_description(&self, id: &str) -> Option<String> {
        match self.network(id) {
            Ok(network) => network.description.clone(),
            Err(_) => missing("network", id),
        }
    }

    /// Returns whether there is no pool, route or private network. Networks that are
    /// `deprovisioning` or `retired` do not count.
    pub fn is_empty(&self) -> bool {
        let gone = |status: &str| matches!(status, "retired" | "deprovisioning");
        let living = self
            .networks
            .iter()
            .any(|network| !gone(network.object.text("status")));
        self.pools.is_empty() && self.routes.is_empty() && !living
    }
}
