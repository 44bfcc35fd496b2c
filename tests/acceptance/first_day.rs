//! What a newcomer meets: typing errors, a second owner, a wrong key, refused requests.

use cli_support::Report;
use hostup_mock_api::VpsOptions;

use crate::scenarios;
use crate::scene::child;
use crate::world::{World, assert_error, assert_warning};

scenarios![
    a_misspelt_region_can_be_corrected_in_place,
    a_new_networks_region_that_may_be_misspelt_warns_and_its_case_is_no_change,
    the_line_of_an_invalid_time_out_is_shown,
    a_pool_that_exists_is_offered_as_an_import_and_as_a_data_source,
    twelve_moves_print_one_group_of_warnings,
    warnings_of_a_plan_are_not_repeated_by_its_apply,
    a_replaced_network_with_servers_attached_warns_at_plan,
    a_pool_with_routes_that_are_not_managed_warns_when_it_is_destroyed,
    two_planned_routes_that_overlap_warn_at_plan,
    a_move_to_a_server_that_cannot_receive_routes_says_what_the_apply_does,
    a_missing_key_is_explained_once_for_a_hundred_resources,
    a_wrong_key_is_explained_once,
    a_wrong_key_is_explained_when_a_saved_plan_is_applied,
    a_missing_scope_is_explained_once,
    functions_work_without_a_key,
    a_refused_route_names_both_sides,
    a_network_that_a_server_blocks_mentions_no_subnets,
    an_import_of_an_unknown_route_lists_ten_routes,
];

const ROUTE: &str = "hostup_routed_ipv6_route.web";
const NETWORK: &str = "hostup_private_network.a";

fn route(name: &str, pool: &str, vps: &str, lines: &str) -> String {
    format!(
        "resource \"hostup_routed_ipv6_route\" \"{name}\" {{\n pool_id = \"{pool}\"\n \
         vps_id = \"{vps}\"\n {lines}\n}}\n"
    )
}

fn network(lines: &str) -> String {
    format!("resource \"hostup_private_network\" \"a\" {{\n name = \"a\"\n {lines}\n}}\n")
}

fn a_misspelt_region_can_be_corrected_in_place(world: &mut World) {
    world.configure(&network(""));
    world.apply();
    let id = world.attribute(NETWORK, "id");

    world.configure(&network("region = \"stokholm\""));
    let plan = world.plan();
    assert_eq!(plan.action(NETWORK), "update");
    assert_warning(
        &plan.report,
        &["HostUp cannot confirm the region", "`stokholm`"],
    );
    world.apply();

    world.configure(&network("region = \"stockholm\""));
    let plan = world.plan();
    assert_eq!(plan.replaced_by(NETWORK), ["region"]);
    assert_warning(
        &plan.report,
        &[
            "The region replaces the network",
            "`stokholm`",
            "`stockholm`",
            "`location` shows where the network really is",
            "remove `region`, apply, and set it again",
        ],
    );

    world.configure(&network(""));
    assert_eq!(world.plan().action(NETWORK), "update");
    world.apply();
    assert_eq!(world.attribute(NETWORK, "region"), "null");
    world.configure(&network("region = \"stockholm\""));
    world.apply();
    assert_eq!(world.attribute(NETWORK, "region"), "stockholm");
    assert_eq!(world.attribute(NETWORK, "id"), id);
}

fn a_new_networks_region_that_may_be_misspelt_warns_and_its_case_is_no_change(world: &mut World) {
    let summary = "HostUp's documents do not name this region";
    world.configure(&network("region = \"stokholm\""));
    assert_warning(&world.plan().report, &[summary, "`stokholm`", "region = "]);
    world.configure(&network("region = \"stockholm\""));
    assert_eq!(count(&world.plan().report, summary), 0);
    world.apply();
    world.configure(&network("region = \"Stockholm\""));
    world.assert_settled();
}

/// HostUp takes minutes, so a number without a unit probably means them.
fn the_line_of_an_invalid_time_out_is_shown(world: &mut World) {
    world.configure(&network("timeouts = { create = \"10\" }"));
    let report = world.validate();
    assert_error(&report, &["`timeouts.create`", "did you mean `10m`?"]);
    let line = &report.errors()[0].line;
    assert!(line.starts_with("timeouts = "), "{line}");
    world.configure("");
}

