//! Decodes values of the core into a provider's models, and encodes them.
//!
//! A value is decoded once, into the model. Only if that fails, the bytes are read a second time
//! and compared with the schema to find the attribute: `Value<T>` itself reports only "data did not
//! match any variant".

use prost::bytes::Bytes;
use serde::{Deserialize, Serialize};
use tf_provider::Diagnostics;
use tf_provider::schema::Block;

use super::super::diagnostics::error;
use super::super::protocol::DynamicValue;
use super::decode_errors::{decode_errors, is_only_missing_blocks};
use super::msgpack::{NULL, Tree, scan};

/// A byte that Message Pack does not use.
const UNREADABLE: &[u8] = &[0xc1];

/// Returns what the core sent as Message Pack: null if it sent nothing, converted if it sent JSON.
pub(crate) fn bytes(value: Option<&DynamicValue>) -> Bytes {
    let null = || Bytes::from_static(NULL);
    match value {
        Some(value) if !value.msgpack.is_empty() => value.msgpack.clone(),
        Some(value) if !value.json.is_empty() => {
            // Invalid JSON becomes invalid Message Pack, which the decoder refuses.
            serde_json::from_slice::<serde_json::Value>(&value.json)
                .ok()
                .and_then(|json| rmp_serde::to_vec_named(&json).ok())
                .map_or(Bytes::from_static(UNREADABLE), Bytes::from)
        }
        _ => null(),
    }
}

/// Whether the value is null.
pub(crate) fn is_null(bytes: &[u8]) -> bool {
    bytes == NULL
}

/// Wraps an encoded value for the core.
pub(crate) fn dynamic(msgpack: impl Into<Bytes>) -> DynamicValue {
    DynamicValue {
        msgpack: msgpack.into(),
        json: Bytes::new(),
    }
}

/// Returns null for the core.
pub(crate) fn null() -> DynamicValue {
    dynamic(Bytes::from_static(NULL))
}

/// Decodes a value into the model. If that fails, `diags` gets an error for each attribute that
/// does not fit.
///
/// `block` is the schema of the value, if it has one. `name` names the owner of the value.
pub(crate) fn decode<'a, T: Deserialize<'a>>(
    diags: &mut Diagnostics,
    bytes: &'a [u8],
    block: Option<&Block>,
    name: &str,
) -> Option<T> {
    if let Err(malformed) = scan(bytes) {
        diags.errors.push(error(
            format!("`{name}`: the value cannot be read"),
            format!("The bytes are not a value: {malformed}."),
        ));
        return None;
    }
    if let Ok(value) = rmp_serde::from_slice(bytes) {
        return Some(value);
    }
    diags.errors.extend(decode_errors::<T>(bytes, block, name));
    None
}

/// Decodes a configuration to validate it. Returns `None` without an error if the number of some
/// blocks is unknown and the model does not allow that: the core validates again when it is known.
pub(crate) fn decode_config<'a, T: Deserialize<'a>>(
    diags: &mut Diagnostics,
    bytes: &'a [u8],
    block: Option<&Block>,
    name: &str,
) -> Option<T> {
    let mut faults = Diagnostics::default();
    let config = decode(&mut faults, bytes, block, name);
    if config.is_none() && !is_only_missing_blocks(bytes, block, name) {
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

/// Encodes private state. Null is sent as no bytes, because the core would store it with each
/// object.
pub(crate) fn encode_private<T: Serialize>(
    diags: &mut Diagnostics,
    value: &T,
    name: &str,
) -> Option<Bytes> {
    let bytes = encode(diags, value, name)?;
    Some(if is_null(&bytes) { Bytes::new() } else { bytes })
}

/// Encodes a state that must be wholly known. Unknown values become null, with an error for each,
/// so that the object is not lost.
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
    for path in tree.null_unknowns() {
        diags.errors.push(error(
            format!("`{name}`: `{path}` is still unknown after {operation}"),
            "This is a bug in the provider: all values must be known after it. \
             The object is kept, with null for this value.",
        ));
    }
    encode(diags, &tree, name)
}

/// Decodes private state. Bytes that are null, empty or another provider's count as no private
/// state.
pub(crate) fn decode_private<'a, T: Deserialize<'a>>(
    diags: &mut Diagnostics,
    bytes: &'a [u8],
    name: &str,
) -> Option<T> {
    // The first bytes of foreign data may decode by accident, so the scan accepts one value only.
    let own = scan(bytes)
        .ok()
        .and_then(|_| rmp_serde::from_slice(bytes).ok());
    let empty_map = &[0x80];
    own.or_else(|| rmp_serde::from_slice(NULL).ok())
        .or_else(|| rmp_serde::from_slice(empty_map).ok())
        .or_else(|| {
            diags.errors.push(error(
                format!("`{name}`: the private state cannot be read"),
                "This is a bug in the provider: its private state must be decodable from null.",
            ));
            None
        })
}
