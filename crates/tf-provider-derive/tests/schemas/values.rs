//! Null and unknown values, names, and what a new object leaves open.

use tf_provider::value::Value;

use crate::model::Schema as _;
use crate::models::network::NetworkModel;
use crate::models::network_views::{NetworkFacts, NetworkView};
use crate::models::provider::ProviderModel;
use crate::models::routed_views::PoolView;
use crate::tables::timeouts::Timeouts;
use crate::value::Int;

fn text(text: &str) -> Value<String> {
    Value::Value(text.to_owned())
}

fn network() -> NetworkModel {
    NetworkModel {
        name: text("web"),
        parent_cidr: text("10.42.0.0/21"),
        region: text("stockholm"),
        description: Value::Null,
        timeouts: Value::Value(Timeouts::default()),
        location: text("dc1r28"),
        id: text("pnet_1"),
        status: text("active"),
        subnet_count: Value::Value(Int(1)),
        attached_vps_count: Value::Value(Int(0)),
        created_at: text("2026-01-01T00:00:00Z"),
        subnets: Value::Value(Vec::new()),
        attached_vps: Value::Null,
    }
}

#[test]
fn names_are_those_of_the_schema_in_the_order_of_the_fields() {
    assert_eq!(
        NetworkView::NAMES,
        [
            "id",
            "name",
            "parent_cidr",
            "location",
            "status",
            "subnet_count",
            "attached_vps_count",
            "created_at",
            "can_delete",
            "can_delete_reason",
            "can_add_subnet",
            "can_add_subnet_reason",
            "subnets",
            "attached_vps",
        ]
    );
    let attributes = NetworkView::attributes();
    assert_eq!(attributes.len(), NetworkView::NAMES.len());
    for name in NetworkView::NAMES {
        assert!(attributes.contains_key(*name), "{name}");
    }
}

#[test]
fn everything_is_null_or_everything_is_unknown() {
    let null = NetworkFacts {
        parent_cidr: Value::Null,
        location: Value::Null,
        status: Value::Null,
        subnet_count: Value::Null,
        attached_vps_count: Value::Null,
        created_at: Value::Null,
        can_delete: Value::Null,
        can_delete_reason: Value::Null,
        can_add_subnet: Value::Null,
        can_add_subnet_reason: Value::Null,
    };
    assert_eq!(NetworkFacts::null(), null);
    assert_eq!(NetworkView::null().facts, null);
    let unknown = NetworkView::unknown();
    assert_eq!(unknown.id, Value::Unknown);
    assert_eq!(unknown.facts.created_at, Value::Unknown);
    assert_eq!(unknown.subnets, Value::Unknown);
}

#[test]
fn a_new_object_has_its_computed_attributes_open_and_keeps_the_rest() {
    let mut planned = network();
    planned.set_computed_unknown();
    let expected = NetworkModel {
        location: Value::Unknown,
        id: Value::Unknown,
        status: Value::Unknown,
        subnet_count: Value::Unknown,
        attached_vps_count: Value::Unknown,
        created_at: Value::Unknown,
        subnets: Value::Unknown,
        attached_vps: Value::Unknown,
        ..network()
    };
    assert_eq!(planned, expected);
}

#[test]
fn flattened_attributes_are_open_too() {
    let mut view = NetworkView::null();
    view.set_computed_unknown();
    assert_eq!(view.facts, NetworkFacts::unknown());
    assert_eq!(view.id, Value::Null);
}

#[test]
fn what_is_an_argument_at_the_root_is_not_open() {
    let mut view = PoolView::null();
    view.set_computed_unknown();
    assert_eq!(view.id, Value::Null);
    assert_eq!(view.parent_cidr, Value::Unknown);
}

#[test]
fn the_first_unknown_attribute_is_named() {
    let mut provider = ProviderModel::null();
    assert_eq!(provider.first_unknown(), None);
    provider.max_retries = Value::Unknown;
    assert_eq!(provider.first_unknown(), Some("max_retries"));
    provider.endpoint = Value::Unknown;
    assert_eq!(provider.first_unknown(), Some("endpoint"));
    let mut view = NetworkView::null();
    view.facts.status = Value::Unknown;
    assert_eq!(view.first_unknown(), Some("status"));
}

#[test]
fn flattened_values_go_over_the_wire_null_unknown_and_known() {
    let mut view = NetworkView::unknown();
    for _ in 0..3 {
        let bytes = rmp_serde::to_vec_named(&view).expect("bytes");
        let read: NetworkView = rmp_serde::from_slice(&bytes).expect("a value");
        assert_eq!(read, view);
        view.facts = if view.facts.subnet_count == Value::Unknown {
            NetworkFacts::null()
        } else {
            NetworkFacts {
                location: text("dc1r28"),
                subnet_count: Value::Value(Int(1)),
                can_delete: Value::Value(true),
                ..NetworkFacts::null()
            }
        };
    }
}
