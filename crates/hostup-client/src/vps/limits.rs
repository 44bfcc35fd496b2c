//! The account's pay-as-you-go limits as they are on the wire.

use serde::Deserialize;

use crate::integer::whole;

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
