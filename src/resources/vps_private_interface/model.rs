//! What Terraform stores of a private interface.

use std::net::Ipv4Addr;

use hostup_client::{Interface, Subnet};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;

use crate::framework::timeouts::{Action, Timeouts};

/// Puts a server into a private network: it gets an interface with an address of one of the
/// network's subnets.
///
/// **The server may restart:** HostUp reconfigures the server's network when an interface is
/// attached or detached. A change of the server, the subnet or the address detaches the interface
/// and attaches another one.
///
/// HostUp does not configure the server's operating system. The guide "A private network between
/// servers" shows how to do it with `mac_address`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct InterfaceModel {
    /// The id of the server, which begins with `vps_`. A change attaches an interface to the other
    /// server.
    #[schema(required)]
    pub(super) vps_id: Value<String>,
    /// The id of the private network, which begins with `pnet_`. The interface gets an address of
    /// the network's only active subnet; when there are several, set `subnet_id` instead. Set
    /// exactly one of the two.
    #[schema(optional)]
    pub(super) private_network_id: Value<String>,
    /// The id of the subnet, which begins with `subnet_`. A change to another subnet attaches
    /// another interface.
    #[schema(optional_computed, never_null)]
    pub(super) subnet_id: Value<String>,
    /// The address in the subnet, such as `10.42.0.10`: HostUp accepts `.2` to `.254` of a /24.
    /// `cidrhost(subnet_cidr, 10)` calculates one. A change attaches another interface.
    #[schema(required)]
    pub(super) ip_address: Value<String>,
    #[schema(attribute = Timeouts::attribute(&[Action::Create, Action::Read, Action::Delete]))]
    pub(super) timeouts: Value<Timeouts>,
    /// The server's id and the address, as in `vps_…/10.42.0.10`.
    #[schema(computed, never_null)]
    pub(super) id: Value<String>,
    /// The interface's name at HostUp, such as `net1`. HostUp may change it.
    #[schema(computed)]
    pub(super) interface_name: Value<String>,
    /// The interface's MAC address, by which the server's operating system recognises it.
    #[schema(computed)]
    pub(super) mac_address: Value<String>,
    /// The subnet's /24, such as `10.42.0.0/24`.
    #[schema(computed, never_null)]
    pub(super) subnet_cidr: Value<String>,
}

impl InterfaceModel {
    /// Returns the id, when the server and the address are known.
    pub(super) fn known_id(&self) -> Option<String> {
        let vps_id = self.vps_id.as_ref_option()?;
        Some(format!("{vps_id}/{}", self.address()?))
    }

    /// Whether no read has shown the interface yet.
    pub(super) fn is_unconfirmed(&self) -> bool {
        self.interface_name.is_null() && self.mac_address.is_null()
    }

    /// Returns the address, when it is known.
    pub(super) fn address(&self) -> Option<Ipv4Addr> {
        self.ip_address.as_ref_option()?.parse().ok()
    }

    /// The interface in this subnet.
    pub(super) fn in_subnet(self, subnet: &Subnet) -> Self {
        Self {
            subnet_id: Value::Value(subnet.id.clone()),
            subnet_cidr: Value::Value(subnet.subnet_cidr.clone()),
            ..self
        }
    }

    /// The interface as the server's network shows it.
    pub(super) fn updated_from(self, interface: &Interface) -> Self {
        let Interface {
            name,
            mac,
            model: _,
            bridge: _,
            vlan: _,
            firewall_enabled: _,
            link_down: _,
            addresses: _,
        } = interface;
        Self {
            interface_name: name.clone().into(),
            mac_address: mac.clone().into(),
            ..self
        }
    }

    /// An interface of which only HostUp knows, as after an import.
    pub(super) fn imported(
        vps_id: &str,
        address: Ipv4Addr,
        interface: &Interface,
        subnet: Option<&Subnet>,
    ) -> Self {
        let model = Self {
            vps_id: Value::Value(vps_id.to_owned()),
            ip_address: Value::Value(address.to_string()),
            id: Value::Value(format!("{vps_id}/{address}")),
            ..Self::null()
        }
        .updated_from(interface);
        match subnet {
            Some(subnet) => model.in_subnet(subnet),
            None => model,
        }
    }
}
