//! Null and unknown values, names, and the planned values of a new object.

use std::collections::BTreeMap;

use tf_provider::value::Value;

use crate::descriptions::{Disk, Facts, Snapshot};
use tf_provider_server::model::Schema;
use tf_provider_server::value::Int;

fn text(text: &str) -> Value<String> {
    Value::Value(text.to_owned())
}

fn disk() -> Disk {
    Disk {
        size: Value::Value(Int(10)),
        name: text("data"),
        key: Value::Null,
        facts: Facts {
            id: text("disk_1"),
            server_count: Value::Value(Int(1)),
            encrypted: Value::Value(true),
        },
        snapshots: Value::Value(Vec::new()),
    }
}

#[test]
fn names_are_those_of_the_schema() {
    let mut names = Disk::NAMES.to_vec();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "encrypted",
            "id",
            "key",
            "name",
            "server_count",
            "size",
            "snapshots"
        ]
    );
    let attributes = Disk::attributes();
    assert_eq!(attributes.len(), names.len());
    for name in names {
        assert!(attributes.contains_key(name), "{name}");
    }
}

/// Racks.
#[derive(Schema)]
struct Racks {
    /// Disks by their places.
    #[schema(computed)]
    disks: Value<BTreeMap<String, Disk>>,
}

#[test]
fn attributes_that_are_never_null_are_listed() {
    assert_eq!(Disk::never_null(), ["name", "id", "snapshots.id"]);
    assert_eq!(Snapshot::never_null(), ["id"]);
    assert_eq!(
        Racks::never_null(),
        ["disks.name", "disks.id", "disks.snapshots.id"]
    );
}

#[test]
fn all_attributes_can_be_set_to_null_or_unknown() {
    let null = Facts {
        id: Value::Null,
        server_count: Value::Null,
        encrypted: Value::Null,
    };
    assert_eq!(Facts::null(), null);
    assert_eq!(Disk::null().facts, null);
    let unknown = Disk::unknown();
    assert_eq!(unknown.size, Value::Unknown);
    assert_eq!(unknown.facts.server_count, Value::Unknown);
    assert_eq!(unknown.snapshots, Value::Unknown);
}

#[test]
fn the_computed_attributes_of_a_new_object_are_unknown() {
    let mut planned = disk();
    planned.set_computed_unknown();
    let expected = Disk {
        facts: Facts::unknown(),
        snapshots: Value::Unknown,
        ..disk()
    };
    assert_eq!(planned, expected);
}

#[test]
fn an_attribute_that_is_optional_at_the_root_is_not_set_to_unknown() {
    let mut snapshot = Snapshot::null();
    snapshot.set_computed_unknown();
    assert_eq!(snapshot.id, Value::Null);
}

#[test]
fn the_first_unknown_attribute_is_named() {
    let mut disk = disk();
    assert_eq!(disk.first_unknown(), None);
    disk.snapshots = Value::Unknown;
    assert_eq!(disk.first_unknown(), Some("snapshots"));
    disk.facts.server_count = Value::Unknown;
    assert_eq!(disk.first_unknown(), Some("server_count"));
}

#[test]
fn flattened_values_can_be_encoded_and_decoded() {
    for disk in [Disk::null(), Disk::unknown(), disk()] {
        let bytes = rmp_serde::to_vec_named(&disk).expect("bytes");
        let read: Disk = rmp_serde::from_slice(&bytes).expect("a value");
        assert_eq!(read, disk);
    }
}
