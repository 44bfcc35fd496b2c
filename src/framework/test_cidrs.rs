//! Test data: networks in every legal spelling.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use proptest::prelude::*;

/// Returns an IPv6 network of one of these lengths, in its canonical text and another spelling.
pub(crate) fn ipv6(lengths: &'static [u8]) -> impl Strategy<Value = (String, String)> {
    let style = (any::<[bool; 8]>(), any::<[bool; 8]>(), any::<bool>());
    (any::<u128>(), prop::sample::select(lengths), style).prop_map(
        |(bits, length, (padded, upper, compressed))| {
            let network = Ipv6Net::new_assert(Ipv6Addr::from(bits), length).trunc();
            let groups: Vec<_> = network
                .network()
                .segments()
                .iter()
                .zip(padded.iter().zip(upper))
                .map(|(group, (padded, upper))| {
                    let text = if *padded {
                        format!("{group:04x}")
                    } else {
                        format!("{group:x}")
                    };
                    if upper { text.to_uppercase() } else { text }
                })
                .collect();
            (
                network.to_string(),
                format!("{}/{length}", spell(&groups, compressed)),
            )
        },
    )
}

/// Joins the groups with `:`; if `compressed`, with the zeros at the end as `::`.
fn spell(groups: &[String], compressed: bool) -> String {
    let zeros = groups
        .iter()
        .rev()
        .take_while(|group| group.bytes().all(|digit| digit == b'0'))
        .count();
    if compressed && zeros > 0 {
        format!("{}::", groups[..groups.len() - zeros].join(":"))
    } else {
        groups.join(":")
    }
}

/// Returns an IPv4 network of this length. There is one legal spelling: leading zeros are not
/// allowed.
pub(crate) fn ipv4(length: u8) -> impl Strategy<Value = String> {
    any::<u32>().prop_map(move |bits| {
        Ipv4Net::new_assert(Ipv4Addr::from(bits), length)
            .trunc()
            .to_string()
    })
}
