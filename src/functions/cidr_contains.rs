//! `cidr_contains(outer, inner)`: whether a network contains an address or another network.

use std::net::IpAddr;

use ipnet::IpNet;
use tf_provider::schema::{FunctionSchema, Type};

use crate::framework::cidr;
use crate::framework::function::{Function, Refusal, signature};

/// The function `cidr_contains`.
#[derive(Debug)]
pub struct CidrContains;

impl Function for CidrContains {
    const NAME: &'static str = "cidr_contains";
    type Arguments = (String, String);
    type Output = bool;

    fn signature() -> FunctionSchema {
        signature(
            "Whether a network contains an address or another network.",
            "Returns whether the network `outer` contains all of `inner`, an address or a network. \
             A network contains itself. A network of one IP version contains nothing of the other: \
             the result is `false`, not an error, so that you can filter mixed lists.",
            [
                (
                    "outer",
                    Type::String,
                    "The network that may contain the other, in CIDR notation.",
                ),
                (
                    "inner",
                    Type::String,
                    "An address such as `2001:db8::1`, or a network in CIDR notation.",
                ),
            ],
            Type::Bool,
        )
    }

    fn call((outer, inner): (String, String)) -> Result<bool, Refusal> {
        let outer = cidr::network(&outer).map_err(|reason| Refusal::of(0, reason))?;
        let inner = match inner.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address),
            Err(_) => cidr::network(&inner).map_err(|reason| Refusal::of(1, reason))?,
        };
        Ok(outer.contains(&inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(outer: &str, inner: &str, expected: bool) {
        let result = CidrContains::call((outer.to_owned(), inner.to_owned()));
        assert_eq!(result, Ok(expected), "{outer} contains {inner}");
    }

    #[test]
    fn addresses_and_networks_of_both_families_are_compared() {
        check("2001:db8:1000::/48", "2001:DB8:1000:100::/56", true);
        check("2001:db8:1000::/48", "2001:db8:1000:ffff::1", true);
        check("2001:db8:1000::/48", "2001:db8:1001::", false);
        check("2001:db8:1000::/48", "2001:db8::/32", false);
        check("2001:db8:1000::/48", "2001:db8:1000::/48", true);
        check("10.42.0.0/21", "10.42.7.255", true);
        check("10.42.0.0/21", "10.42.8.0", false);
        check("10.42.0.0/21", "10.42.4.0/24", true);
        check("0.0.0.0/0", "::1", false);
        check("::/0", "10.0.0.1", false);
        check("::/0", "::ffff:10.0.0.1", true);
        check("192.0.2.1/32", "192.0.2.1", true);
    }

    #[test]
    fn an_error_names_the_invalid_argument() {
        let call =
            |outer: &str, inner: &str| CidrContains::call((outer.to_owned(), inner.to_owned()));
        let refused = call("10.0.0.0", "10.0.0.1").unwrap_err();
        assert_eq!(refused.argument, Some(0));
        assert!(refused.reason.contains("`10.0.0.0/24`"));
        let refused = call("10.0.0.0/8", "10.0.0.1/24").unwrap_err();
        assert_eq!(refused.argument, Some(1));
        assert!(refused.reason.contains("`10.0.0.0/24`"));
    }
}
