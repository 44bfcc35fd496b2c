//! What data sources show of networks.

use serde::{Deserialize, Serialize};
use tf_provider::value::Value;

use super::network::{AttachedVpsModel, SubnetModel};
use crate::model::Schema;
use crate::tables::gate;
use crate::value::Int;

/// A network as the API lists it: without subnets and servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct SummaryView {
    /// The network's id, which begins with `pnet_`.
    pub(crate) id: Value<String>,
    /// The network's name, which need not be unique.
    pub(crate) name: Value<String>,
    #[serde(flatten)]
    pub(crate) facts: NetworkFacts,
}

/// What the API says of a network wherever it shows one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct NetworkFacts {
    /// The network's /21, such as `10.42.0.0/21`.
    pub(crate) parent_cidr: Value<String>,
    /// Where HostUp says that the network is, such as `dc1r28`.
    pub(crate) location: Value<String>,
    /// The network's status: `provisioning`, `active`, `deprovisioning` or `unknown`.
    pub(crate) status: Value<String>,
    /// How many subnets the network has.
    pub(crate) subnet_count: Value<Int>,
    /// How many servers are in the network.
    pub(crate) attached_vps_count: Value<Int>,
    /// When the network was made, as an RFC 3339 time in UTC.
    pub(crate) created_at: Value<String>,
    /// Whether the network can be deleted now.
    pub(crate) can_delete: Value<bool>,
    #[schema(description = gate::reason("can_delete"))]
    pub(crate) can_delete_reason: Value<String>,
    /// Whether a subnet can be added to the network now.
    pub(crate) can_add_subnet: Value<bool>,
    #[schema(description = gate::reason("can_add_subnet"))]
    pub(crate) can_add_subnet_reason: Value<String>,
}

/// Shows a private network that exists, with its subnets and the servers in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct NetworkView {
    /// The network's id, which begins with `pnet_`. Exactly one of `id` and `name` is given.
    #[schema(optional_computed)]
    pub(crate) id: Value<String>,
    /// The network's name. It is an error if several networks have it. Exactly one of `id` and
    /// `name` is given.
    #[schema(optional_computed)]
    pub(crate) name: Value<String>,
    #[serde(flatten)]
    pub(crate) facts: NetworkFacts,
    /// The network's subnets.
    pub(crate) subnets: Value<Vec<SubnetModel>>,
    /// The servers in the network.
    pub(crate) attached_vps: Value<Vec<AttachedVpsModel>>,
}

/// Shows the account's private networks. To see a network's subnets and servers, look it up with
/// `hostup_private_network`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub(crate) struct NetworksModel {
    /// Only the networks that were created with this `region`, such as `stockholm`.
    #[schema(optional)]
    pub(crate) region: Value<String>,
    /// The networks, in the order HostUp lists them.
    #[schema(computed)]
    pub(crate) networks: Value<Vec<SummaryView>>,
}
