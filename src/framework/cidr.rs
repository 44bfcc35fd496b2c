//! Networks as people write them: checked strictly, compared by meaning.
//!
//! An IPv6 prefix has many spellings. Terraform demands that a configured value comes back as it
//! was written, so nothing here rewrites one; [`same_network`] tells when two of them mean the
//! same.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Reads a network and refuses what is not exactly one: no length, or bits set beyond it.
///
/// # Errors
/// A sentence for the user, with the corrected value where there is one.
pub fn network(text: &str) -> Result<IpNet, String> {
    let Some((address, length)) = text.split_once('/') else {
        return Err(match text.parse::<IpAddr>() {
            Ok(address) => {
                // The usual length when the address begins such a network, else the address alone.
                let (usual, most) = if address.is_ipv4() { (24, 32) } else { (64, 128) };
                let begins = IpNet::new(address, usual).is_ok_and(|usual| usual.network() == address);
                let length = if begins { usual } else { most };
                format!("`{text}` is an address; a network has a prefix length, as in `{address}/{length}`")
            }
            Err(_) if text.trim().is_empty() => {
                "the text is empty; a network in CIDR notation is needed, such as `2001:db8:1000:100::/56`".to_owned()
            }
            Err(_) => format!("`{text}` is not a network in CIDR notation, such as `2001:db8:1000:100::/56`"),
        });
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        let trimmed = text.trim();
        if trimmed != text && network(trimmed).is_ok() {
            return Err(format!(
                "`{text}` has blanks around the network `{trimmed}`"
            ));
        }
        return Err(format!("`{address}` in `{text}` is not an IP address"));
    };
    let most = if address.is_ipv4() { 32 } else { 128 };
    let meant = length
        .trim()
        .parse::<u8>()
        .ok()
        .filter(|length| *length <= most);
    let Some(meant) = meant else {
        return Err(format!(
            "`/{length}` in `{text}` is not a prefix length from 0 to {most}"
        ));
    };
    // `+56`, `056` and `56 ` are numbers to some readers and not to others.
    if length != meant.to_string() {
        return Err(format!(
            "`/{length}` in `{text}` is not how a prefix length is written; probably `{address}/{meant}`"
        ));
    }
    let network = IpNet::new(address, meant).map_err(|error| format!("`{text}`: {error}"))?;
    if network.addr() != network.network() {
        return Err(format!(
            "`{text}` has bits set beyond its first {meant}; the network is `{}`",
            network.trunc()
        ));
    }
    Ok(network)
}

/// Whether a text is meant as an address or network of the other family, whatever else is wrong
/// with it.
fn begins_as<A: FromStr>(text: &str) -> bool {
    text.split('/')
        .next()
        .is_some_and(|address| address.parse::<A>().is_ok())
}

/// As [`network`], for IPv6 only.
///
/// # Errors
/// A sentence for the user.
pub fn ipv6_network(text: &str) -> Result<Ipv6Net, String> {
    if begins_as::<Ipv4Addr>(text) {
        return Err(format!("`{text}` is IPv4; an IPv6 network is needed here"));
    }
    match network(text)? {
        IpNet::V6(network) => Ok(network),
        IpNet::V4(_) => Err(format!("`{text}` is IPv4; an IPv6 network is needed here")),
    }
}

/// As [`network`], for IPv4 only.
///
/// # Errors
/// A sentence for the user.
pub fn ipv4_network(text: &str) -> Result<Ipv4Net, String> {
    if begins_as::<Ipv6Addr>(text) {
        return Err(format!("`{text}` is IPv6; an IPv4 network is needed here"));
    }
    match network(text)? {
        IpNet::V4(network) => Ok(network),
        IpNet::V6(_) => Err(format!("`{text}` is IPv6; an IPv4 network is needed here")),
    }
}

/// Whether two texts mean the same network, however they are spelled.
/// Texts that are no networks are the same only to the letter.
pub fn same_network(one: &str, other: &str) -> bool {
    one == other
        || match (network(one), network(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
}

/// The network's canonical text (RFC 5952); the text itself when it is no network.
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
    fn host_bits_are_refused_with_the_network_that_was_meant() {
        refuses(
            "2001:db8:1000:101::/56",
            "`2001:db8:1000:101::/56` has bits set beyond its first 56; the network is `2001:db8:1000:100::/56`",
        );
        refuses(
            "10.42.1.0/21",
            "`10.42.1.0/21` has bits set beyond its first 21; the network is `10.42.0.0/21`",
        );
    }

    #[test]
    fn what_is_no_network_is_named() {
        refuses(
            "2001:db8::1",
            "`2001:db8::1` is an address; a network has a prefix length, as in `2001:db8::1/128`",
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
    fn what_was_probably_meant_is_shown() {
        for text in ["10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8 "] {
            let reason = network(text).unwrap_err();
            assert!(reason.contains("probably `10.0.0.0/8`"), "{reason}");
        }
        refuses(
            " 10.0.0.0/8",
            "` 10.0.0.0/8` has blanks around the network `10.0.0.0/8`",
        );
    }

    #[test]
    fn the_families_are_kept_apart() {
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
