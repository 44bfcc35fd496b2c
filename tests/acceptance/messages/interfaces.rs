//! Private interfaces.

use hostup_mock_api::{Account, Fault, JobEnd};
use serde_json::json;

use crate::gallery::Gallery;
use crate::scenarios;
use crate::world::World;

scenarios![the_messages_about_private_interfaces];

const NETWORK: &str = "resource \"hostup_private_network\" \"backend\" {\n name = \"backend\"\n \
                       parent_cidr = \"10.42.0.0/21\"\n}\n";
const ADDRESS: &str = "10.42.0.10";

/// The network, and an interface with this address.
fn interface(vps: &str, address: &str) -> String {
    format!(
        "{NETWORK}resource \"hostup_vps_private_interface\" \"web\" {{\n vps_id = \"{vps}\"\n \
         private_network_id = hostup_private_network.backend.id\n ip_address = \"{address}\"\n \
         timeouts = {{ create = \"2s\", delete = \"2s\" }}\n}}\n"
    )
}

fn the_messages_about_private_interfaces(world: &mut World) {
    let mut gallery = Gallery::default();
    let vps = world.mock.add_vps("web-01");
    let other = world.mock.add_vps("db-01");
    world.configure(NETWORK);
    world.apply();
    at_plan(world, &mut gallery, &vps, &other);
    refused(world, &mut gallery, &vps, &other);
    jobs(world, &mut gallery, &vps);
    imports(world, &mut gallery, &vps);
    gallery.assert_snapshot("messages_interfaces");
}

fn at_plan(world: &mut World, gallery: &mut Gallery, vps: &str, other: &str) {
    world.configure(&interface(vps, ADDRESS));
    gallery.warnings("an interface is planned", &world.plan().report);
    world.configure(&interface(vps, "10.42.7.10"));
    gallery.errors("the address is in no subnet", &world.plan_fails());
    world.configure(&interface(vps, "10.42.0.1"));
    gallery.errors("the address is the gateway", &world.plan_fails());
    world.configure(&interface("vps_missing", ADDRESS));
    gallery.errors("the server does not exist", &world.plan_fails());
    let with = |id: &str| {
        interface(vps, ADDRESS)
            .replace("private_network_id = hostup_private_network.backend.id", id)
    };
    world.configure(&with("private_network_id = \"pnet_missing\""));
    gallery.errors("the private network does not exist", &world.plan_fails());
    world.configure(&with("subnet_id = \"subnet_missing\""));
    gallery.errors("the subnet does not exist", &world.plan_fails());

    world.configure(&interface(vps, ADDRESS));
    world
        .mock
        .with_account(|account| account.add_address(other, None, ADDRESS));
    gallery.warnings("another server has the address", &world.plan().report);
    world
        .mock
        .with_account(|account| account.remove_address(other, ADDRESS));
    world
        .mock
        .with_account(|account| account.add_address(vps, None, ADDRESS));
    gallery.warnings("the server has the address", &world.plan().report);
    world
        .mock
        .with_account(|account| account.remove_address(vps, ADDRESS));
    world
        .mock
        .with_account(|account| account.add_address(vps, None, "10.42.0.11"));
    gallery.warnings("the server is in the subnet", &world.plan().report);
    gallery.errors("the server is in the subnet at apply", &world.apply_fails());
    world
        .mock
        .with_account(|account| account.remove_address(vps, "10.42.0.11"));
    subnets(world, gallery);
}

/// No interface can be attached to these subnets.
fn subnets(world: &mut World, gallery: &mut Gallery) {
    let network = world.attributes("hostup_private_network.backend");
    let subnet = network["subnets"][0]["id"].as_str().expect("an id");
    let status = |status: &str| {
        world
            .mock
            .with_account(|account| account.set_subnet_status(subnet, status));
    };
    status("provisioning");
    gallery.errors("the subnet is not active yet", &world.apply_fails());
    status("retired");
    gallery.errors("the network has no active subnet", &world.plan_fails());
    status("active");
}

