//! Decodes random bytes into a model with every kind of attribute. The result is a value or errors,
//! never a panic, and a value can be encoded and decoded again.

#![no_main]

use std::collections::{BTreeMap, HashMap};

use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};
use tf_provider_server::value::{Float, Int, decode_for_fuzzing};
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, NestedBlock};
use tf_provider::value::Value;

#[derive(Debug, Serialize, Deserialize)]
struct Model {
    text: Value<String>,
    whole: Value<Int>,
    number: Value<Float>,
    open: Value<bool>,
    list: Value<Vec<Value<String>>>,
    map: Value<BTreeMap<String, Value<Int>>>,
    place: Value<Place>,
    parts: Vec<Place>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    row: Value<Int>,
    label: Value<String>,
}

fn attributes<const N: usize>(list: [(&str, AttributeType); N]) -> HashMap<String, Attribute> {
    list.map(|(name, attr_type)| {
        let attribute = Attribute {
            attr_type,
            constraint: AttributeConstraint::Optional,
            ..Attribute::default()
        };
        (name.to_owned(), attribute)
    })
    .into()
}

fn schema() -> Block {
    use AttributeType::{AttributeSingle, Bool, List, Map, Number, String};
    let place = || attributes([("row", Number), ("label", String)]);
    let part = Block {
        attributes: place(),
        ..Block::default()
    };
    Block {
        attributes: attributes([
            ("text", String),
            ("whole", Number),
            ("number", Number),
            ("open", Bool),
            ("list", List(Box::new(String))),
            ("map", Map(Box::new(Number))),
            ("place", AttributeSingle(place())),
        ]),
        blocks: [("parts".to_owned(), NestedBlock::List(part))].into(),
        ..Block::default()
    }
}

fuzz_target!(|bytes: &[u8]| {
    let block = schema();
    match decode_for_fuzzing::<Model>(bytes, Some(&block)) {
        Ok(model) => {
            let encoded = rmp_serde::to_vec_named(&model).expect("a model can be encoded");
            let decoded = decode_for_fuzzing::<Model>(&encoded, Some(&block));
            assert!(decoded.is_ok(), "{model:?} cannot be decoded again");
        }
        Err(diags) => assert!(!diags.errors.is_empty(), "refused without an error"),
    }
    let _ = decode_for_fuzzing::<Model>(bytes, None);
});
