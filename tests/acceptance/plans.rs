//! Each kind of change, in the plan and in the apply.

use std::fmt::Write as _;

use crate::scenarios;
use crate::scene::{NETWORK_ADDRESS, POOL_ADDRESS, ROUTE_ADDRESS, pool_and_route, unknown};
use crate::world::{World, assert_warning};

scenarios![
    each_change_of_a_route_is_an_update_or_a_replacement,
    each_change_of_a_network_is_an_update_or_a_replacement,
    each_change_of_a_pool_is_an_update,
    a_pool_is_replaced_only_together_with_its_routes,
    attributes_that_are_never_null_can_be_compared_before_apply,
];

/// The attributes of a route that a move changes: all but the prefix.
const MOVED: [&str; 4] = ["id", "next_hop", "status", "vps_name"];

/// A change of the configuration, and what the plan must show.
struct Change<'a> {
    from: &'a str,
    to: &'a str,
    action: &'a str,
    because_of: &'a [&'a str],
    unknown: Vec<&'a str>,
}

fn check(world: &World, address: &str, configure: impl Fn(&str) -> String, change: &Change<'_>) {
    let Change {
        from,
        to,
        action,
        because_of,
        unknown,
    } = change;
    world.configure(&configure(from));
    world.apply();
    world.configure(&configure(to));
    let plan = world.plan();
    let mut forced_by = plan.replaced_by(address);
    forced_by.sort();
    assert_eq!(plan.action(address), *action, "from `{from}` to `{to}`");
    assert_eq!(forced_by, *because_of, "from `{from}` to `{to}`");
    assert_eq!(plan.unknown(address), *unknown, "from `{from}` to `{to}`");
    world.apply();
}

fn each_change_of_a_route_is_an_update_or_a_replacement(world: &mut World) {
    let (first, second) = (world.foreign_pool(), world.foreign_pool());
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    let route = |lines: &str| {
        let lines = lines.replace("FIRST", &first).replace("SECOND", &second);
        let lines = lines.replace("WEB", &web).replace("SPARE", &spare);
        format!("resource \"hostup_routed_ipv6_route\" \"a\" {{\n{lines}\n}}")
    };
    let remade = MOVED.to_vec();
    let with_prefix = || {
        [&remade[..], &["prefix"]]
            .concat()
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
    };
    let with_prefix: Vec<_> = with_prefix().into_iter().collect();
    let base = "pool_id = \"FIRST\"\nvps_id = \"WEB\"\nprefix_length = 64";
    let changes = [
        Change {
            from: base,
            to: &base.replace("WEB", "SPARE"),
            action: "update",
            because_of: &[],
            unknown: remade.clone(),
        },
        Change {
            from: base,
            to: &format!("{base}\nlabel = \"a\""),
            action: "update",
            because_of: &[],
            unknown: remade.clone(),
        },
        Change {
            from: base,
            to: &format!("{base}\nlabel = \"\""),
            action: "update",
            because_of: &[],
            unknown: vec![],
        },
        Change {
            from: base,
            to: &base.replace("FIRST", "SECOND"),
            action: "delete-create",
            because_of: &["pool_id"],
            unknown: with_prefix.clone(),
        },
        Change {
            from: base,
            to: &base.replace("64", "56"),
            action: "delete-create",
            because_of: &["prefix_length"],
            unknown: with_prefix.clone(),
        },
        Change {
            from: base,
            to: "pool_id = \"FIRST\"\nvps_id = \"WEB\"\nprefix = \"2001:db8:1000:aa00::/56\"",
            action: "delete-create",
            because_of: &["prefix"],
            unknown: remade.clone(),
        },
        Change {
            from: base,
            to: &format!("{base}\ntimeouts = {{ update = \"3m\" }}"),
            action: "update",
            because_of: &[],
            unknown: vec![],
        },
    ];
    for change in &changes {
        check(world, "hostup_routed_ipv6_route.a", route, change);
    }
}

fn each_change_of_a_network_is_an_update_or_a_replacement(world: &mut World) {
    let network =
        |lines: &str| format!("resource \"hostup_private_network\" \"a\" {{\n{lines}\n}}");
    let remade = vec![
        "attached_vps",
        "attached_vps_count",
        "created_at",
        "id",
        "location",
        "status",
        "subnet_count",
        "subnets",
    ];
    let with_range = [
        &remade[..4],
        &[
            "location",
            "parent_cidr",
            "status",
            "subnet_count",
            "subnets",
        ],
    ]
    .concat();
    let base = "name = \"a\"";
    let changes = [
        Change {
            from: base,
            to: "name = \"b\"",
            action: "delete-create",
            because_of: &["name"],
            unknown: with_range.clone(),
        },
        Change {
            from: "name = \"a\"\nparent_cidr = \"10.42.0.0/21\"",
            to: "name = \"a\"\nparent_cidr = \"10.43.0.0/21\"",
            action: "delete-create",
            because_of: &["parent_cidr"],
            unknown: remade.clone(),
        },
        Change {
            from: "name = \"a\"\nregion = \"stockholm\"",
            to: "name = \"a\"\nregion = \"helsinki\"",
            action: "delete-create",
            because_of: &["region"],
            unknown: with_range,
        },
        Change {
            from: base,
            to: "name = \"a\"\nregion = \"stockholm\"",
            action: "update",
            because_of: &[],
            unknown: vec![],
        },
        Change {
            from: base,
            to: "name = \"a\"\ndescription = \"x\"",
            action: "update",
            because_of: &[],
            unknown: vec![],
        },
        Change {
            from: base,
            to: "name = \"a\"\ntimeouts = { read = \"1m\" }",
            action: "update",
            because_of: &[],
            unknown: vec![],
        },
    ];
    for change in &changes {
        // From an empty account each time: a region that is removed from the configuration stays in
        // the state.
        world.configure("");
        world.apply();
        check(world, NETWORK_ADDRESS, network, change);
    }
}

