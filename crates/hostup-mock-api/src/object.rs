//! A JSON document of the account: stored fields, fields that are calculated when it is shown, and
//! a test's edits of both.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::{Map, Value};

/// A stored document. Calculated fields (capabilities, counts, nested lists) are not part of it.
/// When it is shown they replace stored fields, and a test's edits replace both.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Object {
    /// Shared between copies until one is changed: every write copies the account's objects.
    fields: Arc<Map<String, Value>>,
    /// Edits of calculated fields, and removed fields (`None`).
    edits: BTreeMap<String, Option<Value>>,
}

impl Object {
    /// Stores a document, which must be a JSON object. Anything else is stored as an empty one.
    pub(crate) fn new(document: Value) -> Self {
        let fields = match document {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        Self {
            fields: Arc::new(fields),
            edits: BTreeMap::new(),
        }
    }

    /// Returns a field's text. Empty if the field is missing or no text.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.fields
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn id(&self) -> &str {
        self.text("id")
    }

    pub(crate) fn get(&self, field: &str) -> &Value {
        self.fields.get(field).unwrap_or(&Value::Null)
    }

    pub(crate) fn list_mut(&mut self, field: &str) -> impl Iterator<Item = &mut Value> {
        Arc::make_mut(&mut self.fields)
            .get_mut(field)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
    }

    pub(crate) fn list(&self, field: &str) -> impl Iterator<Item = &Value> {
        self.fields
            .get(field)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    }

    pub(crate) fn set(&mut self, field: &str, value: impl Into<Value>) {
        Arc::make_mut(&mut self.fields).insert(field.to_owned(), value.into());
    }

    /// Returns the document as the API shows it, with these calculated fields.
    pub(crate) fn show<'a, const N: usize>(
        &'a self,
        calculated: [(&'static str, Calculated<'a>); N],
    ) -> Shown<'a> {
        Shown {
            object: self,
            calculated: calculated.into(),
        }
    }

    /// Runs `edit` on the document as shown, and saves its changes.
    pub(crate) fn edit(&mut self, shown: &Value, edit: impl FnOnce(&mut Value)) {
        let mut edited = shown.clone();
        edit(&mut edited);
        let (Value::Object(before), Value::Object(after)) = (shown, edited) else {
            return;
        };
        for field in before.keys().filter(|field| !after.contains_key(*field)) {
            self.edits.insert(field.clone(), None);
        }
        for (field, value) in after {
            if before.get(&field) == Some(&value) {
                continue;
            }
            // A new value of a stored field counts for the API's rules; one of a calculated field
            // only shows.
            if self.fields.contains_key(&field) {
                self.edits.remove(&field);
                Arc::make_mut(&mut self.fields).insert(field, value);
            } else {
                self.edits.insert(field, Some(value));
            }
        }
    }
}

/// A document as the API shows it. It borrows what is stored, because every write shows the whole
/// account and copying it would cost more than everything else.
#[derive(Clone, Debug)]
pub(crate) struct Shown<'a> {
    object: &'a Object,
    calculated: BTreeMap<&'static str, Calculated<'a>>,
}

/// The value of a calculated field.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Calculated<'a> {
    Text(&'a str),
    Value(Value),
    Capabilities(BTreeMap<&'static str, Capability>),
    Documents(Vec<Shown<'a>>),
}

/// `{allowed, reason}`: whether the API allows something, and why not.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Capability {
    allowed: bool,
    reason: Option<String>,
}

impl Capability {
    /// Creates a capability that is allowed, or refused for a reason.
    pub(crate) fn of(refused: Option<impl Into<String>>) -> Self {
        let reason = refused.map(Into::into);
        Self {
            allowed: reason.is_none(),
            reason,
        }
    }
}

impl Shown<'_> {
    pub(crate) fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("a document with string keys")
    }
}

impl<'a> Shown<'a> {
    pub(crate) fn with(mut self, field: &'static str, calculated: Calculated<'a>) -> Self {
        self.calculated.insert(field, calculated);
        self
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Object { fields, edits } = self.object;
        let mut document = serializer.serialize_map(None)?;
        for (field, value) in fields.iter() {
            if !edits.contains_key(field) && !self.calculated.contains_key(field.as_str()) {
                document.serialize_entry(field, value)?;
            }
        }
        for (field, value) in &self.calculated {
            if !edits.contains_key(*field) {
                document.serialize_entry(field, value)?;
            }
        }
        for (field, edit) in edits {
            if let Some(value) = edit {
                document.serialize_entry(field, value)?;
            }
        }
        document.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn edits_of_stored_calculated_and_new_fields_stay() {
        let mut object = Object::new(json!({"name": "a", "status": "active", "note": "x"}));
        let shown = object
            .show([("count", Calculated::Value(json!(1)))])
            .to_value();
        object.edit(&shown, |document| {
            document["name"] = json!("b");
            document["count"] = json!(7);
            document["added"] = json!(true);
            document.as_object_mut().expect("an object").remove("note");
        });
        assert_eq!(object.text("name"), "b");
        assert_eq!(
            object
                .show([("count", Calculated::Value(json!(2)))])
                .to_value(),
            json!({"name": "b", "status": "active", "count": 7, "added": true})
        );
    }
}
