//! Decimals, to compare numbers exactly.

/// A decimal number: `digits` × 10^`exponent`, without zeros at either end of `digits`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Parses a decimal such as `-12`, `0.10` or `1e3`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (negative, unsigned) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (integer, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all = format!("{integer}{fraction}");
        if all.is_empty() || !all.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let digits = all.trim_end_matches('0');
        let trailing = i64::try_from(all.len() - digits.len()).ok()?;
        let digits = digits.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits,
                exponent: 0,
            });
        }
        let exponent = exponent
            .checked_add(trailing)?
            .checked_sub(i64::try_from(fraction.len()).ok()?)?;
        Some(Self {
            negative,
            digits,
            exponent,
        })
    }

    /// Returns the shortest decimal that parses to this number.
    pub(super) fn shortest(number: f64) -> Option<Self> {
        Self::parse(&format!("{number:e}"))
    }

    /// Returns the exact value of this number.
    pub(super) fn exact(number: f64) -> Option<Self> {
        // No `f64` has more than 767 significant digits.
        Self::parse(&format!("{number:.766e}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn different_notations_of_a_number_are_equal() {
        #[track_caller]
        fn check(one: &str, other: &str, same: bool) {
            assert_eq!(Decimal::parse(one) == Decimal::parse(other), same);
            assert!(Decimal::parse(one).is_some() && Decimal::parse(other).is_some());
        }
        check("100", "1e2", true);
        check("0.10", "1E-1", true);
        check("-0.0", "0", true);
        check("12.50", "+1.25e1", true);
        check("12.5", "-12.5", false);
        check("0.1234567890123456789", "0.1234567890123456788", false);
        for none in ["", "-", ".", "1e", "x", "inf", "NaN", "1.2.3"] {
            assert_eq!(Decimal::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_float_has_a_shortest_decimal_and_an_exact_value() {
        assert_eq!(Decimal::shortest(0.1), Decimal::parse("0.1"));
        assert_ne!(Decimal::exact(0.1), Decimal::parse("0.1"));
        assert_eq!(Decimal::exact(0.5), Decimal::parse("0.5"));
        let power = Decimal::parse("1180591620717411303424");
        assert_eq!(Decimal::exact(2_f64.powi(70)), power);
        assert_eq!(Decimal::shortest(f64::INFINITY), None);
    }
}
