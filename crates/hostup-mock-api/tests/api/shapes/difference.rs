//! Compares the keys and types of two documents.

use serde_json::{Value, json};

/// The ends of the paths that the API's documents call nullable.
const NULLABLE: [&str; 27] = [
    "allocatedAt",
    "billingCycle",
    "bridge",
    "destinations[].nextHop",
    "gateway",
    "interfaces[].id",
    "ip[].id",
    "ip[].ip",
    "ip[].type",
    "jobId",
    "label",
    "mac",
    "mask",
    "model",
    "nextCursor",
    "operatingSystem",
    "periodYears",
    "pollUrl",
    "powerState",
    "primaryIp",
    "reason",
    "region",
    "subnet",
    "updatedAt",
    "variant",
    "vlan",
    "vlanTag",
];

/// Panics when keys or types differ.
#[track_caller]
pub(crate) fn assert_same_shape(expected: &Value, actual: &Value) {
    if let Some(difference) = difference("", expected, actual) {
        panic!("{difference}: {actual}");
    }
}

/// Returns the first difference in keys or types, at any depth. Every item of an array is compared
/// with the first one of the document. Null is accepted where the API's documents say nullable.
fn difference(path: &str, expected: &Value, actual: &Value) -> Option<String> {
    let kind = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    if expected.is_null() || actual.is_null() {
        let nullable = NULLABLE
            .iter()
            .any(|name| path.ends_with(&format!(".{name}")));
        return (!nullable).then(|| format!("`{path}` is not nullable"));
    }
    if kind(actual) != kind(expected) {
        return Some(format!(
            "`{path}` is {}, not {}",
            kind(actual),
            kind(expected)
        ));
    }
    match (expected, actual) {
        // `extensions` are free-form.
        (Value::Object(_), _) if path.ends_with(".extensions") => None,
        (Value::Object(expected), Value::Object(actual)) => {
            let missing = expected.keys().find(|key| !actual.contains_key(*key));
            if let Some(key) = missing {
                return Some(format!("`{path}` has no `{key}`"));
            }
            actual
                .iter()
                .find_map(|(key, value)| match expected.get(key) {
                    None => Some(format!("`{path}` has an unexpected `{key}`")),
                    Some(expected) => difference(&format!("{path}.{key}"), expected, value),
                })
        }
        (Value::Array(expected), Value::Array(actual)) => {
            let first = expected.first()?;
            actual
                .iter()
                .find_map(|item| difference(&format!("{path}[]"), first, item))
        }
        _ => None,
    }
}

#[test]
fn a_difference_in_keys_or_types_is_found() {
    #[track_caller]
    fn check(expected: &Value, actual: &Value, found: &str) {
        assert_eq!(difference("", expected, actual).as_deref(), Some(found));
    }
    check(
        &json!({"a": 1}),
        &json!({"a": "1"}),
        "`.a` is a string, not a number",
    );
    check(&json!({"a": 1}), &json!({}), "`` has no `a`");
    check(
        &json!({"a": {}}),
        &json!({"a": {"b": 1}}),
        "`.a` has an unexpected `b`",
    );
    check(
        &json!({"a": [{"b": 1}]}),
        &json!({"a": [{"b": 1}, {}]}),
        "`.a[]` has no `b`",
    );
    check(
        &json!({"name": "a"}),
        &json!({"name": null}),
        "`.name` is not nullable",
    );
    let route = |hop: Value| json!({"routes": [{"nextHop": hop}]});
    check(
        &route(json!("::1")),
        &route(Value::Null),
        "`.routes[].nextHop` is not nullable",
    );
    assert_eq!(
        difference("", &json!({"label": null}), &json!({"label": "a"})),
        None
    );
}
