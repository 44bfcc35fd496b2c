//! The API's capabilities, `{allowed, reason}`, as the attributes `can_x` and `can_x_reason`.

use hostup_client::Capability;
use tf_provider::value::Value;

/// Returns the description of the attribute `can_x_reason`, for `can_x`.
pub fn reason(name: &str) -> String {
    format!("Why `{name}` is false; null when it is true or HostUp gives no reason.")
}

/// Returns the values of both attributes.
pub fn values(capability: &Capability) -> (Value<bool>, Value<String>) {
    let Capability { allowed, reason } = capability;
    (Value::Value(*allowed), reason.clone().into())
}

/// Returns the values of both attributes for a capability that the API may leave out.
pub fn values_or_null(capability: Option<&Capability>) -> (Value<bool>, Value<String>) {
    capability.map_or((Value::Null, Value::Null), values)
}
