//! Networks, and unusual responses about them: the provider removes an object from the state only
//! when HostUp itself says that it is gone.

use hostup_mock_api::{Fault, NotFoundShape};
use serde_json::json;

use crate::scenarios;
use crate::scene::{NETWORK, NETWORK_ADDRESS, NETWORKS, ONE_NETWORK, pool_and_route};
use crate::world::{World, assert_error};

scenarios![
    failed_reads_while_a_new_network_is_provisioned_do_not_taint_it,
    a_network_that_is_gone_leaves_the_state_in_spite_of_a_404_without_a_body,
    a_network_that_is_gone_is_destroyed_in_spite_of_a_404_without_a_body,
    a_404_from_a_proxy_for_a_network_that_is_listed_changes_nothing,
    a_network_on_two_pages_of_the_list_counts_once,
    a_network_whose_response_is_lost_is_adopted_from_two_pages,
    lists_that_are_null_are_empty,
    hidden_pools_of_an_account_that_is_not_available_stay_in_the_state,
];

/// The shapes of a 404 that does not come from the API.
const FOREIGN: [NotFoundShape; 2] = [NotFoundShape::Empty, NotFoundShape::Html];

fn failed_reads_while_a_new_network_is_provisioned_do_not_taint_it(world: &mut World) {
    world.mock.configure(|one| one.provisioning_reads = 2);
    let failed = Fault::on("GET", ONE_NETWORK).status(500);
    let page = Fault::on("GET", ONE_NETWORK).html(500);
    let proxy = Fault::on("GET", ONE_NETWORK).html(404);
    world.mock.inject(failed.then(page.then(proxy)));
    world.configure(NETWORK);
    world.apply();
    assert_eq!(world.mock.faults_left(), 0);
    assert_eq!(world.attribute(NETWORK_ADDRESS, "status"), "active");
    assert_eq!(world.mock.networks().len(), 1);
    assert_eq!(world.mock.count("POST", NETWORKS), 1);
}

fn a_network_that_is_gone_leaves_the_state_in_spite_of_a_404_without_a_body(world: &mut World) {
    for shape in FOREIGN {
        world.mock.configure(|one| one.not_found_shape = shape);
        world.configure(NETWORK);
        world.apply();
        world.a_minute_later();
        world
            .mock
            .remove_network(&world.attribute(NETWORK_ADDRESS, "id"));
        assert_eq!(world.plan().action(NETWORK_ADDRESS), "create", "{shape:?}");
        world.apply_with(&["-refresh-only"]);
        assert!(world.addresses().is_empty(), "{shape:?}");
    }
}

fn a_network_that_is_gone_is_destroyed_in_spite_of_a_404_without_a_body(world: &mut World) {
    for shape in FOREIGN {
        world.mock.configure(|one| one.not_found_shape = shape);
        world.configure(NETWORK);
        world.apply();
        world.a_minute_later();
        world
            .mock
            .remove_network(&world.attribute(NETWORK_ADDRESS, "id"));
        world.apply_with(&["-destroy", "-refresh=false"]);
        assert!(world.addresses().is_empty(), "{shape:?}");
        // The network is gone while the provider waits for its end.
        world.apply();
        world.destroy();
    }
}

fn a_404_from_a_proxy_for_a_network_that_is_listed_changes_nothing(world: &mut World) {
    world.configure(NETWORK);
    world.apply();
    let id = world.attribute(NETWORK_ADDRESS, "id");
    world.mock.inject(Fault::on("GET", ONE_NETWORK).html(404));
    world.apply();
    assert_eq!(world.attribute(NETWORK_ADDRESS, "id"), id);
    world
        .mock
        .inject(Fault::on("DELETE", ONE_NETWORK).html(404));
    world.destroy();
}

const FIVE: &str = r#"
resource "hostup_private_network" "many" {
  count = 5
  name  = "n${count.index}"
}
"#;

fn a_network_on_two_pages_of_the_list_counts_once(world: &mut World) {
    world.mock.configure(|one| {
        one.page_cap = 2;
        one.repeat_items = true;
    });
    world.configure(FIVE);
    world.apply();
    world.configure(&format!(
        "{FIVE}\ndata \"hostup_private_networks\" \"all\" {{}}\n\
         output \"names\" {{ value = sort(data.hostup_private_networks.all.networks[*].name) }}\n"
    ));
    world.apply();
    assert_eq!(world.output("names"), json!(["n0", "n1", "n2", "n3", "n4"]));
}

/// The list shows the new network twice.
fn a_network_whose_response_is_lost_is_adopted_from_two_pages(world: &mut World) {
    world.foreign_network("b", None);
    world.mock.configure(|one| {
        one.page_cap = 2;
        one.repeat_items = true;
    });
    for name in ["c", "d"] {
        world.foreign_network(name, None);
    }
    world.mock.inject(Fault::on("POST", NETWORKS).cut_after());
    world.configure(NETWORK);
    world.apply();
    assert_eq!(world.mock.networks().len(), 4);
    assert_eq!(world.mock.count("POST", NETWORKS), 1);
}

fn lists_that_are_null_are_empty(world: &mut World) {
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    world.mock.configure(|one| one.null_lists = true);
    let all = |vps: &str| {
        let account = "data \"hostup_routed_ipv6\" \"it\" {}\n";
        format!("{account}{}", pool_and_route(vps))
    };
    world.configure(&all(&web));
    world.apply();
    let shown = world.attributes("data.hostup_routed_ipv6.it");
    assert_eq!(shown["allowed_prefix_lengths"], json!([]));
    assert_eq!(shown["destinations"], json!([]));
    world.configure(&all(&spare));
    world.apply();
    assert_eq!(world.mock.routes()[0]["vpsId"], spare);
}

fn hidden_pools_of_an_account_that_is_not_available_stay_in_the_state(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    world.configure(&pool_and_route(&web));
    world.apply();
    let both = world.addresses();
    assert_eq!(both.len(), 2);
    let why = "Routed IPv6 is suspended for this account.";
    world.mock.configure(|one| {
        one.routed_ipv6_unavailable = Some(why.to_owned());
        one.unavailable_hides_pools = true;
    });
    for report in [
        world.plan_fails(),
        world.apply_fails(),
        world.destroy_fails(),
    ] {
        assert_error(&report, &["Could not read hostup_routed_ipv6_pool", why]);
    }
    assert_eq!(world.addresses(), both);
    world.mock.configure(|one| {
        one.routed_ipv6_unavailable = None;
        one.unavailable_hides_pools = false;
    });
    world.assert_settled();
    assert_eq!(world.mock.routes().len(), 1);
}
