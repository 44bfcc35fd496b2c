//! What a server's network tells: which interface has an address, and what else it carries.

use std::net::{IpAddr, Ipv4Addr};

use super::wire::{Interface, InterfaceAddress, VpsNetwork};

impl InterfaceAddress {
    /// Returns the address, parsed. `None` when it is null or not an address.
    pub fn parsed(&self) -> Option<IpAddr> {
        self.ip.as_deref()?.parse().ok()
    }

    /// Returns whether the address is private: what HostUp says, or else whether it lies in private
    /// space (RFC 1918).
    pub fn is_private(&self) -> bool {
        self.private.unwrap_or_else(|| match self.parsed() {
            Some(IpAddr::V4(address)) => address.is_private(),
            _ => false,
        })
    }
}

impl Interface {
    /// Returns the interface's private IPv4 addresses.
    pub fn private_addresses(&self) -> impl Iterator<Item = (Ipv4Addr, &InterfaceAddress)> {
        self.addresses
            .iter()
            .filter(|it| it.is_private())
            .filter_map(|it| match it.parsed()? {
                IpAddr::V4(address) => Some((address, it)),
                IpAddr::V6(_) => None,
            })
    }
}

impl VpsNetwork {
    /// Returns the interface that has the private address.
    pub fn interface_with(&self, address: Ipv4Addr) -> Option<&Interface> {
        self.interfaces
            .iter()
            .find(|it| it.private_addresses().any(|(own, _)| own == address))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn network(address: &serde_json::Value) -> VpsNetwork {
        serde_json::from_value(json!({"interfaces": [{"id": "net1", "ip": [address]}]}))
            .expect("a network")
    }

    #[test]
    fn an_address_is_private_when_hostup_says_so_or_its_range_is() {
        let address = Ipv4Addr::new(10, 0, 0, 10);
        for (document, private) in [
            (json!({"ip": "10.0.0.10"}), true),
            (json!({"ip": "10.0.0.10", "isPrivate": null}), true),
            (json!({"ip": "10.0.0.10", "isPrivate": true}), true),
            (json!({"ip": "10.0.0.10", "isPrivate": false}), false),
            (json!({"ip": "10.0.0.11"}), false),
            (json!({"ip": null}), false),
        ] {
            let found = network(&document).interface_with(address).is_some();
            assert_eq!(found, private, "{document}");
        }
    }

    #[test]
    fn a_network_without_the_list_of_interfaces_is_not_an_empty_one() {
        for document in [json!({}), json!({"interfaces": null})] {
            assert!(serde_json::from_value::<VpsNetwork>(document).is_err());
        }
        let empty: VpsNetwork = serde_json::from_value(json!({"interfaces": []})).expect("reads");
        assert!(empty.interfaces.is_empty());
    }

    #[test]
    fn a_mask_is_a_text_and_may_come_as_a_number() {
        for mask in [json!("24"), json!(24)] {
            let network = network(&json!({"ip": "10.0.0.10", "mask": mask}));
            assert_eq!(
                network.interfaces[0].addresses[0].mask.as_deref(),
                Some("24")
            );
        }
    }
}
