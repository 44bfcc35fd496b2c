//! The data source `hostup_vps_network`: a server's interfaces and their addresses.
//!
//! The quirk to know: HostUp calls an interface's name its id.

use async_trait::async_trait;
use hostup_client::{AddressSubnet, Interface, InterfaceAddress};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::Int;

use crate::framework::data_source::{DataSource, not_empty};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;
use crate::framework::resource::Context;

/// The data source `hostup_vps_network`.
#[derive(Debug)]
pub struct NetworkDataSource;

/// Shows the interfaces of a virtual server and their addresses, public and private.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct NetworkModel {
    /// The server's id, which begins with `vps_`.
    #[schema(required)]
    vps_id: Value<String>,
    /// The server's interfaces, in the order HostUp lists them.
    #[schema(computed)]
    interfaces: Value<Vec<InterfaceView>>,
}

/// An interface of the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
struct InterfaceView {
    /// The interface's name at HostUp, such as `net0`.
    name: Value<String>,
    /// The interface's model, such as `virtio`.
    model: Value<String>,
    /// The interface's MAC address.
    mac_address: Value<String>,
    /// The bridge that the interface is connected to.
    bridge: Value<String>,
    /// The VLAN that the interface is in.
    vlan_tag: Value<Int>,
    /// Whether HostUp's firewall is on for the interface.
    firewall_enabled: Value<bool>,
    /// Whether the interface's link is down.
    link_down: Value<bool>,
    /// The addresses of the interface.
    addresses: Value<Vec<AddressView>>,
}

/// An address of the interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
struct AddressView {
    /// The address's id, which begins with `ip_`.
    id: Value<String>,
    /// The address's type, `ipv4` or `ipv6`.
    r#type: Value<String>,
    /// The address, such as `10.42.0.10`.
    address: Value<String>,
    /// The prefix length, such as `24`.
    mask: Value<String>,
    /// Whether the address is private.
    is_private: Value<bool>,
    /// The range that the address is taken from.
    subnet_cidr: Value<String>,
}

#[async_trait]
impl DataSource for NetworkDataSource {
    const TYPE: &'static str = "hostup_vps_network";
    type Model = NetworkModel;

    fn validate(config: &NetworkModel, diagnostics: &mut Diagnostics) {
        not_empty([("vps_id", &config.vps_id)], diagnostics);
    }

    async fn look_up(
        &self,
        context: &Context,
        config: NetworkModel,
    ) -> Result<NetworkModel, Diagnostic> {
        let id = config.vps_id.as_deref_option().unwrap_or_default();
        let network = context
            .client
            .vps()
            .network_opt(&context.operation, id)
            .await?;
        let network = network.ok_or_else(|| {
            Diagnostic::without_summary(format!("the account has no server `{id}`"))
                .at_attribute("vps_id")
                .hint(
                    Section::Lookups,
                    "a server's id begins with `vps_`; `data \"hostup_vps\"` finds it by its name",
                )
        })?;
        let interfaces = network.interfaces.iter().map(InterfaceView::from).collect();
        Ok(NetworkModel {
            interfaces: Value::Value(interfaces),
            ..config
        })
    }
}

impl From<&Interface> for InterfaceView {
    fn from(interface: &Interface) -> Self {
        let Interface {
            name,
            model,
            mac,
            bridge,
            vlan,
            firewall_enabled,
            link_down,
            addresses,
        } = interface;
        Self {
            name: name.clone().into(),
            model: model.clone().into(),
            mac_address: mac.clone().into(),
            bridge: bridge.clone().into(),
            vlan_tag: vlan.map(Int).into(),
            firewall_enabled: (*firewall_enabled).into(),
            link_down: (*link_down).into(),
            addresses: Value::Value(addresses.iter().map(AddressView::from).collect()),
        }
    }
}

impl From<&InterfaceAddress> for AddressView {
    fn from(address: &InterfaceAddress) -> Self {
        let InterfaceAddress {
            id,
            kind,
            ip,
            mask,
            private: _,
            subnet,
        } = address;
        let range = subnet
            .as_ref()
            .and_then(|AddressSubnet { parent_cidr }| parent_cidr.clone());
        Self {
            id: id.clone().into(),
            r#type: kind.clone().into(),
            address: ip.clone().into(),
            mask: mask.clone().into(),
            is_private: Value::Value(address.is_private()),
            subnet_cidr: range.into(),
        }
    }
}
