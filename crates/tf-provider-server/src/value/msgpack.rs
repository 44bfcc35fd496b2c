//! Message Pack: a fast scan for validity and unknown values, and a tree for the slow paths.

use std::fmt;

use rmp::Marker;
use serde::{Serialize, Serializer};

/// The maximum depth of a value. Decoders recurse, so deeper values are refused.
const MAX_DEPTH: usize = 128;

/// Null in Message Pack.
pub(crate) const NULL: &[u8] = &[0xc0];

/// The extension type of an unknown value without refinements.
const PLAIN: i8 = 0;

/// The extension type of an unknown value with refinements.
pub(super) const REFINED: i8 = 12;

/// The result of scanning a value.
#[derive(Debug, PartialEq)]
pub(crate) struct Scan {
    /// Whether the value contains an unknown value, with or without refinements.
    pub(crate) unknown: bool,
    /// Whether the value contains an unknown value with refinements.
    pub(crate) refined: bool,
}

/// Why bytes are not one valid value.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the value ends in the middle")]
    Truncated,
    #[error("there are bytes after the end of the value")]
    Trailing,
    #[error("the value is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    #[error("the value contains an invalid byte")]
    Reserved,
    #[error("the value contains text that is not UTF-8")]
    NotText,
}

/// One item of the encoding, without its elements.
enum Item<'a> {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    List(usize),
    Map(usize),
    Extension(i8, &'a [u8]),
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(Malformed::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed::Truncated)
    }

    /// Reads a length of one, two or four bytes.
    fn length(&mut self, width: usize) -> Result<usize, Malformed> {
        let length = self.take(width)?;
        Ok(length
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte)))
    }

    fn extension(&mut self, length: usize) -> Result<Item<'a>, Malformed> {
        let kind = i8::from_be_bytes(self.array()?);
        Ok(Item::Extension(kind, self.take(length)?))
    }

    fn item(&mut self) -> Result<Item<'a>, Malformed> {
        let [first] = self.array()?;
        Ok(match Marker::from_u8(first) {
            Marker::Null => Item::Null,
            Marker::True => Item::Bool(true),
            Marker::False => Item::Bool(false),
            Marker::FixPos(number) => Item::Int(number.into()),
            Marker::FixNeg(number) => Item::Int(number.into()),
            Marker::U8 => Item::Int(u8::from_be_bytes(self.array()?).into()),
            Marker::U16 => Item::Int(u16::from_be_bytes(self.array()?).into()),
            Marker::U32 => Item::Int(u32::from_be_bytes(self.array()?).into()),
            Marker::U64 => Item::Int(u64::from_be_bytes(self.array()?).into()),
            Marker::I8 => Item::Int(i8::from_be_bytes(self.array()?).into()),
            Marker::I16 => Item::Int(i16::from_be_bytes(self.array()?).into()),
            Marker::I32 => Item::Int(i32::from_be_bytes(self.array()?).into()),
            Marker::I64 => Item::Int(i64::from_be_bytes(self.array()?).into()),
            Marker::F32 => Item::Float(f32::from_be_bytes(self.array()?).into()),
            Marker::F64 => Item::Float(f64::from_be_bytes(self.array()?)),
            Marker::FixStr(length) => Item::Text(self.take(length.into())?),
            Marker::Str8 => self.text(1)?,
            Marker::Str16 => self.text(2)?,
            Marker::Str32 => self.text(4)?,
            Marker::Bin8 => self.bytes(1)?,
            Marker::Bin16 => self.bytes(2)?,
            Marker::Bin32 => self.bytes(4)?,
            Marker::FixArray(length) => Item::List(length.into()),
            Marker::Array16 => Item::List(self.length(2)?),
            Marker::Array32 => Item::List(self.length(4)?),
            Marker::FixMap(length) => Item::Map(length.into()),
            Marker::Map16 => Item::Map(self.length(2)?),
            Marker::Map32 => Item::Map(self.length(4)?),
            Marker::FixExt1 => self.extension(1)?,
            Marker::FixExt2 => self.extension(2)?,
            Marker::FixExt4 => self.extension(4)?,
            Marker::FixExt8 => self.extension(8)?,
            Marker::FixExt16 => self.extension(16)?,
            Marker::Ext8 => self.sized_extension(1)?,
            Marker::Ext16 => self.sized_extension(2)?,
            Marker::Ext32 => self.sized_extension(4)?,
            Marker::Reserved => return Err(Malformed::Reserved),
        })
    }

    fn text(&mut self, width: usize) -> Result<Item<'a>, Malformed> {
        let length = self.length(width)?;
        Ok(Item::Text(self.take(length)?))
    }

    fn bytes(&mut self, width: usize) -> Result<Item<'a>, Malformed> {
        let length = self.length(width)?;
        Ok(Item::Bytes(self.take(length)?))
    }

    fn sized_extension(&mut self, width: usize) -> Result<Item<'a>, Malformed> {
        let length = self.length(width)?;
        self.extension(length)
    }
}

