//! `hostup_vps`, `hostup_vps_instances` and `hostup_vps_network`.

use serde_json::{Value, json};

use crate::resources::checks::assert_wrong_arguments;
use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    data_source: [
        a_server_is_found_by_id_name_and_address,
        what_hostup_leaves_out_is_null,
        a_server_that_is_not_exactly_one_is_an_error,
        servers_are_listed_from_every_page,
        a_servers_network_is_shown_as_the_api_shows_it,
        wrong_arguments_are_reported_at_their_line,
    ],
];

fn a_server_is_found_by_id_name_and_address(world: &mut World) {
    let id = world.mock.add_vps("web-01");
    world.mock.add_vps("db-01");
    let document = world.mock.vpses()[0].clone();
    let address = document["primaryIp"].as_str().expect("an address");
    for arguments in [
        format!("id = \"{id}\""),
        "name = \"WEB-01\"".to_owned(),
        format!("primary_ip = \"{address}\""),
    ] {
        world.configure(&format!("data \"hostup_vps\" \"it\" {{\n{arguments}\n}}\n"));
        world.apply();
        let shown = world.attributes("data.hostup_vps.it");
        assert_eq!(shown["id"], id, "{arguments}");
        assert_eq!(shown["primary_ip"], document["primaryIp"]);
        assert_eq!(shown["service_status"], document["serviceStatus"]);
        assert_eq!(shown["power_state"], document["powerState"]);
        assert_eq!(shown["is_payg"], document["billing"]["isPayg"]);
        assert_eq!(shown["billing_cycle"], document["billing"]["billingCycle"]);
        assert_eq!(shown["cpu_cores"], document["resources"]["cpuCores"]);
        assert_eq!(shown["memory_gb"], document["resources"]["memoryGb"]);
        assert_eq!(shown["storage_gb"], document["resources"]["storageGb"]);
        let system = &shown["operating_system"];
        assert_eq!(
            system["display_name"],
            document["operatingSystem"]["displayName"]
        );
        for name in ["family", "version", "variant"] {
            assert_eq!(system[name], document["operatingSystem"][name]);
        }
    }
    // A configured name stays as it is written.
    world.configure("data \"hostup_vps\" \"it\" {\n  name = \"WEB-01\"\n}\n");
    world.apply();
    assert_eq!(world.attribute("data.hostup_vps.it", "name"), "WEB-01");
}

fn what_hostup_leaves_out_is_null(world: &mut World) {
    let id = world.mock.add_vps("web-01");
    world.mock.with_account(|account| {
        account.edit_vps(&id, |vps| {
            *vps = json!({ "id": vps["id"].clone() });
        });
    });
    world.configure(&format!(
        "data \"hostup_vps\" \"it\" {{\n  id = \"{id}\"\n}}\n"
    ));
    world.apply();
    let shown = world.attributes("data.hostup_vps.it");
    for name in [
        "name",
        "service_status",
        "operating_system",
        "is_payg",
        "cpu_cores",
    ] {
        assert_eq!(shown[name], Value::Null, "{name}");
    }
}

fn a_server_that_is_not_exactly_one_is_an_error(world: &mut World) {
    let [one, two] = [(); 2].map(|()| world.mock.add_vps("web-01"));
    for (arguments, parts) in [
        (
            "name = \"Web-01\"",
            vec![
                "2 servers of the account have the name `Web-01`",
                &one,
                &two,
                "set `id`",
            ],
        ),
        (
            "name = \"web-99\"",
            vec!["no server of the account has the name `web-99`", "hint:"],
        ),
        (
            "id = \"vps_99\"",
            vec!["the account has no server `vps_99`", "hint:"],
        ),
        (
            "primary_ip = \"192.0.2.250\"",
            vec!["no server of the account has the primary_ip `192.0.2.250`"],
        ),
    ] {
        world.configure(&format!("data \"hostup_vps\" \"it\" {{\n{arguments}\n}}\n"));
        assert_error(&world.plan_fails(), &parts);
    }
    world.configure("data \"hostup_vps_network\" \"it\" {\n  vps_id = \"vps_99\"\n}\n");
    assert_error(
        &world.plan_fails(),
        &["the account has no server `vps_99`", "hint:"],
    );
    world.configure("");
}

