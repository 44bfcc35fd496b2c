//! Address ranges, as far as the API's rules need them: /48, /56 and /64 children of an IPv6 pool,
//! /21 and /24 of private IPv4 space.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An IPv6 range without host bits. Shown in RFC 5952 form, whatever the client wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct V6 {
    start: u128,
    length: u8,
}

impl V6 {
    /// Why a text is no range is the detail of the API's 400.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let (address, length) = text
            .split_once('/')
            .ok_or("must be an IPv6 prefix with a mask")?;
        let start = address
            .parse::<Ipv6Addr>()
            .map_err(|_| "must be an IPv6 prefix")?
            .to_bits();
        let length = mask(length, 128).ok_or("must have a mask of 0 to 128")?;
        let range = Self { start, length };
        if start & range.host_bits() == 0 {
            Ok(range)
        } else {
            Err("must not have host bits set")
        }
    }

    pub(crate) fn new(start: Ipv6Addr, length: u8) -> Self {
        let range = Self {
            start: start.to_bits(),
            length: length.min(128),
        };
        Self {
            start: range.start & !range.host_bits(),
            ..range
        }
    }

    pub(crate) fn length(self) -> u8 {
        self.length
    }

    pub(crate) fn start(self) -> u128 {
        self.start
    }

    fn host_bits(self) -> u128 {
        u128::MAX.checked_shr(u32::from(self.length)).unwrap_or(0)
    }

    fn end(self) -> u128 {
        self.start | self.host_bits()
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end() <= self.end()
    }

    /// Two ranges with masks overlap when one contains the other.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// The lowest child of this length that overlaps none of `taken`.
    pub(crate) fn first_free(self, length: u8, taken: &[Self]) -> Option<Self> {
        let mut taken = taken.to_vec();
        taken.sort_unstable_by_key(|other| other.start);
        let mut child = Self {
            start: self.start,
            length,
        };
        for other in taken {
            if child.overlaps(other) {
                // Past the larger of the two; both are aligned, so the result is too.
                child.start = other.end().max(child.end()).checked_add(1)?;
            } else if other.start > child.end() {
                break;
            }
        }
        self.contains(child).then_some(child)
    }
}

impl fmt::Display for V6 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv6Addr::from_bits(self.start), self.length)
    }
}

/// An IPv4 range without host bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct V4 {
    start: u32,
    length: u8,
}

impl V4 {
    /// Why a text is no range is the detail of the API's 400.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let (address, length) = text
            .split_once('/')
            .ok_or("must be an IPv4 range with a mask")?;
        let start = address
            .parse::<Ipv4Addr>()
            .map_err(|_| "must be an IPv4 range")?
            .to_bits();
        let length = mask(length, 32).ok_or("must have a mask of 0 to 32")?;
        let range = Self { start, length };
        if start & range.host_bits() == 0 {
            Ok(range)
        } else {
            Err("must not have host bits set")
        }
    }

    pub(crate) fn length(self) -> u8 {
        self.length
    }

    fn host_bits(self) -> u32 {
        u32::MAX.checked_shr(u32::from(self.length)).unwrap_or(0)
    }

    pub(crate) fn is_private(self) -> bool {
        Ipv4Addr::from_bits(self.start).is_private()
            && Ipv4Addr::from_bits(self.start | self.host_bits()).is_private()
    }

    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.start <= other.start | other.host_bits()
            && other.start <= self.start | self.host_bits()
    }

    /// The first child of a longer mask: the first /24 of a /21.
    pub(crate) fn first_child(self, length: u8) -> Self {
        Self {
            start: self.start,
            length,
        }
    }

    /// The range of the same size right above, within 32 bits.
    pub(crate) fn next(self) -> Option<Self> {
        let start = (self.start | self.host_bits()).checked_add(1)?;
        Some(Self { start, ..self })
    }

    /// The address so many above the range's first, when it is a host address of the range.
    pub(crate) fn host(self, number: u32) -> Option<Ipv4Addr> {
        let is_host = number > 0 && number < self.host_bits();
        is_host.then(|| Ipv4Addr::from_bits(self.start + number))
    }

    /// The address's place in the range, when it is one of its host addresses.
    pub(crate) fn is_host(self, address: Ipv4Addr) -> bool {
        address
            .to_bits()
            .checked_sub(self.start)
            .and_then(|number| self.host(number))
            .is_some()
    }
}

impl fmt::Display for V4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from_bits(self.start), self.length)
    }
}

/// `u8::from_str` takes `+64` and `064`; a mask is digits without either.
fn mask(text: &str, most: u8) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text == "0" || !text.starts_with('0');
    let length = text.parse().ok().filter(|length| *length <= most);
    length.filter(|_| digits && plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v6(text: &str) -> V6 {
        V6::parse(text).expect(text)
    }

    #[test]
    fn a_prefix_is_shown_in_its_canonical_form() {
        assert_eq!(
            v6("2001:0DB8:1000:0100:0::/56").to_string(),
            "2001:db8:1000:100::/56"
        );
    }

    #[test]
    fn text_that_is_no_prefix_is_refused() {
        for text in [
            "",
            "/",
            "::",
            "::/129",
            "::/+64",
            "::/064",
            "2001:db8::1/64",
            "10.0.0.0/8",
        ] {
            assert!(V6::parse(text).is_err(), "{text}");
        }
        for text in ["10.0.0.1/21", "10.0.0.0", "10.0.0.0/33", "::/21"] {
            assert!(V4::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_free_child_is_the_lowest_aligned_one() {
        #[track_caller]
        fn check(length: u8, taken: &[&str], expected: Option<&str>) {
            let taken: Vec<V6> = taken.iter().map(|text| v6(text)).collect();
            let free = v6("2001:db8:1::/48").first_free(length, &taken);
            assert_eq!(free.map(|range| range.to_string()).as_deref(), expected);
        }
        check(64, &[], Some("2001:db8:1::/64"));
        check(64, &["2001:db8:1::/64"], Some("2001:db8:1:1::/64"));
        check(56, &["2001:db8:1::/64"], Some("2001:db8:1:100::/56"));
        check(
            64,
            &["2001:db8:1::/56", "2001:db8:1:100::/64"],
            Some("2001:db8:1:101::/64"),
        );
        check(48, &[], Some("2001:db8:1::/48"));
        check(48, &["2001:db8:1:ffff::/64"], None);
        check(64, &["2001:db8:1::/48"], None);
    }

    #[test]
    fn private_space_is_told_from_the_rest() {
        #[track_caller]
        fn check(text: &str, expected: bool) {
            assert_eq!(
                V4::parse(text).expect(text).is_private(),
                expected,
                "{text}"
            );
        }
        check("10.42.0.0/21", true);
        check("172.16.0.0/21", true);
        check("192.168.248.0/21", true);
        check("172.32.0.0/21", false);
        check("203.0.112.0/21", false);
    }
}
