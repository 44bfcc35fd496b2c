//! Time-outs of operations: the nested attribute `timeouts` and its defaults.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Description};
use tf_provider::value::Value;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::guide::Section;

/// An operation with a time-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Creates the object.
    Create,
    /// Reads the object.
    Read,
    /// Changes the object in place.
    Update,
    /// Deletes the object.
    Delete,
}

impl Action {
    /// Returns the name of the attribute.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// Returns the name for the middle of a sentence.
    fn doing(self) -> &'static str {
        match self {
            Self::Create => "creating",
            Self::Read => "reading",
            Self::Update => "updating",
            Self::Delete => "deleting",
        }
    }

    /// Returns the time-out that applies if none is configured.
    pub fn default_timeout(self) -> Duration {
        match self {
            Self::Read => Duration::from_mins(2),
            Self::Create | Self::Update | Self::Delete => Duration::from_mins(10),
        }
    }
}

/// The value of the attribute `timeouts`: durations by the name of the operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timeouts(BTreeMap<String, Value<String>>);

impl Timeouts {
    /// Returns how long `action` may take.
    pub fn of(timeouts: &Value<Self>, action: Action) -> Duration {
        timeouts
            .as_ref_option()
            .and_then(|timeouts| timeouts.0.get(action.name()))
            .and_then(Value::as_ref_option)
            .and_then(|text| duration(text).ok())
            .unwrap_or_else(|| action.default_timeout())
    }

    /// Reports every invalid duration.
    pub fn validate(timeouts: &Value<Self>, diagnostics: &mut Diagnostics) {
        let Some(timeouts) = timeouts.as_ref_option() else {
            return;
        };
        for (name, value) in &timeouts.0 {
            let Some(text) = value.as_ref_option() else {
                continue;
            };
            if let Err(diagnostic) = check_duration(&format!("timeouts.{name}"), text, 'm') {
                // For a path to the member, some cores show the line of the resource.
                diagnostics.error(diagnostic.at_attribute("timeouts"));
            }
        }
    }

    /// Returns the schema of the attribute, for a resource with these operations.
    pub fn attribute(actions: &[Action]) -> Attribute {
        let members = actions
            .iter()
            .map(|action| {
                let description = format!(
                    "How long {} may take, as a duration such as `90s`, `10m` or `1h30m`. Default \
                     `{}`.",
                    action.doing(),
                    humantime::format_duration(action.default_timeout())
                );
                (
                    action.name().to_owned(),
                    optional(AttributeType::String, &description),
                )
            })
            .collect();
        optional(
            AttributeType::AttributeSingle(members),
            "How long operations may take before they fail. A change of these values is not sent \
             to HostUp.",
        )
    }
}

fn optional(attr_type: AttributeType, description: &str) -> Attribute {
    Attribute {
        attr_type,
        description: Description::markdown(description),
        constraint: AttributeConstraint::Optional,
        sensitive: false,
        deprecated: false,
    }
}

/// Parses a duration such as `90s`, `10m` or `1h30m`.
///
/// # Errors
/// A sentence for the user that shows valid durations.
pub fn duration(text: &str) -> Result<Duration, String> {
    let allowed = "a duration is a number with a unit, or several: `90s`, `10m`, `1h30m`";
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err(format!("`{text}` is not greater than zero; {allowed}")),
        Ok(duration) => Ok(duration),
        Err(_) if text.parse::<f64>().is_ok() => Err(format!("`{text}` has no unit; {allowed}")),
        Err(_) => Err(format!("`{text}` is not a duration; {allowed}")),
    }
}

/// Checks the configured duration of an attribute. For a number without a unit, it suggests `unit`.
///
/// # Errors
/// The message to the user, without the attribute's path.
pub fn check_duration(attribute: &str, text: &str, unit: char) -> Result<(), Diagnostic> {
    let Err(reason) = duration(text) else {
        return Ok(());
    };
    let diagnostic = Diagnostic::new("Invalid duration", format!("`{attribute}`: {reason}"));
    Err(match text.trim().parse::<u32>() {
        Ok(1..) => diagnostic.hint(
            Section::Configuration,
            format!("did you mean `{}{unit}`?", text.trim()),
        ),
        _ => diagnostic.section(Section::Configuration),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("10m"), Ok(Duration::from_mins(10)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_mins(90)));
    }

    #[test]
    fn an_invalid_duration_is_refused_with_examples() {
        assert_eq!(
            duration("90").unwrap_err(),
            "`90` has no unit; a duration is a number with a unit, or several: `90s`, `10m`, \
             `1h30m`"
        );
        assert!(
            duration("0s")
                .unwrap_err()
                .contains("not greater than zero")
        );
        assert!(duration("soon").unwrap_err().contains("is not a duration"));
        assert!(duration("-5m").is_err());
        assert!(duration("").is_err());
    }

    #[test]
    fn a_configured_time_takes_precedence_over_the_default() {
        let timeouts = Value::Value(Timeouts(
            [
                ("create".to_owned(), Value::Value("3s".to_owned())),
                ("delete".to_owned(), Value::Null),
            ]
            .into(),
        ));
        assert_eq!(
            Timeouts::of(&timeouts, Action::Create),
            Duration::from_secs(3)
        );
        assert_eq!(
            Timeouts::of(&timeouts, Action::Delete),
            Duration::from_mins(10)
        );
        assert_eq!(
            Timeouts::of(&Value::Null, Action::Read),
            Duration::from_mins(2)
        );
    }
}
