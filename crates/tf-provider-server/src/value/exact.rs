//! Preserves numbers in stored JSON that `serde_json` would round to an `f64`.
//!
//! They are replaced by marked text: by [`mark`] before the JSON is read, or by [`Inexact`] after a
//! provider's code has changed it.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::Value as Json;

use super::decimal::Decimal;

/// The prefix of marked text.
const MARK: &str = "\0number:";

/// The prefix in JSON, with the opening quote.
const MARK_IN_JSON: &[u8] = b"\"\\u0000number:";

/// Returns the number in a marked text; `None` for other text.
pub(super) fn marked(text: &str) -> Option<&str> {
    text.strip_prefix(MARK)
}

/// Marks the numbers that would be rounded; `None` if there are none.
pub(crate) fn mark(json: &[u8]) -> Option<Vec<u8>> {
    let mut result = Vec::new();
    let mut copied = 0;
    for token in floats(json) {
        let Some(text) = json.get(token.clone()).and_then(as_text) else {
            continue;
        };
        if !is_kept(text) {
            result.extend_from_slice(json.get(copied..token.start)?);
            result.extend_from_slice(MARK_IN_JSON);
            result.extend_from_slice(text.as_bytes());
            result.push(b'"');
            copied = token.end;
        }
    }
    if copied == 0 {
        return None;
    }
    result.extend_from_slice(json.get(copied..)?);
    Some(result)
}

/// The numbers of a JSON text that would be rounded, by the bits of the rounded number.
pub(crate) struct Inexact(HashMap<u64, Option<String>>);

impl Inexact {
    /// Finds them.
    pub(crate) fn of(json: &[u8]) -> Self {
        let mut found = HashMap::<u64, Option<String>>::new();
        for token in floats(json) {
            let text = json.get(token).and_then(as_text);
            let Some((text, number)) = text.and_then(|text| Some((text, as_read(text)?))) else {
                continue;
            };
            found
                .entry(number.to_bits())
                .and_modify(|known| {
                    // If two different numbers are rounded to the same one, neither is restored.
                    let same = known.as_deref().and_then(Decimal::parse) == Decimal::parse(text);
                    *known = known.take().filter(|_| same);
                })
                .or_insert_with(|| Some(text.to_owned()));
        }
        found.retain(|_, text| text.as_deref().is_some_and(|text| !is_kept(text)));
        Self(found)
    }

    /// Replaces the rounded numbers in `json` with the original ones, as marked text.
    pub(crate) fn mark(&self, json: &mut Json) {
        if self.0.is_empty() {
            return;
        }
        match json {
            Json::Number(number) => {
                let bits = number.as_f64().map(f64::to_bits);
                if number.is_f64()
                    && let Some(Some(text)) = bits.and_then(|bits| self.0.get(&bits))
                {
                    *json = Json::String(format!("{MARK}{text}"));
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.mark(item)),
            Json::Object(entries) => entries.values_mut().for_each(|item| self.mark(item)),
            _ => {}
        }
    }
}

/// Whether `serde_json` does not round this number.
fn is_kept(text: &str) -> bool {
    as_read(text).and_then(Decimal::shortest) == Decimal::parse(text)
}

/// Returns the number as `serde_json` reads it, which is not always the nearest `f64`.
fn as_read(text: &str) -> Option<f64> {
    serde_json::from_str(text).ok()
}

fn as_text(token: &[u8]) -> Option<&str> {
    std::str::from_utf8(token).ok()
}

/// Returns the ranges of the numbers that are no 64-bit integers.
fn floats(json: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(byte) = json.get(at) {
            match byte {
                b'"' => at = end_of_string(json, at + 1),
                b'-' | b'0'..=b'9' => {
                    let start = at;
                    let rest = json.get(start..)?;
                    let number =
                        |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                    let length = rest.iter().take_while(|byte| number(byte)).count();
                    at = start + length;
                    let token = start..at;
                    let text = json.get(token.clone()).and_then(as_text)?;
                    if text.parse::<i64>().is_err() && text.parse::<u64>().is_err() {
                        return Some(token);
                    }
                }
                _ => at += 1,
            }
        }
        None
    })
}

/// Returns the position after the closing quote of the string whose content begins at `at`.
fn end_of_string(json: &[u8], mut at: usize) -> usize {
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{Inexact, mark};

    #[test]
    fn only_numbers_that_would_be_rounded_are_marked() {
        #[track_caller]
        fn check(json: &str, expected: Option<&str>) {
            let found =
                mark(json.as_bytes()).map(|json| String::from_utf8_lossy(&json).into_owned());
            assert_eq!(found.as_deref(), expected, "{json}");
        }
        check(r#"{"a": [1, -2, 0.1, 1e3, 18446744073709551615]}"#, None);
        check(
            r#"{"a\"0.1234567890123456789": "0.1234567890123456789"}"#,
            None,
        );
        check(
            "0.1234567890123456789",
            Some(r#""\u0000number:0.1234567890123456789""#),
        );
        check(
            "[1,1180591620717411303424,2]",
            Some(r#"[1,"\u0000number:1180591620717411303424",2]"#),
        );
        // Invalid JSON is left alone.
        check("\"", None);
        check("\"\\", None);
        check("--1.e", None);
    }

    #[test]
    fn numbers_are_restored_unless_two_were_rounded_to_the_same() {
        let once = Inexact::of(b"[0.1234567890123456789, 0.1]");
        let mut json = serde_json::json!({"b": [0.123_456_789_012_345_68, 0.1, 5]});
        once.mark(&mut json);
        assert_eq!(json["b"][0], "\0number:0.1234567890123456789");
        assert_eq!(json["b"][1], 0.1);
        let twice = Inexact::of(b"[0.1234567890123456789, 0.12345678901234568]");
        let mut json = serde_json::json!(0.123_456_789_012_345_68);
        twice.mark(&mut json);
        assert!(json.is_number());
    }
}
