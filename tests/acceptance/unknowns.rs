//! Values that are made in the same run, at every place where they can occur.

use crate::scenarios;
use crate::world::{World, assert_error, assert_warning};

scenarios![
    a_key_made_in_the_same_run_is_enough,
    a_key_that_is_not_known_yet_is_named_by_what_needs_it,
    an_endpoint_and_the_numbers_may_be_made_in_the_same_run,
    a_prefix_cut_from_a_pool_of_the_same_run_works,
    every_argument_of_a_network_may_be_made_in_the_same_run,
    a_label_that_turns_out_as_it_was_moves_nothing,
    a_server_that_turns_out_as_it_was_moves_nothing,
    a_region_that_is_not_known_yet_replaces_nothing,
    a_region_that_is_not_known_yet_is_no_matter_to_what_is_replaced_anyway,
    a_protection_made_in_the_same_run_protects,
];

const NETWORK: &str = r#"resource "hostup_private_network" "a" { name = "a" }"#;

fn provider(lines: &str) -> String {
    format!("provider \"hostup\" {{\n{lines}\n}}\n")
}

/// A value that is not known before it is made.
fn made(name: &str, value: &str) -> String {
    format!("resource \"terraform_data\" \"{name}\" {{ input = {value} }}\n")
}

fn a_key_made_in_the_same_run_is_enough(world: &mut World) {
    let key = world.mock.api_key().to_owned();
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure(&format!(
        "{}{}{NETWORK}",
        made("key", &format!("\"{key}\"")),
        provider("api_key = terraform_data.key.output")
    ));
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
    world.workspace.set("HOSTUP_API_KEY", &key);
}

fn a_key_that_is_not_known_yet_is_named_by_what_needs_it(world: &mut World) {
    let key = world.mock.api_key().to_owned();
    let with = |more: &str| {
        format!(
            "{}{}{NETWORK}",
            made("key", &format!("\"{key}{more}\"")),
            provider("api_key = trimspace(terraform_data.key.output)")
        )
    };
    world.configure(&with(""));
    world.apply();
    world.configure(&with(" "));
    assert_error(
        &world.plan_fails(),
        &[
            "Could not read hostup_private_network",
            "`api_key` is not known yet",
            "hint:",
            "-target",
        ],
    );
    assert!(
        world
            .addresses()
            .contains(&"hostup_private_network.a".to_owned())
    );
    world.configure(&with(""));
}

fn an_endpoint_and_the_numbers_may_be_made_in_the_same_run(world: &mut World) {
    let endpoint = world.mock.endpoint().to_owned();
    world.workspace.unset("HOSTUP_API_BASE");
    world.configure(&format!(
        "{}{}{}{}{NETWORK}",
        made("endpoint", &format!("\"{endpoint}\"")),
        made("number", "3"),
        made("time", "\"20s\""),
        provider(
            "endpoint = terraform_data.endpoint.output\nmax_retries = terraform_data.number.output\n\
             max_concurrent_requests = terraform_data.number.output\nrequest_timeout = terraform_data.time.output"
        )
    ));
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
    world.workspace.set("HOSTUP_API_BASE", &endpoint);
}

fn a_prefix_cut_from_a_pool_of_the_same_run_works(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&format!(
        r#"
        resource "hostup_routed_ipv6_pool" "main" {{}}
        {}{}
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id       = hostup_routed_ipv6_pool.main.id
          vps_id        = terraform_data.vps.output
          prefix        = cidrsubnet(hostup_routed_ipv6_pool.main.parent_cidr, 8, 5)
          prefix_length = terraform_data.length.output
          label         = terraform_data.vps.output
          timeouts      = {{ create = "${{terraform_data.length.output}}s" }}
        }}
        "#,
        made("vps", &format!("\"{vps}\"")),
        made("length", "56"),
    ));
    world.apply();
    let pool = world.attribute("hostup_routed_ipv6_pool.main", "parent_cidr");
    let route = world.attribute("hostup_routed_ipv6_route.web", "prefix");
    assert_eq!(route, pool.replace("::/48", ":500::/56"));
}

