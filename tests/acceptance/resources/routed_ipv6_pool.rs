//! `hostup_routed_ipv6_pool`.

pub(super) mod data_source;

use hostup_mock_api::{DeleteResponse, Fault};

use crate::examples;
use crate::faults;
use crate::resources::checks::{
    assert_generates_configuration, assert_invalid, assert_no_such_identity, assert_not_imported,
    assert_wrong_list_arguments, list,
};
use crate::scenarios;
use crate::scene::{
    POOL, POOL_ADDRESS, ROUTE_ADDRESS, ROUTED, parent_cidr, pool_and_route, unknown,
};
use crate::world::{World, assert_error, assert_warning};

scenarios![
    life: [
        a_pool_keeps_what_hostup_chose,
        a_protected_pool_is_not_destroyed,
    ],
    drift: [
        a_pool_deleted_elsewhere_is_created_again,
        a_document_without_pools_is_an_error_and_removes_nothing,
    ],
    import: [
        a_pool_is_imported_by_cidr_in_any_spelling,
        a_missing_pool_is_not_imported,
        an_identity_of_a_missing_pool_is_not_imported if has_identity,
        an_import_block_generates_the_configuration,
        the_import_examples_import_a_pool,
    ],
    invalid: [
        the_messages_about_invalid_pools,
    ],
    unknowns: [
        a_protection_that_is_unknown_at_plan_protects,
    ],
    refusals: [
        an_existing_pool_is_reported_with_its_import_block,
        a_destroy_that_is_refused_keeps_the_pool,
        a_pool_with_routes_is_not_destroyed_and_the_error_names_them,
    ],
    examples: [
        the_example_of_a_pool_applies,
    ],
    list: [
        wrong_arguments_of_the_list_are_errors if has_query,
    ],
];

/// The resource in the fault matrix.
pub(super) const FAULTS: faults::Noun = faults::Noun {
    resource: "hostup_routed_ipv6_pool",
    in_document: true,
    is_route: false,
    posts_deletes: false,
    arguments: |_, _| String::new(),
    requests: || {
        [
            Fault::on("POST", ROUTED).action("allocate_pool"),
            Fault::on("GET", ROUTED),
            Fault::on("DELETE", ROUTED),
        ]
    },
    objects: |world| world.mock.pools(),
    delete_slowly: |switches| switches.delete_response = DeleteResponse::accepted(),
};

fn a_pool_keeps_what_hostup_chose(world: &mut World) {
    world.configure(POOL);
    let plan = world.plan();
    assert_eq!(plan.action(POOL_ADDRESS), "create");
    assert_eq!(
        plan.unknown(POOL_ADDRESS),
        [
            "allocated_at",
            "id",
            "parent_cidr",
            "prefix_length",
            "status"
        ]
    );
    world.apply();
    let pool = &world.mock.pools()[0];
    let stored = world.attributes(POOL_ADDRESS);
    assert_eq!(stored["id"], pool["id"]);
    assert_eq!(stored["parent_cidr"], pool["parentCidr"]);
    assert_eq!(stored["prefix_length"], 48);
    assert_eq!(stored["status"], "active");
    assert_eq!(stored["allocated_at"], pool["allocatedAt"]);

    let cidr = world.attribute(POOL_ADDRESS, "parent_cidr");
    let report = world.destroy();
    assert_warning(&report, &[&cidr, "will be lost", "cooldown"]);
}

fn a_protected_pool_is_not_destroyed(world: &mut World) {
    let protected = |value: &str| {
        format!(r#"resource "hostup_routed_ipv6_pool" "main" {{ deletion_protection = {value} }}"#)
    };
    world.configure(&protected("true"));
    world.apply();
    world.mock.clear_requests();
    let report = world.destroy_fails();
    assert_error(
        &report,
        &["is protected", "`deletion_protection` is true", "hint:"],
    );
    assert_eq!(world.mock.pools().len(), 1);
    world.configure(&protected("false"));
    assert_eq!(world.plan().action(POOL_ADDRESS), "update");
    world.apply();
    world.assert_no_writes();
}

fn a_pool_deleted_elsewhere_is_created_again(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&pool_and_route(&vps));
    world.apply();
    world.a_minute_later();
    world.mock.remove_pool(&world.attribute(POOL_ADDRESS, "id"));
    let plan = world.plan();
    assert_eq!(plan.action(POOL_ADDRESS), "create");
    assert_eq!(plan.action(ROUTE_ADDRESS), "create");
    world.apply();
    assert_eq!(world.mock.pools().len(), 1);
}