/// Scans bytes without decoding them: checks that they are exactly one value of limited depth, and
/// finds out whether it contains unknown values.
pub(crate) fn scan(bytes: &[u8]) -> Result<Scan, Malformed> {
    let mut reader = Reader { rest: bytes };
    let mut unknown = false;
    let mut refined = false;
    // The number of items that are left on each open level.
    let mut open = vec![1_usize];
    while let Some(left) = open.last_mut() {
        let Some(after) = left.checked_sub(1) else {
            open.pop();
            continue;
        };
        *left = after;
        let inside = match reader.item()? {
            Item::List(length) => length,
            Item::Map(length) => length.saturating_mul(2),
            Item::Extension(kind, _) => {
                unknown = true;
                refined |= kind == REFINED;
                0
            }
            _ => 0,
        };
        if inside > 0 {
            if open.len() > MAX_DEPTH {
                return Err(Malformed::TooDeep);
            }
            open.push(inside);
        }
    }
    if reader.rest.is_empty() {
        Ok(Scan { unknown, refined })
    } else {
        Err(Malformed::Trailing)
    }
}

/// A value as a tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Tree {
    #[default]
    Null,
    /// With its encoded refinements, which may be empty.
    Unknown(Vec<u8>),
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Self>),
    /// In the order of the bytes.
    Map(Vec<(String, Self)>),
}

impl Tree {
    /// Reads one value.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        // The scan bounds the depth, so the recursion below is bounded as well.
        scan(bytes)?;
        Self::read(&mut Reader { rest: bytes })
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = |bytes: &[u8]| {
            std::str::from_utf8(bytes)
                .map(str::to_owned)
                .map_err(|_| Malformed::NotText)
        };
        Ok(match reader.item()? {
            Item::Null => Self::Null,
            Item::Bool(value) => Self::Bool(value),
            Item::Int(number) => Self::Int(number),
            Item::Float(number) => Self::Float(number),
            Item::Text(bytes) => Self::Text(text(bytes)?),
            Item::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            Item::Extension(REFINED, refinements) => Self::Unknown(refinements.to_vec()),
            Item::Extension(..) => Self::Unknown(vec![]),
            Item::List(length) => {
                let mut items = Vec::new();
                for _ in 0..length {
                    items.push(Self::read(reader)?);
                }
                Self::List(items)
            }
            Item::Map(length) => {
                let mut entries = Vec::new();
                for _ in 0..length {
                    let key = match reader.item()? {
                        Item::Text(bytes) | Item::Bytes(bytes) => text(bytes)?,
                        _ => return Err(Malformed::NotText),
                    };
                    entries.push((key, Self::read(reader)?));
                }
                Self::Map(entries)
            }
        })
    }

    /// Replaces unknown values with null and returns their paths.
    pub(crate) fn null_unknowns(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        self.null_unknowns_below("", &mut found);
        found
    }

    fn null_unknowns_below(&mut self, path: &str, found: &mut Vec<String>) {
        match self {
            Self::Unknown(_) => {
                found.push(path.to_owned());
                *self = Self::Null;
            }
            Self::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    item.null_unknowns_below(&format!("{path}[{index}]"), found);
                }
            }
            Self::Map(entries) => {
                for (key, item) in entries {
                    let dot = if path.is_empty() { "" } else { "." };
                    item.null_unknowns_below(&format!("{path}{dot}{key}"), found);
                }
            }
            _ => {}
        }
    }
}

/// Describes a value in words: `the text "a"`, `the number 64.5`, `a list`.
impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Unknown(_) => f.write_str("a value that is not known yet"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(number) => write!(f, "the number {number}"),
            Self::Float(number) => write!(f, "the number {number}"),
            Self::Text(text) => match text.char_indices().nth(40) {
                Some((end, _)) => write!(f, "the text {:?}…", &text[..end]),
                None => write!(f, "the text {text:?}"),
            },
            Self::Bytes(_) => f.write_str("bytes"),
            Self::List(_) => f.write_str("a list"),
            Self::Map(_) => f.write_str("an object"),
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Unknown(refinements) => {
                let kind = if refinements.is_empty() {
                    PLAIN
                } else {
                    REFINED
                };
                let extension = (kind, serde_bytes::Bytes::new(refinements));
                serializer.serialize_newtype_struct(rmp_serde::MSGPACK_EXT_STRUCT_NAME, &extension)
            }
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(number), _) => serializer.serialize_i64(number),
                (_, Ok(number)) => serializer.serialize_u64(number),
                _ => serializer.collect_str(number),
            },
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(entries) => {
                serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
            }
        }
    }
}
