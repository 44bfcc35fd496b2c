//! The limits and prices, and how they come from the API's document.

use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeType, Schema};
use tf_provider::value::Value;

use crate::client::{Billing, PaygLimits, PendingRequest, Resources};
use crate::plugin::value::{Float, Int};
use crate::provider::attributes::{Attributes, computed, named, schema};

/// The account's limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LimitsModel {
    current: Value<Amounts>,
    max: Value<Amounts>,
    remaining: Value<Amounts>,
    billing: Value<Prices>,
    pending_requests: Value<Vec<Request>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Amounts {
    cpu_cores: Value<Int>,
    memory_gb: Value<Int>,
    storage_gb: Value<Int>,
    instance_count: Value<Int>,
}

/// Prices have fractions; everything else here is counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Prices {
    cpu_per_core_hour: Value<Float>,
    memory_per_gb_hour: Value<Float>,
    storage_per_gb_hour: Value<Float>,
    ip_per_hour: Value<Float>,
    bandwidth_per_gb: Value<Float>,
    currency_code: Value<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Request {
    id: Value<String>,
    limit_type: Value<String>,
    current_limit: Value<Int>,
    requested_limit: Value<Int>,
    reason: Value<String>,
}

fn text(description: &str) -> Attribute {
    computed(AttributeType::String, description)
}

fn number(description: &str) -> Attribute {
    computed(AttributeType::Number, description)
}

impl LimitsModel {
    /// What the user gets.
    pub(super) fn schema() -> Schema {
        let amounts = |description| {
            computed(
                AttributeType::AttributeSingle(Amounts::attributes()),
                description,
            )
        };
        schema(
            "Shows how many virtual servers, and of what size, the account may run by the hour, how much of that is in \
             use, and what it costs.",
            [
                ("current", amounts("What the account uses now.")),
                ("max", amounts("What the account may use at most.")),
                (
                    "remaining",
                    amounts("What the account may use beyond `current`."),
                ),
                (
                    "billing",
                    computed(
                        AttributeType::AttributeSingle(Prices::attributes()),
                        "The prices, each in the currency `currency_code`.",
                    ),
                ),
                (
                    "pending_requests",
                    computed(
                        AttributeType::AttributeList(Request::attributes()),
                        "Higher limits that were asked for and not yet decided about.",
                    ),
                ),
            ],
        )
    }
}

impl Amounts {
    fn attributes() -> Attributes {
        named([
            ("cpu_cores", number("The number of processor cores.")),
            ("memory_gb", number("The amount of memory in GB.")),
            ("storage_gb", number("The amount of disk in GB.")),
            ("instance_count", number("The number of virtual servers.")),
        ])
    }
}

impl Prices {
    fn attributes() -> Attributes {
        named([
            (
                "cpu_per_core_hour",
                number("The price of a processor core for an hour."),
            ),
            (
                "memory_per_gb_hour",
                number("The price of a GB of memory for an hour."),
            ),
            (
                "storage_per_gb_hour",
                number("The price of a GB of disk for an hour."),
            ),
            (
                "ip_per_hour",
                number("The price of a public address for an hour."),
            ),
            ("bandwidth_per_gb", number("The price of a GB of traffic.")),
            ("currency_code", text("The currency, such as `SEK`.")),
        ])
    }
}

impl Request {
    fn attributes() -> Attributes {
        named([
            ("id", text("The id of the request.")),
            ("limit_type", text("The limit that it is about.")),
            ("current_limit", number("What the limit is.")),
            ("requested_limit", number("What the limit shall become.")),
            ("reason", text("The reason that was given.")),
        ])
    }
}

// In each of these every field is named: one that the API gains does not compile until somebody decides
// about it.

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
            cpu_per_core_hour: Value::Value(Float(*cpu_per_core_hour)),
            memory_per_gb_hour: Value::Value(Float(*memory_per_gb_hour)),
            storage_per_gb_hour: Value::Value(Float(*storage_per_gb_hour)),
            ip_per_hour: Value::Value(Float(*ip_per_hour)),
            bandwidth_per_gb: Value::Value(Float(*bandwidth_per_gb)),
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