fn a_pool_that_exists_is_offered_as_an_import_and_as_a_data_source(world: &mut World) {
    let id = world.foreign_pool();
    world.configure("resource \"hostup_routed_ipv6_pool\" \"main\" {}\n");
    let import = format!("id = \"{id}\"");
    let hint = [
        import.as_str(),
        "data \"hostup_routed_ipv6_pool\"",
        "a second owner could destroy the pool",
        "in the root module",
        "`module.fleet.hostup_routed_ipv6_pool.main`",
    ];
    assert_warning(&world.plan().report, &hint);
    assert_error(&world.apply_fails(), &hint);
}

/// Twelve routes to `vps`, and a network with this description.
fn twelve_routes(pool: &str, vps: &str, description: &str) -> String {
    let routes = route("web", pool, vps, "count = 12\n prefix_length = 64");
    routes + &network(&format!("description = \"{description}\""))
}

fn count(report: &Report, summary: &str) -> usize {
    let warnings = report.warnings();
    warnings.iter().filter(|it| it.summary == summary).count()
}

fn twelve_moves_print_one_group_of_warnings(world: &mut World) {
    let pool = world.foreign_pool();
    let (web, db) = (world.mock.add_vps("web-01"), world.mock.add_vps("db-01"));
    world.configure(&twelve_routes(&pool, &web, "one"));
    world.apply();
    world.configure(&twelve_routes(&pool, &db, "one"));
    let run = world
        .workspace
        .run(["plan", "-no-color"])
        .expect("a plan")
        .text();
    let printed = run.matches("Warning: Traffic stops for a moment").count();
    assert_eq!(printed, 1, "{run}");
    assert!(run.contains("11 more similar warnings"), "{run}");
}

fn warnings_of_a_plan_are_not_repeated_by_its_apply(world: &mut World) {
    let pool = world.foreign_pool();
    let (web, db) = (world.mock.add_vps("web-01"), world.mock.add_vps("db-01"));
    world.configure(&twelve_routes(&pool, &web, "one"));
    world.apply();
    world.configure(&twelve_routes(&pool, &db, "two"));
    let plan = world.plan();
    let said = |report: &Report| {
        (
            count(report, "Traffic stops for a moment"),
            count(report, "The description changes only in Terraform"),
        )
    };
    assert_eq!(said(&plan.report), (12, 1));
    assert_eq!(said(&world.apply_with(&["plan.bin"])), (0, 0));
}

fn a_replaced_network_with_servers_attached_warns_at_plan(world: &mut World) {
    world.configure(&network(""));
    world.apply();
    let id = world.attribute(NETWORK, "id");
    let vps = world.mock.add_vps("web-01");
    world.mock.attach_vps(&id, &vps);
    world.configure(&network("").replace("name = \"a\"", "name = \"b\""));
    assert_warning(
        &world.plan().report,
        &["The network has servers attached", "`web-01`", &vps],
    );
    world.configure(&network(""));
    let tainted = world.workspace.run(["taint", NETWORK]).expect("a run");
    assert_eq!(tainted.code(), 0, "{}", tainted.text());
    let report = world.plan().report;
    assert_eq!(count(&report, "The network has servers attached"), 1);
    world.mock.detach_vps(&id, &vps);
    let report = world.plan().report;
    assert_eq!(count(&report, "The network has servers attached"), 0);
}

fn a_pool_with_routes_that_are_not_managed_warns_when_it_is_destroyed(world: &mut World) {
    world.configure("resource \"hostup_routed_ipv6_pool\" \"main\" {}\n");
    world.apply();
    let pool = world.attribute("hostup_routed_ipv6_pool.main", "id");
    let vps = world.mock.add_vps("web-01");
    let managed = route("web", &pool, &vps, "prefix_length = 64")
        .replace(&format!("\"{pool}\""), "hostup_routed_ipv6_pool.main.id");
    world.configure(&format!(
        "resource \"hostup_routed_ipv6_pool\" \"main\" {{}}\n{managed}"
    ));
    world.apply();
    let own = world.attribute(ROUTE, "id");
    let report = world.plan_with(&["-destroy"]).report;
    assert_eq!(count(&report, "The pool has routes"), 0);
    let theirs = world.mock.add_route(&pool, &vps, None, 64, Some("theirs"));
    let report = world.plan_with(&["-destroy"]).report;
    assert_warning(&report, &["The pool has routes", &theirs, "`theirs`"]);
    let warnings = report.warnings();
    assert!(warnings.iter().all(|it| !it.detail.contains(&own)));
    world.mock.remove_route(&theirs);
}

