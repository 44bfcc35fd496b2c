//! Networks as people write them: checked strictly, compared by meaning.
//!
//! An IPv6 prefix has many spellings. Terraform demands that a configured value comes back as it was
//! written, so nothing here rewrites one; [`same_network`] tells when two of them mean the same.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Reads a network and refuses what is not exactly one: no length, or bits set beyond it.
///
/// # Errors
/// A sentence for the user, with the corrected value where there is one.
pub fn network(text: &str) -> Result<IpNet, String> {
    let Some((address, length)) = text.split_once('/') else {
        return Err(match text.parse::<IpAddr>() {
            Ok(address) => {
                let bits = if address.is_ipv4() { 32 } else { 128 };
                format!(
                    "`{text}` is an address without a prefix length; a single address is written `{address}/{bits}`"
                )
            }
            Err(_) => format!(
                "`{text}` is not a network in CIDR notation, such as `2001:db8:1000:100::/56`"
            ),
        });
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return Err(format!("`{address}` in `{text}` is not an IP address"));
    };
    let most = if address.is_ipv4() { 32 } else { 128 };
    // `+56` and `056` are numbers to Rust and not to anybody else.
    let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (length == "0" || !length.starts_with('0'));
    let Some(length) = length
        .parse::<u8>()
        .ok()
        .filter(|length| plain && *length <= most)
    else {
        return Err(format!(
            "`/{length}` in `{text}` is not a prefix length from 0 to {most}"
        ));
    };
    let network = IpNet::new(address, length).map_err(|error| format!("`{text}`: {error}"))?;
    if network.addr() != network.network() {
        return Err(format!(
            "`{text}` has bits set beyond its first {length}; the network is `{}`",
            network.trunc()
        ));
    }
    Ok(network)
}

/// As [`network`], for IPv6 only.
///
/// # Errors
/// A sentence for the user.
pub fn ipv6_network(text: &str) -> Result<Ipv6Net, String> {
    match network(text)? {
        IpNet::V6(network) => Ok(network),
        IpNet::V4(_) => Err(format!(
            "`{text}` is an IPv4 network; an IPv6 network is needed here"
        )),
    }
}

/// As [`network`], for IPv4 only.
///
/// # Errors
/// A sentence for the user.
pub fn ipv4_network(text: &str) -> Result<Ipv4Net, String> {
    match network(text)? {
        IpNet::V4(network) => Ok(network),
        IpNet::V6(_) => Err(format!(
            "`{text}` is an IPv6 network; an IPv4 network is needed here"
        )),
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
            "`2001:db8::1` is an address without a prefix length; a single address is written `2001:db8::1/128`",
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
            "10.0.0.0/+8",
            "`/+8` in `10.0.0.0/+8` is not a prefix length from 0 to 32",
        );
        refuses(
            "10.0.0.0/021",
            "`/021` in `10.0.0.0/021` is not a prefix length from 0 to 32",
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
    fn the_families_are_kept_apart() {
        assert!(
            ipv6_network("10.0.0.0/21")
                .unwrap_err()
                .contains("is an IPv4 network")
        );
        assert!(
            ipv4_network("2001:db8::/48")
                .unwrap_err()
                .contains("is an IPv6 network")
        );
    }
}
