//! `next_free_prefix(parent, used, length)`: the lowest free aligned child of a network.

use hostup_client::lowest_free;
use ipnet::IpNet;
use tf_provider::schema::{FunctionSchema, Type};
use tf_provider_server::value::Int;

use crate::framework::cidr;
use crate::framework::function::{Function, Refusal, signature};

/// The function `next_free_prefix`.
#[derive(Debug)]
pub struct NextFreePrefix;

impl Function for NextFreePrefix {
    const NAME: &'static str = "next_free_prefix";
    type Arguments = (String, Vec<Option<String>>, Int);
    type Output = String;

    fn signature() -> FunctionSchema {
        signature(
            "The lowest free child of a network.",
            "Returns the lowest network of the length `length` in `parent` that overlaps none of \
             `used`, in canonical text. If none is left, that is an error. The prefix of a route \
             that uses it is known at plan.\n\nDon't pass the result straight to a route's \
             `prefix` when `used` comes from a data source that reads the account. Once the route \
             exists, its own prefix is in `used`, the function returns another one, and the plan \
             replaces the route. Instead, call the function once, in `terraform console` after \
             `terraform apply -refresh-only`, and write the result down; or set \
             `lifecycle { ignore_changes = [prefix] }` on the route.",
            [
                (
                    "parent",
                    Type::String,
                    "The network to take the child from, in CIDR notation.",
                ),
                (
                    "used",
                    Type::List(Box::new(Type::String)),
                    "The networks that are in use, in CIDR notation, in any spelling and order. \
                     They may overlap, and lie outside the parent.",
                ),
                (
                    "length",
                    Type::Number,
                    "The prefix length of the child, such as 64.",
                ),
            ],
            Type::String,
        )
    }

    fn call((parent, used, length): Self::Arguments) -> Result<String, Refusal> {
        let parent = cidr::network(&parent).map_err(|reason| Refusal::of(0, reason))?;
        let used = used
            .iter()
            .enumerate()
            .map(|(index, text)| match text {
                Some(text) => {
                    cidr::network(text).map_err(|reason| format!("`used[{index}]`: {reason}"))
                }
                None => Err(format!("`used[{index}]` is null")),
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|reason| Refusal::of(1, reason))?;
        let length = child_length(parent, length).map_err(|reason| Refusal::of(2, reason))?;
        let free = lowest_free(parent, &used, length).ok_or_else(|| Refusal {
            argument: None,
            reason: format!("no /{length} is free in `{parent}`"),
        })?;
        Ok(free.to_string())
    }
}

fn child_length(parent: IpNet, Int(length): Int) -> Result<u8, String> {
    let range = parent.prefix_len()..=parent.max_prefix_len();
    u8::try_from(length)
        .ok()
        .filter(|length| range.contains(length))
        .ok_or_else(|| {
            format!(
                "{length} is not a valid length for a child of `{parent}`; it must be {} to {}",
                range.start(),
                range.end()
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(parent: &str, used: &[&str], length: i64) -> Result<String, Refusal> {
        let used = used.iter().map(|it| Some((*it).to_owned())).collect();
        NextFreePrefix::call((parent.to_owned(), used, Int(length)))
    }

    #[track_caller]
    fn check(parent: &str, used: &[&str], length: i64, expected: &str) {
        assert_eq!(call(parent, used, length), Ok(expected.to_owned()));
    }

    #[track_caller]
    fn refuses(parent: &str, used: &[&str], length: i64, argument: Option<i64>, reason: &str) {
        let refusal = call(parent, used, length).unwrap_err();
        assert_eq!(
            (refusal.argument, refusal.reason.as_str()),
            (argument, reason)
        );
    }

    #[test]
    fn the_lowest_free_child_is_found() {
        let pool = "2001:db8:1000::/48";
        check(pool, &[], 56, "2001:db8:1000::/56");
        check(
            pool,
            &["2001:DB8:1000:0::/64"],
            56,
            "2001:db8:1000:100::/56",
        );
        check(pool, &["2001:db8:1000::/56"], 64, "2001:db8:1000:100::/64");
        check(
            pool,
            &["2001:db8:1000:200::/56", "2001:db8:1000::/56"],
            56,
            "2001:db8:1000:100::/56",
        );
        check(pool, &["2001:db8:2000::/48", "10.0.0.0/8"], 48, pool);
        check("10.42.0.0/21", &["10.42.0.0/24"], 24, "10.42.1.0/24");
        check("10.42.0.0/31", &["10.42.0.0/32"], 32, "10.42.0.1/32");
    }

    #[test]
    fn the_ends_of_the_address_space_do_not_overflow() {
        check("::/0", &[], 0, "::/0");
        check("::/0", &["::/1"], 1, "8000::/1");
        check("::/0", &["::/128"], 128, "::1/128");
        check("0.0.0.0/0", &["0.0.0.0/1"], 1, "128.0.0.0/1");
        let last = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127";
        let full = "no /128 is free in `ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127`";
        let ends = [
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/128",
        ];
        refuses(last, &ends, 128, None, full);
        refuses("::/0", &["::/0"], 128, None, "no /128 is free in `::/0`");
        refuses("::/0", &["8::/16"], 0, None, "no /0 is free in `::/0`");
        refuses(
            "255.255.255.0/24",
            &["255.255.0.0/16"],
            32,
            None,
            "no /32 is free in `255.255.255.0/24`",
        );
    }

    #[test]
    fn an_error_names_the_invalid_argument() {
        refuses(
            "10.0.0.1/8",
            &[],
            16,
            Some(0),
            "`10.0.0.1/8` has bits set beyond its first 8; the network is `10.0.0.0/8`",
        );
        refuses(
            "10.0.0.0/8",
            &["10.0.0.0/16", "10.1.0.1/16"],
            16,
            Some(1),
            "`used[1]`: `10.1.0.1/16` has bits set beyond its first 16; the network is \
             `10.1.0.0/16`",
        );
        for length in [-1, 7, 33, 128, 300] {
            let reason = format!(
                "{length} is not a valid length for a child of `10.0.0.0/8`; it must be 8 to 32"
            );
            refuses("10.0.0.0/8", &[], length, Some(2), &reason);
        }
        let null = NextFreePrefix::call(("10.0.0.0/8".to_owned(), vec![None], Int(16)));
        assert_eq!(null.unwrap_err(), Refusal::of(1, "`used[0]` is null"));
    }
}
