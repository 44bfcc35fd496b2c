//! Arguments that are not known before apply.

use crate::scenarios;
use crate::scene::{NETWORK_ADDRESS, unknown};
use crate::world::{World, assert_warning};

scenarios![
    every_argument_may_be_unknown_at_plan,
    a_network_is_not_replaced_for_a_region_that_is_unknown_at_plan,
    a_network_that_is_replaced_anyway_takes_a_region_that_is_unknown_at_plan,
];

fn every_argument_may_be_unknown_at_plan(world: &mut World) {
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
        unknown("text", "\"stockholm\""),
        unknown("range", "\"10.42.0.0/21\""),
        unknown("time", "\"1m\""),
    ));
    world.apply();
    assert_eq!(world.mock.networks()[0]["name"], "stockholm");
    assert_eq!(world.mock.networks()[0]["parentCidr"], "10.42.0.0/21");
}

/// A network in a region that is not known before apply.
fn named_in(region: &str, name: &str) -> String {
    format!(
        "{}resource \"hostup_private_network\" \"a\" {{\n  name = \"{name}\"\n  \
         region = terraform_data.region.output\n}}\n",
        unknown("region", &format!("\"{region}\""))
    )
}

fn a_network_is_not_replaced_for_a_region_that_is_unknown_at_plan(world: &mut World) {
    let in_region = |region: &str| named_in(region, "a");
    world.configure(&in_region("stockholm"));
    world.apply();
    world.configure(&in_region("helsinki"));
    let plan = world.plan();
    assert_eq!(plan.action(NETWORK_ADDRESS), "update");
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
    assert_eq!(plan.action(NETWORK_ADDRESS), "delete-create");
    assert_eq!(plan.replaced_by(NETWORK_ADDRESS), ["region"]);
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}

fn a_network_that_is_replaced_anyway_takes_a_region_that_is_unknown_at_plan(world: &mut World) {
    world.configure(&named_in("stockholm", "a"));
    world.apply();
    world.configure(&named_in("helsinki", "b"));
    let plan = world.plan();
    assert_eq!(plan.action(NETWORK_ADDRESS), "delete-create");
    assert_eq!(plan.replaced_by(NETWORK_ADDRESS), ["name"]);
    world.apply();
    assert_eq!(world.attribute(NETWORK_ADDRESS, "region"), "helsinki");
}
