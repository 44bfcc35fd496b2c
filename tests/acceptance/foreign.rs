//! What is said of objects that are somebody else's, and of plans that would lose something of
//! ours.

use hostup_mock_api::Fault;

use crate::gallery::Gallery;
use crate::scenarios;
use crate::world::World;

scenarios![
    the_messages_about_somebody_elses_routes,
    the_messages_about_what_a_plan_would_lose,
];

const ROUTED: &str = "/api/v2/routed-ipv6";

fn routed(name: &str, pool: &str, vps: &str, lines: &str) -> String {
    format!(
        "resource \"hostup_routed_ipv6_route\" \"{name}\" {{\n pool_id = \"{pool}\"\n vps_id = \"{vps}\"\n {lines}\n}}\n"
    )
}

fn the_messages_about_somebody_elses_routes(world: &mut World) {
    let mut gallery = Gallery::default();
    let pool = world.foreign_pool();
    let [web, spare, third] = ["web-01", "spare-01", "third-01"].map(|it| world.mock.add_vps(it));
    let any = routed("web", &pool, &web, "prefix_length = 64");
    world.configure(&any);
    world.apply();
    let prefix = world.attribute("hostup_routed_ipv6_route.web", "prefix");

    let named = format!(
        "{any}{}",
        routed("other", &pool, &spare, &format!("prefix = \"{prefix}\""))
    );
    world.configure(&named);
    gallery.add(
        "a prefix that is in use, at plan",
        &world.plan().report.warnings(),
    );
    gallery.add("a prefix that is in use", &world.apply_fails().errors());

    world.configure(&routed("web", &pool, &spare, "prefix_length = 64"));
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
    let id = world.attribute("hostup_routed_ipv6_route.web", "id");
    let prefix = world.attribute("hostup_routed_ipv6_route.web", "prefix");
    world.mock.remove_route(&id);
    let theirs = world.mock.add_route(&pool, &third, Some(&prefix), 64, None);
    world.foreign(&theirs);
    gallery.add(
        "a prefix that was given to somebody else",
        &world.plan().report.warnings(),
    );
    gallery.assert_snapshot("foreign_routes");
}

fn the_messages_about_what_a_plan_would_lose(world: &mut World) {
    let mut gallery = Gallery::default();
    let vps = world.mock.add_vps("web-01");
    let pool = |protected: bool| {
        format!(
            "resource \"hostup_routed_ipv6_pool\" \"main\" {{ deletion_protection = {protected} }}\n"
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
        let route = routed("web", "POOL", &vps, "prefix_length = 64");
        let known = route.replace("\"POOL\"", "terraform_data.pool.output");
        format!(
            "{}resource \"terraform_data\" \"pool\" {{\n input = hostup_routed_ipv6_pool.main.id\n triggers_replace = \"{input}\"\n}}\n{known}",
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
