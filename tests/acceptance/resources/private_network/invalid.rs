//! Invalid arguments.

use crate::resources::checks::assert_invalid;
use crate::scenarios;
use crate::world::World;

scenarios![the_messages_about_invalid_networks,];

/// The lines of a network.
const NETWORKS: &[&str] = &[
    r#"name = """#,
    r#"name = "   ""#,
    "name = \"01234567890123456789012345678901234567890123456789\
     01234567890123456789012345678901234567890123456789x\"",
    "name = \"a\"\nparent_cidr = \"10.42.0.0/24\"",
    "name = \"a\"\nparent_cidr = \"10.42.1.0/24\"",
    "name = \"a\"\nparent_cidr = \"10.42.1.0/21\"",
    "name = \"a\"\nparent_cidr = \"10.42.0.0\"",
    "name = \"a\"\nparent_cidr = \"10.42.0.0/33\"",
    "name = \"a\"\nparent_cidr = \"10.42.0/21\"",
    "name = \"a\"\nparent_cidr = \"010.42.0.0/21\"",
    "name = \"a\"\nparent_cidr = \"8.8.8.0/21\"",
    "name = \"a\"\nparent_cidr = \"172.32.0.0/21\"",
    "name = \"a\"\nparent_cidr = \"100.64.0.0/21\"",
    "name = \"a\"\nparent_cidr = \"fd00::/21\"",
    "name = \"a\"\nparent_cidr = \"\"",
    "name = \"a\"\nregion = \"\"",
    "name = \"a\"\nregion = \"Stockholm SE!\"",
    "name = \"a\"\nstatus = \"active\"",
    "name = \"a\"\nid = terraform_data.a.id\n}\nresource \"terraform_data\" \"a\" {",
    "name = \"a\"\ntimeouts = { create = \"0s\" }",
    "name = \"a\"\ntimeouts = { create = \"10\" }",
    "name = \"a\"\ntimeouts = { delete = \"ten minutes\" }",
];

fn the_messages_about_invalid_networks(world: &mut World) {
    let configurations = NETWORKS.iter().map(|lines| {
        let resource = format!("resource \"hostup_private_network\" \"a\" {{\n{lines}\n}}\n");
        (format!("network: {lines}"), resource)
    });
    assert_invalid(world, "invalid_networks", configurations);
}
