//! The private network, with nested lists, and the filter of its list.

use serde::{Deserialize, Serialize};
use tf_provider::value::Value;

use crate::model::Schema;
use crate::tables::timeouts::{Action, Timeouts};
use crate::value::Int;

/// Makes a private IPv4 network for virtual servers: a /21 with a first /24 subnet.
///
/// **What can't be undone:** HostUp can't change a network, so a change of `name`, `parent_cidr` or
/// `region` makes a new one, and the servers must be attached to it anew.
///
/// This provider attaches no servers: that is done at HostUp, and `attached_vps` shows them. HostUp
/// removes no network that a server is attached to, so detach the servers before the network is
/// destroyed or replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub(crate) struct NetworkModel {
    /// The network's name, 1 to 100 characters. A change makes a new network.
    #[schema(required)]
    pub(crate) name: Value<String>,
    /// The network's /21 in private IPv4 space, such as `10.42.0.0/21`. Without it HostUp chooses
    /// one. A change to another range makes a new network.
    #[schema(optional_computed)]
    pub(crate) parent_cidr: Value<String>,
    /// The region to make the network in. Leave it out, and HostUp chooses; its documents name
    /// `stockholm` and no other. Where the network is then is `location`. A change from one region
    /// to another makes a new network.
    #[schema(optional_computed)]
    pub(crate) region: Value<String>,
    /// A description that HostUp takes when the network is made. The API can neither show nor
    /// change it, so a later change stays in Terraform.
    #[schema(optional)]
    pub(crate) description: Value<String>,
    #[schema(attribute = Timeouts::attribute(&[Action::Create, Action::Read, Action::Delete]))]
    pub(crate) timeouts: Value<Timeouts>,
    /// Where HostUp says that the network is, such as `dc1r28`.
    #[schema(computed)]
    pub(crate) location: Value<String>,
    /// The network's id, which begins with `pnet_`.
    #[schema(computed)]
    pub(crate) id: Value<String>,
    /// The network's status: `provisioning`, `active`, `deprovisioning` or `unknown`.
    #[schema(computed)]
    pub(crate) status: Value<String>,
    /// How many subnets the network has.
    #[schema(computed)]
    pub(crate) subnet_count: Value<Int>,
    /// How many servers are in the network.
    #[schema(computed)]
    pub(crate) attached_vps_count: Value<Int>,
    /// When the network was made, as an RFC 3339 time in UTC.
    #[schema(computed)]
    pub(crate) created_at: Value<String>,
    /// The network's subnets.
    #[schema(computed)]
    pub(crate) subnets: Value<Vec<SubnetModel>>,
    /// The servers in the network.
    #[schema(computed)]
    pub(crate) attached_vps: Value<Vec<AttachedVpsModel>>,
}

/// One of the network's subnets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct SubnetModel {
    /// The subnet's id, which begins with `subnet_`.
    pub(crate) id: Value<String>,
    /// The subnet's /24, such as `10.42.0.0/24`.
    pub(crate) subnet_cidr: Value<String>,
    /// The VLAN that carries the subnet.
    pub(crate) vlan_tag: Value<Int>,
    /// The subnet's gateway, which may lie outside the subnet.
    pub(crate) gateway: Value<String>,
    /// The subnet's status, such as `active`.
    pub(crate) status: Value<String>,
}

/// A server in the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct AttachedVpsModel {
    /// The server's id, which begins with `vps_`.
    pub(crate) id: Value<String>,
    /// The server's name.
    pub(crate) name: Value<String>,
    /// The server's address in the private network.
    pub(crate) primary_ip: Value<String>,
}

/// Lists the account's private networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(optional)]
pub(crate) struct NetworkFilter {
    /// Only the networks that were created with this `region`, such as `stockholm`.
    pub(crate) region: Value<String>,
    /// Only the networks of this name, which need not be unique.
    pub(crate) name: Value<String>,
}
