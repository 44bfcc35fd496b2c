//! What happens to servers and their interfaces outside the API.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;

use super::missing;
use crate::account::Account;
use crate::cidr::Cidr;
use crate::interfaces::{addresses, private_addresses};
use crate::network::Reservation;
use crate::vps::{Vps, VpsOptions};

#[track_caller]
fn parse(address: &str) -> IpAddr {
    address.parse().expect("an IP address")
}

impl Account {
    /// Adds a server with IPv4 and IPv6. Returns its id.
    pub fn add_vps(&mut self, name: &str) -> String {
        self.add_vps_with(VpsOptions {
            name: name.to_owned(),
            ..VpsOptions::default()
        })
    }

    #[track_caller]
    fn vps_mut(&mut self, id: &str) -> &mut Vps {
        let Some(vps) = self.vpses.iter_mut().find(|vps| vps.object.id() == id) else {
            missing("server", id)
        };
        vps
    }

    /// Removes a server, with the routes to it.
    ///
    /// # Panics
    /// When there is no such server.
    #[track_caller]
    pub fn remove_vps(&mut self, id: &str) {
        self.vps_mut(id);
        self.vpses.retain(|vps| vps.object.id() != id);
        self.routes.retain(|route| route.object.text("vpsId") != id);
    }

    /// Changes a server as the API shows it, such as its name or its status.
    ///
    /// # Panics
    /// When there is no such server.
    #[track_caller]
    pub fn edit_vps(&mut self, id: &str, edit: impl FnOnce(&mut Value)) {
        let vps = self.vps_mut(id);
        let shown = vps.show();
        vps.object.edit(&shown, edit);
    }

    /// Stops a server: its `powerState` is `stopped`.
    ///
    /// # Panics
    /// When there is no such server.
    #[track_caller]
    pub fn stop_vps(&mut self, id: &str) {
        self.vps_mut(id).object.set("powerState", "stopped");
    }

    /// Returns the servers as the API lists them.
    pub fn vpses(&self) -> Vec<Value> {
        self.vpses.iter().map(Vps::show).collect()
    }

    /// Attaches a server to the network's first subnet, at the lowest free address from `.10`.
    ///
    /// # Panics
    /// When there is no such network or server, or the API would refuse it.
    #[track_caller]
    pub fn attach_vps(&mut self, network_id: &str, vps_id: &str) {
        let Ok(network) = self.network(network_id) else {
            missing("network", network_id)
        };
        let subnet = network.subnets().next().expect("a subnet");
        let subnet = subnet["id"].as_str().unwrap_or_default().to_owned();
        self.vps_mut(vps_id);
        let address = self
            .attachable(vps_id, &subnet, None)
            .expect("an active subnet the server is not attached to");
        self.add_address(vps_id, None, &address.to_string());
    }

    /// Detaches a server from the network, with all its addresses there.
    ///
    /// # Panics
    /// When there is no such network, or the server is not attached to it.
    #[track_caller]
    pub fn detach_vps(&mut self, network_id: &str, vps_id: &str) {
        let Ok(network) = self.network(network_id).cloned() else {
            missing("network", network_id)
        };
        let is_in = |address: &Ipv4Addr| network.subnet_of(*address).is_some();
        let vps = self.vps_mut(vps_id);
        if !vps.private_addresses().any(|address| is_in(&address)) {
            missing("server attached to the network", vps_id);
        }
        vps.retain_interfaces(|one| !private_addresses(one).any(|address| is_in(&address)));
    }

    /// Gives a server an address, private or public, on this interface or on a new one. Returns the
    /// interface's name.
    ///
    /// # Panics
    /// When there is no such server or interface, or `address` is no address.
    #[track_caller]
    pub fn add_address(&mut self, vps_id: &str, interface: Option<&str>, address: &str) -> String {
        let ip = parse(address);
        let Some(name) = interface else {
            self.vps_mut(vps_id);
            let name = self.interface_name(vps_id);
            let added = self.new_interface(&name, &[ip]);
            self.insert_interface(vps_id, added);
            return name;
        };
        let added = self.new_address(ip);
        let mut interfaces = self.vps_mut(vps_id).network.list_mut("interfaces");
        let Some(found) = interfaces.find(|one| one["id"] == name) else {
            missing("interface", name)
        };
        if let Some(listed) = found["ip"].as_array_mut() {
            listed.push(added);
        }
        name.to_owned()
    }

