//! The interfaces of servers, and the addresses of interfaces.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};

use crate::account::Account;
use crate::network::{Network, Reservation};
use crate::vps::Vps;

/// The name of the interface that every server starts with.
pub(crate) const FIRST_INTERFACE: &str = "net0";

/// Returns the addresses of an interface.
pub(crate) fn addresses(interface: &Value) -> impl Iterator<Item = IpAddr> {
    let listed = interface["ip"].as_array().into_iter().flatten();
    listed.filter_map(|address| address["ip"].as_str()?.parse().ok())
}

/// Returns the private IPv4 addresses of an interface.
pub(crate) fn private_addresses(interface: &Value) -> impl Iterator<Item = Ipv4Addr> {
    addresses(interface).filter_map(|address| match address {
        IpAddr::V4(address) if address.is_private() => Some(address),
        _ => None,
    })
}

impl Vps {
    pub(crate) fn interfaces(&self) -> impl Iterator<Item = &Value> {
        self.network.list("interfaces")
    }

    pub(crate) fn interface(&self, name: &str) -> Option<&Value> {
        self.interfaces().find(|interface| interface["id"] == name)
    }

    pub(crate) fn private_addresses(&self) -> impl Iterator<Item = Ipv4Addr> {
        self.interfaces().flat_map(private_addresses)
    }

    /// Drops the interfaces for which `keep` returns false.
    pub(crate) fn retain_interfaces(&mut self, keep: impl Fn(&Value) -> bool) {
        let kept: Vec<Value> = self.interfaces().filter(|one| keep(one)).cloned().collect();
        if kept.len() < self.interfaces().count() {
            self.network.set("interfaces", kept);
        }
    }
}

impl Account {
    /// Returns the document of a new interface with these addresses.
    pub(crate) fn new_interface(&mut self, name: &str, ips: &[IpAddr]) -> Value {
        self.interfaces_created = self.interfaces_created.wrapping_add(1);
        let [.., high, low] = self.interfaces_created.to_be_bytes();
        let subnet = ips.iter().find_map(|address| self.subnet_of(*address));
        let vlan = subnet.map(|(_, subnet)| subnet["vlanTag"].clone());
        let addresses: Vec<Value> = ips.iter().map(|ip| self.new_address(*ip)).collect();
        json!({
            "id": name,
            "model": "virtio",
            "mac": format!("02:00:00:00:{high:02x}:{low:02x}"),
            "bridge": if vlan.is_some() { "vmbr1" } else { "vmbr0" },
            "vlan": vlan,
            "firewallEnabled": true,
            "linkDown": false,
            "ip": addresses,
        })
    }

    /// Returns the document of an address.
    pub(crate) fn new_address(&mut self, address: IpAddr) -> Value {
        let parent = match address {
            IpAddr::V4(public) if !public.is_private() => {
                let [first, second, third, _] = public.octets();
                Some(format!("{first}.{second}.{third}.0/24"))
            }
            address => self.subnet_of(address).map(|(network, subnet)| {
                let whole = self.switches.interfaces.network_as_parent;
                let subnet = subnet["subnetCidr"].as_str().unwrap_or_default();
                let network = network.object.text("parentCidr");
                if whole { network } else { subnet }.to_owned()
            }),
        };
        let (kind, mask) = match address {
            IpAddr::V4(_) => ("ipv4", "24"),
            IpAddr::V6(_) => ("ipv6", "64"),
        };
        json!({
            "id": self.ids.next("ip"),
            "type": kind,
            "ip": address.to_string(),
            "mask": mask,
            "isPrivate": matches!(address, IpAddr::V4(address) if address.is_private()),
            "subnet": parent.map(|parent| json!({"parentCidr": parent})),
        })
    }

    /// Returns the subnet that an address lies in, and its network.
    pub(crate) fn subnet_of(&self, address: IpAddr) -> Option<(&Network, &Value)> {
        let IpAddr::V4(address) = address else {
            return None;
        };
        self.networks
            .iter()
            .find_map(|network| Some((network, network.subnet_of(address)?)))
    }

