//! The API's gates, `{allowed, reason}`, as data sources show them: `can_x` and `can_x_reason`.

use tf_provider::schema::{Attribute, AttributeType};
use tf_provider::value::Value;

use crate::client::Gate;

use super::attributes::computed;

/// The two attributes of the gate `name`. `what` completes "whether … now".
pub fn attributes(name: &str, what: &str) -> [(String, Attribute); 2] {
    let allowed = format!("Whether {what} now.");
    let reason = format!("Why `{name}` is false; null when it is true or HostUp gives no reason.");
    [
        (name.to_owned(), computed(AttributeType::Bool, &allowed)),
        (
            format!("{name}_reason"),
            computed(AttributeType::String, &reason),
        ),
    ]
}

/// Their values.
pub fn values(gate: &Gate) -> (Value<bool>, Value<String>) {
    let Gate { allowed, reason } = gate;
    (Value::Value(*allowed), reason.clone().into())
}

/// The values of a gate that the API may leave out.
pub fn values_if_told(gate: Option<&Gate>) -> (Value<bool>, Value<String>) {
    gate.map_or((Value::Null, Value::Null), values)
}