fn servers_are_listed_from_every_page(world: &mut World) {
    world.mock.configure(|switches| switches.page_cap = 2);
    for nth in 1..=5 {
        world.mock.add_vps(&format!("web-{nth}"));
    }
    world.configure(
        r#"
        data "hostup_vps_instances" "all" {}
        data "hostup_vps_instances" "one" {
          name = "WEB-3"
        }
        data "hostup_vps_instances" "none" {
          primary_ip = "192.0.2.250"
        }
        "#,
    );
    world.apply();
    let names = |data_source: &str| -> Vec<Value> {
        let shown = world.attributes(&format!("data.hostup_vps_instances.{data_source}"));
        let instances = shown["instances"].as_array().expect("a list");
        instances.iter().map(|one| one["name"].clone()).collect()
    };
    assert_eq!(names("all"), ["web-1", "web-2", "web-3", "web-4", "web-5"]);
    assert_eq!(names("one"), ["web-3"]);
    assert!(names("none").is_empty());
}

fn a_servers_network_is_shown_as_the_api_shows_it(world: &mut World) {
    let id = world.mock.add_vps("web-01");
    world
        .mock
        .with_account(|account| account.add_address(&id, None, "10.42.0.10"));
    world.foreign(&format!("{id}/10.42.0.10"));
    world.configure(&format!(
        "data \"hostup_vps_network\" \"it\" {{\n  vps_id = \"{id}\"\n}}\n"
    ));
    world.apply();
    let shown = world.attributes("data.hostup_vps_network.it");
    let document = world.mock.vps_network(&id);
    let interfaces = document["interfaces"].as_array().expect("interfaces");
    assert_eq!(
        shown["interfaces"].as_array().map(Vec::len),
        Some(interfaces.len())
    );
    for (index, interface) in interfaces.iter().enumerate() {
        let view = &shown["interfaces"][index];
        for (name, field) in [
            ("name", "id"),
            ("model", "model"),
            ("mac_address", "mac"),
            ("bridge", "bridge"),
            ("vlan_tag", "vlan"),
            ("firewall_enabled", "firewallEnabled"),
            ("link_down", "linkDown"),
        ] {
            assert_eq!(view[name], interface[field], "{name}");
        }
        for (index, address) in interface["ip"].as_array().into_iter().flatten().enumerate() {
            let view = &view["addresses"][index];
            for (name, field) in [
                ("id", "id"),
                ("type", "type"),
                ("address", "ip"),
                ("mask", "mask"),
            ] {
                assert_eq!(view[name], address[field], "{name}");
            }
            assert_eq!(view["is_private"], address["isPrivate"]);
            assert_eq!(view["subnet_cidr"], address["subnet"]["parentCidr"]);
        }
    }
}

fn wrong_arguments_are_reported_at_their_line(world: &mut World) {
    assert_wrong_arguments(
        world,
        "hostup_vps",
        &[
            (
                "",
                "data",
                "set exactly one of `id`, `name` and `primary_ip`",
            ),
            (
                "id = \"vps_1\"\nname = \"web\"",
                "name",
                "`id` and `name` are set together",
            ),
            ("name = \"\"", "name", "empty"),
            ("primary_ip = \"web\"", "primary_ip", "is not an IP address"),
            (
                "id = \"vps_1\"\ncpu_cores = 2",
                "cpu_cores",
                "a configuration cannot",
            ),
        ],
    );
    assert_wrong_arguments(
        world,
        "hostup_vps_instances",
        &[
            ("name = \"\"", "name", "empty"),
            ("primary_ip = \"web\"", "primary_ip", "is not an IP address"),
        ],
    );
    assert_wrong_arguments(
        world,
        "hostup_vps_network",
        &[("vps_id = \"\"", "vps_id", "empty")],
    );
}