fn two_planned_routes_that_overlap_warn_at_plan(world: &mut World) {
    let pool = world.foreign_pool();
    let vps = world.mock.add_vps("web-01");
    let (inner, outer) = (child(world, 0, 64), child(world, 0, 56));
    let with = |name, prefix: &str| route(name, &pool, &vps, &format!("prefix = \"{prefix}\""));
    world.configure(&(with("web", &inner) + &with("db", &outer)));
    let plan = world.plan();
    assert_warning(
        &plan.report,
        &[
            "Two planned routes overlap",
            &format!("`{inner}`"),
            &format!("`{outer}`"),
        ],
    );
    assert_eq!(count(&plan.report, "Two planned routes overlap"), 1);
    world.configure("");
}

fn a_move_to_a_server_that_cannot_receive_routes_says_what_the_apply_does(world: &mut World) {
    let pool = world.foreign_pool();
    let web = world.mock.add_vps("web-01");
    let old = world.mock.add_vps_with(VpsOptions {
        name: "old-01".to_owned(),
        ipv6: false,
        ..VpsOptions::default()
    });
    world.configure(&route("web", &pool, &web, "prefix_length = 64"));
    world.apply();
    let id = world.attribute(ROUTE, "id");
    world.configure(&route("web", &pool, &old, "prefix_length = 64"));
    assert_warning(
        &world.plan().report,
        &[
            "A server cannot receive a route now",
            "`old-01`",
            "the apply refuses to move the route, before it deletes anything",
        ],
    );
    world.apply_fails();
    assert_eq!(world.mock.routes()[0]["id"], *id);
    world.configure(&route("web", &pool, &web, "prefix_length = 64"));
}

/// Asserts that one error of `all` has a hint, and the others point to it. New cores show equal
/// errors once.
#[track_caller]
fn assert_explained_once(report: &Report, all: usize, explanation: &str) {
    let errors = report.errors();
    assert!((2..=all).contains(&errors.len()), "{report:?}");
    let full = errors.iter().filter(|it| it.detail.contains("hint:"));
    let full: Vec<_> = full.collect();
    assert_eq!(full.len(), 1, "{report:?}");
    assert!(full[0].detail.contains(explanation), "{report:?}");
    let short = errors.iter().filter(|error| {
        error
            .detail
            .ends_with("another message of this run says what to do")
            && error.detail.lines().count() == 1
    });
    assert_eq!(short.count(), errors.len() - 1, "{report:?}");
}

fn a_missing_key_is_explained_once_for_a_hundred_resources(world: &mut World) {
    world.configure(&network("count = 100"));
    world.workspace.unset("HOSTUP_API_KEY");
    let report = world.plan_fails();
    assert_explained_once(
        &report,
        100,
        "`read:network`, `read:vm` and `write:network`",
    );
    let errors = report.errors();
    assert!(errors.iter().all(|error| error.summary == "No API key"));
    world.configure("data \"hostup_routed_ipv6\" \"it\" {}\n");
    assert_error(&world.plan_fails(), &["No API key", "HOSTUP_API_KEY_FILE"]);
    assert!(world.mock.requests().is_empty());
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", &key);
    world.configure("");
}

fn a_wrong_key_is_explained_once(world: &mut World) {
    world.configure(&network("count = 3"));
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", "wrong");
    assert_explained_once(&world.apply_fails(), 3, "check `api_key`");
    world.workspace.set("HOSTUP_API_KEY", &key);
    world.apply();
    world.workspace.set("HOSTUP_API_KEY", "wrong");
    assert_explained_once(&world.plan_fails(), 3, "check `api_key`");
    world.workspace.set("HOSTUP_API_KEY", &key);
}

