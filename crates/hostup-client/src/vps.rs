//! Servers and the account's limits: read only.

use serde::Deserialize;

use super::error::Result;
use super::integer::whole;
use super::operation::Operation;
use super::pages::{Item, pages};
use super::request::Transport;

/// Calls about servers.
#[derive(Debug, Clone, Copy)]
pub struct Vps<'a> {
    transport: &'a Transport,
}

/// Which servers to list. Both filters are the API's: exact, without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VpsFilter {
    /// The server's name.
    pub name: Option<String>,
    /// Its public IPv4 address.
    pub primary_ip: Option<String>,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VpsSummary {
    /// `vps_…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its public IPv4 address.
    pub primary_ip: Option<String>,
    /// `active`, `suspended`, …
    pub service_status: String,
    /// Whether it runs.
    pub power_state: Option<String>,
}

/// What the account may use by the hour.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaygLimits {
    /// What is used.
    pub current: Resources,
    /// What may be used.
    pub max: Resources,
    /// The difference.
    pub remaining: Resources,
    /// The prices.
    pub billing: Billing,
    /// Whether a higher limit was asked for.
    pub has_pending_requests: bool,
    /// What was asked for.
    pub pending_requests: Vec<PendingRequest>,
}

/// Amounts of what servers are made of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    /// Processor cores.
    #[serde(deserialize_with = "whole")]
    pub cpu_cores: i64,
    /// Memory in GB.
    #[serde(deserialize_with = "whole")]
    pub memory_gb: i64,
    /// Disk in GB.
    #[serde(deserialize_with = "whole")]
    pub storage_gb: i64,
    /// Servers.
    #[serde(deserialize_with = "whole")]
    pub instance_count: i64,
}

/// Prices, each in `currency_code`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Billing {
    /// A core for an hour.
    pub cpu_per_core_hour: f64,
    /// A GB of memory for an hour.
    #[serde(rename = "memoryPerGbHour")]
    pub memory_per_gb_hour: f64,
    /// A GB of disk for an hour.
    pub storage_per_gb_hour: f64,
    /// An address for an hour.
    pub ip_per_hour: f64,
    /// A GB of traffic.
    pub bandwidth_per_gb: f64,
    /// Such as `SEK`.
    pub currency_code: String,
}

/// A higher limit that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingRequest {
    /// Its id.
    pub id: String,
    /// Which limit.
    pub limit_type: String,
    /// What it is.
    #[serde(deserialize_with = "whole")]
    pub current_limit: i64,
    /// What it shall be.
    #[serde(deserialize_with = "whole")]
    pub requested_limit: i64,
    /// Why.
    pub reason: Option<String>,
}

impl Item for VpsSummary {
    fn id(&self) -> &str {
        &self.id
    }
}

impl<'a> Vps<'a> {
    pub(super) fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// Every server the filter lets through, all pages.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`](super::ErrorKind). An incomplete list is an error, too.
    pub async fn list(&self, operation: &Operation, filter: &VpsFilter) -> Result<Vec<VpsSummary>> {
        let pairs = [
            ("name", filter.name.as_deref()),
            ("primaryIp", filter.primary_ip.as_deref()),
        ];
        pages(self.transport, operation, &["vps"], &pairs).await
    }

    /// The account's limits.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`](super::ErrorKind).
    pub async fn payg_limits(&self, operation: &Operation) -> Result<PaygLimits> {
        self.transport
            .get(operation, self.transport.url(&["vps", "payg", "limits"])?)
            .await
    }
}
