//! The example of the page.

use crate::examples;
use crate::scenarios;
use crate::world::World;

scenarios![the_example_of_a_network_applies,];

fn the_example_of_a_network_applies(world: &mut World) {
    world.configure(&examples::read(
        "resources/hostup_private_network/resource.tf",
    ));
    world.apply();
    assert_eq!(world.mock.networks()[0]["name"], "backend");
}
