//! Models: structs whose fields are the attributes of a schema.
//!
//! `#[derive(Schema)]` implements the trait [`Schema`] for a struct. Each field implements
//! [`SchemaField`], and the type of its value [`SchemaType`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tf_provider::schema::{Attribute, AttributeType};
use tf_provider::value::{Value, ValueAny};

use super::value::{Float, Int};

pub use tf_provider_derive::Schema;

/// The attributes of a schema, or of a nested attribute.
pub type Attributes = HashMap<String, Attribute>;

/// A struct whose fields are the attributes of a schema.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no schema",
    label = "this is not a struct that derives `Schema`",
    note = "add `#[derive(Schema)]` to the struct"
)]
pub trait Schema: Sized {
    /// The names of the attributes, in the order of the fields.
    const NAMES: &'static [&'static str];

    /// Returns the schema with this struct at its root.
    fn schema() -> tf_provider::schema::Schema;

    /// Returns the attributes of a nested attribute with this struct's values.
    fn attributes() -> Attributes;

    /// Returns the attributes of a schema with this struct at its root.
    fn root_attributes() -> Attributes {
        Self::attributes()
    }

    /// Returns the dotted paths of the attributes with the option `never_null`, for
    /// [`ManagedResource::never_null`](super::ManagedResource::never_null).
    fn never_null() -> Vec<String>;

    /// Returns the value with every attribute null.
    #[must_use]
    fn null() -> Self;

    /// Returns the value with every attribute unknown.
    #[must_use]
    fn unknown() -> Self;

    /// Sets every attribute that only the provider sets to unknown, as in the plan of a new object.
    ///
    /// Attributes that are both optional and computed keep their value, because they may be
    /// configured. So do those with an `attribute = …` option.
    fn set_computed_unknown(&mut self);

    /// Returns the name of the first attribute that is unknown as a whole.
    fn first_unknown(&self) -> Option<&'static str>;
}

/// A type that a field of a [`Schema`] can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold an attribute, which may be null or unknown",
    label = "use `Value<…>`"
)]
pub trait SchemaField {
    /// Returns null.
    fn null() -> Self;

    /// Returns an unknown value.
    fn unknown() -> Self;

    /// Whether the value is unknown.
    fn is_unknown(&self) -> bool;
}

impl<T> SchemaField for Value<T> {
    fn null() -> Self {
        Self::Null
    }

    fn unknown() -> Self {
        Self::Unknown
    }

    fn is_unknown(&self) -> bool {
        Self::is_unknown(self)
    }
}

/// A type with an equivalent in Terraform.
#[diagnostic::on_unimplemented(
    message = "Terraform has no type for `{Self}`",
    label = "an attribute cannot have this type",
    note = "attributes can have the types `String`, `bool`, `Int`, `Float`, `Vec<…>`, \
            `BTreeSet<…>`, `BTreeMap<String, …>`, `ValueAny`, structs that derive `Schema`, and \
            `Value<…>` of them"
)]
pub trait SchemaType {
    /// Returns Terraform's type.
    fn attribute_type() -> AttributeType;

    /// Returns the dotted paths within the value of attributes with the option `never_null`.
    fn never_null() -> Vec<String> {
        Vec::new()
    }
}

impl<T: SchemaType> SchemaType for Value<T> {
    fn attribute_type() -> AttributeType {
        T::attribute_type()
    }

    fn never_null() -> Vec<String> {
        T::never_null()
    }
}

impl<T: Schema> SchemaType for T {
    fn attribute_type() -> AttributeType {
        AttributeType::AttributeSingle(T::attributes())
    }

    fn never_null() -> Vec<String> {
        <T as Schema>::never_null()
    }
}

impl SchemaType for String {
    fn attribute_type() -> AttributeType {
        AttributeType::String
    }
}

impl SchemaType for bool {
    fn attribute_type() -> AttributeType {
        AttributeType::Bool
    }
}

impl SchemaType for Int {
    fn attribute_type() -> AttributeType {
        AttributeType::Number
    }
}

impl SchemaType for Float {
    fn attribute_type() -> AttributeType {
        AttributeType::Number
    }
}

