//! The limits and prices, and how they come from the API's document.

use hostup_client::{Billing, PaygLimits, PendingRequest, Resources};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::{Float, Int};

/// Shows how many virtual servers, and of what size, the account may run by the hour, how much of
/// that is in use, and what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub struct LimitsModel {
    /// What the account uses now.
    current: Value<Amounts>,
    /// What the account may use at most.
    max: Value<Amounts>,
    /// What the account may use beyond `current`.
    remaining: Value<Amounts>,
    /// The prices, each in the currency `currency_code`.
    billing: Value<Prices>,
    /// Higher limits that were asked for and not yet decided about.
    pending_requests: Value<Vec<Request>>,
}

/// Amounts of what can be limited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
struct Amounts {
    /// The number of processor cores.
    cpu_cores: Value<Int>,
    /// The amount of memory in GB.
    memory_gb: Value<Int>,
    /// The amount of disk in GB.
    storage_gb: Value<Int>,
    /// The number of virtual servers.
    instance_count: Value<Int>,
}

/// Prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
struct Prices {
    /// The price of a processor core for an hour.
    cpu_per_core_hour: Value<Float>,
    /// The price of a GB of memory for an hour.
    memory_per_gb_hour: Value<Float>,
    /// The price of a GB of disk for an hour.
    storage_per_gb_hour: Value<Float>,
    /// The price of a public address for an hour.
    ip_per_hour: Value<Float>,
    /// The price of a GB of traffic.
    bandwidth_per_gb: Value<Float>,
    /// The currency, such as `SEK`.
    currency_code: Value<String>,
}

/// A request for a higher limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
struct Request {
    /// The id of the request.
    id: Value<String>,
    /// The limit that it is about.
    limit_type: Value<String>,
    /// What the limit is.
    current_limit: Value<Int>,
    /// What the limit shall become.
    requested_limit: Value<Int>,
    /// The reason that was given.
    reason: Value<String>,
}

// In each of these every field is named: one that the API gains does not compile until somebody
// decides about it.

impl From<&PaygLimits> for LimitsModel {
    fn from(limits: &PaygLimits) -> Self {
        let PaygLimits {
            current,
            max,
            remaining,
            billing,
            // The list of them says it.
            has_pending_requests: _,
            pending_requests,
        } = limits;
        Self {
            current: Value::Value(Amounts::from(current)),
            max: Value::Value(Amounts::from(max)),
            remaining: Value::Value(Amounts::from(remaining)),
            billing: Value::Value(Prices::from(billing)),
            pending_requests: Value::Value(pending_requests.iter().map(Request::from).collect()),
        }
    }
}

impl From<&Resources> for Amounts {
    fn from(resources: &Resources) -> Self {
        let Resources {
            cpu_cores,
            memory_gb,
            storage_gb,
            instance_count,
        } = resources;
        Self {
            cpu_cores: Value::Value(Int(*cpu_cores)),
            memory_gb: Value::Value(Int(*memory_gb)),
            storage_gb: Value::Value(Int(*storage_gb)),
            instance_count: Value::Value(Int(*instance_count)),
        }
    }
}

impl From<&Billing> for Prices {
    fn from(billing: &Billing) -> Self {
        let Billing {
            cpu_per_core_hour,
            memory_per_gb_hour,
            storage_per_gb_hour,
            ip_per_hour,
            bandwidth_per_gb,
            currency_code,
        } = billing;
        Self {
            cpu_per_core_hour: Value::Value(Float::from(*cpu_per_core_hour)),
            memory_per_gb_hour: Value::Value(Float::from(*memory_per_gb_hour)),
            storage_per_gb_hour: Value::Value(Float::from(*storage_per_gb_hour)),
            ip_per_hour: Value::Value(Float::from(*ip_per_hour)),
            bandwidth_per_gb: Value::Value(Float::from(*bandwidth_per_gb)),
            currency_code: Value::Value(currency_code.clone()),
        }
    }
}

impl From<&PendingRequest> for Request {
    fn from(request: &PendingRequest) -> Self {
        let PendingRequest {
            id,
            limit_type,
            current_limit,
            requested_limit,
            reason,
        } = request;
        Self {
            id: Value::Value(id.clone()),
            limit_type: Value::Value(limit_type.clone()),
            current_limit: Value::Value(Int(*current_limit)),
            requested_limit: Value::Value(Int(*requested_limit)),
            reason: reason.clone().into(),
        }
    }
}
