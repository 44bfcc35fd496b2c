//! Parsing of networks, and the search for a free one.

use ipnet::{IpNet, Ipv6Net};

/// Parses a network and clears its host bits, so that all spellings of a network are equal.
pub(super) fn parse(text: &str) -> Option<IpNet> {
    text.trim().parse::<IpNet>().ok().map(|it| it.trunc())
}

/// Parses an IPv6 network as [`parse`] does.
pub(super) fn parse_ipv6(text: &str) -> Option<Ipv6Net> {
    match parse(text)? {
        IpNet::V6(network) => Some(network),
        IpNet::V4(_) => None,
    }
}

/// Returns the lowest network of this length in `parent` that overlaps none of `taken`, or `None`
/// when none is left.
///
/// `length` must be one that a child of `parent` can have. Networks outside the parent are ignored.
pub fn lowest_free(parent: IpNet, taken: &[IpNet], length: u8) -> Option<IpNet> {
    let same_family = |network: &&IpNet| network.max_prefix_len() == parent.max_prefix_len();
    // With intervals of addresses the cost does not depend on the size of the parent.
    let mut taken: Vec<_> = taken.iter().filter(same_family).map(span).collect();
    #[expect(
        clippy::stable_sort_primitive,
        reason = "a stable sort is faster here: most of the list is sorted already"
    )]
    taken.sort();

    let (mut first, end) = span(&parent);
    // One less than the child's size: the size of `::/0` does not fit.
    let rest = match u32::from(parent.max_prefix_len().checked_sub(length)?) {
        128 => u128::MAX,
        bits => (1 << bits) - 1,
    };
    for (begin, last) in taken {
        // `first` is aligned and not above `end - rest`, so this does not overflow.
        if begin > first + rest {
            break;
        }
        if last >= first {
            // The next aligned number above `last`.
            first = (last | rest).checked_add(1)?;
            if first > end {
                return None;
            }
        }
    }
    starting_at(parent, first, length)
}

/// Returns the first and the last address as numbers.
fn span(network: &IpNet) -> (u128, u128) {
    match network {
        IpNet::V4(network) => (
            u128::from(network.network().to_bits()),
            u128::from(network.broadcast().to_bits()),
        ),
        IpNet::V6(network) => (network.network().to_bits(), network.broadcast().to_bits()),
    }
}

/// Returns the network of this length that begins at this number, in the family of `parent`.
fn starting_at(parent: IpNet, first: u128, length: u8) -> Option<IpNet> {
    let address = match parent {
        IpNet::V4(_) => std::net::Ipv4Addr::from_bits(u32::try_from(first).ok()?).into(),
        IpNet::V6(_) => std::net::Ipv6Addr::from_bits(first).into(),
    };
    IpNet::new(address, length).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn thousands_of_used_networks_are_searched() {
        let parent: IpNet = "2001:db8:1000::/48".parse().expect("a network");
        let used: Vec<_> = parent.subnets(64).expect("subnets").take(65_535).collect();
        assert_eq!(
            lowest_free(parent, &used, 64).map(|free| free.to_string()),
            Some("2001:db8:1000:ffff::/64".to_owned())
        );
        assert_eq!(lowest_free(parent, &used, 63), None);
    }

    /// A network near `parent`: in it, around it, or beside it.
    fn near(parent: IpNet) -> impl Strategy<Value = IpNet> {
        let (first, _) = span(&parent);
        let most = parent.max_prefix_len();
        let least = parent.prefix_len().saturating_sub(1);
        (0_u128..300, least..=most).prop_filter_map("a network", move |(offset, length)| {
            let first = first.checked_sub(20)?.checked_add(offset)?;
            Some(starting_at(parent, first, length)?.trunc())
        })
    }

    /// Compares every child, in order, with every used network.
    fn oracle(parent: IpNet, used: &[IpNet], length: u8) -> Option<IpNet> {
        parent.subnets(length).ok()?.find(|child| {
            used.iter()
                .all(|used| !used.contains(child) && !child.contains(used))
        })
    }

    proptest! {
        #[test]
        fn the_result_is_the_same_as_when_every_child_is_tried(
            (parent, used, length) in prop::sample::select(vec![
                "10.42.0.0/24", "2001:db8::4200/120", "255.255.255.0/24",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120", "192.0.2.64/28", "192.0.2.7/32",
            ])
            .prop_map(|text| text.parse::<IpNet>().expect("a network"))
            .prop_flat_map(|parent| (
                Just(parent),
                prop::collection::vec(near(parent), 0..60),
                parent.prefix_len()..=parent.max_prefix_len(),
            ))
        ) {
            prop_assert_eq!(lowest_free(parent, &used, length), oracle(parent, &used, length));
        }
    }
}
