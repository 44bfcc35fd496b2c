//! Invalid arguments.

use crate::resources::checks::assert_invalid;
use crate::scenarios;
use crate::scene::route;
use crate::world::World;

scenarios![the_messages_about_invalid_routes,];

/// The lines of a route, beside its pool and server.
const ROUTES: &[&str] = &[
    r#"prefix = "2001:db8:1000:101::/56""#,
    r#"prefix = "2001:db8:1000::1/64""#,
    r#"prefix = "2001:db8:1000::/60""#,
    r#"prefix = "2001:db8:1000::/128""#,
    r#"prefix = "2001:db8:1000::/129""#,
    r#"prefix = "2001:db8:1000::/056""#,
    r#"prefix = "2001:db8:1000::/""#,
    r#"prefix = "2001:db8:1000::""#,
    r#"prefix = "2001:db8:1000::/64 ""#,
    r#"prefix = "2001:db8::1000::/64""#,
    r#"prefix = "fe80::%eth0/64""#,
    r#"prefix = "10.0.0.0/56""#,
    r#"prefix = "10.0.0.0/24""#,
    r#"prefix = "web""#,
    r#"prefix = """#,
    "prefix = \"2001:db8:1000::/56\"\nprefix_length = 64",
    "prefix = \"2001:db8:1000::/56\"\nprefix_length = 63",
    "prefix_length = 63",
    "prefix_length = 0",
    "prefix_length = -64",
    "prefix_length = 128",
    "prefix_length = 64.5",
    "prefix_length = 9999999999999999999999",
    "",
    "prefix_length = 64\ntimeouts = { create = \"soon\" }",
    "prefix_length = 64\ntimeouts = { update = \"90\" }",
    "prefix_length = 64\ntimeouts = { read = \"0s\" }",
    "prefix_length = 64\ntimeouts = { delete = \"-5m\" }",
    "prefix_length = 64\ntimeouts = { delete = \"1h30\" }",
];

fn the_messages_about_invalid_routes(world: &mut World) {
    let empty_ids = (
        "route: empty ids".to_owned(),
        route("a", "", " ", "prefix_length = 64"),
    );
    let configurations = ROUTES
        .iter()
        .map(|lines| (format!("route: {lines}"), route("a", "p", "v", lines)));
    assert_invalid(world, "invalid_routes", configurations.chain([empty_ids]));
}
