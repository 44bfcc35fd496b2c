//! Objects that exist come under management without being touched.

use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    a_pool_is_imported_by_id,
    a_pool_is_imported_by_cidr,
    a_route_is_imported_by_id,
    a_route_is_imported_by_prefix_in_any_spelling,
    a_network_is_imported_by_id,
    a_network_is_imported_by_name,
    any_name_is_looked_for_in_the_list_alone,
    an_imported_network_adopts_region_and_description,
    a_name_that_two_networks_have_imports_neither,
    what_does_not_exist_is_not_imported,
    an_import_block_writes_the_configuration,
    an_import_block_takes_an_identity if has_identity,
    an_identity_of_nothing_is_not_imported if has_identity,
];

const POOL: &str = r#"resource "hostup_routed_ipv6_pool" "main" {}"#;
const NETWORK: &str = r#"resource "hostup_private_network" "a" { name = "backend" }"#;

fn a_pool_is_imported_by_id(world: &mut World) {
    let id = world.mock.add_pool();
    world.configure(POOL);
    world.import("hostup_routed_ipv6_pool.main", &id);
    world.assert_settled();
    assert_eq!(world.attribute("hostup_routed_ipv6_pool.main", "id"), id);
}

fn a_pool_is_imported_by_cidr(world: &mut World) {
    let id = world.mock.add_pool();
    let cidr = world.mock.pools()[0]["parentCidr"]
        .as_str()
        .expect("a CIDR")
        .to_uppercase();
    world.configure(POOL);
    world.import("hostup_routed_ipv6_pool.main", &cidr);
    world.assert_settled();
    assert_eq!(world.attribute("hostup_routed_ipv6_pool.main", "id"), id);
}

/// A route that is there, and a configuration for it.
fn route(world: &mut World) -> (String, String) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let id = world
        .mock
        .add_route(&pool, &vps, None, 56, Some("web subnet"));
    world.configure(&format!(
        r#"
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id       = "{pool}"
          vps_id        = "{vps}"
          prefix_length = 56
          label         = "web subnet"
        }}
        "#
    ));
    let prefix = world.mock.routes()[0]["prefix"]
        .as_str()
        .expect("a prefix")
        .to_owned();
    (id, prefix)
}

fn a_route_is_imported_by_id(world: &mut World) {
    let (id, prefix) = route(world);
    world.import("hostup_routed_ipv6_route.web", &id);
    world.assert_settled();
    assert_eq!(
        world.attribute("hostup_routed_ipv6_route.web", "prefix"),
        prefix
    );
}

fn a_route_is_imported_by_prefix_in_any_spelling(world: &mut World) {
    let (id, prefix) = route(world);
    world.import("hostup_routed_ipv6_route.web", &prefix.to_uppercase());
    world.assert_settled();
    assert_eq!(world.attribute("hostup_routed_ipv6_route.web", "id"), id);
}

fn a_network_is_imported_by_id(world: &mut World) {
    let id = world.mock.add_network("backend", Some("stockholm"));
    world.configure(NETWORK);
    world.import("hostup_private_network.a", &id);
    world.assert_settled();
}

fn a_network_is_imported_by_name(world: &mut World) {
    let id = world.mock.add_network("backend", Some("stockholm"));
    world.configure(NETWORK);
    world.import("hostup_private_network.a", "backend");
    world.assert_settled();
    assert_eq!(world.attribute("hostup_private_network.a", "id"), id);
}

fn any_name_is_looked_for_in_the_list_alone(world: &mut World) {
    for name in ["..", ".", "a/b", "pnet_c"] {
        let id = world.mock.add_network(name, None);
        let by_name = format!("/api/v2/private-networks/{name}");
        world.configure(&format!(
            "resource \"hostup_private_network\" \"a\" {{ name = \"{name}\" }}"
        ));
        world.mock.clear_requests();
        world.import("hostup_private_network.a", name);
        world.assert_settled();
        assert_eq!(world.attribute("hostup_private_network.a", "id"), id);
        let asked = world.mock.count("GET", &by_name);
        assert_eq!(asked, usize::from(name.starts_with("pnet_")), "{name}");
        world.destroy();
    }
}

fn an_imported_network_adopts_region_and_description(world: &mut World) {
    let id = world.mock.add_network("backend", Some("stockholm"));
    world.configure(
        r#"
        resource "hostup_private_network" "a" {
          name        = "backend"
          region      = "stockholm"
          description = "Private backend network"
        }
        "#,
    );
    world.import("hostup_private_network.a", &id);
    let plan = world.plan();
    assert_eq!(
        plan.action("hostup_private_network.a"),
        "update",
        "nothing is replaced"
    );
    assert!(plan.replaced_by("hostup_private_network.a").is_empty());
    assert!(plan.unknown("hostup_private_network.a").is_empty());
    world.mock.clear_requests();
    world.apply();
    assert_eq!(
        world.mock.count("POST", "/") + world.mock.count("DELETE", "/"),
        0
    );
    assert_eq!(world.attribute("hostup_private_network.a", "id"), id);
    assert_eq!(
        world.attribute("hostup_private_network.a", "region"),
        "stockholm"
    );
    assert_eq!(
        world.attribute("hostup_private_network.a", "description"),
        "Private backend network"
    );
}

