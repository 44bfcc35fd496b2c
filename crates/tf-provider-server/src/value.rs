//! Number types for models, and the decoding and encoding of values.
//!
//! The core encodes a number as an integer if possible, as a float if 64 bits hold it exactly, and
//! otherwise as decimal text: `64` arrives as an integer, `0.5` as a float and `0.1` as `"0.1"`.
//! Results of Terraform's functions arrive in any of these forms. [`Int`] and [`Float`] accept all
//! of them. Use them as `tf_provider::value::Value<Int>`.

mod decimal;
pub(super) mod decode;
mod decode_errors;
pub(super) mod exact;
mod float;
pub(super) mod json;
mod location;
pub(super) mod msgpack;
pub(super) mod refine;
mod tree_decode;

pub use float::Float;

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Decodes a value as a resource's state or configuration is decoded. `cargo fuzz` sets the flag.
#[cfg(fuzzing)]
pub fn decode_for_fuzzing<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    block: Option<&tf_provider::schema::Block>,
) -> Result<T, tf_provider::Diagnostics> {
    let mut diags = tf_provider::Diagnostics::default();
    decode::decode(&mut diags, bytes, block, "fuzzed").ok_or(diags)
}

/// A whole number. It is decoded from every form of a number, and encoded as an integer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Int(pub i64);

impl From<i64> for Int {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl From<Int> for i64 {
    fn from(number: Int) -> Self {
        number.0
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Int {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntVisitor)
    }
}

/// Converts a float to a whole number; `None` if it is not whole or does not fit into 64 bits.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "converting back shows whether anything was lost"
)]
pub(super) fn whole(number: f64) -> Option<i64> {
    // `i64::MAX as f64` is 2^63, which the cast back saturates to `i64::MAX`.
    let whole = number as i64;
    (whole as f64 == number && whole != i64::MAX).then_some(whole)
}

/// Why a decimal text is not an `i64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum IntegerError {
    NotANumber,
    Fraction,
    TooLarge,
}

/// Parses decimal text exactly, without converting it to a float: `-12`, `3.0`, `1e3`.
pub(super) fn parse_integer(text: &str) -> Result<i64, IntegerError> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            exponent
                .parse::<i32>()
                .map_err(|_| IntegerError::NotANumber)?,
        ),
        None => (text, 0),
    };
    let (negative, unsigned) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (integer, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = format!("{integer}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(IntegerError::NotANumber);
    }
    let significant = digits.trim_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    // The number is `significant` × 10^`shift`.
    let trailing_zeros = digits.len() - digits.trim_end_matches('0').len();
    let shift = i64::from(exponent) + i64::try_from(trailing_zeros).unwrap_or(i64::MAX)
        - i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    if shift < 0 {
        return Err(IntegerError::Fraction);
    }
    if shift > 18 || significant.len() > 19 {
        return Err(IntegerError::TooLarge);
    }
    let zeros = "0".repeat(usize::try_from(shift).unwrap_or_default());
    let sign = if negative { "-" } else { "" };
    format!("{sign}{significant}{zeros}")
        .parse()
        .map_err(|_| IntegerError::TooLarge)
}

struct IntVisitor;

impl Visitor<'_> for IntVisitor {
    type Value = Int;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Int, E> {
        Ok(Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Int, E> {
        i64::try_from(number)
            .map(Int)
            .map_err(|_| E::custom(format_args!("{number} is too large")))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Int, E> {
        whole(number)
            .map(Int)
            .ok_or_else(|| E::custom(format_args!("{number} is not a whole number")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Int, E> {
        parse_integer(text).map(Int).map_err(|why| match why {
            IntegerError::NotANumber => E::custom(format_args!("{text:?} is not a number")),
            IntegerError::Fraction => E::custom(format_args!("{text} is not a whole number")),
            IntegerError::TooLarge => E::custom(format_args!("{text} is too large")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{IntegerError, parse_integer, whole};

    #[test]
    fn decimal_text_is_read_exactly() {
        #[track_caller]
        fn check(text: &str, expected: Result<i64, IntegerError>) {
            let found = parse_integer(text);
            assert_eq!(found, expected, "{text}");
        }
        check("64", Ok(64));
        check("-64", Ok(-64));
        check("64.0", Ok(64));
        check("6.4e1", Ok(64));
        check("640e-1", Ok(64));
        check("-0.000", Ok(0));
        check("0e999999999", Ok(0));
        check("9223372036854775807", Ok(i64::MAX));
        check("-9223372036854775808", Ok(i64::MIN));
        check("-9223372036854775808.0", Ok(i64::MIN));
        check("9223372036854775808", Err(IntegerError::TooLarge));
        check("1e999999999", Err(IntegerError::TooLarge));
        check("64.5", Err(IntegerError::Fraction));
        check("1e-999999999", Err(IntegerError::Fraction));
        check("", Err(IntegerError::NotANumber));
        check("-", Err(IntegerError::NotANumber));
        check(".", Err(IntegerError::NotANumber));
        check("1e", Err(IntegerError::NotANumber));
        check("sixty-four", Err(IntegerError::NotANumber));
        check("1e99999999999", Err(IntegerError::NotANumber));
    }

    #[test]
    fn only_floats_that_64_bits_hold_are_whole() {
        assert_eq!(whole(64.0), Some(64));
        assert_eq!(whole(-0.0), Some(0));
        assert_eq!(whole(64.5), None);
        assert_eq!(whole(9.3e18), None);
        assert_eq!(whole(-9_223_372_036_854_775_808.0), Some(i64::MIN));
        assert_eq!(whole(9_223_372_036_854_775_807.0), None);
        assert_eq!(whole(f64::NAN), None);
        assert_eq!(whole(f64::INFINITY), None);
    }
}
