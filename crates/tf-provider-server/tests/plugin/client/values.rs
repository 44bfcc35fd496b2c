//! Converts values between the JSON of the tests and the Message Pack of the protocol.

use prost::bytes::Bytes;
use rmp::Marker;
use rmp::encode as write;
use serde_json::{Map, Value as Json, json};

use crate::protocol::tfplugin6::{DynamicValue, ResourceIdentityData};

/// Stands for an unknown value.
pub(crate) const UNKNOWN: &str = "$unknown";
/// Stands for an unknown value that is refined as not null.
pub(crate) const REFINED: &str = "$refined";
/// Stands for an unknown text that is refined with the prefix "a-".
pub(crate) const PREFIXED: &str = "$prefixed";
/// The refinements as a core encodes them, in an extension of type 12.
const NOT_NULL: &[u8] = &[0x81, 1, 0xc2];
const PREFIX: &[u8] = &[0x82, 1, 0xc2, 2, 0xa2, b'a', b'-'];

/// Encodes a value for the server.
#[expect(clippy::unnecessary_wraps, reason = "messages have it optional")]
pub(crate) fn value(json: &Json) -> Option<DynamicValue> {
    Some(raw(encode(json)))
}

/// Wraps bytes that may be invalid.
pub(crate) fn raw(msgpack: impl Into<Bytes>) -> DynamicValue {
    DynamicValue {
        msgpack: msgpack.into(),
        json: Bytes::new(),
    }
}

/// Returns null for the server.
pub(crate) fn null() -> Option<DynamicValue> {
    value(&Json::Null)
}

pub(crate) fn encode(json: &Json) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_into(&mut bytes, json);
    bytes
}

fn encode_into(bytes: &mut Vec<u8>, json: &Json) {
    match json {
        Json::Null => write::write_nil(bytes).unwrap(),
        Json::Bool(value) => write::write_bool(bytes, *value).unwrap(),
        Json::Number(number) => {
            if let Some(number) = number.as_i64() {
                write::write_sint(bytes, number).map(drop).unwrap();
            } else if let Some(number) = number.as_u64() {
                write::write_uint(bytes, number).map(drop).unwrap();
            } else {
                write::write_f64(bytes, number.as_f64().unwrap()).unwrap();
            }
        }
        Json::String(text) if text == UNKNOWN => bytes.extend([0xd4, 0, 0]),
        Json::String(text) if text == REFINED || text == PREFIXED => {
            let known = if text == REFINED { NOT_NULL } else { PREFIX };
            write::write_ext_meta(bytes, known.len().try_into().unwrap(), 12).unwrap();
            bytes.extend(known);
        }
        Json::String(text) => write::write_str(bytes, text).unwrap(),
        Json::Array(items) => {
            write::write_array_len(bytes, items.len().try_into().unwrap()).unwrap();
            for item in items {
                encode_into(bytes, item);
            }
        }
        Json::Object(entries) => {
            write::write_map_len(bytes, entries.len().try_into().unwrap()).unwrap();
            for (key, item) in entries {
                write::write_str(bytes, key).unwrap();
                encode_into(bytes, item);
            }
        }
    }
}

/// Decodes a value of the server; null if it sent nothing.
#[track_caller]
pub(crate) fn read(value: Option<&DynamicValue>) -> Json {
    let Some(value) = value else {
        return Json::Null;
    };
    let mut rest = &value.msgpack[..];
    let json = decode(&mut rest);
    assert!(rest.is_empty(), "bytes after the value");
    json
}

fn decode(rest: &mut &[u8]) -> Json {
    let marker = Marker::from_u8(rest[0]);
    let is_extension = matches!(
        marker,
        Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32
    );
    if is_extension {
        let meta = rmp::decode::read_ext_meta(rest).unwrap();
        let (known, after) = rest.split_at(meta.size as usize);
        *rest = after;
        return match (meta.typeid, known) {
            (0, _) => UNKNOWN.into(),
            (12, NOT_NULL) => REFINED.into(),
            (12, PREFIX) => PREFIXED.into(),
            other => panic!("no unknown value: {other:?}"),
        };
    }
    match marker {
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
            let length = rmp::decode::read_array_len(rest).unwrap();
            (0..length).map(|_| decode(rest)).collect()
        }
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
            let length = rmp::decode::read_map_len(rest).unwrap();
            let entries = (0..length).map(|_| {
                let key = decode(rest).as_str().unwrap().to_owned();
                (key, decode(rest))
            });
            Json::Object(entries.collect::<Map<_, _>>())
        }
        _ => {
            let mut deserializer = rmp_serde::Deserializer::new(&mut *rest);
            serde::Deserialize::deserialize(&mut deserializer).unwrap()
        }
    }
}

/// Returns a `test_item` with null for everything that is not given.
pub(crate) fn item(given: Json) -> Json {
    let mut item = json!({
        "id": null, "name": "a", "mode": null, "note": null, "secret": null, "size": null,
        "share": null, "open": null, "tags": null, "place": null, "parts": [],
    });
    let Json::Object(given) = given else {
        panic!("not an object");
    };
    item.as_object_mut().unwrap().extend(given);
    item
}

/// Encodes an identity for the server.
#[expect(clippy::unnecessary_wraps, reason = "messages have it optional")]
pub(crate) fn identity(json: &Json) -> Option<ResourceIdentityData> {
    Some(ResourceIdentityData {
        identity_data: value(json),
    })
}

/// Decodes an identity of the server.
#[track_caller]
pub(crate) fn read_identity(data: Option<&ResourceIdentityData>) -> Json {
    read(data.and_then(|data| data.identity_data.as_ref()))
}
