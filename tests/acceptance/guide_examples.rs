//! The larger examples in `examples/`, which the guides show: each does what its guide says.

use std::fs;
use std::path::Path;

use cli_support::Workspace;
use hostup_mock_api::VpsOptions;
use saphyr::{LoadableYamlNode as _, Yaml};
use serde_json::json;

use crate::scenarios;
use crate::world::{World, assert_error, assert_warning};

scenarios![
    the_first_apply_of_getting_started_works,
    the_quickstart_applies,
    the_example_of_a_fleet_gives_every_server_and_service_its_prefix,
    the_example_of_a_fleet_moves_a_service_and_adds_a_server,
    the_tests_of_the_fleet_module_need_no_account,
    the_example_of_a_private_network_configures_both_servers,
    the_example_of_a_private_network_attaches_and_detaches_one_server_after_the_other,
    the_example_of_a_private_network_follows_a_new_network,
    the_example_of_failover_moves_the_prefix_and_keeps_it,
    the_example_of_failover_changes_nothing_when_the_other_server_takes_no_route,
    the_examples_of_adopting_import_everything_and_change_nothing,
    the_example_of_a_query_imports_everything_and_changes_nothing if has_query,
];

/// Copies `examples/<name>` into the directory in which the core works.
fn lay_out(workspace: &Workspace, name: &str) {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    copy(&examples.join(name), workspace.path());
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("an example") {
        let path = entry.expect("a file of the example").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).expect("a copy");
        }
    }
}

/// Installs modules. `init` cannot do it, because the provider comes from the workspace's settings.
fn get_modules(world: &World) {
    let run = world.workspace.run(["get", "-no-color"]).expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
}

/// Removes the protection of the pool, without which the scenario cannot end.
fn remove_protection(world: &mut World) {
    assert_error(&world.destroy_fails(), &["is protected"]);
    world.workspace.set("TF_VAR_deletion_protection", "false");
    world.apply();
}

fn the_first_apply_of_getting_started_works(world: &mut World) {
    world.mock.add_vps("web-01");
    lay_out(&world.workspace, "getting-started");
    world.apply();
    let web = world.output("web");
    assert_eq!(web["prefix"], "2001:db8:1000::/56");
    assert_eq!(web["next_hop"], world.mock.routes()[0]["nextHop"]);
    assert_error(&world.destroy_fails(), &["is protected"]);
    let file = world.workspace.path().join("main.tf");
    let protected = fs::read_to_string(&file).expect("a configuration");
    fs::write(file, protected.replace("= true", "= false")).expect("a configuration");
    world.apply();
}

fn the_quickstart_applies(world: &mut World) {
    for name in ["web", "db"] {
        let id = world.mock.add_vps(name);
        world.workspace.set(&format!("TF_VAR_{name}_server"), &id);
    }
    lay_out(&world.workspace, "quickstart");
    world.apply();
    assert_eq!(world.mock.routes().len(), 2);
    assert_eq!(world.mock.networks()[0]["name"], "quickstart");
    let address = world.output("web_private_address");
    assert_eq!(world.mock.networks()[0]["attachedVpsCount"], 1);
    assert!(
        address.as_str().is_some_and(|it| it.ends_with(".10")),
        "{address}"
    );
    remove_protection(world);
}

fn fleet(world: &World) {
    for name in ["web-01", "web-02", "db-01"] {
        world.mock.add_vps(name);
    }
    lay_out(&world.workspace, "fleet");
    get_modules(world);
    world.apply();
}

fn the_example_of_a_fleet_gives_every_server_and_service_its_prefix(world: &mut World) {
    fleet(world);
    let servers = world.output("servers");
    for (name, prefix) in [
        ("web-01", "2001:db8:1000:100::/56"),
        ("web-02", "2001:db8:1000:200::/56"),
        ("db-01", "2001:db8:1000:300::/56"),
    ] {
        assert_eq!(servers[name]["prefix"], prefix);
    }
    assert_eq!(
        world.output("services"),
        json!({
            "www": { "prefix": "2001:db8:1000:f000::/64", "server": "web-01" },
            "mail": { "prefix": "2001:db8:1000:f001::/64", "server": "web-02" },
        })
    );
    assert_eq!(world.mock.networks()[0]["name"], "fleet");
    assert_eq!(world.mock.networks()[0]["attachedVpsCount"], 2);
    assert_eq!(
        world.output("private_addresses"),
        json!({ "web-01": "10.201.0.11", "db-01": "10.201.0.13" })
    );
    remove_protection(world);
}

