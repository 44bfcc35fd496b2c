//! Values: numbers in every form the core sends, and what decoding and encoding need.
//!
//! The core writes a number as an integer where it is one, as a float where 64 bits hold it
//! exactly, and otherwise as decimal text: `64` arrives as an integer, `0.5` as a float, `0.1` as
//! `"0.1"`. Numbers computed by Terraform's functions come in any of these. [`Int`] and
//! [`struct@Float`] take them all; they are used as `tf_provider::value::Value<Int>`.

mod decimal;
pub(super) mod decode;
pub(super) mod exact;
mod explain;
mod float;
pub(super) mod json;
mod place;
pub(super) mod refine;
pub(super) mod wire;

pub use float::Float;

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Decodes a value as a resource's state or configuration is decoded: for the target in `fuzz/`.
#[doc(hidden)]
pub fn decode_for_fuzzing<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    block: Option<&tf_provider::schema::Block>,
) -> Result<T, tf_provider::Diagnostics> {
    let mut diags = tf_provider::Diagnostics::default();
    decode::decode(&mut diags, bytes, block, "fuzzed").ok_or(diags)
}

/// A whole number, in whichever form it arrives; sent as an integer.
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

/// The whole number a float is, if it is one that 64 bits hold.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "the way there and back tells whether anything was lost"
)]
pub(super) fn whole(number: f64) -> Option<i64> {
    // i64::MAX as a float is one too many; the cast back would saturate onto it.
    let whole = number as i64;
    (whole as f64 == number && whole != i64::MAX).then_some(whole)
}

/// Why decimal text is no `i64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum NotWhole {
    NotANumber,
    Fraction,
    TooLarge,
}

/// Reads decimal text exactly, without the detour over a float: `-12`, `3.0`, `1e3`.
pub(super) fn parse_whole(text: &str) -> Result<i64, NotWhole> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            exponent.parse::<i32>().map_err(|_| NotWhole::NotANumber)?,
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
        return Err(NotWhole::NotANumber);
    }
    let significant = digits.trim_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    // The number is `significant` times ten to the power of `shift`.
    let trailing_zeros = digits.len() - digits.trim_end_matches('0').len();
    let shift = i64::from(exponent) + i64::try_from(trailing_zeros).unwrap_or(i64::MAX)
        - i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    if shift < 0 {
        return Err(NotWhole::Fraction);
    }
    if shift > 18 || significant.len() > 19 {
        return Err(NotWhole::TooLarge);
    }
    let zeros = "0".repeat(usize::try_from(shift).unwrap_or_default());
    let sign = if negative { "-" } else { "" };
    format!("{sign}{significant}{zeros}")
        .parse()
        .map_err(|_| NotWhole::TooLarge)
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
        parse_whole(text).map(Int).map_err(|why| match why {
            NotWhole::NotANumber => E::custom(format_args!("{text:?} is not a number")),
            NotWhole::Fraction => E::custom(format_args!("{text} is not a whole number")),
            NotWhole::TooLarge => E::custom(format_args!("{text} is too large")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{NotWhole, parse_whole, whole};

    #[test]
    fn decimal_text_is_read_exactly() {
        #[track_caller]
        fn check(text: &str, expected: Result<i64, NotWhole>) {
            let found = parse_whole(text);
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
        check("9223372036854775808", Err(NotWhole::TooLarge));
        check("1e999999999", Err(NotWhole::TooLarge));
        check("64.5", Err(NotWhole::Fraction));
        check("1e-999999999", Err(NotWhole::Fraction));
        check("", Err(NotWhole::NotANumber));
        check("-", Err(NotWhole::NotANumber));
        check(".", Err(NotWhole::NotANumber));
        check("1e", Err(NotWhole::NotANumber));
        check("sixty-four", Err(NotWhole::NotANumber));
        check("1e99999999999", Err(NotWhole::NotANumber));
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
