//! Private networks as they are on the wire. Texts that mean something (networks, times) stay
//! texts.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::integer::{whole, whole_or_null};
use crate::routed_ipv6::Capability;

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
    /// Where it is: not what was asked for (`stockholm`), but for instance `dc1r28`.
    pub region: Option<String>,
    /// How far it is.
    pub status: NetworkStatus,
    /// How many subnets it has.
    #[serde(deserialize_with = "whole")]
    pub subnet_count: u32,
    /// How many servers are attached.
    #[serde(deserialize_with = "whole")]
    pub attached_vps_count: u32,
    /// What may be done with it now.
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
    /// Where it is: not what was asked for (`stockholm`), but for instance `dc1r28`.
    pub region: Option<String>,
    /// How far it is.
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
    /// What may be done with it now.
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
    /// How far it is.
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

/// What may be done with a network now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkActions {
    /// Delete it.
    pub can_delete: Capability,
    /// Add a subnet.
    pub can_add_subnet: Capability,
}

/// How far a network or a subnet is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NetworkStatus {
    /// It is being made.
    Provisioning,
    /// It can be used.
    Active,
    /// It is being taken away.
    Deprovisioning,
    /// It is gone.
    Retired,
    /// The API does not know.
    Unknown,
    /// The API says something that is not in its documents.
    Other(String),
}

impl NetworkStatus {
    /// The API's word.
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
    /// Where: a slug such as `stockholm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Returned nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A private IPv4 /21; the API picks one when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_cidr: Option<String>,
}
