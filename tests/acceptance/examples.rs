//! The examples of the registry's pages, applied and imported exactly as they stand there.

use std::fs;
use std::path::Path;

use crate::scenarios;
use crate::world::World;

scenarios![
    the_example_of_a_pool_applies,
    the_example_of_routes_applies,
    the_example_of_a_network_applies,
    every_import_example_imports,
    the_provider_block_of_the_index_is_enough,
];

fn example(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

fn the_example_of_a_pool_applies(world: &mut World) {
    let pool = example("resources/hostup_routed_ipv6_pool/resource.tf");
    world.configure(&pool);
    world.apply();
    assert!(
        !world.destroy_fails().errors().is_empty(),
        "the example protects the pool"
    );
    world.configure(&pool.replace("= true", "= false"));
    world.apply();
}

fn the_example_of_routes_applies(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.workspace.set("TF_VAR_server", &vps);
    let routes = example("resources/hostup_routed_ipv6_route/resource.tf");
    world.configure(&routes);
    world.apply();
    assert_eq!(world.mock.routes().len(), 2);
    assert_eq!(
        world.attribute("hostup_routed_ipv6_route.web", "prefix"),
        "2001:db8:1000:1000::/64"
    );
    world.configure(&routes.replace("= true", "= false"));
    world.apply();
}

fn the_example_of_a_network_applies(world: &mut World) {
    world.configure(&example("resources/hostup_private_network/resource.tf"));
    world.apply();
    assert_eq!(world.mock.networks()[0]["name"], "backend");
}

/// The id in the pages, which the API's documents use too, and the id it has in the mock.
fn import_examples(world: &mut World, kind: &str, address: &str, configuration: &str, id: &str) {
    let documented = |text: &str| {
        let start = text.find("_01hxa3b4c5d6e7f8g9h0j1k2m3").map(|end| {
            let start = text[..end]
                .rfind(|c: char| !c.is_ascii_alphanumeric())
                .map_or(0, |at| at + 1);
            text[start..end + 27].to_owned()
        });
        start.map_or_else(|| text.to_owned(), |from| text.replace(&from, id))
    };
    let command = documented(&example(&format!("resources/{kind}/import.sh")));
    let words: Vec<_> = command
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect();
    assert_eq!(words[..3], ["terraform", "import", address], "{command}");
    world.configure(configuration);
    world.import(address, words[3]);
    world.assert_settled();

    let mut blocks = vec!["import-by-string-id.tf"];
    if world.workspace.core().has_identity() {
        blocks.push("import-by-identity.tf");
    }
    for block in blocks {
        let forget = world
            .workspace
            .run(["state", "rm", address])
            .expect("a run");
        assert_eq!(forget.code(), 0, "{}", forget.text());
        let block = documented(&example(&format!("resources/{kind}/{block}")));
        world.configure(&format!("{configuration}\n{block}"));
        world.mock.clear_requests();
        world.apply();
        assert_eq!(
            world.mock.count("POST", "/") + world.mock.count("DELETE", "/"),
            0,
            "{block}"
        );
        assert_eq!(world.attribute(address, "id"), id);
        world.configure(configuration);
    }
}

fn every_import_example_imports(world: &mut World) {
    let pool = world.mock.add_pool();
    import_examples(
        world,
        "hostup_routed_ipv6_pool",
        "hostup_routed_ipv6_pool.main",
        r#"resource "hostup_routed_ipv6_pool" "main" {}"#,
        &pool,
    );
    let vps = world.mock.add_vps("web-01");
    let route = world
        .mock
        .add_route(&pool, &vps, Some("2001:db8:1000:1000::/64"), 64, None);
    let route_configuration = format!(
        "resource \"hostup_routed_ipv6_pool\" \"main\" {{}}\nresource \"hostup_routed_ipv6_route\" \"web\" {{\n \
         pool_id = hostup_routed_ipv6_pool.main.id\n vps_id = \"{vps}\"\n prefix_length = 64\n}}"
    );
    import_examples(
        world,
        "hostup_routed_ipv6_route",
        "hostup_routed_ipv6_route.web",
        &route_configuration,
        &route,
    );
    let network = world.mock.add_network("backend", Some("stockholm"));
    let everything = format!(
        "{route_configuration}\nresource \"hostup_private_network\" \"backend\" {{ name = \"backend\" }}"
    );
    import_examples(
        world,
        "hostup_private_network",
        "hostup_private_network.backend",
        &everything,
        &network,
    );
}

fn the_provider_block_of_the_index_is_enough(world: &mut World) {
    let provider = example("provider/provider.tf");
    let network = r#"resource "hostup_private_network" "a" { name = "a" }"#;
    world
        .workspace
        .write("main.tf", &format!("{provider}\n{network}"))
        .expect("a configuration");
    world.apply();
    assert_eq!(world.mock.networks().len(), 1);
}