fn a_document_without_pools_is_an_error_and_removes_nothing(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&pool_and_route(&vps));
    world.apply();
    world.a_minute_later();
    world
        .mock
        .configure(|switches| switches.state_without_pools = true);
    let report = world.plan_fails();
    assert_error(
        &report,
        &["Could not read hostup_routed_ipv6_pool", "pools"],
    );
    let report = world.apply_fails();
    assert_error(&report, &["pools"]);
    world
        .mock
        .configure(|switches| switches.state_without_pools = false);
    assert_eq!(world.addresses(), [POOL_ADDRESS, ROUTE_ADDRESS]);
    world.assert_settled();
}

fn a_pool_is_imported_by_cidr_in_any_spelling(world: &mut World) {
    let id = world.mock.add_pool();
    let cidr = parent_cidr(world).to_uppercase();
    world.configure(POOL);
    world.import(POOL_ADDRESS, &cidr);
    world.assert_settled();
    assert_eq!(world.attribute(POOL_ADDRESS, "id"), id);
}

fn a_missing_pool_is_not_imported(world: &mut World) {
    world.configure(POOL);
    let says = "the account has no pool `ripv6_missing`";
    assert_not_imported(world, POOL_ADDRESS, "ripv6_missing", says);
}

fn an_identity_of_a_missing_pool_is_not_imported(world: &mut World) {
    let says = "the account has no pool `missing`";
    assert_no_such_identity(
        world,
        "hostup_routed_ipv6_pool",
        ("id", "missing"),
        "",
        says,
    );
}

fn an_import_block_generates_the_configuration(world: &mut World) {
    let id = world.mock.add_pool();
    assert_generates_configuration(world, POOL_ADDRESS, &id);
}

fn the_import_examples_import_a_pool(world: &mut World) {
    let id = world.mock.add_pool();
    examples::assert_imports(world, "resources/hostup_routed_ipv6_pool", POOL, &id, &id);
}

fn the_messages_about_invalid_pools(world: &mut World) {
    let invalid = [
        "timeouts = { create = \"x\" }",
        "timeouts = {\n create = \"1\"\n delete = \"2\"\n}",
    ];
    let configurations = invalid.iter().map(|lines| {
        let resource = format!("resource \"hostup_routed_ipv6_pool\" \"a\" {{\n{lines}\n}}\n");
        (format!("pool: {lines}"), resource)
    });
    assert_invalid(world, "invalid_pools", configurations);
}

fn a_protection_that_is_unknown_at_plan_protects(world: &mut World) {
    let protected = |value: &str| {
        format!(
            "{}resource \"hostup_routed_ipv6_pool\" \"main\" {{\n  \
             deletion_protection = terraform_data.protect.output\n}}",
            unknown("protect", value)
        )
    };
    world.configure(&protected("true"));
    world.apply();
    assert_error(&world.destroy_fails(), &["is protected"]);
    world.configure(&protected("false"));
    world.apply();
}

fn an_existing_pool_is_reported_with_its_import_block(world: &mut World) {
    let id = world.foreign_pool();
    let cidr = parent_cidr(world);
    world.configure(POOL);
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create hostup_routed_ipv6_pool",
            &cidr,
            "import {",
            "to = hostup_routed_ipv6_pool.",
            &format!("id = \"{id}\""),
        ],
    );
    assert_warning(&world.plan().report, &["would not allocate a pool"]);
    assert!(world.addresses().is_empty());
}

fn a_destroy_that_is_refused_keeps_the_pool(world: &mut World) {
    world.configure(POOL);
    world.apply();
    let refused = Fault::on("DELETE", ROUTED).problem(403, "forbidden", "Not for you.");
    world.mock.inject(refused);
    let report = world.destroy_fails();
    assert_error(&report, &["Could not destroy", "Not for you."]);
    assert_eq!(world.addresses(), [POOL_ADDRESS]);
}

fn a_pool_with_routes_is_not_destroyed_and_the_error_names_them(world: &mut World) {
    world.configure(POOL);
    world.apply();
    let pool = world.attribute(POOL_ADDRESS, "id");
    let vps = world.mock.add_vps("web-01");
    let route = world.mock.add_route(&pool, &vps, None, 64, None);
    let report = world.destroy_fails();
    assert_error(
        &report,
        &[
            "Could not destroy hostup_routed_ipv6_pool",
            &route,
            "web-01",
            "hint:",
        ],
    );
    assert_eq!(world.addresses(), [POOL_ADDRESS]);
    world.mock.remove_route(&route);
}

fn the_example_of_a_pool_applies(world: &mut World) {
    let pool = examples::read("resources/hostup_routed_ipv6_pool/resource.tf");
    world.configure(&pool);
    world.apply();
    assert!(
        !world.destroy_fails().errors().is_empty(),
        "the example protects the pool"
    );
    world.configure(&pool.replace("= true", "= false"));
    world.apply();
}

fn wrong_arguments_of_the_list_are_errors(world: &mut World) {
    let pools = list("hostup_routed_ipv6_pool", "id = \"x\"");
    assert_wrong_list_arguments(world, &pools, &["Unsupported argument", "id = "]);
}