fn refused(world: &mut World, gallery: &mut Gallery, vps: &str, other: &str) {
    world
        .mock
        .with_account(|account| account.add_address(vps, None, ADDRESS));
    gallery.errors("the server has the address at apply", &world.apply_fails());
    world
        .mock
        .with_account(|account| account.remove_address(vps, ADDRESS));
    world
        .mock
        .with_account(|account| account.add_address(other, None, ADDRESS));
    gallery.errors(
        "another server has the address at apply",
        &world.apply_fails(),
    );
    world
        .mock
        .with_account(|account| account.remove_address(other, ADDRESS));
    world
        .mock
        .with_account(|account| account.reserve_address(ADDRESS));
    gallery.errors("HostUp reserves the address", &world.apply_fails());
    world.mock.with_account(Account::free_reserved_addresses);
    world.mock.configure(|switches| {
        switches.interfaces.scopes = vec!["write:nothing".to_owned()];
    });
    gallery.errors("the key lacks a scope", &world.apply_fails());
    world.mock.configure(|switches| {
        switches.interfaces.scopes = vec!["write:network".to_owned()];
        switches.interfaces.refuse_stopped = true;
    });
    world.mock.with_account(|account| account.stop_vps(vps));
    gallery.errors("the server is not ready for a change", &world.apply_fails());
    world
        .mock
        .configure(|switches| switches.interfaces.refuse_stopped = false);
}

fn jobs(world: &mut World, gallery: &mut Gallery, vps: &str) {
    let end = |end: JobEnd| {
        world
            .mock
            .configure(|switches| switches.interfaces.job_end = end);
    };
    end(JobEnd::Failed(json!("no room")));
    gallery.errors("the job fails", &world.apply_fails());
    end(JobEnd::Never);
    gallery.errors("the job does not end", &world.apply_fails());
    end(JobEnd::Completed);
    world.mock.with_account(Account::finish_jobs);
    gallery.warnings("the interface is there and tainted", &world.plan().report);
    world.configure(NETWORK);
    world.apply();

    let path = format!("/api/v2/vps/{vps}/network");
    world.mock.inject(Fault::on("POST", &path).cut_before());
    world.configure(&interface(vps, ADDRESS));
    gallery.errors("the response to an attach is lost", &world.apply_fails());
    world.a_minute_later();

    world.apply();
    world.configure(NETWORK);
    let broken = Fault::on("POST", &path).problem(500, "internal_error", "It broke.");
    world.mock.inject(broken.always());
    gallery.errors("HostUp cannot detach the interface", &world.apply_fails());
    world.mock.clear_faults();
    end(JobEnd::Never);
    gallery.errors("the job of a detach does not end", &world.apply_fails());
    end(JobEnd::Completed);
    world.mock.with_account(Account::finish_jobs);
    world.apply();
    world.configure(&interface(vps, ADDRESS));
    world.apply();
    let name = world.attribute("hostup_vps_private_interface.web", "interface_name");
    world
        .mock
        .with_account(|account| account.add_address(vps, Some(&name), "192.0.2.77"));
    world.configure(NETWORK);
    gallery.errors("the interface has a public address", &world.apply_fails());
    world
        .mock
        .with_account(|account| account.remove_address(vps, "192.0.2.77"));
    world.apply();
}

fn imports(world: &mut World, gallery: &mut Gallery, vps: &str) {
    let id = world.attribute("hostup_private_network.backend", "id");
    let second = world.mock.add_subnet(&id);
    world.configure(&interface(vps, ADDRESS));
    gallery.errors("the private network has two subnets", &world.plan_fails());
    for (situation, id) in [
        ("an import names no address", "web-01".to_owned()),
        (
            "an import names no server",
            format!("vps_missing/{ADDRESS}"),
        ),
        ("an import names no interface", format!("{vps}/{ADDRESS}")),
    ] {
        world.configure(&format!(
            "import {{\n  to = hostup_vps_private_interface.web\n  id = \"{id}\"\n}}\n{}",
            interface(vps, ADDRESS).replace(
                "private_network_id = hostup_private_network.backend.id",
                &format!("subnet_id = \"{second}\""),
            )
        ));
        gallery.errors(situation, &world.plan_fails());
    }
    world.configure(NETWORK);
}
