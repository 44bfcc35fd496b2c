//! Private networks as the API sends and receives them. Networks and times stay text.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::integer::{whole, whole_or_null};
use crate::routed_ipv6::wire::Capability;

/// A network as the list shows it: without its subnets and servers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkSummary {
    /// `pnet_…`
    pub id: String,
    /// Its name; not unique.
    pub name: String,
    /// Its range, a /21.
    pub parent_cidr: String,
    /// Where it is, such as `dc1r28`. It is not the requested region (`stockholm`).
    pub region: Option<String>,
    /// Its status.
    pub status: NetworkStatus,
    /// How many subnets it has.
    #[serde(deserialize_with = "whole")]
    pub subnet_count: u32,
    /// How many servers are attached.
    #[serde(deserialize_with = "whole")]
    pub attached_vps_count: u32,
    /// What is allowed with it now.
    pub actions: NetworkActions,
    /// When it was created.
    pub created_at: String,
}

/// A network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrivateNetwork {
    /// `pnet_…`
    pub id: String,
    /// Its name; not unique.
    pub name: String,
    /// Its range, a /21.
    pub parent_cidr: String,
    /// Where it is, such as `dc1r28`. It is not the requested region (`stockholm`).
    pub region: Option<String>,
    /// Its status.
    pub status: NetworkStatus,
    /// How many subnets it has.
    #[serde(deserialize_with = "whole")]
    pub subnet_count: u32,
    /// How many servers are attached.
    #[serde(deserialize_with = "whole")]
    pub attached_vps_count: u32,
    /// Its subnets.
    pub subnets: Vec<Subnet>,
    /// The servers attached to it.
    pub attached_vps: Vec<AttachedVps>,
    /// How many addresses HostUp still reserves, though no server has them any more.
    #[serde(default, deserialize_with = "whole_or_null")]
    pub unused_address_reservation_count: Option<u32>,
    /// What is allowed with it now.
    pub actions: NetworkActions,
    /// When it was created.
    pub created_at: String,
}

/// A /24 of a network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subnet {
    /// `subnet_…`
    pub id: String,
    /// The /24.
    pub subnet_cidr: String,
    /// Its VLAN.
    #[serde(default, deserialize_with = "whole_or_null")]
    pub vlan_tag: Option<u32>,
    /// Its gateway, not always inside it.
    pub gateway: Option<String>,
    /// Its status.
    pub status: NetworkStatus,
}

/// A server attached to a network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachedVps {
    /// `vps_…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its address in the network.
    pub primary_ip: Option<String>,
}

/// What is allowed with a network now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkActions {
    /// Delete it.
    pub can_delete: Capability,
    /// Add a subnet.
    pub can_add_subnet: Capability,
}

/// The status of a network or a subnet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NetworkStatus {
    /// HostUp is creating it.
    Provisioning,
    /// It can be used.
    Active,
    /// HostUp is removing it.
    Deprovisioning,
    /// It is gone.
    Retired,
    /// The API does not know.
    Unknown,
    /// A status that the API does not document.
    Other(String),
}

impl NetworkStatus {
    /// Returns the API's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Deprovisioning => "deprovisioning",
            Self::Retired => "retired",
            Self::Unknown => "unknown",
            Self::Other(text) => text,
        }
    }
}

impl From<String> for NetworkStatus {
    fn from(text: String) -> Self {
        match text.as_str() {
            "provisioning" => Self::Provisioning,
            "active" => Self::Active,
            "deprovisioning" => Self::Deprovisioning,
            "retired" => Self::Retired,
            "unknown" => Self::Unknown,
            _ => Self::Other(text),
        }
    }
}

impl<'de> Deserialize<'de> for NetworkStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Display for NetworkStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A network to create.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPrivateNetwork {
    /// 1 to 100 characters.
    pub name: String,
    /// The region, such as `stockholm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// A description, which the API does not return.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A private IPv4 /21; the API picks one when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_cidr: Option<String>,
}
