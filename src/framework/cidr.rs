//! Networks in CIDR notation: strict checks, and comparison by meaning.
//!
//! An IPv6 prefix has many spellings. Terraform requires that a configured value comes back as it
//! was written, so nothing rewrites one; [`same_network`] compares two of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Parses a network. Refuses a text without a length, or with bits set beyond it.
///
/// # Errors
/// A sentence for the user, with the corrected value if there is one.
pub fn network(text: &str) -> Result<IpNet, String> {
    let Some((address, length)) = text.split_once('/') else {
        return Err(match text.parse::<IpAddr>() {
            Ok(address) => {
                // Suggests the usual length if the address begins such a network.
                let (usual, max) = if address.is_ipv4() {
                    (24, 32)
                } else {
                    (64, 128)
                };
                let begins =
                    IpNet::new(address, usual).is_ok_and(|usual| usual.network() == address);
                let length = if begins { usual } else { max };
                format!(
                    "`{text}` is an address; a network has a prefix length, such as \
                     `{address}/{length}`"
                )
            }
            Err(_) if text.trim().is_empty() => {
                "the value is empty; it must be a network in CIDR notation, such as \
                 `2001:db8:1000:100::/56`"
                    .to_owned()
            }
            Err(_) => format!(
                "`{text}` is not a network in CIDR notation, such as `2001:db8:1000:100::/56`"
            ),
        });
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        let trimmed = text.trim();
        if trimmed != text && network(trimmed).is_ok() {
            return Err(format!(
                "`{text}` has spaces around the network `{trimmed}`"
            ));
        }
        return Err(format!("`{address}` in `{text}` is not an IP address"));
    };
    let max = if address.is_ipv4() { 32 } else { 128 };
    let parsed = length
        .trim()
        .parse::<u8>()
        .ok()
        .filter(|length| *length <= max);
    let Some(parsed) = parsed else {
        return Err(format!(
            "`/{length}` in `{text}` is not a prefix length from 0 to {max}"
        ));
    };
    // Not every parser accepts `+56`, `056` or `56 `.
    if length != parsed.to_string() {
        return Err(format!(
            "`/{length}` in `{text}` is not a plain number; did you mean `{address}/{parsed}`?"
        ));
    }
    let network = IpNet::new(address, parsed).map_err(|error| format!("`{text}`: {error}"))?;
    if network.addr() != network.network() {
        return Err(format!(
            "`{text}` has bits set beyond its first {parsed}; the network is `{}`",
            network.trunc()
        ));
    }
    Ok(network)
}

/// Whether a text begins with an address of a family, whatever else is wrong with it.
fn begins_with<A: FromStr>(text: &str) -> bool {
    text.split('/')
        .next()
        .is_some_and(|address| address.parse::<A>().is_ok())
}

/// Parses an IPv6 network, as [`network`].
///
/// # Errors
/// A sentence for the user.
pub fn ipv6_network(text: &str) -> Result<Ipv6Net, String> {
    if begins_with::<Ipv4Addr>(text) {
        return Err(format!("`{text}` is IPv4; it must be an IPv6 network"));
    }
    match network(text)? {
        IpNet::V6(network) => Ok(network),
        IpNet::V4(_) => Err(format!("`{text}` is IPv4; it must be an IPv6 network")),
    }
}

/// Parses an IPv4 network, as [`network`].
///
/// # Errors
/// A sentence for the user.
pub fn ipv4_network(text: &str) -> Result<Ipv4Net, String> {
    if begins_with::<Ipv6Addr>(text) {
        return Err(format!("`{text}` is IPv6; it must be an IPv4 network"));
    }
    match network(text)? {
        IpNet::V4(network) => Ok(network),
        IpNet::V6(_) => Err(format!("`{text}` is IPv6; it must be an IPv4 network")),
    }
}

/// Whether two texts are the same network in any spelling. Texts that are not networks must be
/// equal.
pub fn same_network(one: &str, other: &str) -> bool {
    one == other
        || match (network(one), network(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
}

/// Returns the network's canonical text (RFC 5952), or the text itself if it is not a network.
pub fn canonical(text: &str) -> String {
    network(text).map_or_else(|_| text.to_owned(), |network| network.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, expected: &str) {
        assert_eq!(network(text).unwrap_err(), expected);
    }

    #[test]
    fn a_network_in_any_spelling_is_the_same_network() {
        for spelling in [
            "2001:db8:1000:100::/56",
            "2001:DB8:1000:100::/56",
            "2001:0db8:1000:0100:0000:0000:0000:0000/56",
            "2001:db8:1000:100:0::/56",
        ] {
            assert!(
                same_network("2001:db8:1000:100::/56", spelling),
                "{spelling}"
            );
            assert_eq!(canonical(spelling), "2001:db8:1000:100::/56");
        }
        assert!(!same_network("2001:db8::/48", "2001:db8::/56"));
        assert!(!same_network("10.0.0.0/21", "10.0.8.0/21"));
    }

    #[test]
    fn host_bits_are_refused_with_the_corrected_network() {
        refuses(
            "2001:db8:1000:101::/56",
            "`2001:db8:1000:101::/56` has bits set beyond its first 56; the network is \
             `2001:db8:1000:100::/56`",
        );
        refuses(
            "10.42.1.0/21",
            "`10.42.1.0/21` has bits set beyond its first 21; the network is `10.42.0.0/21`",
        );
    }

    #[test]
    fn a_text_that_is_not_a_network_is_explained() {
        refuses(
            "2001:db8::1",
            "`2001:db8::1` is an address; a network has a prefix length, such as `2001:db8::1/128`",
        );
        refuses(
            "web",
            "`web` is not a network in CIDR notation, such as `2001:db8:1000:100::/56`",
        );
        refuses(
            "2001:db8::/129",
            "`/129` in `2001:db8::/129` is not a prefix length from 0 to 128",
        );
        refuses(
            "10.0.0.0/33",
            "`/33` in `10.0.0.0/33` is not a prefix length from 0 to 32",
        );
        refuses(
            "10.0.0.0/",
            "`/` in `10.0.0.0/` is not a prefix length from 0 to 32",
        );
        refuses(
            "fe80::%eth0/64",
            "`fe80::%eth0` in `fe80::%eth0/64` is not an IP address",
        );
        refuses(
            "010.0.0.0/8",
            "`010.0.0.0` in `010.0.0.0/8` is not an IP address",
        );
    }

    #[test]
    fn a_correction_is_suggested() {
        for text in ["10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8 "] {
            let reason = network(text).unwrap_err();
            assert!(reason.contains("did you mean `10.0.0.0/8`?"), "{reason}");
        }
        refuses(
            " 10.0.0.0/8",
            "` 10.0.0.0/8` has spaces around the network `10.0.0.0/8`",
        );
    }

    #[test]
    fn each_family_refuses_the_other() {
        for text in ["10.0.0.0/21", "10.0.0.0/56", "10.0.0.0"] {
            assert!(
                ipv6_network(text).unwrap_err().contains("is IPv4"),
                "{text}"
            );
        }
        for text in ["2001:db8::/48", "2001:db8::"] {
            assert!(
                ipv4_network(text).unwrap_err().contains("is IPv6"),
                "{text}"
            );
        }
    }
}