fn a_name_that_two_networks_have_imports_neither(world: &mut World) {
    let (one, two) = (
        world.mock.add_network("backend", None),
        world.mock.add_network("backend", None),
    );
    world.foreign(&one);
    world.foreign(&two);
    world.configure(NETWORK);
    let text = world.import_fails("hostup_private_network.a", "backend");
    for part in [
        "more than one network is named `backend`",
        &one,
        &two,
        "hint:",
    ] {
        assert!(text.contains(part), "{part:?} is missing: {text}");
    }
}

fn what_does_not_exist_is_not_imported(world: &mut World) {
    world.configure(&format!(
        "{POOL}\n{NETWORK}\nresource \"hostup_routed_ipv6_route\" \"web\" {{\n pool_id = \"ripv6_x\"\n vps_id = \"vps_x\"\n prefix_length = 64\n}}"
    ));
    for (address, id, says) in [
        (
            "hostup_routed_ipv6_pool.main",
            "ripv6_nobody",
            "the account has no pool `ripv6_nobody`",
        ),
        (
            "hostup_routed_ipv6_route.web",
            "ripv6rt_nobody",
            "none is `ripv6rt_nobody`",
        ),
        (
            "hostup_private_network.a",
            "nobody",
            "networks has the id or the name `nobody`",
        ),
    ] {
        let text = world.import_fails(address, id);
        assert!(text.contains(says) && text.contains("hint:"), "{text}");
    }
    assert!(world.addresses().is_empty());
}

fn an_import_block_writes_the_configuration(world: &mut World) {
    let pool = world.mock.add_pool();
    let vps = world.mock.add_vps("web-01");
    let route = world.mock.add_route(&pool, &vps, None, 64, Some("web"));
    let network = world.mock.add_network("backend", Some("stockholm"));
    world.configure(&format!(
        r#"
        import {{
          to = hostup_routed_ipv6_pool.main
          id = "{pool}"
        }}
        import {{
          to = hostup_routed_ipv6_route.web
          id = "{route}"
        }}
        import {{
          to = hostup_private_network.backend
          id = "{network}"
        }}
        "#
    ));
    world.plan_with(&["-generate-config-out=generated.tf"]);
    world.apply();
    assert_eq!(world.addresses().len(), 3);
    assert_eq!(
        world.mock.count("POST", "/") + world.mock.count("DELETE", "/"),
        0
    );
    // The generated route names its pool by id alone, so the core would destroy both at once.
    world.destroy_one("hostup_routed_ipv6_route.web");
}

fn an_import_block_takes_an_identity(world: &mut World) {
    let pool = world.mock.add_pool();
    let web = world.mock.add_vps("web-01");
    world.mock.add_route(&pool, &web, None, 64, Some("web"));
    let prefix = world.mock.routes()[0]["prefix"].clone();
    let network = world.mock.add_network("backend", Some("stockholm"));
    world.configure(&format!(
        r#"
        {POOL}
        {NETWORK}
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id = hostup_routed_ipv6_pool.main.id
          vps_id  = "{web}"
          prefix  = {prefix}
          label   = "web"
        }}
        import {{
          to       = hostup_routed_ipv6_pool.main
          identity = {{ id = "{pool}" }}
        }}
        import {{
          to       = hostup_routed_ipv6_route.web
          identity = {{ prefix = {prefix} }}
        }}
        import {{
          to       = hostup_private_network.a
          identity = {{ id = "{network}" }}
        }}
        "#
    ));
    let plan = world.plan();
    for address in [
        "hostup_routed_ipv6_pool.main",
        "hostup_routed_ipv6_route.web",
        "hostup_private_network.a",
    ] {
        assert_eq!(plan.action(address), "no-op", "{address}");
    }
    world.apply();
    assert_eq!(
        world.mock.count("POST", "/") + world.mock.count("DELETE", "/"),
        0
    );
    assert_eq!(world.addresses().len(), 3);
}

fn an_identity_of_nothing_is_not_imported(world: &mut World) {
    for (resource, attribute, says) in [
        (
            "hostup_routed_ipv6_pool",
            "id",
            "the account has no pool `nothing`",
        ),
        ("hostup_routed_ipv6_route", "prefix", "routes is `nothing`"),
        (
            "hostup_private_network",
            "id",
            "no network has the id or the name `nothing`",
        ),
    ] {
        world.configure(&format!(
            r#"
            import {{
              to       = {resource}.it
              identity = {{ {attribute} = "nothing" }}
            }}
            resource "{resource}" "it" {{
              {}
            }}
            "#,
            match resource {
                "hostup_routed_ipv6_route" => "pool_id = \"p\"\nvps_id = \"v\"\nprefix_length = 64",
                "hostup_private_network" => "name = \"a\"",
                _ => "",
            }
        ));
        assert_error(
            &world.plan_fails(),
            &[&format!("Could not import {resource}"), says, "hint:"],
        );
    }
    world.configure("");
}
