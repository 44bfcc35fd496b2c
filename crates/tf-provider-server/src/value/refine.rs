//! Refinements: what is known about unknown values in a plan.
//!
//! tf-provider's `Value::Unknown` cannot hold them, so they are added to the encoded plan: those in
//! the configuration, and "not null" for the attributes that a resource declares as never null.

use prost::bytes::Bytes;
use tf_provider::schema::{AttributeType, Block, NestedBlock};

use super::location::{Location, Shape};
use super::msgpack::{Tree, scan};

/// The refinement "not null": a map in which key 1 says whether the value is null.
const NOT_NULL: &[u8] = &[0x81, 0x01, 0xc2];

/// Refines the unknown values of a plan.
///
/// `never_null` lists the dotted paths of attributes that are not null once they are known.
pub(crate) fn refine(
    planned: Bytes,
    config: &[u8],
    block: Option<&Block>,
    never_null: &[String],
) -> Bytes {
    if scan(&planned).is_ok_and(|found| !found.unknown) {
        return planned;
    }
    let refined = scan(config).is_ok_and(|found| found.refined);
    if never_null.is_empty() && !refined {
        return planned;
    }
    let Ok(mut tree) = Tree::parse(&planned) else {
        return planned;
    };
    if refined && let Ok(config) = Tree::parse(config) {
        copy(&Location::root(block), &config, &mut tree);
    }
    for path in never_null {
        let names: Vec<&str> = path.split('.').collect();
        set_not_null(&Location::root(block), &names, &mut tree);
    }
    rmp_serde::to_vec_named(&tree).map_or(planned, Bytes::from)
}

/// Copies the refinements of the configuration to unknown values of the plan.
fn copy(location: &Location<'_>, config: &Tree, planned: &mut Tree) {
    match (config, planned) {
        (Tree::Unknown(known), Tree::Unknown(refinements)) if refinements.is_empty() => {
            refinements.clone_from(known);
        }
        (Tree::Map(known), Tree::Map(entries)) => {
            for (key, planned) in entries {
                if let Some((_, config)) = known.iter().find(|(name, _)| name == key) {
                    copy(&location.key(key), config, planned);
                }
            }
        }
        (Tree::List(known), Tree::List(items)) if !is_set(location.shape) => {
            for (index, (config, planned)) in known.iter().zip(items).enumerate() {
                copy(&location.index(index), config, planned);
            }
        }
        _ => {}
    }
}

/// Whether it is a set, whose elements have no order in which they could be compared.
fn is_set(shape: Shape<'_>) -> bool {
    matches!(
        shape,
        Shape::Blocks(NestedBlock::Set(_))
            | Shape::Type(AttributeType::Set(_) | AttributeType::AttributeSet(_))
    )
}

/// Whether it is a map, whose keys are not in a path.
fn is_map(shape: Shape<'_>) -> bool {
    matches!(
        shape,
        Shape::Blocks(NestedBlock::Map(_))
            | Shape::Type(AttributeType::Map(_) | AttributeType::AttributeMap(_))
    )
}

fn set_not_null(location: &Location<'_>, path: &[&str], tree: &mut Tree) {
    match (path, tree) {
        ([], Tree::Unknown(refinements)) if refinements.is_empty() => {
            *refinements = NOT_NULL.to_vec();
        }
        (path, Tree::List(items)) if !path.is_empty() => {
            for (index, item) in items.iter_mut().enumerate() {
                set_not_null(&location.index(index), path, item);
            }
        }
        (path, Tree::Map(entries)) if !path.is_empty() && is_map(location.shape) => {
            for (key, item) in entries {
                set_not_null(&location.key(key), path, item);
            }
        }
        ([name, rest @ ..], Tree::Map(entries)) => {
            for (key, item) in entries.iter_mut().filter(|(key, _)| key == name) {
                set_not_null(&location.key(key), rest, item);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, Description};

    use super::super::msgpack::{NULL, Tree};
    use super::{NOT_NULL, refine};

    fn attribute(attr_type: AttributeType) -> Attribute {
        Attribute {
            attr_type,
            description: Description::plain("An attribute."),
            constraint: AttributeConstraint::Computed,
            sensitive: false,
            deprecated: false,
        }
    }

    fn map(entries: &[(&str, Tree)]) -> Tree {
        let entries = entries.iter().cloned();
        Tree::Map(
            entries
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    #[test]
    fn paths_go_through_lists_maps_and_objects() {
        let port = || HashMap::from([("id".to_owned(), attribute(AttributeType::String))]);
        let types = [
            ("one", AttributeType::AttributeSingle(port())),
            ("listed", AttributeType::AttributeList(port())),
            ("mapped", AttributeType::AttributeMap(port())),
            ("other", AttributeType::AttributeMap(port())),
        ];
        let block = Block {
            attributes: types
                .map(|(name, attr_type)| (name.to_owned(), attribute(attr_type)))
                .into(),
            ..Block::default()
        };
        let planned = |known: &[u8]| {
            let port = || map(&[("id", Tree::Unknown(known.to_vec()))]);
            map(&[
                ("one", port()),
                ("listed", Tree::List(vec![port(), port()])),
                // The keys of a map can be the name of an attribute.
                ("mapped", map(&[("a", port()), ("id", port())])),
                (
                    "other",
                    map(&[("id", map(&[("id", Tree::Unknown(vec![]))]))]),
                ),
            ])
        };
        let encoded = rmp_serde::to_vec_named(&planned(&[])).unwrap();
        let paths = ["one.id", "listed.id", "mapped.id"].map(str::to_owned);
        let refined = refine(encoded.into(), NULL, Some(&block), &paths);
        assert_eq!(Tree::parse(&refined), Ok(planned(NOT_NULL)));
    }
}
