//! The types of attributes, and the less common options.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType};
use tf_provider::value::{Value, ValueAny};

use tf_provider_server::model::{Attributes, Schema, SchemaType};
use tf_provider_server::value::{Float, Int};

/// A nested value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Schema)]
#[schema(optional)]
struct Port {
    /// The protocol.
    r#type: Value<String>,
    /// The name.
    #[serde(rename = "display-name", default)]
    name: Value<String>,
}

#[track_caller]
fn check<T: SchemaType>(expected: &AttributeType) {
    assert_eq!(T::attribute_type(), *expected);
}

#[test]
fn rust_types_have_terraform_types() {
    let list = |element| AttributeType::List(Box::new(element));
    check::<Value<String>>(&AttributeType::String);
    check::<Value<bool>>(&AttributeType::Bool);
    check::<Value<Int>>(&AttributeType::Number);
    check::<Value<Float>>(&AttributeType::Number);
    check::<Value<ValueAny>>(&AttributeType::Any);
    check::<Value<Vec<String>>>(&list(AttributeType::String));
    check::<Value<Vec<Value<String>>>>(&list(AttributeType::String));
    check::<Value<Vec<Vec<bool>>>>(&list(list(AttributeType::Bool)));
    check::<Value<BTreeSet<String>>>(&AttributeType::Set(Box::new(AttributeType::String)));
    check::<Value<BTreeMap<String, Int>>>(&AttributeType::Map(Box::new(AttributeType::Number)));
}

#[test]
fn structs_are_nested_attributes() {
    check::<Value<Port>>(&AttributeType::AttributeSingle(Port::attributes()));
    check::<Value<Vec<Port>>>(&AttributeType::AttributeList(Port::attributes()));
    check::<Value<BTreeSet<Port>>>(&AttributeType::AttributeSet(Port::attributes()));
    check::<Value<BTreeMap<String, Port>>>(&AttributeType::AttributeMap(Port::attributes()));
}

#[test]
fn names_are_those_of_serde() {
    assert_eq!(Port::NAMES, ["type", "display-name"]);
    let json = rmp_serde::to_vec_named(&Port::null()).expect("bytes");
    let read: BTreeMap<String, Value<String>> = rmp_serde::from_slice(&json).expect("a map");
    assert!(read.keys().eq(["display-name", "type"]));
}

const SHARED: &str = "Described elsewhere.";

/// Not the description.
#[derive(Schema)]
#[schema(version = 2, description = format!("Has {} attributes.", Options::NAMES.len()))]
struct Options {
    /// For readers of the code.
    #[schema(optional, sensitive, description = SHARED)]
    password: Value<String>,
    /// Made by a function,
    /// and described here.
    #[schema(attribute = dynamic("anything"))]
    one: Value<ValueAny>,
    #[schema(attribute = dynamic("anything"))]
    other: Value<ValueAny>,
    /// A port.
    #[schema(required, sensitive, root(optional, description = "The port."))]
    port: Value<Port>,
    #[schema(optional, description = "Both.", root(append = "At the root."))]
    both: Value<bool>,
}

fn dynamic(description: &str) -> Attribute {
    Attribute {
        attr_type: AttributeType::Any,
        description: tf_provider::schema::Description::markdown(description),
        constraint: AttributeConstraint::Computed,
        sensitive: false,
        deprecated: false,
    }
}

#[track_caller]
fn check_attribute(
    attributes: &Attributes,
    name: &str,
    constraint: &AttributeConstraint,
    description: &str,
) {
    let attribute = &attributes[name];
    assert_eq!(attribute.constraint, *constraint, "{name}");
    assert_eq!(attribute.description.content, description, "{name}");
    let secret = ["password", "port"].contains(&name);
    assert_eq!(attribute.sensitive, secret, "{name}");
}

#[test]
fn descriptions_and_attributes_come_from_expressions() {
    use AttributeConstraint::{Computed, Optional, Required};
    let schema = Options::schema();
    assert_eq!(schema.version, 2);
    assert_eq!(schema.block.description.content, "Has 5 attributes.");
    let nested = Options::attributes();
    check_attribute(&nested, "password", &Optional, SHARED);
    check_attribute(
        &nested,
        "one",
        &Computed,
        "Made by a function, and described here.",
    );
    check_attribute(&nested, "other", &Computed, "anything");
    check_attribute(&nested, "port", &Required, "A port.");
    check_attribute(&nested, "both", &Optional, "Both.");
    let root = &schema.block.attributes;
    check_attribute(root, "password", &Optional, SHARED);
    check_attribute(root, "port", &Optional, "The port.");
    check_attribute(root, "both", &Optional, "Both. At the root.");
}

#[test]
fn only_computed_fields_are_set_to_unknown() {
    let mut options = Options::null();
    options.set_computed_unknown();
    assert_eq!(options.first_unknown(), None);
    assert_eq!(Options::unknown().first_unknown(), Some("password"));
    let Options {
        password,
        one,
        other,
        port,
        both,
    } = options;
    assert!(password.is_null() && one.is_null() && other.is_null());
    assert!(port.is_null() && both.is_null());
}

/// Has no attributes.
#[derive(Schema)]
struct Nothing {}

#[test]
fn a_struct_may_have_no_fields() {
    assert_eq!(Nothing::NAMES, [""; 0]);
    assert!(Nothing::schema().block.attributes.is_empty());
    let mut nothing = Nothing::unknown();
    nothing.set_computed_unknown();
    assert_eq!(nothing.first_unknown(), None);
}