/// The apply plans a move again, and drops the warnings of that. So one of them must not be the
/// message that has the full text.
fn a_wrong_key_is_explained_when_a_saved_plan_is_applied(world: &mut World) {
    let pool = world.foreign_pool();
    let (web, db) = (world.mock.add_vps("web-01"), world.mock.add_vps("db-01"));
    world.configure(&route("web", &pool, &web, "prefix_length = 64"));
    world.apply();
    world.configure(&route("web", &pool, &db, "prefix_length = 64"));
    world.plan();
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", "wrong");
    let run = world.workspace.run(["apply", "-json", "plan.bin"]);
    let report = Report::read(&run.expect("a run").stdout);
    world.workspace.set("HOSTUP_API_KEY", &key);
    assert_error(
        &report,
        &[
            "Could not update hostup_routed_ipv6_route",
            "check `api_key`",
            &format!("it was sent to `{}`", world.mock.endpoint()),
        ],
    );
}

fn a_missing_scope_is_explained_once(world: &mut World) {
    world.mock.add_key("reader", &["read:network", "read:vm"]);
    world.configure(&network("count = 3"));
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", "reader");
    assert_explained_once(&world.apply_fails(), 3, "the key needs the scopes");
    world.workspace.set("HOSTUP_API_KEY", &key);
}

/// OpenTofu before 1.11 configures the provider before it calls a function, and every core does
/// for a resource with `count = 0`.
fn functions_work_without_a_key(world: &mut World) {
    world.workspace.unset("HOSTUP_API_KEY");
    world.configure(&format!(
        "output \"it\" {{\n  value = provider::hostup::canonical_cidr(\"2001:DB8::/48\")\n}}\n{}",
        network("count = 0")
    ));
    world.apply();
    assert_eq!(world.output("it"), "2001:db8::/48");
    let key = world.mock.api_key().to_owned();
    world.workspace.set("HOSTUP_API_KEY", &key);
    world.configure("");
}

fn a_refused_route_names_both_sides(world: &mut World) {
    let pool = world.foreign_pool();
    let (web, db) = (world.mock.add_vps("web-01"), world.mock.add_vps("db-01"));
    let theirs = world.mock.add_route(&pool, &db, None, 56, Some("theirs"));
    world.foreign(&theirs);
    let (inner, outer) = (child(world, 0, 64), child(world, 0, 56));
    world.configure(&route("web", &pool, &web, &format!("prefix = \"{inner}\"")));
    assert_error(
        &world.apply_fails(),
        &[
            &format!("Could not route `{inner}` to `web-01`"),
            &format!("it overlaps `{outer}` (route `{theirs}`, to `db-01`, label `theirs`)"),
            "otherwise import the route, or choose another `prefix`",
            "if another resource of this configuration has that route, remove one",
        ],
    );
    world.configure("");
}

fn a_network_that_a_server_blocks_mentions_no_subnets(world: &mut World) {
    world.configure(&network(""));
    world.apply();
    let id = world.attribute(NETWORK, "id");
    let vps = world.mock.add_vps("web-01");
    world.mock.attach_vps(&id, &vps);
    let report = world.destroy_fails();
    assert_error(&report, &["detach these servers", "`web-01`"]);
    let detail = &report.errors()[0].detail;
    assert!(!detail.contains("subnet"), "{detail}");
    assert!(!detail.contains("support"), "{detail}");
    world.mock.detach_vps(&id, &vps);
}

fn an_import_of_an_unknown_route_lists_ten_routes(world: &mut World) {
    let pool = world.foreign_pool();
    let vps = world.mock.add_vps("web-01");
    let ids: Vec<_> = (0..12)
        .map(|_| world.foreign_route(&pool, &vps, 64))
        .collect();
    world.configure(&route("web", &pool, &vps, "prefix_length = 64"));
    let text = world.import_fails(ROUTE, "foo");
    assert!(
        text.contains("none of the account's 12 routes is `foo`"),
        "{text}"
    );
    let listed = ids.iter().filter(|id| text.contains(id.as_str())).count();
    assert_eq!(listed, 10, "{text}");
    assert!(text.contains("and 2 more"), "{text}");
    world.configure("");
}
