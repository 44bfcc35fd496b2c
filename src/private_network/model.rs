//! What Terraform stores of a private network, and how it comes from the API's document.

use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeType, Schema};
use tf_provider::value::Value;

use crate::client::{AttachedVps, NetworkSummary, PrivateNetwork, Subnet};
use crate::plugin::value::Int;
use crate::provider::attributes::{computed, named, optional, optional_computed, required, schema};
use crate::provider::cidr;
use crate::provider::timeouts::{Action, Timeouts};

/// A private network as it stands in configuration, plan and state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkModel {
    pub(super) name: Value<String>,
    pub(super) parent_cidr: Value<String>,
    pub(super) region: Value<String>,
    pub(super) description: Value<String>,
    pub(super) timeouts: Value<Timeouts>,
    pub(super) location: Value<String>,
    pub(super) id: Value<String>,
    pub(super) status: Value<String>,
    pub(super) subnet_count: Value<Int>,
    pub(super) attached_vps_count: Value<Int>,
    pub(super) created_at: Value<String>,
    pub(super) subnets: Value<Vec<SubnetModel>>,
    pub(super) attached_vps: Value<Vec<AttachedVpsModel>>,
}

/// One of the network's subnets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SubnetModel {
    id: Value<String>,
    subnet_cidr: Value<String>,
    vlan_tag: Value<Int>,
    gateway: Value<String>,
    status: Value<String>,
}

/// A server in the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct AttachedVpsModel {
    id: Value<String>,
    name: Value<String>,
    primary_ip: Value<String>,
}

impl NetworkModel {
    /// What the user can write and HostUp decides.
    pub(super) fn schema() -> Schema {
        schema(
            "Makes a private IPv4 network for virtual servers: a /21 with a first /24 subnet.\n\n**What can't be undone:** \
             HostUp can't change a network, so a change of `name`, `parent_cidr` or `region` makes a new one, and \
             the servers must be attached to it anew.\n\nThis provider attaches no servers: that is done at HostUp, and \
             `attached_vps` shows them. HostUp removes no network that a server is attached to, so detach the servers \
             before the network is destroyed or replaced.",
            [
                (
                    "name",
                    required(
                        AttributeType::String,
                        "The network's name, 1 to 100 characters. A change makes a new network.",
                    ),
                ),
                (
                    "parent_cidr",
                    optional_computed(
                        AttributeType::String,
                        "The network's /21 in private IPv4 space, such as `10.42.0.0/21`. Without it HostUp chooses one. \
                         A change to another range makes a new network.",
                    ),
                ),
                (
                    "region",
                    optional_computed(
                        AttributeType::String,
                        "The region to make the network in. Leave it out, and HostUp chooses; its documents name \
                         `stockholm` and no other. Where the network is then is `location`. A change from one region \
                         to another makes a new network.",
                    ),
                ),
                (
                    "description",
                    optional(
                        AttributeType::String,
                        "A description that HostUp takes when the network is made. The API can neither show nor change \
                         it, so a later change stays in Terraform.",
                    ),
                ),
                (
                    "timeouts",
                    Timeouts::attribute(&[Action::Create, Action::Read, Action::Delete]),
                ),
                (
                    "location",
                    computed(
                        AttributeType::String,
                        "Where HostUp says that the network is, such as `dc1r28`.",
                    ),
                ),
                (
                    "id",
                    computed(
                        AttributeType::String,
                        "The network's id, which begins with `pnet_`.",
                    ),
                ),
                (
                    "status",
                    computed(
                        AttributeType::String,
                        "The network's status: `provisioning`, `active`, `deprovisioning` or `unknown`.",
                    ),
                ),
                (
                    "subnet_count",
                    computed(AttributeType::Number, "How many subnets the network has."),
                ),
                (
                    "attached_vps_count",
                    computed(
                        AttributeType::Number,
                        "How many servers are in the network.",
                    ),
                ),
                (
                    "created_at",
                    computed(
                        AttributeType::String,
                        "When the network was made, as an RFC 3339 time in UTC.",
                    ),
                ),
                ("subnets", SubnetModel::list()),
                ("attached_vps", AttachedVpsModel::list()),
            ],
        )
    }

    /// The network as the API has it. What Terraform knows better stays: region and description, which
    /// the API does not give back, the time-outs, and the spelling of a range that means the same.
    pub(super) fn updated_from(self, network: &PrivateNetwork) -> Self {
        // Every field is named: one that the API gains does not compile until somebody decides about it.
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
            actions: _,
            created_at,
        } = network;
        let parent_cidr = match self.parent_cidr {
            Value::Value(known) if cidr::same_network(&known, parent_cidr) => known,
            _ => parent_cidr.clone(),
        };
        Self {
            name: Value::Value(name.clone()),
            parent_cidr: Value::Value(parent_cidr),
            region: self.region,
            description: self.description,
            timeouts: self.timeouts,
            location: region.clone().into(),
            id: Value::Value(id.clone()),
            status: Value::Value(status.as_str().to_owned()),
            subnet_count: Value::Value(Int(i64::from(*subnet_count))),
            attached_vps_count: Value::Value(Int(i64::from(*attached_vps_count))),
            created_at: Value::Value(created_at.clone()),
            subnets: Value::Value(subnets.iter().map(SubnetModel::from).collect()),
            attached_vps: Value::Value(attached_vps.iter().map(AttachedVpsModel::from).collect()),
        }
    }

    /// A network of which only the API knows, as after an import.
    pub(super) fn imported(network: &PrivateNetwork) -> Self {
        Self::nothing().updated_from(network)
    }

    /// What the API's list shows of a network: not all of it.
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
            ..Self::nothing()
        }
    }

    fn nothing() -> Self {
        Self {
            name: Value::Null,
            parent_cidr: Value::Null,
            region: Value::Null,
            description: Value::Null,
            timeouts: Value::Null,
            location: Value::Null,
            id: Value::Null,
            status: Value::Null,
            subnet_count: Value::Null,
            attached_vps_count: Value::Null,
            created_at: Value::Null,
            subnets: Value::Null,
            attached_vps: Value::Null,
        }
    }
}

impl SubnetModel {
    /// The attribute that holds the network's subnets.
    pub(super) fn list() -> Attribute {
        let subnet = named([
            (
                "id",
                computed(
                    AttributeType::String,
                    "The subnet's id, which begins with `subnet_`.",
                ),
            ),
            (
                "subnet_cidr",
                computed(
                    AttributeType::String,
                    "The subnet's /24, such as `10.42.0.0/24`.",
                ),
            ),
            (
                "vlan_tag",
                computed(AttributeType::Number, "The VLAN that carries the subnet."),
            ),
            (
                "gateway",
                computed(
                    AttributeType::String,
                    "The subnet's gateway, which may lie outside the subnet.",
                ),
            ),
            (
                "status",
                computed(
                    AttributeType::String,
                    "The subnet's status, such as `active`.",
                ),
            ),
        ]);
        computed(
            AttributeType::AttributeList(subnet),
            "The network's subnets.",
        )
    }
}

impl AttachedVpsModel {
    /// The attribute that holds the servers in the network.
    pub(super) fn list() -> Attribute {
        let server = named([
            (
                "id",
                computed(
                    AttributeType::String,
                    "The server's id, which begins with `vps_`.",
                ),
            ),
            (
                "name",
                computed(AttributeType::String, "The server's name."),
            ),
            (
                "primary_ip",
                computed(
                    AttributeType::String,
                    "The server's address in the private network.",
                ),
            ),
        ]);
        computed(
            AttributeType::AttributeList(server),
            "The servers in the network.",
        )
    }
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
