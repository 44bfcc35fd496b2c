//! The messages about foreign objects, and about plans that would lose an object.

use hostup_mock_api::Fault;

use crate::gallery::Gallery;
use crate::scenarios;
use crate::scene::{POOL_ID, ROUTE_ADDRESS, ROUTED, route, route_in};
use crate::world::World;

scenarios![
    the_messages_about_foreign_routes,
    the_messages_about_plans_that_lose_an_object,
];

fn the_messages_about_foreign_routes(world: &mut World) {
    let mut gallery = Gallery::default();
    let pool = world.foreign_pool();
    let [web, spare, third] = ["web-01", "spare-01", "third-01"].map(|it| world.mock.add_vps(it));
    let any = route("web", &pool, &web, "prefix_length = 64");
    world.configure(&any);
    world.apply();
    let prefix = world.attribute(ROUTE_ADDRESS, "prefix");

    let named = format!(
        "{any}{}",
        route("other", &pool, &spare, &format!("prefix = \"{prefix}\""))
    );
    world.configure(&named);
    gallery.add(
        "a prefix that is in use, at plan",
        &world.plan().report.warnings(),
    );
    gallery.add("a prefix that is in use", &world.apply_fails().errors());

    world.configure(&route("web", &pool, &spare, "prefix_length = 64"));
    let thief = (pool.clone(), third.clone(), prefix.clone());
    let taken = Fault::on("DELETE", ROUTED).run_after(move |account| {
        account.add_route(&thief.0, &thief.1, Some(&thief.2), 64, Some("theirs"));
    });
    world.mock.inject(taken);
    gallery.add(
        "a prefix that is taken while it moves",
        &world.apply_fails().errors(),
    );
    let theirs = world.mock.routes()[0]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    world.foreign(&theirs);
    gallery.add("then: the plan", &world.plan().report.warnings());
    gallery.add("then: the destruction", &world.destroy().warnings());
    assert_eq!(world.mock.routes().len(), 1);

    world.configure(&any);
    world.apply();
    world.a_minute_later();
    let id = world.attribute(ROUTE_ADDRESS, "id");
    let prefix = world.attribute(ROUTE_ADDRESS, "prefix");
    world.mock.remove_route(&id);
    let theirs = world.mock.add_route(&pool, &third, Some(&prefix), 64, None);
    world.foreign(&theirs);
    gallery.add(
        "a prefix that another route has now",
        &world.plan().report.warnings(),
    );
    gallery.assert_snapshot("foreign_routes");
}

fn the_messages_about_plans_that_lose_an_object(world: &mut World) {
    let mut gallery = Gallery::default();
    let vps = world.mock.add_vps("web-01");
    let pool = |protected: bool| {
        format!(
            "resource \"hostup_routed_ipv6_pool\" \"main\" {{\n  \
             deletion_protection = {protected}\n}}\n"
        )
    };
    world.configure(&pool(true));
    world.apply();
    let replaced =
        world
            .workspace
            .run(["plan", "-no-color", "-replace=hostup_routed_ipv6_pool.main"]);
    gallery.text(
        "a protected pool is replaced",
        &replaced.expect("a run").text(),
    );

    world.mock.configure(|it| {
        it.routed_ipv6_unavailable =
            Some("Routed IPv6 is not enabled for this account.".to_owned());
        it.unavailable_hides_pools = true;
    });
    gallery.add("routed IPv6 is switched off", &world.plan_fails().errors());
    world.mock.configure(|it| {
        it.routed_ipv6_unavailable = None;
        it.unavailable_hides_pools = false;
    });

    let of_another = |input: &str| {
        let known = route_in(
            "terraform_data.pool.output",
            "web",
            &vps,
            "prefix_length = 64",
        );
        format!(
            "{}resource \"terraform_data\" \"pool\" {{\n  \
             input = {POOL_ID}\n  triggers_replace = \"{input}\"\n}}\n{known}",
            pool(true)
        )
    };
    world.configure(&of_another("one"));
    world.apply();
    world.configure(&of_another("two"));
    gallery.add(
        "a pool that is not known before apply",
        &world.plan().report.warnings(),
    );
    world.apply();
    world.configure(&pool(false));
    world.apply_only();
    gallery.assert_snapshot("plans_that_lose");
}
