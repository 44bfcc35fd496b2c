//! Lists: `{data, hasMore, nextCursor}`, `limit` and an opaque `cursor`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::call::{Call, Response};
use crate::problem::{FieldError, Refusal};
use crate::switches::Switches;

/// The page size without `limit`.
const DEFAULT_LIMIT: usize = 20;

/// Returns one page of `items`, which are sorted by id. The cursor names the last id shown, so that
/// objects created or deleted between two pages neither repeat nor hide others. The switch
/// `repeat_items` shows that last item again.
pub(crate) fn page(
    call: &Call,
    switches: &Switches,
    items: Vec<Value>,
) -> Result<Response, Refusal> {
    let limit = match call.parameter("limit") {
        None => DEFAULT_LIMIT,
        Some(limit) => match limit.parse::<usize>() {
            Ok(limit) if limit > 0 => limit,
            _ => return Err(FieldError::invalid("limit", "`limit` must be 1 to 100.").into()),
        },
    };
    let after = match call.parameter("cursor") {
        None => None,
        Some(cursor) => Some(decode(&cursor).ok_or_else(invalid_cursor)?),
    };
    let id = |item: &Value| item["id"].as_str().unwrap_or_default().to_owned();
    let limit = limit.min(switches.page_cap.max(1));
    let repeats = switches.repeat_items && limit > 1;
    let follows = |id: &str, after: &str| id > after || repeats && id == after;
    let mut rest: Vec<Value> = items
        .into_iter()
        .filter(|item| after.as_ref().is_none_or(|after| follows(&id(item), after)))
        .collect();
    let has_more = rest.len() > limit;
    rest.truncate(limit);
    let next_cursor = rest
        .last()
        .filter(|_| has_more)
        .map(|last| encode(&id(last)));
    Ok(Response::json(
        200,
        json!({"data": rest, "hasMore": has_more, "nextCursor": next_cursor}),
    ))
}

fn invalid_cursor() -> Refusal {
    Refusal::new(400, "invalid_cursor", "The cursor is not valid.")
}

/// Encodes an id as a cursor. Hexadecimal, so that clients cannot build one from an id.
fn encode(id: &str) -> String {
    let mut sealed = String::new();
    for byte in ["after:", id].concat().bytes() {
        // Writing to a String does not fail.
        let _ = write!(sealed, "{byte:02x}");
    }
    sealed
}

/// Decodes a cursor to its id.
fn decode(cursor: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = cursor
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let text = String::from_utf8(bytes?).ok()?;
    text.strip_prefix("after:").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_decodes_to_its_id() {
        assert_eq!(decode(&encode("pnet_01")).as_deref(), Some("pnet_01"));
        for cursor in ["", "0", "zz", "pnet_01", "ff", "\u{f6}"] {
            assert_eq!(decode(cursor), None, "{cursor}");
        }
    }
}
