//! Between the bytes of the core and a provider's own types.
//!
//! On the happy path a value is decoded once, straight into the model. Only when that fails are the
//! bytes read a second time, against the schema, to say which attribute it is and why: `Value<T>`
//! itself reports no more than "data did not match any variant".

use prost::bytes::Bytes;
use serde::{Deserialize, Serialize};
use tf_provider::Diagnostics;
use tf_provider::schema::Block;

use super::super::diagnostics::error;
use super::super::protocol::DynamicValue;
use super::explain::{explain, waits_for_blocks};
use super::wire::{NULL, Tree, scan};

/// A byte that starts no value.
const UNREADABLE: &[u8] = &[0xc1];

/// What the core sent, as Message Pack: null if it sent nothing, converted if it sent JSON.
pub(crate) fn bytes(value: Option<&DynamicValue>) -> Bytes {
    let null = || Bytes::from_static(NULL);
    match value {
        Some(value) if !value.msgpack.is_empty() => value.msgpack.clone(),
        Some(value) if !value.json.is_empty() => {
            // Unreadable JSON becomes unreadable Message Pack, and is refused as that.
            serde_json::from_slice::<serde_json::Value>(&value.json)
                .ok()
                .and_then(|json| rmp_serde::to_vec_named(&json).ok())
                .map_or(Bytes::from_static(UNREADABLE), Bytes::from)
        }
        _ => null(),
    }
}

/// Whether that is null.
pub(crate) fn is_null(bytes: &[u8]) -> bool {
    bytes == NULL
}

/// A value for the core.
pub(crate) fn dynamic(msgpack: impl Into<Bytes>) -> DynamicValue {
    DynamicValue {
        msgpack: msgpack.into(),
        json: Bytes::new(),
    }
}

/// The null value for the core.
pub(crate) fn null() -> DynamicValue {
    dynamic(Bytes::from_static(NULL))
}

/// Decodes into the model; on failure says which attribute does not fit, and why.
///
/// `block` is the schema of the value, if it has one, and `name` whose value it is.
pub(crate) fn decode<'a, T: Deserialize<'a>>(
    diags: &mut Diagnostics,
    bytes: &'a [u8],
    block: Option<&Block>,
    name: &str,
) -> Option<T> {
    if let Err(malformed) = scan(bytes) {
        diags.errors.push(error(
            format!("`{name}`: the value cannot be read"),
            format!("The bytes that came are not a value: {malformed}."),
        ));
        return None;
    }
    if let Ok(value) = rmp_serde::from_slice(bytes) {
        return Some(value);
    }
    diags.errors.extend(explain::<T>(bytes, block, name));
    None
}

/// Decodes a configuration to validate it. `None` without an error when the number of some blocks
/// is not known yet and the model cannot hold that: the core validates again when it is known.
pub(crate) fn decode_config<'a, T: Deserialize<'a>>(
    diags: &mut Diagnostics,
    bytes: &'a [u8],
    block: Option<&Block>,
    name: &str,
) -> Option<T> {
    let mut faults = Diagnostics::default();
    let config = decode(&mut faults, bytes, block, name);
    if config.is_none() && !waits_for_blocks(bytes, block, name) {
        diags.add_diagnostics(faults);
    }
    config
}

/// Encodes a model.
pub(crate) fn encode<T: Serialize>(
    diags: &mut Diagnostics,
    value: &T,
    name: &str,
) -> Option<Bytes> {
    match rmp_serde::to_vec_named(value) {
        Ok(bytes) => Some(bytes.into()),
        Err(cause) => {
            diags.errors.push(error(
                format!("`{name}`: the value cannot be sent"),
                format!("This is a bug in the provider: {cause}."),
            ));
            None
        }
    }
}

/// Encodes private state. None is sent as nothing: the core would store the null with every object.
pub(crate) fn encode_private<T: Serialize>(
    diags: &mut Diagnostics,
    value: &T,
    name: &str,
) -> Option<Bytes> {
    let bytes = encode(diags, value, name)?;
    Some(if is_null(&bytes) { Bytes::new() } else { bytes })
}

/// Encodes a state that has to be known to the last attribute. What is unknown all the same becomes
/// null, with an error each: the object is never lost over it.
pub(crate) fn encode_known<T: Serialize>(
    diags: &mut Diagnostics,
    value: &T,
    name: &str,
    operation: &str,
) -> Option<Bytes> {
    let bytes = encode(diags, value, name)?;
    if scan(&bytes).is_ok_and(|found| !found.unknown) {
        return Some(bytes);
    }
    let mut tree = match Tree::parse(&bytes) {
        Ok(tree) => tree,
        Err(malformed) => {
            diags.errors.push(error(
                format!("`{name}`: the value cannot be sent"),
                format!("This is a bug in the provider: {malformed}."),
            ));
            return None;
        }
    };
    for path in tree.forget_unknowns() {
        diags.errors.push(error(
            format!("`{name}`: `{path}` is still unknown after {operation}"),
            "This is a bug in the provider: everything has to be known by now. \
             The object is kept, with null in that place.",
        ));
    }
    encode(diags, &tree, name)
}

/// Private state: whatever is not ours (nil, nothing, another provider's) counts as none.
pub(crate) fn decode_private<'a, T: Deserialize<'a>>(
    diags: &mut Diagnostics,
    bytes: &'a [u8],
    name: &str,
) -> Option<T> {
    // A prefix of foreign bytes may decode by accident: only exactly one value is ours.
    let ours = scan(bytes)
        .ok()
        .and_then(|_| rmp_serde::from_slice(bytes).ok());
    let empty_map = &[0x80];
    ours.or_else(|| rmp_serde::from_slice(NULL).ok())
        .or_else(|| rmp_serde::from_slice(empty_map).ok())
        .or_else(|| {
            diags.errors.push(error(
                format!("`{name}`: the private state cannot be read"),
                "This is a bug in the provider: its private state has to be readable from null.",
            ));
            None
        })
}
