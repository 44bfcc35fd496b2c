//! Limits and prices: single nested attributes.

use serde::{Deserialize, Serialize};
use tf_provider::value::Value;

use crate::model::Schema;
use crate::value::{Float, Int};

/// Shows how many virtual servers, and of what size, the account may run by the hour, how much of
/// that is in use, and what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct LimitsModel {
    /// What the account uses now.
    pub(crate) current: Value<Amounts>,
    /// What the account may use at most.
    pub(crate) max: Value<Amounts>,
    /// What the account may use beyond `current`.
    pub(crate) remaining: Value<Amounts>,
    /// The prices, each in the currency `currency_code`.
    pub(crate) billing: Value<Prices>,
    /// Higher limits that were asked for and not yet decided about.
    pub(crate) pending_requests: Value<Vec<Request>>,
}

/// Amounts of what can be limited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct Amounts {
    /// The number of processor cores.
    pub(crate) cpu_cores: Value<Int>,
    /// The amount of memory in GB.
    pub(crate) memory_gb: Value<Int>,
    /// The amount of disk in GB.
    pub(crate) storage_gb: Value<Int>,
    /// The number of virtual servers.
    pub(crate) instance_count: Value<Int>,
}

/// Prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct Prices {
    /// The price of a processor core for an hour.
    pub(crate) cpu_per_core_hour: Value<Float>,
    /// The price of a GB of memory for an hour.
    pub(crate) memory_per_gb_hour: Value<Float>,
    /// The price of a GB of disk for an hour.
    pub(crate) storage_per_gb_hour: Value<Float>,
    /// The price of a public address for an hour.
    pub(crate) ip_per_hour: Value<Float>,
    /// The price of a GB of traffic.
    pub(crate) bandwidth_per_gb: Value<Float>,
    /// The currency, such as `SEK`.
    pub(crate) currency_code: Value<String>,
}

/// A request for a higher limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct Request {
    /// The id of the request.
    pub(crate) id: Value<String>,
    /// The limit that it is about.
    pub(crate) limit_type: Value<String>,
    /// What the limit is.
    pub(crate) current_limit: Value<Int>,
    /// What the limit shall become.
    pub(crate) requested_limit: Value<Int>,
    /// The reason that was given.
    pub(crate) reason: Value<String>,
}
