//! Why a value does not decode: which attribute it is, what came and what was wanted.
//!
//! First the value is compared with the schema. If the kinds are right, the model is pickier than
//! the schema, and decoding once more tells how far it gets.

use serde::Deserialize;
use tf_provider::Diagnostic;
use tf_provider::schema::{AttributeType, Block};

use super::super::diagnostics::{error, error_at};
use super::place::{MAX_FAULTS, Place, Shape};
use super::wire::Tree;
use super::{NotWhole, parse_whole, whole};

/// Says why the bytes do not decode, by every means there is.
pub(super) fn explain<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    block: Option<&Block>,
    name: &str,
) -> Vec<Diagnostic> {
    let tree = match Tree::parse(bytes) {
        Ok(tree) => tree,
        Err(malformed) => {
            return vec![error(
                format!("`{name}`: the value cannot be read"),
                format!("The bytes that came are not a value: {malformed}."),
            )];
        }
    };
    let root = Place::root(block);
    let mut faults = Vec::new();
    wrong_kinds(&root, &tree, name, &mut faults);
    if !faults.is_empty() {
        return faults;
    }
    // The kinds are right, so the model is pickier than the schema. How far does it get?
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
    let Err(failure) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) else {
        return vec![error(
            format!("`{name}`: the value cannot be read"),
            "It could be read the second time, but not the first.",
        )];
    };
    let (place, found) = follow(root, &tree, failure.path());
    if matches!((place.shape, found), (Shape::Blocks(_), Tree::Unknown(_))) {
        return vec![unknown_blocks(&place, name)];
    }
    not_whole(&place, found, name, &mut faults);
    if faults.is_empty() {
        let cause = failure.inner().to_string();
        faults.push(place.fault(name, found, |found| {
            if cause.contains("did not match any variant") || place.sensitive {
                format!("{found} does not fit")
            } else {
                format!("{found} does not fit ({cause})")
            }
        }));
    }
    faults
}

/// Whether all that may be wrong with a configuration is that the number of some blocks in it is
/// not known yet.
pub(super) fn waits_for_blocks(bytes: &[u8], block: Option<&Block>, name: &str) -> bool {
    let Ok(tree) = Tree::parse(bytes) else {
        return false;
    };
    let root = Place::root(block);
    let mut faults = Vec::new();
    wrong_kinds(&root, &tree, name, &mut faults);
    faults.is_empty() && has_unknown_blocks(&root, &tree)
}

fn has_unknown_blocks(place: &Place<'_>, tree: &Tree) -> bool {
    match (place.shape, tree) {
        (Shape::Blocks(_), Tree::Unknown(_)) => true,
        (Shape::Block(_) | Shape::Blocks(_), Tree::Map(entries)) => entries
            .iter()
            .any(|(key, item)| has_unknown_blocks(&place.key(key), item)),
        (Shape::Blocks(_), Tree::List(items)) => items
            .iter()
            .enumerate()
            .any(|(index, item)| has_unknown_blocks(&place.index(index), item)),
        _ => false,
    }
}

/// The fault of a `dynamic` block whose `for_each` is not known yet, where the model has to know
/// how many blocks there are.
fn unknown_blocks(place: &Place<'_>, name: &str) -> Diagnostic {
    let blocks = &place.path;
    error_at(
        blocks.clone(),
        format!("The number of `{blocks}` blocks is not known yet"),
        format!(
            "`{name}` can be planned only when the number of its `{blocks}` blocks is known.\n\n\
             hint: give the `dynamic` block a `for_each` that is known before the apply, or first \
             apply what it depends on, with `-target`"
        ),
    )
}

/// Compares the value with the schema, as deep as it goes.
fn wrong_kinds(place: &Place<'_>, tree: &Tree, name: &str, faults: &mut Vec<Diagnostic>) {
    let nothing = matches!(tree, Tree::Null | Tree::Unknown(_));
    if nothing && !place.path.steps.is_empty() || faults.len() >= MAX_FAULTS {
        return;
    }
    let (expected, fits) = place.expected(tree);
    if !fits {
        faults.push(place.fault(name, tree, |found| format!("{found} is not {expected}")));
        return;
    }
    if matches!(place.shape, Shape::Type(AttributeType::Any)) {
        return; // a pair of type and value, of which we know nothing
    }
    match tree {
        Tree::List(items) => {
            for (index, item) in items.iter().enumerate() {
                wrong_kinds(&place.index(index), item, name, faults);
            }
        }
        Tree::Map(entries) => {
            for (key, item) in entries {
                wrong_kinds(&place.key(key), item, name, faults);
            }
        }
        _ => {}
    }
}

/// Follows the path on which decoding failed, as far as the value has it.
fn follow<'a, 'b>(
    mut place: Place<'a>,
    mut tree: &'b Tree,
    path: &serde_path_to_error::Path,
) -> (Place<'a>, &'b Tree) {
    use serde_path_to_error::Segment;
    for segment in path {
        match (segment, tree) {
            (Segment::Map { key }, Tree::Map(entries)) => {
                let Some((_, item)) = entries.iter().find(|(name, _)| name == key) else {
                    break;
                };
                place = place.key(key);
                tree = item;
            }
            (Segment::Seq { index }, Tree::List(items)) => {
                let Some(item) = items.get(*index) else {
                    break;
                };
                place = place.index(*index);
                tree = item;
            }
            _ => break,
        }
    }
    (place, tree)
}

/// Finds the numbers that are not whole or too large: what an integer model refuses.
fn not_whole(place: &Place<'_>, tree: &Tree, name: &str, faults: &mut Vec<Diagnostic>) {
    if faults.len() >= MAX_FAULTS {
        return;
    }
    let number = matches!(
        place.shape,
        Shape::Type(AttributeType::Number) | Shape::Anything
    );
    let mut blame = |number: &dyn std::fmt::Display, why: &str| {
        let number = if place.sensitive {
            "the value".to_owned()
        } else {
            number.to_string()
        };
        faults.push(place.fault(name, tree, |_| format!("{number} {why}")));
    };
    match tree {
        Tree::Float(number) if whole(*number).is_none() => {
            let why = if number.fract() == 0.0 {
                "is too large"
            } else {
                "is not a whole number"
            };
            blame(number, why);
        }
        Tree::Int(number) if i64::try_from(*number).is_err() => blame(number, "is too large"),
        Tree::Text(text) if number => match parse_whole(text) {
            Err(NotWhole::Fraction) => blame(text, "is not a whole number"),
            Err(NotWhole::TooLarge) => blame(text, "is too large"),
            Ok(_) | Err(NotWhole::NotANumber) => {}
        },
        Tree::List(items) => {
            for (index, item) in items.iter().enumerate() {
                not_whole(&place.index(index), item, name, faults);
            }
        }
        Tree::Map(entries) => {
            for (key, item) in entries {
                not_whole(&place.key(key), item, name, faults);
            }
        }
        _ => {}
    }
}