impl SchemaType for ValueAny {
    fn attribute_type() -> AttributeType {
        AttributeType::Any
    }
}

impl<T: SchemaType> SchemaType for Vec<T> {
    fn attribute_type() -> AttributeType {
        match T::attribute_type() {
            AttributeType::AttributeSingle(nested) => AttributeType::AttributeList(nested),
            element => AttributeType::List(Box::new(element)),
        }
    }

    fn never_null() -> Vec<String> {
        T::never_null()
    }
}

impl<T: SchemaType> SchemaType for BTreeSet<T> {
    fn attribute_type() -> AttributeType {
        match T::attribute_type() {
            AttributeType::AttributeSingle(nested) => AttributeType::AttributeSet(nested),
            element => AttributeType::Set(Box::new(element)),
        }
    }

    fn never_null() -> Vec<String> {
        T::never_null()
    }
}

impl<T: SchemaType> SchemaType for BTreeMap<String, T> {
    fn attribute_type() -> AttributeType {
        match T::attribute_type() {
            AttributeType::AttributeSingle(nested) => AttributeType::AttributeMap(nested),
            element => AttributeType::Map(Box::new(element)),
        }
    }

    fn never_null() -> Vec<String> {
        T::never_null()
    }
}

/// Functions for the generated code only. They may change in any version.
#[doc(hidden)]
pub mod private {
    use std::collections::HashMap;

    use tf_provider::schema::{Block, Description};

    pub use tf_provider::schema::{
        Attribute, AttributeConstraint as Constraint, AttributeType, Schema,
    };

    use super::Attributes;

    pub fn schema(version: i64, description: impl ToString, attributes: Attributes) -> Schema {
        Schema {
            version,
            block: Block {
                version,
                attributes,
                blocks: HashMap::new(),
                description: Description::markdown(description),
                deprecated: false,
            },
        }
    }

    pub fn attribute(
        attr_type: AttributeType,
        constraint: Constraint,
        sensitive: bool,
        description: impl ToString,
    ) -> Attribute {
        Attribute {
            attr_type,
            description: Description::markdown(description),
            constraint,
            sensitive,
            deprecated: false,
        }
    }

    pub fn described(attribute: Attribute, description: impl ToString) -> Attribute {
        Attribute {
            description: Description::markdown(description),
            ..attribute
        }
    }

    pub fn attributes<const F: usize, const N: usize>(
        mut attributes: Attributes,
        flattened: [Attributes; F],
        own: [(&str, Attribute); N],
    ) -> Attributes {
        attributes.extend(flattened.into_iter().flatten());
        attributes.extend(own.map(|(name, attribute)| (name.to_owned(), attribute)));
        attributes
    }

    /// Returns the paths of what is below `name`.
    pub fn below(name: &str, paths: Vec<String>) -> impl Iterator<Item = String> + use<'_> {
        paths.into_iter().map(move |path| format!("{name}.{path}"))
    }

    pub const fn total(parts: &[&[&str]]) -> usize {
        let mut total = 0;
        let mut part = 0;
        while part < parts.len() {
            total += parts[part].len();
            part += 1;
        }
        total
    }

    /// Concatenates lists of names. Fails the build if a name occurs twice.
    pub const fn join<const N: usize>(parts: &[&[&'static str]]) -> [&'static str; N] {
        let mut names = [""; N];
        let (mut length, mut part) = (0, 0);
        while part < parts.len() {
            let mut index = 0;
            while index < parts[part].len() {
                let name = parts[part][index];
                let mut other = 0;
                while other < length {
                    assert!(
                        !same(names[other], name),
                        "two attributes have the same name"
                    );
                    other += 1;
                }
                names[length] = name;
                length += 1;
                index += 1;
            }
            part += 1;
        }
        names
    }

    const fn same(one: &str, other: &str) -> bool {
        let (one, other) = (one.as_bytes(), other.as_bytes());
        let mut index = 0;
        while index < one.len() && index < other.len() && one[index] == other[index] {
            index += 1;
        }
        index == one.len() && index == other.len()
    }
}
