//! The attributes of the limits and prices, and their conversion from the API's document.

use hostup_client::{Billing, PaygLimits, PendingRequest, Resources};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::{Float, Int};

/// Reads the account's limits for virtual servers that are billed by the hour, how much of them is
/// in use, and the prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub struct LimitsModel {
    /// The amounts that the account uses now.
    current: Value<Amounts>,
    /// The most that the account may use.
    max: Value<Amounts>,
    /// The limits minus the amounts in use.
    remaining: Value<Amounts>,
    /// The prices, in the currency `currency_code`.
    billing: Value<Prices>,
    /// The requests for higher limits that HostUp has not decided yet.
    pending_requests: Value<Vec<Request>>,
}

/// Amounts of each resource.
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
    /// The type of limit, as HostUp names it.
    limit_type: Value<String>,
    /// The limit that applies now.
    current_limit: Value<Int>,
    /// The limit that was requested.
    requested_limit: Value<Int>,
    /// The reason for the request.
    reason: Value<String>,
}

// Every field is named, so that a new one does not compile before it is handled.

impl From<&PaygLimits> for LimitsModel {
    fn from(limits: &PaygLimits) -> Self {
        let PaygLimits {
            current,
            max,
            remaining,
            billing,
            // `pending_requests` has the same information.
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
