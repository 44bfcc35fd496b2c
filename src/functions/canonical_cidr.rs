//! `canonical_cidr(cidr)`: the canonical text of a network, for comparisons and keys.

use tf_provider::schema::{FunctionSchema, Type};

use crate::framework::cidr;
use crate::framework::function::{Function, Refusal, signature};

/// The function `canonical_cidr`.
#[derive(Debug)]
pub struct CanonicalCidr;

impl Function for CanonicalCidr {
    const NAME: &'static str = "canonical_cidr";
    type Arguments = (String,);
    type Output = String;

    fn signature() -> FunctionSchema {
        signature(
            "The canonical text of a network.",
            "Returns the canonical text of a network (RFC 5952 for IPv6). An IPv6 network has many \
             spellings, and Terraform compares texts. A network with bits set beyond its prefix \
             is an error that shows the corrected value.",
            [(
                "cidr",
                Type::String,
                "The network in CIDR notation, in any spelling, such as `2001:DB8:1000:0::/56`.",
            )],
            Type::String,
        )
    }

    fn call((text,): (String,)) -> Result<String, Refusal> {
        match cidr::network(&text) {
            Ok(network) => Ok(network.to_string()),
            Err(reason) => Err(Refusal::of(0, reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let result = CanonicalCidr::call((text.to_owned(),));
        let result = result.as_deref().map_err(|refusal| refusal.reason.as_str());
        assert_eq!(result, expected);
    }

    #[test]
    fn every_spelling_becomes_the_canonical_one() {
        check("2001:DB8:1000:100:0::/56", Ok("2001:db8:1000:100::/56"));
        check("2001:db8:0:0:1:0:0:0/80", Ok("2001:db8:0:0:1::/80"));
        check("::/0", Ok("::/0"));
        check("10.42.0.0/21", Ok("10.42.0.0/21"));
        check("0.0.0.0/0", Ok("0.0.0.0/0"));
        check("192.0.2.1/32", Ok("192.0.2.1/32"));
    }

    #[test]
    fn a_text_that_is_not_a_network_is_refused_with_a_correction() {
        check(
            "2001:db8:1000:101::/56",
            Err(
                "`2001:db8:1000:101::/56` has bits set beyond its first 56; the network is \
                 `2001:db8:1000:100::/56`",
            ),
        );
        check(
            "10.0.0.1",
            Err("`10.0.0.1` is an address; a network has a prefix length, such as `10.0.0.1/32`"),
        );
    }
}
