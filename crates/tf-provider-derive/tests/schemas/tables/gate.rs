//! The two attributes of a gate, `{allowed, reason}`.

use tf_provider::schema::Attribute;

use super::attributes::{computed, text};

pub(crate) fn attributes(name: &str, what: &str) -> [(String, Attribute); 2] {
    let allowed = computed(
        tf_provider::schema::AttributeType::Bool,
        &format!("Whether {what} now."),
    );
    [
        (name.to_owned(), allowed),
        (format!("{name}_reason"), text(&reason(name))),
    ]
}

/// The description of the reason. Derived schemas use it too.
pub(crate) fn reason(name: &str) -> String {
    format!("Why `{name}` is false; null when it is true or HostUp gives no reason.")
}
