//! Finds out why a value cannot be decoded: which attribute, what it is and what was expected.
//!
//! First the value is compared with the schema. If it fits, the model accepts less than the schema,
//! and a second decoding that tracks the path finds the attribute.

use serde::Deserialize;
use tf_provider::Diagnostic;
use tf_provider::schema::{AttributeType, Block};

use super::super::diagnostics::{error, error_at};
use super::location::{Location, MAX_ERRORS, Shape};
use super::msgpack::Tree;
use super::{IntegerError, parse_integer, whole};

/// Returns errors that say why `bytes` cannot be decoded.
pub(super) fn decode_errors<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    block: Option<&Block>,
    name: &str,
) -> Vec<Diagnostic> {
    let tree = match Tree::parse(bytes) {
        Ok(tree) => tree,
        Err(malformed) => {
            return vec![error(
                format!("`{name}`: the value cannot be read"),
                format!("The bytes are not a value: {malformed}."),
            )];
        }
    };
    let root = Location::root(block);
    let mut errors = Vec::new();
    type_errors(&root, &tree, name, &mut errors);
    if !errors.is_empty() {
        return errors;
    }
    // The value fits the schema, but not the model.
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
    let Err(failure) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) else {
        return vec![error(
            format!("`{name}`: the value cannot be read"),
            "The second attempt to read it succeeded, but not the first.",
        )];
    };
    let (location, found) = follow(root, &tree, failure.path());
    if matches!(
        (location.shape, found),
        (Shape::Blocks(_), Tree::Unknown(_))
    ) {
        return vec![unknown_blocks(&location, name)];
    }
    integer_errors(&location, found, name, &mut errors);
    if errors.is_empty() {
        let cause = failure.inner().to_string();
        errors.push(location.error(name, found, |found| {
            if cause.contains("did not match any variant") || location.sensitive {
                format!("{found} does not fit")
            } else {
                format!("{found} does not fit ({cause})")
            }
        }));
    }
    errors
}

/// Whether a configuration fits its schema, except that the number of some blocks is unknown.
pub(super) fn is_only_missing_blocks(bytes: &[u8], block: Option<&Block>, name: &str) -> bool {
    let Ok(tree) = Tree::parse(bytes) else {
        return false;
    };
    let root = Location::root(block);
    let mut errors = Vec::new();
    type_errors(&root, &tree, name, &mut errors);
    errors.is_empty() && has_unknown_blocks(&root, &tree)
}

fn has_unknown_blocks(location: &Location<'_>, tree: &Tree) -> bool {
    match (location.shape, tree) {
        (Shape::Blocks(_), Tree::Unknown(_)) => true,
        (Shape::Block(_) | Shape::Blocks(_), Tree::Map(entries)) => entries
            .iter()
            .any(|(key, item)| has_unknown_blocks(&location.key(key), item)),
        (Shape::Blocks(_), Tree::List(items)) => items
            .iter()
            .enumerate()
            .any(|(index, item)| has_unknown_blocks(&location.index(index), item)),
        _ => false,
    }
}

/// Returns the error for a `dynamic` block with an unknown `for_each`, where the model needs the
/// number of blocks.
fn unknown_blocks(location: &Location<'_>, name: &str) -> Diagnostic {
    let blocks = &location.path;
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

/// Compares the value and everything in it with the schema.
fn type_errors(location: &Location<'_>, tree: &Tree, name: &str, errors: &mut Vec<Diagnostic>) {
    let no_value = matches!(tree, Tree::Null | Tree::Unknown(_));
    if no_value && !location.path.steps.is_empty() || errors.len() >= MAX_ERRORS {
        return;
    }
    let (expected, fits) = location.expected(tree);
    if !fits {
        errors.push(location.error(name, tree, |found| format!("{found} is not {expected}")));
        return;
    }
    if matches!(location.shape, Shape::Type(AttributeType::Any)) {
        return; // a pair of type and value, whose type the schema does not name
    }
    match tree {
        Tree::List(items) => {
            for (index, item) in items.iter().enumerate() {
                type_errors(&location.index(index), item, name, errors);
            }
        }
        Tree::Map(entries) => {
            for (key, item) in entries {
                type_errors(&location.key(key), item, name, errors);
            }
        }
        _ => {}
    }
}

/// Follows the path at which decoding failed, as far as it exists in the value.
fn follow<'a, 'b>(
    mut location: Location<'a>,
    mut tree: &'b Tree,
    path: &serde_path_to_error::Path,
) -> (Location<'a>, &'b Tree) {
    use serde_path_to_error::Segment;
    for segment in path {
        match (segment, tree) {
            (Segment::Map { key }, Tree::Map(entries)) => {
                let Some((_, item)) = entries.iter().find(|(name, _)| name == key) else {
                    break;
                };
                location = location.key(key);
                tree = item;
            }
            (Segment::Seq { index }, Tree::List(items)) => {
                let Some(item) = items.get(*index) else {
                    break;
                };
                location = location.index(*index);
                tree = item;
            }
            _ => break,
        }
    }
    (location, tree)
}

/// Finds the numbers that an integer in the model refuses: fractions and large numbers.
fn integer_errors(location: &Location<'_>, tree: &Tree, name: &str, errors: &mut Vec<Diagnostic>) {
    if errors.len() >= MAX_ERRORS {
        return;
    }
    let number = matches!(
        location.shape,
        Shape::Type(AttributeType::Number) | Shape::Anything
    );
    let mut add = |number: &dyn std::fmt::Display, why: &str| {
        let number = if location.sensitive {
            "the value".to_owned()
        } else {
            number.to_string()
        };
        errors.push(location.error(name, tree, |_| format!("{number} {why}")));
    };
    match tree {
        Tree::Float(number) if whole(*number).is_none() => {
            let why = if number.fract() == 0.0 {
                "is too large"
            } else {
                "is not a whole number"
            };
            add(number, why);
        }
        Tree::Int(number) if i64::try_from(*number).is_err() => add(number, "is too large"),
        Tree::Text(text) if number => match parse_integer(text) {
            Err(IntegerError::Fraction) => add(text, "is not a whole number"),
            Err(IntegerError::TooLarge) => add(text, "is too large"),
            Ok(_) | Err(IntegerError::NotANumber) => {}
        },
        Tree::List(items) => {
            for (index, item) in items.iter().enumerate() {
                integer_errors(&location.index(index), item, name, errors);
            }
        }
        Tree::Map(entries) => {
            for (key, item) in entries {
                integer_errors(&location.key(key), item, name, errors);
            }
        }
        _ => {}
    }
}
