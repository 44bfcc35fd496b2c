//! Servers and their interfaces as they are on the wire. Fields that HostUp may leave out are
//! `None`.

use serde::{Deserialize, Deserializer, Serialize};

use crate::integer::{list_or_null, whole_or_null};

/// A server.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VpsInstance {
    /// `vps_…`
    pub id: String,
    /// Its name; not unique.
    pub name: Option<String>,
    /// Its public IPv4 address.
    pub primary_ip: Option<String>,
    /// `active`, `suspended`, …
    pub service_status: Option<String>,
    /// `running`, `stopped`, …
    pub power_state: Option<String>,
    /// What runs on it.
    pub operating_system: Option<OperatingSystem>,
    /// How it is paid.
    pub billing: Option<VpsBilling>,
    /// How large it is.
    pub resources: Option<VpsResources>,
}

/// What runs on a server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperatingSystem {
    /// Such as `Debian 13`.
    pub display_name: Option<String>,
    /// Such as `debian`.
    pub family: Option<String>,
    /// Such as `13`.
    pub version: Option<String>,
    /// The variant.
    pub variant: Option<String>,
}

/// How a server is paid.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VpsBilling {
    /// `monthly`, …, `free`.
    pub billing_cycle: Option<String>,
    /// Whether it is paid by the hour.
    pub is_payg: Option<bool>,
}

/// How large a server is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VpsResources {
    /// Processor cores.
    pub cpu_cores: Option<f64>,
    /// Memory in GB.
    pub memory_gb: Option<f64>,
    /// Disk in GB.
    pub storage_gb: Option<f64>,
}

/// A server's network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct VpsNetwork {
    /// Its interfaces. A document without the key says nothing about them, and is an error.
    pub interfaces: Vec<Interface>,
}

/// An interface of a server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Interface {
    /// Its name, such as `net0`: HostUp calls it the id.
    #[serde(rename = "id")]
    pub name: Option<String>,
    /// Such as `virtio`.
    pub model: Option<String>,
    /// Its MAC address.
    pub mac: Option<String>,
    /// The bridge it is connected to.
    pub bridge: Option<String>,
    /// Its VLAN.
    #[serde(default, deserialize_with = "whole_or_null")]
    pub vlan: Option<i64>,
    /// Whether HostUp's firewall is on.
    pub firewall_enabled: Option<bool>,
    /// Whether its link is down.
    pub link_down: Option<bool>,
    /// Its addresses.
    #[serde(default, rename = "ip", deserialize_with = "list_or_null")]
    pub addresses: Vec<InterfaceAddress>,
}

/// An address of an interface.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InterfaceAddress {
    /// `ip_…`
    pub id: Option<String>,
    /// `ipv4` or `ipv6`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The address.
    pub ip: Option<String>,
    /// The prefix length, such as `24`.
    #[serde(default, deserialize_with = "text_or_number")]
    pub mask: Option<String>,
    /// Whether it is private; see [`is_private`](Self::is_private).
    #[serde(rename = "isPrivate")]
    pub private: Option<bool>,
    /// The subnet it is taken from.
    pub subnet: Option<AddressSubnet>,
}

/// The subnet of an address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressSubnet {
    /// A range that contains the address: the subnet's /24, or its network's /21.
    pub parent_cidr: Option<String>,
}

/// A private interface to attach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrivateInterface {
    /// `subnet_…`
    pub subnet_id: String,
    /// The address in the subnet.
    pub ip_address: std::net::Ipv4Addr,
}

/// The one action of a `POST /vps/{id}/network`.
#[derive(Serialize)]
#[serde(
    tag = "action",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub(super) enum NetworkAction<'a> {
    CreatePrivateInterface {
        subnet_id: &'a str,
        ip_address: std::net::Ipv4Addr,
    },
    DeleteInterface {
        interface_name: &'a str,
    },
}

/// A text; the API's pages show some of them as numbers, too.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(
        Option::<Either>::deserialize(deserializer)?.map(|it| match it {
            Either::Text(text) => text,
            Either::Number(number) => number.to_string(),
        }),
    )
}
