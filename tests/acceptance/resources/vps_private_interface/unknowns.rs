//! Arguments that are not known before apply.

use crate::scenarios;
use crate::scene::unknown;
use crate::world::{World, assert_warning};

use super::{ADDRESS, BACKEND, WEB, assert_attached, web};

scenarios![
    every_argument_may_be_unknown_at_plan,
    an_interface_is_not_replaced_for_a_value_that_is_unknown_at_plan,
];

fn every_argument_may_be_unknown_at_plan(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&format!(
        r#"
        {BACKEND}{}{}{}
        resource "hostup_vps_private_interface" "web" {{
          vps_id     = terraform_data.server.output
          subnet_id  = hostup_private_network.backend.subnets[0].id
          ip_address = terraform_data.address.output
          timeouts   = {{ create = terraform_data.time.output }}
        }}
        "#,
        unknown("server", &format!("\"{vps}\"")),
        unknown("address", &format!("\"{ADDRESS}\"")),
        unknown("time", "\"1m\""),
    ));
    world.apply();
    assert_attached(world, &vps);
}

fn an_interface_is_not_replaced_for_a_value_that_is_unknown_at_plan(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&web(&vps, ""));
    world.apply();
    let source = unknown("server", &format!("\"{vps}\""));
    let configuration =
        web(&vps, "").replace(&format!("\"{vps}\""), "terraform_data.server.output");
    world.configure(&format!("{source}{configuration}"));
    let plan = world.plan();
    assert_eq!(plan.action(WEB), "update");
    assert_warning(&plan.report, &["`vps_id` is not known before apply", &vps]);
    world.apply();
    assert_attached(world, &vps);
}
