//! Address ranges, as far as the API's rules need them: /48, /56 and /64 of an IPv6 pool,
//! /21 and /24 of private IPv4 space.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address range without host bits. Displays in canonical form, however it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cidr {
    family: Family,
    start: u128,
    length: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

impl Family {
    fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    fn address(self, number: u128) -> IpAddr {
        match u32::try_from(number) {
            Ok(number) if self == Self::V4 => Ipv4Addr::from_bits(number).into(),
            _ => Ipv6Addr::from_bits(number).into(),
        }
    }
}

impl Cidr {
    /// Parses an IPv4 range. The error completes the sentence "`parentCidr` …" of a 400.
    pub(crate) fn v4(text: &str) -> Result<Self, &'static str> {
        let (address, length) = text
            .split_once('/')
            .ok_or("must be an IPv4 range with a mask")?;
        let address: Ipv4Addr = address.parse().map_err(|_| "must be an IPv4 range")?;
        let length = mask(length, 32).ok_or("must have a mask of 0 to 32")?;
        Self::without_host_bits(Family::V4, address.to_bits().into(), length)
    }

    /// Parses an IPv6 prefix. The error completes the sentence "`prefix` …" of a 400.
    pub(crate) fn v6(text: &str) -> Result<Self, &'static str> {
        let (address, length) = text
            .split_once('/')
            .ok_or("must be an IPv6 prefix with a mask")?;
        let address: Ipv6Addr = address.parse().map_err(|_| "must be an IPv6 prefix")?;
        let length = mask(length, 128).ok_or("must have a mask of 0 to 128")?;
        Self::without_host_bits(Family::V6, address.to_bits(), length)
    }

    fn without_host_bits(family: Family, start: u128, length: u8) -> Result<Self, &'static str> {
        let range = Self {
            family,
            start,
            length,
        };
        if start & range.host_bits() == 0 {
            Ok(range)
        } else {
            Err("must not have host bits set")
        }
    }

    pub(crate) fn length(self) -> u8 {
        self.length
    }

    fn host_bits(self) -> u128 {
        let bits = u32::from(self.family.bits().saturating_sub(self.length));
        1_u128.checked_shl(bits).map_or(u128::MAX, |size| size - 1)
    }

    fn end(self) -> u128 {
        self.start | self.host_bits()
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.family == other.family && self.start <= other.start && other.end() <= self.end()
    }

    /// Returns whether one of the ranges contains the other.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    pub(crate) fn is_private(self) -> bool {
        let is_private = |number| match self.family.address(number) {
            IpAddr::V4(address) => address.is_private(),
            IpAddr::V6(_) => false,
        };
        is_private(self.start) && is_private(self.end())
    }

    /// Returns the child of this length with this number, counted from 0.
    pub(crate) fn child(self, length: u8, number: u128) -> Option<Self> {
        let first = Self { length, ..self };
        let start = number.checked_mul(first.host_bits().checked_add(1)?)?;
        let start = self.start.checked_add(start)?;
        let child = Self { start, ..first };
        self.contains(child).then_some(child)
    }

    /// Returns the lowest child of this length that overlaps none of `taken`.
    pub(crate) fn first_free(self, length: u8, taken: &[Self]) -> Option<Self> {
        let mut taken = taken.to_vec();
        taken.sort_unstable_by_key(|other| other.start);
        let mut child = Self { length, ..self };
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

    /// Returns the IPv4 host address with this number, where 0 is the range's first address.
    pub(crate) fn host(self, number: u8) -> Option<Ipv4Addr> {
        let address = self.start.checked_add(number.into())?;
        match self.family.address(address) {
            IpAddr::V4(address) => Some(address).filter(|address| self.has_host(*address)),
            IpAddr::V6(_) => None,
        }
    }

    /// Returns whether this is one of the range's host addresses.
    pub(crate) fn has_host(self, address: Ipv4Addr) -> bool {
        let number = address.to_bits().into();
        self.family == Family::V4 && self.start < number && number < self.end()
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.family.address(self.start), self.length)
    }
}

/// Parses a mask. `u8::from_str` would accept `+64` and `064`.
fn mask(text: &str, most: u8) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text == "0" || !text.starts_with('0');
    let length = text.parse().ok().filter(|length| *length <= most);
    length.filter(|_| digits && plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v6(text: &str) -> Cidr {
        Cidr::v6(text).expect(text)
    }

    #[test]
    fn a_prefix_is_displayed_in_its_canonical_form() {
        let prefix = v6("2001:0DB8:1000:0100:0::/56");
        assert_eq!(prefix.to_string(), "2001:db8:1000:100::/56");
        assert_eq!(v6("::/0").to_string(), "::/0");
    }

    #[test]
    fn malformed_ranges_are_refused() {
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
            assert!(Cidr::v6(text).is_err(), "{text}");
        }
        for text in ["10.0.0.1/21", "10.0.0.0", "10.0.0.0/33", "::/21"] {
            assert!(Cidr::v4(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_free_child_is_the_lowest_aligned_one() {
        #[track_caller]
        fn check(length: u8, taken: &[&str], expected: Option<&str>) {
            let taken: Vec<Cidr> = taken.iter().map(|text| v6(text)).collect();
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
    fn children_are_counted_from_the_lowest_and_stay_in_the_range() {
        let child = |number| {
            let range = Cidr::v4("10.201.0.0/21").expect("a range");
            range.child(24, number).map(|child| child.to_string())
        };
        assert_eq!(child(0).as_deref(), Some("10.201.0.0/24"));
        assert_eq!(child(7).as_deref(), Some("10.201.7.0/24"));
        assert_eq!(child(8), None);
    }

    #[test]
    fn the_first_and_the_last_address_are_no_hosts() {
        let range = Cidr::v4("10.201.0.0/24").expect("a range");
        assert_eq!(range.host(1), Some(Ipv4Addr::new(10, 201, 0, 1)));
        assert_eq!((range.host(0), range.host(255)), (None, None));
        assert!(!range.has_host(Ipv4Addr::new(10, 201, 1, 1)));
    }

    #[test]
    fn private_space_is_told_from_the_rest() {
        #[track_caller]
        fn check(text: &str, expected: bool) {
            let range = Cidr::v4(text).expect(text);
            assert_eq!(range.is_private(), expected, "{text}");
        }
        check("10.42.0.0/21", true);
        check("172.16.0.0/21", true);
        check("192.168.248.0/21", true);
        check("172.32.0.0/21", false);
        check("203.0.112.0/21", false);
    }
}