    /// Takes an address from a server, and the interface with it when it has no other.
    ///
    /// # Panics
    /// When there is no such server, or it does not have the address.
    #[track_caller]
    pub fn remove_address(&mut self, vps_id: &str, address: &str) {
        let ip = parse(address);
        let vps = self.vps_mut(vps_id);
        let mut interfaces: Vec<Value> = vps.interfaces().cloned().collect();
        let has = |one: &Value| addresses(one).any(|other| other == ip);
        let Some(index) = interfaces.iter().position(has) else {
            missing("address", address)
        };
        if let Some(listed) = interfaces[index]["ip"].as_array_mut() {
            listed.retain(|one| one["ip"].as_str().is_none_or(|text| parse(text) != ip));
            if listed.is_empty() {
                interfaces.remove(index);
            }
        }
        vps.network.set("interfaces", interfaces);
    }

    /// Moves an address from one server to a new interface of another one.
    ///
    /// # Panics
    /// When one of them does not exist, or the first does not have the address.
    #[track_caller]
    pub fn move_address(&mut self, address: &str, from: &str, to: &str) {
        self.remove_address(from, address);
        self.add_address(to, None, address);
    }

    /// Renames an interface of a server.
    ///
    /// # Panics
    /// When there is no such server or interface.
    #[track_caller]
    pub fn rename_interface(&mut self, vps_id: &str, name: &str, new_name: &str) {
        let mut interfaces = self.vps_mut(vps_id).network.list_mut("interfaces");
        match interfaces.find(|interface| interface["id"] == name) {
            Some(interface) => interface["id"] = new_name.into(),
            None => missing("interface", name),
        }
    }

    /// Returns the network of a server as the API shows it. It does not count as a read.
    ///
    /// # Panics
    /// When there is no such server.
    #[track_caller]
    pub fn vps_network(&self, vps_id: &str) -> Value {
        match self.vps(vps_id) {
            Ok(vps) => vps.network.show([]).to_value(),
            Err(_) => missing("server", vps_id),
        }
    }

    /// Changes the network of a server as the API shows it.
    ///
    /// # Panics
    /// When there is no such server.
    #[track_caller]
    pub fn edit_vps_network(&mut self, vps_id: &str, edit: impl FnOnce(&mut Value)) {
        let shown = self.vps_network(vps_id);
        self.vps_mut(vps_id).network.edit(&shown, edit);
    }

    /// Adds the next free /24 to a private network, active at once. Returns its id.
    ///
    /// # Panics
    /// When there is no such network, or no /24 is free in it.
    #[track_caller]
    pub fn add_subnet(&mut self, network_id: &str) -> String {
        let Ok(network) = self.network(network_id) else {
            missing("network", network_id)
        };
        let mut subnets: Vec<Value> = network.object.list("subnets").cloned().collect();
        let taken = |range: &Cidr| {
            subnets
                .iter()
                .any(|one| one["subnetCidr"] == range.to_string())
        };
        let range = network.range().expect("a range");
        let free = (0..)
            .map_while(|number| range.child(24, number))
            .find(|range| !taken(range))
            .expect("a free /24");
        let subnet = self.new_subnet(free);
        let id = subnet["id"].as_str().unwrap_or_default().to_owned();
        subnets.push(subnet);
        if let Ok(network) = self.network_mut(network_id) {
            network.object.set("subnets", subnets);
        }
        id
    }

    /// Changes a subnet's status.
    ///
    /// # Panics
    /// When there is no such subnet.
    #[track_caller]
    pub fn set_subnet_status(&mut self, subnet_id: &str, status: &str) {
        let networks = self.networks.iter_mut();
        let mut subnets = networks.flat_map(|network| network.object.list_mut("subnets"));
        match subnets.find(|subnet| subnet["id"] == subnet_id) {
            Some(subnet) => subnet["status"] = status.into(),
            None => missing("subnet", subnet_id),
        }
    }

    /// Reserves an address of a private network. The API refuses it as taken.
    ///
    /// # Panics
    /// When no private network has the address.
    #[track_caller]
    pub fn reserve_address(&mut self, address: &str) {
        let mut networks = self.networks.iter_mut();
        let found = address.parse::<Ipv4Addr>().ok().and_then(|ip| {
            let network = networks.find(|network| network.subnet_of(ip).is_some())?;
            Some((network, ip))
        });
        match found {
            Some((network, address)) => network.reservations.push(Reservation {
                address,
                vps_id: None,
                reads: None,
            }),
            None => missing("subnet with the address", address),
        }
    }

    /// Frees all reserved addresses.
    pub fn free_reserved_addresses(&mut self) {
        for network in &mut self.networks {
            network.reservations.clear();
        }
    }
}
