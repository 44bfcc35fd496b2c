//! The attributes of a private network, and their conversion from the API's document.

use hostup_client::{AttachedVps, NetworkSummary, PrivateNetwork, Subnet};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::Int;

use crate::framework::cidr;
use crate::framework::timeouts::{Action, Timeouts};

/// Creates a private IPv4 network for virtual servers: a /21 with a first /24 subnet.
///
/// **What can't be undone:** HostUp can't change a network, so a change of `name`, `parent_cidr` or
/// `region` replaces it, and the servers must be attached to the new one.
///
/// This resource attaches no servers; `attached_vps` shows them. HostUp refuses to delete a network
/// that has servers attached, so detach them before you destroy or replace the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct NetworkModel {
    /// The network's name, 1 to 100 characters. A change replaces the network.
    #[schema(required)]
    pub(super) name: Value<String>,
    /// The network's /21 in private IPv4 space, such as `10.42.0.0/21`. Default: HostUp chooses
    /// one. A change to another range replaces the network.
    #[schema(optional_computed, never_null)]
    pub(super) parent_cidr: Value<String>,
    /// The region of the network. Default: HostUp chooses one. HostUp's documents name only
    /// `stockholm`. The API does not return it; `location` shows where the network is. A change
    /// from one region to another replaces the network; adding or removing it does not.
    #[schema(optional_computed)]
    pub(super) region: Value<String>,
    /// A description that HostUp stores when it creates the network. The API can neither return
    /// nor change it, so a later change stays in Terraform.
    #[schema(optional)]
    pub(super) description: Value<String>,
    #[schema(attribute = Timeouts::attribute(&[Action::Create, Action::Read, Action::Delete]))]
    pub(super) timeouts: Value<Timeouts>,
    /// The location that HostUp reports, such as `dc1r28`.
    #[schema(computed)]
    pub(super) location: Value<String>,
    /// The network's id, which begins with `pnet_`.
    #[schema(computed, never_null)]
    pub(super) id: Value<String>,
    /// The network's status: `provisioning`, `active`, `deprovisioning` or `unknown`.
    #[schema(computed, never_null)]
    pub(super) status: Value<String>,
    /// The number of subnets in the network.
    #[schema(computed, never_null)]
    pub(super) subnet_count: Value<Int>,
    /// The number of attached servers.
    #[schema(computed, never_null)]
    pub(super) attached_vps_count: Value<Int>,
    /// When the network was created, as an RFC 3339 time in UTC.
    #[schema(computed, never_null)]
    pub(super) created_at: Value<String>,
    /// The subnets of the network.
    #[schema(computed, never_null)]
    pub(super) subnets: Value<Vec<SubnetModel>>,
    /// The servers that are attached to the network.
    #[schema(computed, never_null)]
    pub(super) attached_vps: Value<Vec<AttachedVpsModel>>,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(super) struct SubnetModel {
    /// The subnet's id, which begins with `subnet_`.
    id: Value<String>,
    /// The subnet's /24, such as `10.42.0.0/24`.
    subnet_cidr: Value<String>,
    /// The VLAN that carries the subnet.
    vlan_tag: Value<Int>,
    /// The subnet's gateway as HostUp shows it. It need not lie in the subnet.
    gateway: Value<String>,
    /// The subnet's status, such as `active`.
    status: Value<String>,
}

/// An attached server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(super) struct AttachedVpsModel {
    /// The server's id, which begins with `vps_`.
    id: Value<String>,
    /// The server's name.
    name: Value<String>,
    /// The server's address in the private network.
    primary_ip: Value<String>,
}

impl AttachedVpsModel {
    /// Returns the server's name and id, for a message.
    pub(super) fn describe(&self) -> String {
        let text = |value: &Value<String>| value.as_deref_option().unwrap_or("?").to_owned();
        format!("`{}` (`{}`)", text(&self.name), text(&self.id))
    }
}

impl NetworkModel {
    /// Returns the attached servers that are known.
    pub(super) fn servers(&self) -> &[AttachedVpsModel] {
        self.attached_vps.as_ref_option().map_or(&[], Vec::as_slice)
    }

    /// Returns the network as the API has it. The region and the description, which the API does
    /// not return, the time-outs, and the spelling of an equal range stay.
    pub(super) fn updated_from(self, network: &PrivateNetwork) -> Self {
        let read = Self::imported(network);
        let parent_cidr = match (self.parent_cidr, read.parent_cidr) {
            (Value::Value(known), Value::Value(new)) if cidr::same_network(&known, &new) => {
                Value::Value(known)
            }
            (_, new) => new,
        };
        Self {
            parent_cidr,
            region: self.region,
            description: self.description,
            timeouts: self.timeouts,
            ..read
        }
    }

    /// Returns a network with the attributes that the API has, as after an import.
    pub(super) fn imported(network: &PrivateNetwork) -> Self {
        let (summary, subnets, attached_vps) = split(network);
        Self {
            subnets: Value::Value(subnets),
            attached_vps: Value::Value(attached_vps),
            ..Self::listed(&summary)
        }
    }

    /// Returns the attributes that the API's list has.
    pub(super) fn listed(network: &NetworkSummary) -> Self {
        let NetworkSummary {
            id,
            name,
            parent_cidr,
            region,
            status,
            subnet_count,
            attached_vps_count,
            actions: _,
            created_at,
        } = network;
        Self {
            name: Value::Value(name.clone()),
            parent_cidr: Value::Value(parent_cidr.clone()),
            location: region.clone().into(),
            id: Value::Value(id.clone()),
            status: Value::Value(status.as_str().to_owned()),
            subnet_count: Value::Value(Int(i64::from(*subnet_count))),
            attached_vps_count: Value::Value(Int(i64::from(*attached_vps_count))),
            created_at: Value::Value(created_at.clone()),
            ..Self::null()
        }
    }
}

/// Splits a network into what the API's list has, the subnets, and the attached servers.
pub(super) fn split(
    network: &PrivateNetwork,
) -> (NetworkSummary, Vec<SubnetModel>, Vec<AttachedVpsModel>) {
    // Every field is named, so that a new one does not compile before it is handled.
    let PrivateNetwork {
        id,
        name,
        parent_cidr,
        region,
        status,
        subnet_count,
        attached_vps_count,
        subnets,
        attached_vps,
        unused_address_reservation_count: _,
        actions,
        created_at,
    } = network.clone();
    let summary = NetworkSummary {
        id,
        name,
        parent_cidr,
        region,
        status,
        subnet_count,
        attached_vps_count,
        actions,
        created_at,
    };
    (
        summary,
        subnets.iter().map(SubnetModel::from).collect(),
        attached_vps.iter().map(AttachedVpsModel::from).collect(),
    )
}

impl From<&Subnet> for SubnetModel {
    fn from(subnet: &Subnet) -> Self {
        let Subnet {
            id,
            subnet_cidr,
            vlan_tag,
            gateway,
            status,
        } = subnet;
        Self {
            id: Value::Value(id.clone()),
            subnet_cidr: Value::Value(subnet_cidr.clone()),
            vlan_tag: vlan_tag.map(|tag| Int(i64::from(tag))).into(),
            gateway: gateway.clone().into(),
            status: Value::Value(status.as_str().to_owned()),
        }
    }
}

impl From<&AttachedVps> for AttachedVpsModel {
    fn from(vps: &AttachedVps) -> Self {
        let AttachedVps {
            id,
            name,
            primary_ip,
        } = vps;
        Self {
            id: Value::Value(id.clone()),
            name: Value::Value(name.clone()),
            primary_ip: primary_ip.clone().into(),
        }
    }
}
