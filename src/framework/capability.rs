//! The API's gates, `{allowed, reason}`, as data sources show them: `can_x` and `can_x_reason`.

use hostup_client::Capability;
use tf_provider::value::Value;

/// Describes the attribute `can_x_reason`, for `can_x`.
pub fn reason(name: &str) -> String {
    format!("Why `{name}` is false; null when it is true or HostUp gives no reason.")
}

/// Their values.
pub fn values(capability: &Capability) -> (Value<bool>, Value<String>) {
    let Capability { allowed, reason } = capability;
    (Value::Value(*allowed), reason.clone().into())
}

/// The values of a capability that the API may leave out.
pub fn values_if_told(capability: Option<&Capability>) -> (Value<bool>, Value<String>) {
    capability.map_or((Value::Null, Value::Null), values)
}
