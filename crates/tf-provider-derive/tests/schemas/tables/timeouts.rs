//! The nested attribute `timeouts`, which depends on what a resource does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeType};
use tf_provider::value::Value;

use super::attributes::optional;

#[derive(Clone, Copy)]
pub(crate) enum Action {
    Create,
    Read,
    Update,
    Delete,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Timeouts(pub(crate) BTreeMap<String, Value<String>>);

impl Timeouts {
    pub(crate) fn attribute(actions: &[Action]) -> Attribute {
        let members = actions
            .iter()
            .map(|action| {
                let (name, doing, default) = match action {
                    Action::Create => ("create", "creating", "10m"),
                    Action::Read => ("read", "reading", "2m"),
                    Action::Update => ("update", "updating", "10m"),
                    Action::Delete => ("delete", "deleting", "10m"),
                };
                let description = format!(
                    "How long {doing} may take, as a duration such as `90s`, `10m` or `1h30m`. \
                     Default `{default}`."
                );
                (
                    name.to_owned(),
                    optional(AttributeType::String, &description),
                )
            })
            .collect();
        optional(
            AttributeType::AttributeSingle(members),
            "How long operations may take before they fail. A change of these values touches nothing \
             at HostUp.",
        )
    }
}
