//! One JSON document of the account: what is stored, what is calculated when it is shown, and
//! the edits a test makes to either.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A stored document. Calculated fields (gates, counts, nested lists) are not part of it; they
/// are laid over it when it is shown, and a test's edits are laid over both.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    fields: Map<String, Value>,
    /// Edits of calculated fields, and fields removed (`None`).
    edits: BTreeMap<String, Option<Value>>,
}

impl Object {
    /// `document` must be a JSON object; anything else is stored as an empty one.
    pub(crate) fn new(document: Value) -> Self {
        let fields = match document {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        Self {
            fields,
            edits: BTreeMap::new(),
        }
    }

    /// A field's text; empty when the field has none.
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
        self.fields
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
        self.fields.insert(field.to_owned(), value.into());
    }

    /// The document as the API shows it.
    pub(crate) fn show(&self, calculated: Value) -> Value {
        let mut shown = self.fields.clone();
        if let Value::Object(calculated) = calculated {
            shown.extend(calculated);
        }
        for (field, edit) in &self.edits {
            match edit {
                Some(value) => shown.insert(field.clone(), value.clone()),
                None => shown.remove(field),
            };
        }
        Value::Object(shown)
    }

    /// Lets `edit` change the document as shown, and keeps what it changed.
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
            // A stored field is changed for the account's rules too; a calculated one is only shown.
            if self.fields.contains_key(&field) {
                self.edits.remove(&field);
                self.fields.insert(field, value);
            } else {
                self.edits.insert(field, Some(value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_edit_of_a_stored_a_calculated_and_a_new_field_stays() {
        let mut object = Object::new(json!({"name": "a", "status": "active", "note": "x"}));
        let shown = object.show(json!({"count": 1}));
        object.edit(&shown, |document| {
            document["name"] = json!("b");
            document["count"] = json!(7);
            document["added"] = json!(true);
            document.as_object_mut().expect("an object").remove("note");
        });
        assert_eq!(object.text("name"), "b");
        assert_eq!(
            object.show(json!({"count": 2})),
            json!({"name": "b", "status": "active", "count": 7, "added": true})
        );
    }
}
