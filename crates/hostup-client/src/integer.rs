//! Deserializes whole numbers. One page of the API says `integer`, another `number`, so `1` and
//! `1.0` mean the same.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// A whole number, with or without a fraction of zero.
struct Whole<T>(T);

impl<'de, T: TryFrom<i64>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers<T>(PhantomData<T>);

        impl<T: TryFrom<i64>> Visitor<'_> for Numbers<T> {
            type Value = Whole<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Whole<T>, E> {
                T::try_from(number)
                    .map(Whole)
                    .map_err(|_| E::custom(format_args!("the number {number} is out of range")))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Whole<T>, E> {
                match i64::try_from(number) {
                    Ok(number) => self.visit_i64(number),
                    Err(_) => Err(E::custom(format_args!(
                        "the number {number} is out of range"
                    ))),
                }
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Whole<T>, E> {
                // Beyond 2^53 a float cannot represent every whole number.
                if number.fract() != 0.0 || number.abs() > 9_007_199_254_740_992.0 {
                    return Err(E::custom(format_args!("{number} is not a whole number")));
                }
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "checked: whole and within 2^53"
                )]
                self.visit_i64(number as i64)
            }
        }

        deserializer.deserialize_any(Numbers(PhantomData))
    }
}

/// For `#[serde(deserialize_with)]`.
pub(super) fn whole<'de, D: Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Whole::deserialize(deserializer).map(|it| it.0)
}

/// For `#[serde(default, deserialize_with)]`: a number or null.
pub(super) fn whole_or_null<'de, D: Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Whole<T>>::deserialize(deserializer)?.map(|it| it.0))
}

/// For `#[serde(default, deserialize_with)]`: a list of numbers, or null for none.
pub(super) fn wholes_or_null<'de, D: Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list = list_or_null::<D, Whole<T>>(deserializer)?;
    Ok(list.into_iter().map(|it| it.0).collect())
}

/// For `#[serde(default, deserialize_with)]`: a list, or null for none.
pub(super) fn list_or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Sample {
        #[serde(deserialize_with = "whole")]
        count: u8,
        #[serde(default, deserialize_with = "whole_or_null")]
        tag: Option<u32>,
        #[serde(default, deserialize_with = "wholes_or_null")]
        list: Vec<u8>,
    }

    #[test]
    fn one_and_one_point_zero_are_the_same() {
        let sample: Sample =
            serde_json::from_str(r#"{"count":1.0,"tag":2,"list":[48,56.0]}"#).expect("reads");
        assert_eq!(
            (sample.count, sample.tag, sample.list),
            (1, Some(2), vec![48, 56])
        );
        let sample: Sample = serde_json::from_str(r#"{"count":0,"tag":null}"#).expect("reads");
        assert_eq!((sample.count, sample.tag, sample.list), (0, None, vec![]));
    }

    #[test]
    fn anything_else_is_an_error_that_names_the_value() {
        for (json, said) in [
            (r#"{"count":1.5}"#, "1.5 is not a whole number"),
            (r#"{"count":-1}"#, "the number -1 is out of range"),
            (r#"{"count":256}"#, "the number 256 is out of range"),
            (r#"{"count":18446744073709551615}"#, "out of range"),
            (r#"{"count":1e300}"#, "is not a whole number"),
            (r#"{"count":"1"}"#, "a whole number"),
            (r#"{"count":null}"#, "a whole number"),
        ] {
            let error = serde_json::from_str::<Sample>(json)
                .err()
                .expect("refused")
                .to_string();
            assert!(error.contains(said), "{json}: {error}");
        }
    }
}
