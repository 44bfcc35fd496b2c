//! What data sources show of networks. What only Terraform knows of its own (`region`, `description`) is
//! not here: the API can't tell it.

use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeType};
use tf_provider::value::Value;

use crate::client::{NetworkActions, NetworkSummary, PrivateNetwork};
use crate::plugin::value::Int;
use crate::provider::attributes::{Attributes, computed, named};
use crate::provider::gate;

use super::model::{AttachedVpsModel, SubnetModel};

/// A network, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkView {
    pub(super) id: Value<String>,
    pub(super) name: Value<String>,
    parent_cidr: Value<String>,
    location: Value<String>,
    status: Value<String>,
    subnet_count: Value<Int>,
    attached_vps_count: Value<Int>,
    created_at: Value<String>,
    can_delete: Value<bool>,
    can_delete_reason: Value<String>,
    can_add_subnet: Value<bool>,
    can_add_subnet_reason: Value<String>,
    subnets: Value<Vec<SubnetModel>>,
    attached_vps: Value<Vec<AttachedVpsModel>>,
}

/// A network as the API lists it: without subnets and servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryView {
    id: Value<String>,
    name: Value<String>,
    parent_cidr: Value<String>,
    location: Value<String>,
    status: Value<String>,
    subnet_count: Value<Int>,
    attached_vps_count: Value<Int>,
    created_at: Value<String>,
    can_delete: Value<bool>,
    can_delete_reason: Value<String>,
    can_add_subnet: Value<bool>,
    can_add_subnet_reason: Value<String>,
}

fn text(description: &str) -> Attribute {
    computed(AttributeType::String, description)
}

impl SummaryView {
    /// The attributes of a listed network, all computed.
    pub(super) fn attributes() -> Attributes {
        let mut attributes = named([
            ("id", text("The network's id, which begins with `pnet_`.")),
            (
                "name",
                text("The network's name, which need not be unique."),
            ),
            (
                "parent_cidr",
                text("The network's /21, such as `10.42.0.0/21`."),
            ),
            (
                "location",
                text("Where HostUp says that the network is, such as `dc1r28`."),
            ),
            (
                "status",
                text(
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
                text("When the network was made, as an RFC 3339 time in UTC."),
            ),
        ]);
        attributes.extend(gate::attributes("can_delete", "the network can be deleted"));
        attributes.extend(gate::attributes(
            "can_add_subnet",
            "a subnet can be added to the network",
        ));
        attributes
    }
}

impl NetworkView {
    /// The attributes of a network, all computed.
    pub(super) fn attributes() -> Attributes {
        let mut attributes = SummaryView::attributes();
        attributes.extend(named([
            ("subnets", SubnetModel::list()),
            ("attached_vps", AttachedVpsModel::list()),
        ]));
        attributes
    }
}

// In each of these every field is named: one that the API gains does not compile until somebody decides
// about it.

impl From<&NetworkSummary> for SummaryView {
    fn from(network: &NetworkSummary) -> Self {
        let NetworkSummary {
            id,
            name,
            parent_cidr,
            region,
            status,
            subnet_count,
            attached_vps_count,
            actions:
                NetworkActions {
                    can_delete,
                    can_add_subnet,
                },
            created_at,
        } = network;
        let (can_delete, can_delete_reason) = gate::values(can_delete);
        let (can_add_subnet, can_add_subnet_reason) = gate::values(can_add_subnet);
        Self {
            id: Value::Value(id.clone()),
            name: Value::Value(name.clone()),
            parent_cidr: Value::Value(parent_cidr.clone()),
            location: region.clone().into(),
            status: Value::Value(status.as_str().to_owned()),
            subnet_count: Value::Value(Int(i64::from(*subnet_count))),
            attached_vps_count: Value::Value(Int(i64::from(*attached_vps_count))),
            created_at: Value::Value(created_at.clone()),
            can_delete,
            can_delete_reason,
            can_add_subnet,
            can_add_subnet_reason,
        }
    }
}

impl From<&PrivateNetwork> for NetworkView {
    fn from(network: &PrivateNetwork) -> Self {
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
            actions:
                NetworkActions {
                    can_delete,
                    can_add_subnet,
                },
            created_at,
        } = network;
        let (can_delete, can_delete_reason) = gate::values(can_delete);
        let (can_add_subnet, can_add_subnet_reason) = gate::values(can_add_subnet);
        Self {
            id: Value::Value(id.clone()),
            name: Value::Value(name.clone()),
            parent_cidr: Value::Value(parent_cidr.clone()),
            location: region.clone().into(),
            status: Value::Value(status.as_str().to_owned()),
            subnet_count: Value::Value(Int(i64::from(*subnet_count))),
            attached_vps_count: Value::Value(Int(i64::from(*attached_vps_count))),
            created_at: Value::Value(created_at.clone()),
            can_delete,
            can_delete_reason,
            can_add_subnet,
            can_add_subnet_reason,
            subnets: Value::Value(subnets.iter().map(SubnetModel::from).collect()),
            attached_vps: Value::Value(attached_vps.iter().map(AttachedVpsModel::from).collect()),
        }
    }
}