fn every_argument_of_a_network_may_be_made_in_the_same_run(world: &mut World) {
    world.configure(&format!(
        r#"
        {}{}{}
        resource "hostup_private_network" "a" {{
          name        = terraform_data.text.output
          region      = terraform_data.text.output
          description = terraform_data.text.output
          parent_cidr = terraform_data.range.output
          timeouts    = {{ create = terraform_data.time.output }}
        }}
        "#,
        made("text", "\"stockholm\""),
        made("range", "\"10.42.0.0/21\""),
        made("time", "\"1m\""),
    ));
    world.apply();
    assert_eq!(world.mock.networks()[0]["name"], "stockholm");
    assert_eq!(world.mock.networks()[0]["parentCidr"], "10.42.0.0/21");
}

/// A route whose server and label come from elsewhere.
fn routed(pool: &str, vps: &str, label: &str, vps_id: &str) -> String {
    format!(
        r#"
        {}{}
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id       = "{pool}"
          vps_id        = {vps_id}
          prefix_length = 64
          label         = trimspace(terraform_data.label.output)
        }}
        "#,
        made("label", &format!("\"{label}\"")),
        made("vps", &format!("\"{vps}\"")),
    )
}

fn a_label_that_turns_out_as_it_was_moves_nothing(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let vps_id = "terraform_data.vps.output";
    world.configure(&routed(&pool, &vps, "web", vps_id));
    world.apply();
    let id = world.attribute("hostup_routed_ipv6_route.web", "id");
    world.configure(&routed(&pool, &vps, "web ", vps_id));
    assert_eq!(
        world.plan().action("hostup_routed_ipv6_route.web"),
        "update"
    );
    world.apply();
    assert_eq!(
        world.attribute("hostup_routed_ipv6_route.web", "id"),
        id,
        "the route was not made anew"
    );
}

fn a_server_that_turns_out_as_it_was_moves_nothing(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let vps_id = "trimspace(terraform_data.vps.output)";
    world.configure(&routed(&pool, &vps, "web", vps_id));
    world.apply();
    let id = world.attribute("hostup_routed_ipv6_route.web", "id");
    world.configure(&routed(&pool, &format!("{vps} "), "web", vps_id));
    assert_eq!(
        world.plan().action("hostup_routed_ipv6_route.web"),
        "update"
    );
    world.apply();
    assert_eq!(
        world.attribute("hostup_routed_ipv6_route.web", "id"),
        id,
        "the route was not made anew"
    );
}

/// A network in a region that is made in the same run.
fn network_in(region: &str, name: &str) -> String {
    format!(
        "{}resource \"hostup_private_network\" \"a\" {{\n name = \"{name}\"\n region = terraform_data.region.output\n}}",
        made("region", &format!("\"{region}\""))
    )
}

fn a_region_that_is_not_known_yet_replaces_nothing(world: &mut World) {
    let in_region = |region: &str| network_in(region, "a");
    world.configure(&in_region("stockholm"));
    world.apply();
    world.configure(&in_region("helsinki"));
    let plan = world.plan();
    assert_eq!(plan.action("hostup_private_network.a"), "update");
    assert_warning(
        &plan.report,
        &[
            "`region` is not known before apply",
            "`stockholm`",
            "-target",
            "region = ",
        ],
    );
    let target = ["apply", "-auto-approve", "-target=terraform_data.region"];
    assert_eq!(world.workspace.run(target).expect("a run").code(), 0);
    let plan = world.plan();
    assert_eq!(plan.action("hostup_private_network.a"), "delete-create");
    assert_eq!(plan.replaced_by("hostup_private_network.a"), ["region"]);
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}

fn a_region_that_is_not_known_yet_is_no_matter_to_what_is_replaced_anyway(world: &mut World) {
    world.configure(&network_in("stockholm", "a"));
    world.apply();
    world.configure(&network_in("helsinki", "b"));
    let plan = world.plan();
    assert_eq!(plan.action("hostup_private_network.a"), "delete-create");
    assert_eq!(plan.replaced_by("hostup_private_network.a"), ["name"]);
    world.apply();
    assert_eq!(
        world.attribute("hostup_private_network.a", "region"),
        "helsinki"
    );
}

fn a_protection_made_in_the_same_run_protects(world: &mut World) {
    let protected = |value: &str| {
        format!(
            "{}resource \"hostup_routed_ipv6_pool\" \"main\" {{\n deletion_protection = terraform_data.protect.output\n}}",
            made("protect", value)
        )
    };
    world.configure(&protected("true"));
    world.apply();
    assert_error(&world.destroy_fails(), &["is protected"]);
    world.configure(&protected("false"));
    world.apply();
}
