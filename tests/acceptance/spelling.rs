//! A network has many spellings; none of them is a change.

use crate::life::child;
use crate::scenarios;
use crate::world::World;

scenarios![
    a_prefix_in_any_spelling_plans_empty,
    another_spelling_of_the_same_prefix_is_no_change,
    the_region_comes_back_as_a_place_and_stays_as_it_was_written,
    a_region_that_is_left_out_later_is_no_change,
    a_description_changes_in_place_and_is_not_sent,
];

/// `2001:db8:…:100::/56` as `2001:0DB8:…:0100:0000::/56`.
fn odd(prefix: &str) -> String {
    let network: ipnet::Ipv6Net = prefix.parse().expect("a network");
    let groups: Vec<_> = network
        .network()
        .segments()
        .iter()
        .take(5)
        .map(|group| format!("{group:04X}"))
        .collect();
    format!("{}::/{}", groups.join(":"), network.prefix_len())
}

fn routed(pool: &str, vps: &str, prefix: &str) -> String {
    format!(
        r#"
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id = "{pool}"
          vps_id  = "{vps}"
          prefix  = "{prefix}"
        }}
        "#
    )
}

fn a_prefix_in_any_spelling_plans_empty(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let prefix = child(world, 1, 56);
    let spelled = odd(&prefix);
    assert_ne!(spelled, prefix);
    world.configure(&routed(&pool, &vps, &spelled));
    world.apply();
    assert_eq!(
        world.mock.routes()[0]["prefix"],
        prefix,
        "the API has the canonical text"
    );
    assert_eq!(
        world.attribute("hostup_routed_ipv6_route.web", "prefix"),
        spelled,
        "the state has the user's"
    );
}

fn another_spelling_of_the_same_prefix_is_no_change(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let prefix = child(world, 1, 56);
    world.configure(&routed(&pool, &vps, &prefix));
    world.apply();
    world.mock.clear_requests();
    world.configure(&routed(&pool, &vps, &odd(&prefix)));
    world.assert_settled();
    world.apply();
    assert_eq!(world.mock.count("DELETE", "/"), 0);
}

fn the_region_comes_back_as_a_place_and_stays_as_it_was_written(world: &mut World) {
    world.configure(
        r#"
        resource "hostup_private_network" "a" {
          name   = "a"
          region = "stockholm"
        }
        "#,
    );
    world.apply();
    assert_eq!(
        world.mock.networks()[0]["region"],
        "dc1r28",
        "the mock answers as the API's page does"
    );
    assert_eq!(
        world.attribute("hostup_private_network.a", "region"),
        "stockholm"
    );
    assert_eq!(
        world.attribute("hostup_private_network.a", "location"),
        "dc1r28"
    );
}

fn a_region_that_is_left_out_later_is_no_change(world: &mut World) {
    world.configure(
        "resource \"hostup_private_network\" \"a\" {\n name = \"a\"\n region = \"stockholm\"\n}",
    );
    world.apply();
    world.configure(r#"resource "hostup_private_network" "a" { name = "a" }"#);
    world.assert_settled();
}

fn a_description_changes_in_place_and_is_not_sent(world: &mut World) {
    let described = |text: &str| {
        format!(
            "resource \"hostup_private_network\" \"a\" {{\n name = \"a\"\n description = \"{text}\"\n}}"
        )
    };
    world.configure(&described("one"));
    world.apply();
    let sent = world.mock.requests();
    let post = sent
        .iter()
        .find(|request| request.method == "POST")
        .expect("a create");
    assert_eq!(post.body["description"], "one");
    world.mock.clear_requests();
    world.configure(&described("two"));
    let plan = world.plan();
    assert_eq!(plan.action("hostup_private_network.a"), "update");
    crate::world::assert_warning(&plan.report, &["description", "only in Terraform"]);
    world.apply();
    assert_eq!(
        world.attribute("hostup_private_network.a", "description"),
        "two"
    );
    assert_eq!(
        world.mock.count("POST", "/") + world.mock.count("DELETE", "/"),
        0
    );
}
