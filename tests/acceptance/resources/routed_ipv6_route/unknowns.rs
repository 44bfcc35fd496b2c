//! Arguments that are not known before apply.

use crate::scenarios;
use crate::scene::{POOL_ADDRESS, ROUTE_ADDRESS, unknown};
use crate::world::World;

scenarios![
    every_argument_may_be_unknown_at_plan,
    an_unknown_label_that_turns_out_unchanged_moves_nothing,
    an_unknown_server_that_turns_out_unchanged_moves_nothing,
];

fn every_argument_may_be_unknown_at_plan(world: &mut World) {
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
        unknown("vps", &format!("\"{vps}\"")),
        unknown("length", "56"),
    ));
    world.apply();
    let pool = world.attribute(POOL_ADDRESS, "parent_cidr");
    let route = world.attribute(ROUTE_ADDRESS, "prefix");
    assert_eq!(route, pool.replace("::/48", ":500::/56"));
}

/// A route whose server and label pass through other resources.
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
        unknown("label", &format!("\"{label}\"")),
        unknown("vps", &format!("\"{vps}\"")),
    )
}

fn an_unknown_label_that_turns_out_unchanged_moves_nothing(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let vps_id = "terraform_data.vps.output";
    world.configure(&routed(&pool, &vps, "web", vps_id));
    world.apply();
    let id = world.attribute(ROUTE_ADDRESS, "id");
    world.configure(&routed(&pool, &vps, "web ", vps_id));
    assert_eq!(world.plan().action(ROUTE_ADDRESS), "update");
    world.apply();
    assert_eq!(
        world.attribute(ROUTE_ADDRESS, "id"),
        id,
        "the route was not created again"
    );
}

fn an_unknown_server_that_turns_out_unchanged_moves_nothing(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let vps_id = "trimspace(terraform_data.vps.output)";
    world.configure(&routed(&pool, &vps, "web", vps_id));
    world.apply();
    let id = world.attribute(ROUTE_ADDRESS, "id");
    world.configure(&routed(&pool, &format!("{vps} "), "web", vps_id));
    assert_eq!(world.plan().action(ROUTE_ADDRESS), "update");
    world.apply();
    assert_eq!(
        world.attribute(ROUTE_ADDRESS, "id"),
        id,
        "the route was not created again"
    );
}