fn each_change_of_a_pool_is_an_update(world: &mut World) {
    let pool = |lines: &str| format!("resource \"hostup_routed_ipv6_pool\" \"a\" {{\n{lines}\n}}");
    for to in [
        "deletion_protection = true",
        "deletion_protection = false",
        "timeouts = { delete = \"1m\" }",
    ] {
        let change = Change {
            from: "",
            to,
            action: "update",
            because_of: &[],
            unknown: vec![],
        };
        check(world, "hostup_routed_ipv6_pool.a", pool, &change);
    }
    world.configure("");
    assert_eq!(world.plan().action("hostup_routed_ipv6_pool.a"), "delete");
}

fn a_pool_is_replaced_only_together_with_its_routes(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&format!(
        r#"
        resource "hostup_routed_ipv6_pool" "main" {{}}
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id       = hostup_routed_ipv6_pool.main.id
          vps_id        = "{vps}"
          prefix_length = 64
        }}
        "#
    ));
    world.apply();
    let before = world.attribute(POOL_ADDRESS, "id");
    let plan = world.plan_with(&["-replace=hostup_routed_ipv6_pool.main"]);
    assert_eq!(plan.action(POOL_ADDRESS), "delete-create");
    // The prefix is not given up for an unknown value, and HostUp does not release a pool with
    // routes.
    assert_eq!(plan.action(ROUTE_ADDRESS), "update");
    assert_warning(&plan.report, &["`pool_id` is not known", "`-replace`"]);
    let refused = world.workspace.run(["apply", "plan.bin"]).expect("a run");
    assert_eq!(refused.code(), 1, "{}", refused.text());
    assert!(refused.text().contains("still in the pool"));
    assert_eq!(world.mock.routes().len(), 1);
    let plan = world.plan_with(&[
        "-replace=hostup_routed_ipv6_pool.main",
        "-replace=hostup_routed_ipv6_route.web",
    ]);
    assert_eq!(plan.action(ROUTE_ADDRESS), "delete-create");
    let applied = world.workspace.run(["apply", "plan.bin"]).expect("a run");
    assert_eq!(applied.code(), 0, "{}", applied.text());
    world.assert_settled();
    assert_ne!(world.attribute(POOL_ADDRESS, "id"), before);
    assert_eq!(world.mock.pools().len(), 1);
}

/// Without "not null" in the plan the core refuses each `count`: it "depends on resource attributes
/// that cannot be determined until apply".
fn attributes_that_are_never_null_can_be_compared_before_apply(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    let objects = format!(
        r#"
        {}
        resource "hostup_private_network" "a" {{
          name        = "a"
          parent_cidr = terraform_data.nothing.output
        }}
        resource "hostup_vps_private_interface" "web" {{
          vps_id             = "{vps}"
          private_network_id = hostup_private_network.a.id
          ip_address         = cidrhost(hostup_private_network.a.subnets[0].subnet_cidr, 10)
        }}
        {}"#,
        // An argument that is unknown in the plan, and null in the apply.
        unknown("nothing", "null"),
        pool_and_route(&vps),
    );
    let compared = [
        (
            POOL_ADDRESS,
            &["id", "parent_cidr", "prefix_length", "status"][..],
        ),
        (
            ROUTE_ADDRESS,
            &["id", "prefix", "next_hop", "vps_name", "status"],
        ),
        (
            NETWORK_ADDRESS,
            &[
                "id",
                "parent_cidr",
                "status",
                "subnet_count",
                "attached_vps_count",
                "created_at",
                "subnets",
                "attached_vps",
            ],
        ),
        (
            "hostup_vps_private_interface.web",
            &["id", "subnet_id", "subnet_cidr"],
        ),
    ];
    let mut counts = String::new();
    for (address, attributes) in compared {
        for attribute in attributes {
            let name = format!("{address}.{attribute}").replace('.', "_");
            let _ = writeln!(
                counts,
                "resource \"terraform_data\" \"{name}\" {{\n  \
                 count = {address}.{attribute} == null ? 0 : 1\n}}"
            );
        }
    }
    world.configure(&format!("{objects}{counts}"));
    let plan = world.plan();
    assert_eq!(plan.action(NETWORK_ADDRESS), "create");
    let counted = "terraform_data.hostup_private_network_a_parent_cidr[0]";
    assert_eq!(plan.action(counted), "create");
    world.apply();
}
