//! Numbers with fractions that keep their exact decimal.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decimal::Decimal;
use super::whole;

/// A number. It is decoded from every form of a number. As long as it is not changed, it is encoded
/// as the same decimal, even if an `f64` cannot hold that exactly.
#[derive(Clone, Debug, Default)]
pub struct Float {
    number: f64,
    form: Form,
}

/// The decimal that the `f64` stands for.
#[derive(Clone, Debug, Default)]
enum Form {
    /// The shortest decimal that parses to this `f64`: 0.1.
    #[default]
    Shortest,
    /// The exact value of the `f64`: 0.1000000000000000055….
    Binary,
    /// Another decimal, which the core sent.
    Text(Box<str>),
}

impl From<f64> for Float {
    fn from(number: f64) -> Self {
        Self {
            number,
            form: Form::Shortest,
        }
    }
}

impl From<Float> for f64 {
    fn from(number: Float) -> Self {
        number.number
    }
}

impl Float {
    /// Returns the exact decimal.
    fn decimal(&self) -> Option<Decimal> {
        match &self.form {
            Form::Shortest => Decimal::shortest(self.number),
            Form::Binary => Decimal::exact(self.number),
            Form::Text(text) => Decimal::parse(text),
        }
    }

    /// Converts a whole number that an `f64` perhaps cannot hold.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the exact number is kept as text"
    )]
    fn from_whole(exact: i128) -> Self {
        let number = exact as f64;
        let form = match whole(number) {
            Some(same) if i128::from(same) == exact => Form::Shortest,
            _ => Form::Text(exact.to_string().into()),
        };
        Self { number, form }
    }
}

/// Two numbers are equal if their decimals are equal.
impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        match (&self.form, &other.form) {
            (Form::Shortest, Form::Shortest) | (Form::Binary, Form::Binary) => {
                self.number == other.number
            }
            _ => self.number == other.number && self.decimal() == other.decimal(),
        }
    }
}

impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.form {
            Form::Text(text) => f.write_str(text),
            Form::Shortest | Form::Binary => self.number.fmt(f),
        }
    }
}

impl Serialize for Float {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let readable = serializer.is_human_readable();
        match &self.form {
            Form::Text(text) if !readable => match text.parse() {
                Ok(whole) => serializer.serialize_i64(whole),
                Err(_) => serializer.serialize_str(text),
            },
            _ => match whole(self.number) {
                Some(whole) => serializer.serialize_i64(whole),
                // As text: the core would read the float 0.1 as 0.1000000000000000055….
                None if matches!(self.form, Form::Shortest)
                    && self.number.fract() != 0.0
                    && !readable =>
                {
                    serializer.collect_str(&self.number)
                }
                None => serializer.serialize_f64(self.number),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Float {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FloatVisitor)
    }
}

struct FloatVisitor;

impl Visitor<'_> for FloatVisitor {
    type Value = Float;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Float, E> {
        Ok(Float::from_whole(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Float, E> {
        Ok(Float::from_whole(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Float, E> {
        let form = Form::Binary;
        Ok(Float { number, form })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Float, E> {
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        let number = number.ok_or_else(|| E::custom(format_args!("{text:?} is not a number")))?;
        let form = if Decimal::parse(text) == Decimal::shortest(number) {
            Form::Shortest
        } else {
            Form::Text(text.into())
        };
        Ok(Float { number, form })
    }
}

#[cfg(test)]
mod tests {
    use super::Float;

    fn read(text: &str) -> Float {
        let json = serde_json::Value::from(text);
        serde_json::from_value(json).unwrap_or_default()
    }

    #[test]
    fn numbers_with_the_same_decimal_are_equal() {
        assert_eq!(read("0.1"), Float::from(0.1));
        assert_eq!(read("0.10"), Float::from(0.1));
        assert_eq!(read("1e3"), Float::from(1000.0));
        assert_ne!(
            read("0.1234567890123456789"),
            Float::from(0.123_456_789_012_345_68)
        );
        assert_eq!(
            read("0.1234567890123456789"),
            read("0.12345678901234567890")
        );
        let half: Float = serde_json::from_str("0.5").unwrap_or_default();
        assert_eq!(half, Float::from(0.5));
        let binary: Float = serde_json::from_str("0.1").unwrap_or_default();
        assert_ne!(binary, Float::from(0.1));
    }

    #[test]
    fn the_decimal_is_displayed() {
        let shown = |number: Float| number.to_string();
        assert_eq!(shown(Float::from(0.1)), "0.1");
        assert_eq!(
            shown(read("0.1234567890123456789")),
            "0.1234567890123456789"
        );
    }
}
