//! A derived schema equals one that is written by hand.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, Description};
use tf_provider::value::Value;

use tf_provider_server::model::{Attributes, Schema};
use tf_provider_server::value::Int;

/// Manages a disk, which
/// belongs to a server.
///
/// **It can't shrink:** a smaller `size` makes a new disk:
///
/// - its data is gone,
/// - its id changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub(crate) struct Disk {
    /// The size in GB. A larger one is set in place, a smaller one makes
    /// a new disk.
    #[schema(required)]
    pub(crate) size: Value<Int>,
    /// The name. Default: the id.
    #[schema(optional_computed, never_null)]
    pub(crate) name: Value<String>,
    /// The key that encrypts the disk.
    #[schema(optional, sensitive)]
    pub(crate) key: Value<String>,
    #[serde(flatten)]
    pub(crate) facts: Facts,
    /// The disk's snapshots.
    #[schema(computed)]
    pub(crate) snapshots: Value<Vec<Snapshot>>,
}

/// The attributes that every view of a disk has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct Facts {
    /// The disk's id.
    #[schema(never_null)]
    pub(crate) id: Value<String>,
    /// How many servers the disk is attached to.
    pub(crate) server_count: Value<Int>,
    /// Whether the disk is encrypted.
    pub(crate) encrypted: Value<bool>,
}

/// A snapshot of a disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub(crate) struct Snapshot {
    /// The snapshot's id.
    #[schema(never_null, root(optional_computed, append = "Default: the newest."))]
    pub(crate) id: Value<String>,
}

fn attribute(
    attr_type: AttributeType,
    constraint: AttributeConstraint,
    description: &str,
) -> Attribute {
    Attribute {
        attr_type,
        description: Description::markdown(description),
        constraint,
        sensitive: false,
        deprecated: false,
    }
}

fn named<const N: usize>(attributes: [(&str, Attribute); N]) -> Attributes {
    attributes
        .map(|(name, attribute)| (name.to_owned(), attribute))
        .into()
}

fn schema(description: &str, attributes: Attributes) -> tf_provider::schema::Schema {
    tf_provider::schema::Schema {
        version: 0,
        block: Block {
            version: 0,
            attributes,
            blocks: HashMap::new(),
            description: Description::markdown(description),
            deprecated: false,
        },
    }
}

#[test]
fn a_derived_schema_equals_one_written_by_hand() {
    use AttributeConstraint::{Computed, Optional, OptionalComputed, Required};
    use AttributeType::{AttributeList, Bool, Number, String};
    let snapshot = named([("id", attribute(String, Computed, "The snapshot's id."))]);
    let secret = Attribute {
        sensitive: true,
        ..attribute(String, Optional, "The key that encrypts the disk.")
    };
    let size = "The size in GB. A larger one is set in place, a smaller one makes a new disk.";
    let count = "How many servers the disk is attached to.";
    let encrypted = "Whether the disk is encrypted.";
    let expected = schema(
        "Manages a disk, which belongs to a server.\n\n\
         **It can't shrink:** a smaller `size` makes a new disk:\n\n\
         - its data is gone,\n- its id changes.",
        named([
            ("size", attribute(Number, Required, size)),
            (
                "name",
                attribute(String, OptionalComputed, "The name. Default: the id."),
            ),
            ("key", secret),
            ("id", attribute(String, Computed, "The disk's id.")),
            ("server_count", attribute(Number, Computed, count)),
            ("encrypted", attribute(Bool, Computed, encrypted)),
            (
                "snapshots",
                attribute(AttributeList(snapshot), Computed, "The disk's snapshots."),
            ),
        ]),
    );
    assert_eq!(Disk::schema(), expected);
}

#[test]
fn a_nested_struct_can_differ_at_the_root() {
    use AttributeConstraint::OptionalComputed;
    let id = "The snapshot's id. Default: the newest.";
    let expected = schema(
        "A snapshot of a disk.",
        named([("id", attribute(AttributeType::String, OptionalComputed, id))]),
    );
    assert_eq!(Snapshot::schema(), expected);
}
