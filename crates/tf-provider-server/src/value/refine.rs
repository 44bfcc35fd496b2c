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
    never_null: &[&str],
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
        set_not_null(&names, &mut tree);
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

fn set_not_null(path: &[&str], tree: &mut Tree) {
    match (path, tree) {
        ([], Tree::Unknown(refinements)) if refinements.is_empty() => {
            *refinements = NOT_NULL.to_vec();
        }
        (path, Tree::List(items)) if !path.is_empty() => {
            for item in items {
                set_not_null(path, item);
            }
        }
        ([name, rest @ ..], Tree::Map(entries)) => {
            for (_, item) in entries.iter_mut().filter(|(key, _)| key == name) {
                set_not_null(rest, item);
            }
        }
        _ => {}
    }
}