fn the_example_of_a_fleet_moves_a_service_and_adds_a_server(world: &mut World) {
    fleet(world);
    world.mock.add_vps("web-03");
    let file = world.workspace.path().join("main.tf");
    let before = fs::read_to_string(&file).expect("a configuration");
    let after = before
        .replace("server = \"web-01\"", "server = \"web-03\"")
        .replace(
            "web-02 = { number = 2 }",
            "web-02 = { number = 2 }\n    web-03 = { number = 4 }",
        );
    assert_ne!(before, after);
    fs::write(&file, after).expect("a configuration");
    world.mock.clear_requests();
    world.apply();
    assert_eq!(
        (
            world.mock.count("DELETE", "/"),
            world.mock.count("POST", "/")
        ),
        (1, 2),
        "one route moves and one is new"
    );
    assert_eq!(
        world.output("services")["www"],
        json!({ "prefix": "2001:db8:1000:f000::/64", "server": "web-03" })
    );
    assert_eq!(
        world.output("servers")["web-03"]["prefix"],
        "2001:db8:1000:400::/56"
    );
    remove_protection(world);
}

fn the_tests_of_the_fleet_module_need_no_account(world: &mut World) {
    lay_out(&world.workspace, "fleet/fleet");
    world.workspace.set("HOSTUP_API_KEY", "");
    let run = world.workspace.run(["test", "-no-color"]).expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
    assert!(run.text().contains("3 passed, 0 failed"), "{}", run.text());
    assert!(world.mock.requests().is_empty());
    // The scenario ends with a destroy, for which the module has no servers.
    world.workspace.set("TF_VAR_servers", "{}");
}

/// Applies the example. Returns the servers' ids: `web-01` and `db-01`.
fn private_network(world: &World) -> [String; 2] {
    let servers = ["web-01", "db-01"].map(|name| world.mock.add_vps(name));
    lay_out(&world.workspace, "private-network");
    world.apply();
    servers
}

/// The servers of the changes of interfaces so far, in their order.
fn changed_servers(world: &World) -> Vec<String> {
    let requests = world.mock.requests();
    let changes = requests.iter().filter(|it| it.method == "POST");
    changes
        .filter_map(|it| {
            it.path
                .strip_prefix("/api/v2/vps/")?
                .strip_suffix("/network")
        })
        .map(str::to_owned)
        .collect()
}

