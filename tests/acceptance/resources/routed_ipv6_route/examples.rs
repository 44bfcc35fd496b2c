//! The example of the page.

use crate::examples;
use crate::scenarios;
use crate::scene::ROUTE_ADDRESS;
use crate::world::World;

scenarios![the_example_of_routes_applies,];

fn the_example_of_routes_applies(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.workspace.set("TF_VAR_server", &vps);
    let routes = examples::read("resources/hostup_routed_ipv6_route/resource.tf");
    world.configure(&routes);
    world.apply();
    assert_eq!(world.mock.routes().len(), 2);
    assert_eq!(
        world.attribute(ROUTE_ADDRESS, "prefix"),
        "2001:db8:1000:1000::/64"
    );
    world.configure(&routes.replace("= true", "= false"));
    world.apply();
}