    /// Returns the servers in a network, each with its first address there.
    pub(crate) fn attached(&self, network: &Network) -> Vec<(&Vps, Ipv4Addr)> {
        let first = |vps: &Vps| {
            let mut addresses = vps.private_addresses();
            addresses.find(|address| network.subnet_of(*address).is_some())
        };
        let servers = self.vpses.iter();
        servers.filter_map(|vps| Some((vps, first(vps)?))).collect()
    }

    /// Returns the detached servers that a network still shows, each with the address it had.
    pub(crate) fn leaving(&self, network: &Network) -> Vec<(&Vps, Ipv4Addr)> {
        let shows = self.switches.interfaces.attached_while_reserved;
        let reservations = network.reservations.iter().filter(|_| shows);
        let server = |one: &Reservation| {
            let vps = self
                .vpses
                .iter()
                .find(|vps| Some(vps.object.id()) == one.vps_id.as_deref());
            Some((vps?, one.address))
        };
        reservations.filter_map(server).collect()
    }

    /// Returns whether a server is in the network, or a change is going to put one there.
    pub(crate) fn is_attached(&self, network: &Network) -> bool {
        let mut coming = self.coming_interfaces();
        !self.attached(network).is_empty()
            || coming.any(|(_, interface)| {
                private_addresses(interface).any(|address| network.subnet_of(address).is_some())
            })
    }

    /// Returns whether a server has the address or is going to have it, or it is reserved.
    pub(crate) fn is_taken(&self, address: Ipv4Addr) -> bool {
        let mut servers = self.vpses.iter();
        let mut coming = self.coming_interfaces();
        let mut reservations = self.networks.iter().flat_map(|one| &one.reservations);
        servers.any(|vps| vps.private_addresses().any(|one| one == address))
            || coming.any(|(_, interface)| private_addresses(interface).any(|one| one == address))
            || reservations.any(|one| one.address == address)
    }

    /// Returns the name for a new interface of a server.
    pub(crate) fn interface_name(&mut self, vps_id: &str) -> String {
        let reuse = self.switches.interfaces.reuse_names;
        let coming = self.coming_interfaces();
        let coming = coming.filter(|(id, _)| *id == vps_id);
        let mut taken: Vec<Value> = coming.map(|(_, one)| one["id"].clone()).collect();
        let Some(vps) = self.vpses.iter_mut().find(|vps| vps.object.id() == vps_id) else {
            return String::new();
        };
        taken.extend(vps.interfaces().map(|interface| interface["id"].clone()));
        let from = if reuse { 0 } else { vps.next_interface };
        let is_free = |number: &u32| !taken.contains(&json!(format!("net{number}")));
        let number = (from..u32::MAX).find(is_free).unwrap_or_default();
        vps.next_interface = vps.next_interface.max(number + 1);
        format!("net{number}")
    }

    /// Adds an interface to a server, if that still exists.
    pub(crate) fn insert_interface(&mut self, vps_id: &str, interface: Value) {
        if let Some(vps) = self.vpses.iter_mut().find(|vps| vps.object.id() == vps_id) {
            let mut interfaces: Vec<Value> = vps.interfaces().cloned().collect();
            interfaces.push(interface);
            vps.network.set("interfaces", interfaces);
        }
    }

    /// Removes an interface from a server, and reserves its addresses if the switch says so.
    pub(crate) fn drop_interface(&mut self, vps_id: &str, name: &str) {
        let Some(vps) = self.vpses.iter_mut().find(|vps| vps.object.id() == vps_id) else {
            return;
        };
        let found = vps.interface(name).map(private_addresses);
        let addresses: Vec<Ipv4Addr> = found.into_iter().flatten().collect();
        vps.retain_interfaces(|interface| interface["id"] != name);
        let reads = self.switches.interfaces.reserved_reads;
        for address in addresses.into_iter().filter(|_| reads > 0) {
            let mut networks = self.networks.iter_mut();
            if let Some(network) = networks.find(|one| one.subnet_of(address).is_some()) {
                network.reservations.push(Reservation {
                    address,
                    vps_id: Some(vps_id.to_owned()),
                    reads: Some(reads),
                });
            }
        }
    }
}
