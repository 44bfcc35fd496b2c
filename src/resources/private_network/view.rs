//! The attributes of networks in data sources. The API does not return `region` and
//! `description`.

use hostup_client::{NetworkActions, NetworkSummary, PrivateNetwork};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::Int;

use crate::framework::capability;

use super::model::{AttachedVpsModel, SubnetModel, split};

/// A network as the API lists it, without subnets and servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub struct SummaryView {
    /// The network's id, which begins with `pnet_`.
    id: Value<String>,
    /// The network's name, which need not be unique.
    name: Value<String>,
    #[serde(flatten)]
    common: CommonAttributes,
}

/// The attributes that the API always returns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
struct CommonAttributes {
    /// The network's /21, such as `10.42.0.0/21`.
    parent_cidr: Value<String>,
    /// The location that HostUp reports, such as `dc1r28`.
    location: Value<String>,
    /// The network's status: `provisioning`, `active`, `deprovisioning` or `unknown`.
    status: Value<String>,
    /// The number of subnets in the network.
    subnet_count: Value<Int>,
    /// The number of attached servers.
    attached_vps_count: Value<Int>,
    /// When the network was created, as an RFC 3339 time in UTC.
    created_at: Value<String>,
    /// Whether the network can be deleted now.
    can_delete: Value<bool>,
    #[schema(description = capability::reason("can_delete"))]
    can_delete_reason: Value<String>,
    /// Whether a subnet can be added to the network now.
    can_add_subnet: Value<bool>,
    #[schema(description = capability::reason("can_add_subnet"))]
    can_add_subnet_reason: Value<String>,
}

/// Reads a private network with its subnets and attached servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub struct NetworkView {
    /// The network's id, which begins with `pnet_`. Set exactly one of `id` and `name`.
    #[schema(optional_computed)]
    pub(super) id: Value<String>,
    /// The network's name. It is an error if several networks have it. Set exactly one of `id` and
    /// `name`.
    #[schema(optional_computed)]
    pub(super) name: Value<String>,
    #[serde(flatten)]
    common: CommonAttributes,
    /// The subnets of the network.
    subnets: Value<Vec<SubnetModel>>,
    /// The servers that are attached to the network.
    attached_vps: Value<Vec<AttachedVpsModel>>,
}

// Every field is named, so that a new one does not compile before it is handled.

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
        let (can_delete, can_delete_reason) = capability::values(can_delete);
        let (can_add_subnet, can_add_subnet_reason) = capability::values(can_add_subnet);
        Self {
            id: Value::Value(id.clone()),
            name: Value::Value(name.clone()),
            common: CommonAttributes {
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
            },
        }
    }
}

impl From<&PrivateNetwork> for NetworkView {
    fn from(network: &PrivateNetwork) -> Self {
        let (summary, subnets, attached_vps) = split(network);
        let SummaryView { id, name, common } = SummaryView::from(&summary);
        Self {
            id,
            name,
            common,
            subnets: Value::Value(subnets),
            attached_vps: Value::Value(attached_vps),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Serde decodes flattened fields in another way than the others.
    #[test]
    fn null_unknown_and_known_attributes_are_read_back() {
        let known = NetworkView {
            common: CommonAttributes {
                location: Value::Value("dc1r28".to_owned()),
                subnet_count: Value::Value(Int(1)),
                can_delete: Value::Value(true),
                ..CommonAttributes::null()
            },
            ..NetworkView::null()
        };
        for view in [NetworkView::null(), NetworkView::unknown(), known] {
            let bytes = rmp_serde::to_vec_named(&view).expect("bytes");
            let read = rmp_serde::from_slice::<NetworkView>(&bytes).expect("a view");
            assert_eq!(read, view);
        }
    }
}
