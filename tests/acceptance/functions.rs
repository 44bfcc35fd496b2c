//! Functions: results, and errors at the argument that is wrong.

use serde_json::json;

use crate::examples;
use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    the_examples_have_the_documented_results,
    functions_need_no_key,
    an_error_names_the_argument_and_the_right_value,
    an_unknown_argument_has_an_unknown_result,
];

fn the_examples_have_the_documented_results(world: &mut World) {
    world.configure(&examples::read_all("functions"));
    world.apply();
    assert_eq!(world.output("canonical"), "2001:db8:1000:100::/56");
    assert_eq!(
        world.output("in_the_pool"),
        json!(["2001:db8:1000::1", "2001:db8:1000:100::/56"])
    );
    assert_eq!(world.output("next_56"), "2001:db8:1000:100::/56");
}

fn functions_need_no_key(world: &mut World) {
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure(
        r#"
        locals {
          canonical = {
            v6 = provider::hostup::canonical_cidr("2001:DB8:0:0:0::/48")
            v4 = provider::hostup::canonical_cidr("10.42.0.0/21")
          }
          contains = [
            provider::hostup::cidr_contains("10.42.0.0/21", "10.42.7.9"),
            provider::hostup::cidr_contains("10.42.0.0/21", "10.42.8.0/24"),
            provider::hostup::cidr_contains("::/0", "10.42.7.9"),
          ]
          free = [
            provider::hostup::next_free_prefix(
              "10.42.0.0/21", ["10.42.1.0/24", "10.42.0.0/24", "10.42.0.0/25"], 24
            ),
            provider::hostup::next_free_prefix("2001:db8:1000::/48", [], "128"),
            provider::hostup::next_free_prefix(
              "2001:db8:1000::/48",
              [for n in range(1000) : cidrsubnet("2001:db8:1000::/48", 16, 999 - n)],
              64,
            ),
          ]
        }
        output "canonical" { value = local.canonical }
        output "contains" { value = local.contains }
        output "free" { value = local.free }
        "#,
    );
    world.apply();
    assert_eq!(
        world.output("canonical"),
        json!({"v6": "2001:db8::/48", "v4": "10.42.0.0/21"})
    );
    assert_eq!(world.output("contains"), json!([true, false, false]));
    assert_eq!(
        world.output("free"),
        json!([
            "10.42.2.0/24",
            "2001:db8:1000::/128",
            "2001:db8:1000:3e8::/64"
        ])
    );
    assert!(world.mock.requests().is_empty());
}

/// A call, the parameter of the error (none when it is about several), and a part of the message.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "canonical_cidr(\"2001:db8:1000:101::/56\")",
        "cidr",
        "the network is `2001:db8:1000:100::/56`",
    ),
    ("canonical_cidr(\"10.0.0.1\")", "cidr", "`10.0.0.1/32`"),
    (
        "cidr_contains(\"10.0.0.1/8\", \"10.0.0.1\")",
        "outer",
        "the network is `10.0.0.0/8`",
    ),
    (
        "cidr_contains(\"10.0.0.0/8\", \"web\")",
        "inner",
        "`web` is not a network",
    ),
    (
        "next_free_prefix(\"2001:db8::1/48\", [], 64)",
        "parent",
        "the network is `2001:db8::/48`",
    ),
    (
        "next_free_prefix(\"10.0.0.0/8\", [\"10.0.0.0/16\", \"10.1.2.0/16\"], 16)",
        "used",
        "`used[1]`: `10.1.2.0/16` has bits set beyond its first 16; the network is `10.1.0.0/16`",
    ),
    (
        "next_free_prefix(\"10.0.0.0/8\", [null], 16)",
        "used",
        "`used[0]` is null",
    ),
    (
        "next_free_prefix(\"2001:db8::/48\", [], 40)",
        "length",
        "40 is not a valid length for a child of `2001:db8::/48`; it must be 48 to 128",
    ),
    (
        "next_free_prefix(\"2001:db8::/48\", [], 64.5)",
        "length",
        "64.5 is not a whole number",
    ),
    (
        "next_free_prefix(\"10.0.0.0/24\", [\"10.0.0.0/16\"], 26)",
        "",
        "no /26 is free in `10.0.0.0/24`",
    ),
];

fn an_error_names_the_argument_and_the_right_value(world: &mut World) {
    // One plan evaluates every output and reports every error.
    let outputs: String = REFUSED
        .iter()
        .enumerate()
        .map(|(index, (call, _, _))| {
            format!("output \"o{index}\" {{\n  value = provider::hostup::{call}\n}}\n")
        })
        .collect::<Vec<_>>()
        .concat();
    world.configure(&outputs);
    let said = world.plan_fails();
    for (call, parameter, says) in REFUSED {
        let named = if parameter.is_empty() {
            "Call to function".to_owned()
        } else {
            format!("Invalid value for \"{parameter}\" parameter")
        };
        assert_error(&said, &[call, &named, says]);
    }
    assert!(world.mock.requests().is_empty());
    world.configure("");
}

fn an_unknown_argument_has_an_unknown_result(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    world.configure(&format!(
        r#"
        resource "hostup_routed_ipv6_pool" "main" {{}}
        resource "hostup_routed_ipv6_route" "first" {{
          pool_id = hostup_routed_ipv6_pool.main.id
          vps_id  = "{web}"
          prefix = provider::hostup::next_free_prefix(
            hostup_routed_ipv6_pool.main.parent_cidr, [], 56
          )
        }}
        resource "hostup_routed_ipv6_route" "second" {{
          pool_id = hostup_routed_ipv6_pool.main.id
          vps_id  = "{web}"
          prefix = provider::hostup::next_free_prefix(
            hostup_routed_ipv6_pool.main.parent_cidr, [hostup_routed_ipv6_route.first.prefix], 64
          )
        }}
        output "inside" {{
          value = provider::hostup::cidr_contains(
            hostup_routed_ipv6_pool.main.parent_cidr, hostup_routed_ipv6_route.second.prefix
          )
        }}
        "#
    ));
    let unknown = world.plan().unknown("hostup_routed_ipv6_route.second");
    assert!(unknown.iter().any(|name| name == "prefix"), "{unknown:?}");
    world.apply();
    assert_eq!(world.output("inside"), true);
    assert!(
        world
            .attribute("hostup_routed_ipv6_route.second", "prefix")
            .ends_with(":100::/64")
    );
}
