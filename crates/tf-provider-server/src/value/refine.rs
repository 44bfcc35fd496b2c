//! Refinements: what is known of values that a plan leaves unknown.
//!
//! tf-provider's `Value::Unknown` has no room for them. They are put into the encoded plan: those
//! of the configuration, which holds for what is configured, and "not null" for what a resource
//! says is never null.

use prost::bytes::Bytes;
use tf_provider::schema::{AttributeType, Block, NestedBlock};

use super::place::{Place, Shape};
use super::wire::{Tree, scan};

/// "Not null", as the core encodes it: a map of what is known, in which 1 is whether it is null.
const NOT_NULL: &[u8] = &[0x81, 0x01, 0xc2];

/// Refines the unknown values of a plan.
///
/// `never_null` holds the dotted paths of attributes that have a value as soon as they are known.
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
        copy(&Place::root(block), &config, &mut tree);
    }
    for path in never_null {
        let names: Vec<&str> = path.split('.').collect();
        set_not_null(&names, &mut tree);
    }
    rmp_serde::to_vec_named(&tree).map_or(planned, Bytes::from)
}

/// Copies what the configuration knows of a value which the plan has as unknown.
fn copy(place: &Place<'_>, config: &Tree, planned: &mut Tree) {
    match (config, planned) {
        (Tree::Unknown(known), Tree::Unknown(refinements)) if refinements.is_empty() => {
            refinements.clone_from(known);
        }
        (Tree::Map(known), Tree::Map(entries)) => {
            for (key, planned) in entries {
                if let Some((_, config)) = known.iter().find(|(name, _)| name == key) {
                    copy(&place.key(key), config, planned);
                }
            }
        }
        (Tree::List(known), Tree::List(items)) if !is_set(place.shape) => {
            for (index, (config, planned)) in known.iter().zip(items).enumerate() {
                copy(&place.index(index), config, planned);
            }
        }
        _ => {}
    }
}

/// Whether it is a set, whose elements have no places that could be compared.
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
