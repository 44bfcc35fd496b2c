//! The example of the page.

use crate::examples;
use crate::scenarios;
use crate::world::World;

scenarios![the_example_of_an_interface_applies,];

fn the_example_of_an_interface_applies(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&examples::read(
        "resources/hostup_vps_private_interface/resource.tf",
    ));
    world.apply();
    assert_eq!(super::private_addresses(world, &vps).len(), 1);
}