fn the_example_of_a_private_network_configures_both_servers(world: &mut World) {
    let servers = private_network(world);
    let netplan = world.output("netplan");
    for (name, id, address) in [
        ("web", &servers[0], "10.42.0.10/24"),
        ("db", &servers[1], "10.42.0.20/24"),
    ] {
        let text = netplan[name].as_str().expect("a text");
        let document = Yaml::load_from_str(text).expect("YAML").swap_remove(0);
        let ethernets = &document["network"]["ethernets"];
        let private = &ethernets["private"];
        let shown = world.mock.vps_network(id);
        assert_eq!(
            private["match"]["macaddress"].as_str(),
            shown["interfaces"][1]["mac"].as_str()
        );
        let addresses = private["addresses"].as_sequence().expect("addresses");
        assert_eq!(addresses.len(), 1);
        assert_eq!(addresses[0].as_str(), Some(address));
        let keys = private.as_mapping().expect("an interface").keys();
        let keys: Vec<_> = keys.filter_map(Yaml::as_str).collect();
        assert_eq!(keys, ["match", "dhcp4", "addresses"], "no gateway");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("a text");
    let template = read("examples/private-network/netplan.yaml.tftpl");
    assert!(
        read("docs/guides/private-network.md").contains(&template),
        "the guide shows another template"
    );
}

fn the_example_of_a_private_network_attaches_and_detaches_one_server_after_the_other(
    world: &mut World,
) {
    let [web, db] = private_network(world);
    assert_eq!(changed_servers(world), [&*web, &*db]);
    world.mock.clear_requests();
    world
        .mock
        .configure(|switches| switches.interfaces.reserved_reads = 2);
    world.destroy();
    assert_eq!(changed_servers(world), [db, web]);
}

/// The network is replaced, and the interfaces with it.
fn the_example_of_a_private_network_follows_a_new_network(world: &mut World) {
    let [web, db] = private_network(world);
    world.workspace.set("TF_VAR_network", "backend-2");
    world.mock.clear_requests();
    world.apply();
    assert_eq!(changed_servers(world), [&*db, &*web, &*web, &*db]);
    assert_eq!(world.mock.networks()[0]["name"], "backend-2");
    assert_eq!(world.mock.networks()[0]["attachedVpsCount"], 2);
}

fn failover(world: &World) {
    for name in ["web-01", "web-02"] {
        world.mock.add_vps(name);
    }
    lay_out(&world.workspace, "ipv6-failover");
    world.apply();
    assert_eq!(world.output("active"), "web-01");
    assert_eq!(world.output("service_address"), "2001:db8:1000:f000::1");
}

fn the_example_of_failover_moves_the_prefix_and_keeps_it(world: &mut World) {
    failover(world);
    for active in ["web-02", "web-01"] {
        world.workspace.set("TF_VAR_active", active);
        let plan = world.plan();
        assert_eq!(plan.action("hostup_routed_ipv6_route.service"), "update");
        assert_warning(&plan.report, &["2001:db8:1000:f000::/64", "for a moment"]);
        world.apply();
        assert_eq!(world.output("active"), active);
        assert_eq!(world.output("service_address"), "2001:db8:1000:f000::1");
        assert_eq!(world.mock.routes().len(), 1);
        assert_eq!(world.mock.routes()[0]["vpsName"], active);
    }
    remove_protection(world);
}

fn the_example_of_failover_changes_nothing_when_the_other_server_takes_no_route(world: &mut World) {
    failover(world);
    world.mock.add_vps_with(VpsOptions {
        name: "old-01".to_owned(),
        ipv6: false,
        ..VpsOptions::default()
    });
    world.workspace.set("TF_VAR_active", "old-01");
    world.mock.clear_requests();
    assert_error(&world.apply_fails(), &["old-01 can't take the prefix"]);
    world.assert_no_writes();
    world.workspace.unset("TF_VAR_active");
    world.assert_settled();
    remove_protection(world);
}

/// Fills the account with objects that Terraform did not create.
fn populate(world: &World) {
    let pool = world.mock.add_pool();
    let (web, db) = (world.mock.add_vps("web-01"), world.mock.add_vps("db-01"));
    world.mock.add_route(&pool, &web, None, 56, Some("web"));
    world.mock.add_route(&pool, &db, None, 64, None);
    let network = world.mock.add_network("backend", Some("stockholm"));
    world.mock.add_network("backend", None);
    world.mock.attach_vps(&network, &web);
}

fn the_examples_of_adopting_import_everything_and_change_nothing(world: &mut World) {
    populate(world);
    world.mock.clear_requests();

    let inventory = world.beside();
    lay_out(&inventory, "adopting-an-account/inventory");
    let applied = inventory.run(["apply", "-auto-approve"]).expect("a run");
    assert_eq!(applied.code(), 0, "{}", applied.text());
    let account = inventory
        .run(["output", "-json", "account"])
        .expect("a run");

    lay_out(&world.workspace, "adopting-an-account/adopted");
    world
        .workspace
        .write("account.auto.tfvars.json", &account.stdout)
        .expect("the values");
    let plan = world.plan();
    let planned = &plan.report.planned;
    let only_imported = planned.iter().filter(|it| it.ends_with(": import"));
    assert_eq!(
        (only_imported.count(), planned.len()),
        (5, 6),
        "the pool's protection is new, all else is as it is: {planned:?}"
    );
    world.apply();
    assert_eq!(world.addresses().len(), 6);
    world.assert_no_writes();
    remove_protection(world);
}

fn the_example_of_a_query_imports_everything_and_changes_nothing(world: &mut World) {
    populate(world);
    world.mock.clear_requests();
    world.configure("");
    lay_out(&world.workspace, "adopting-an-account");
    let found = world
        .workspace
        .run(["query", "-no-color", "-generate-config-out=generated.tf"])
        .expect("a run");
    assert_eq!(found.code(), 0, "{}", found.text());
    world.apply();
    assert_eq!(world.addresses().len(), 6);
    world.assert_no_writes();
    // The generated routes have the id of the pool as a text, so the core would destroy both at
    // once, and so it would a network and the interface in it.
    let target = "-target=hostup_vps_private_interface.all_0";
    let detached = world.workspace.run(["destroy", "-auto-approve", target]);
    let detached = detached.expect("a run");
    assert_eq!(detached.code(), 0, "{}", detached.text());
    for route in world.mock.routes() {
        world
            .mock
            .remove_route(route["id"].as_str().expect("an id"));
    }
}
