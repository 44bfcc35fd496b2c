//! The interfaces of servers.

use hostup_mock_api::{ChangeResponse, Fault, RefusedAs, UnknownSubnet};
use serde_json::{Value, json};

use crate::http::{Client, Cut};
use crate::world::{World, shown};

#[test]
fn a_server_starts_with_a_public_interface() {
    let world = World::start();
    let network = world.client().get(&world.path()).expect(200);
    let interface = &network["interfaces"][0];
    assert_eq!(interface["id"], "net0");
    assert_eq!(interface["ip"][0]["ip"], "192.0.2.10");
    assert_eq!(interface["ip"][0]["isPrivate"], false);
    assert_eq!(interface["ip"][0]["mask"], "24");
    assert_eq!(interface["ip"][1]["type"], "ipv6");
    world
        .client()
        .get("/api/v2/vps/vps_0/network")
        .refused(404, "not_found");
}

#[test]
fn an_interface_shows_when_its_job_is_completed_and_is_deleted_again() {
    let world = World::start();
    let response = world.attach("10.201.0.77");
    assert_eq!(response.expect(202)["operation"]["status"], "queued");
    let job = World::job(&response);
    assert!(job.starts_with("/api/jobs/"), "{job}");
    let status = || world.client().get(&job).expect(200)["data"]["status"].clone();
    assert_eq!([status(), status()], ["queued", "in_progress"]);
    assert_eq!(shown(&world.mock.vps_network(&world.vps)), [""; 0]);
    assert_eq!(status(), "completed");
    assert_eq!(world.shown(), ["net1 10.201.0.77"]);

    let network = world.mock.vps_network(&world.vps);
    let interface = &network["interfaces"][1];
    assert_eq!(interface["vlan"], 200);
    let subnet = &interface["ip"][0]["subnet"];
    assert_eq!(subnet["parentCidr"], "10.201.0.0/24");
    let network = world.mock.networks()[0].clone();
    assert_eq!(network["attachedVpsCount"], 1);
    let attached = json!([{"id": world.vps, "name": "web-01", "primaryIp": "10.201.0.77"}]);
    assert_eq!(network["attachedVps"], attached);
    world.delete_network().refused(409, "network_in_use");

    world.detach("net0").refused(409, "interface_required");
    world.detach("net9").refused(404, "not_found");
    world.detach("net1").expect(202);
    world.delete_network().refused(409, "network_in_use");
    world.mock.finish_jobs();
    assert_eq!(world.shown(), [""; 0]);
    world.delete_network().expect(200);
}

#[test]
fn a_wrong_body_is_refused() {
    let world = World::start();
    let usual = world.attach_body("10.201.0.10");
    let check = |field: &str, value: Value| {
        let mut body = usual.clone();
        body[field] = value;
        let problem = world.post(&body).refused(400, "invalid_request");
        let pointer = format!("/{field}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    };
    for address in ["10.201.0.0", "10.201.0.1", "10.201.0.255", "10.202.0.9"] {
        check("ipAddress", json!(address));
    }
    for address in [json!("web"), json!("::1"), json!("10.201.0.9/24"), json!(9)] {
        check("ipAddress", address);
    }
    check("note", json!(1));
    check("subnetId", json!(null));
    check("action", json!("reboot"));
    let mut body = usual.clone();
    body.as_object_mut().expect("an object").remove("ipAddress");
    let problem = world.post(&body).refused(400, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/ipAddress");
    world
        .mock
        .configure(|it| it.interfaces.address_optional = true);
    world.post(&body).expect(202);
    world.mock.finish_jobs();
    assert_eq!(world.shown(), ["net1 10.201.0.10"]);
}

#[test]
fn the_scopes_of_a_change_are_a_switch() {
    #[track_caller]
    fn check(needed: &[&str], has: &[&str], status: u16) {
        let world = World::start();
        world.mock.configure(|it| {
            it.interfaces.scopes = needed.iter().map(|scope| (*scope).to_owned()).collect();
        });
        world.mock.add_key("other", has);
        let client = Client::with_key(&world.mock, "other");
        let body = world.attach_body("10.201.0.10");
        client.post(&world.path(), &body).expect(status);
    }
    check(&["write:network"], &["write:network"], 202);
    check(&["write:network"], &["write:vm"], 403);
    check(&["write:vm"], &["write:vm"], 202);
    check(&["write:vm"], &["write:network"], 403);
    check(&["write:network", "write:vm"], &["write:network"], 403);
    let both = ["write:network", "write:vm"];
    check(&both, &both, 202);
}

#[test]
fn a_switch_refuses_changes_of_a_stopped_server() {
    let world = World::start();
    world.mock.stop_vps(&world.vps);
    world
        .mock
        .configure(|it| it.interfaces.refuse_stopped = true);
    world.attach("10.201.0.10").refused(409, "vps_not_ready");
    world
        .mock
        .configure(|it| it.interfaces.refuse_stopped = false);
    world.attach("10.201.0.10").expect(202);
}

#[test]
fn a_second_interface_in_a_subnet_is_refused_unless_a_switch_allows_it() {
    let world = World::start();
    world.attach("10.201.0.10").expect(202);
    world.mock.finish_jobs();
    world.attach("10.201.0.11").refused(409, "already_attached");
    let subnet = world.mock.add_subnet(&world.network);
    let mut body = world.attach_body("10.201.1.11");
    body["subnetId"] = json!(subnet);
    world.post(&body).expect(202);
    world.mock.finish_jobs();
    world
        .mock
        .configure(|it| it.interfaces.second_in_subnet = true);
    world.attach("10.201.0.11").expect(202);
    world.mock.finish_jobs();
    assert_eq!(world.shown().len(), 3);
    assert_eq!(world.mock.networks()[0]["attachedVpsCount"], 1);
}

#[test]
fn a_taken_address_is_refused_as_a_conflict_or_an_invalid_request() {
    let world = World::start();
    let other = world.mock.add_vps("web-02");
    world.mock.attach_vps(&world.network, &other);
    world.mock.reserve_address("10.201.0.20");
    for address in ["10.201.0.10", "10.201.0.20"] {
        world.attach(address).refused(409, "ip_address_in_use");
    }
    world
        .mock
        .configure(|it| it.interfaces.taken_address = RefusedAs::InvalidRequest);
    let problem = world.attach("10.201.0.10").refused(400, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/ipAddress");
    world.mock.free_reserved_addresses();
    world.attach("10.201.0.20").expect(202);
    // The address of an attach that is under way is taken too.
    let body = world.attach_body("10.201.0.20");
    let path = format!("/api/v2/vps/{}/network", world.mock.add_vps("web-03"));
    world.client().post(&path, &body).expect(400);
}

#[test]
fn a_subnet_that_is_not_active_or_unknown_is_refused_in_every_form() {
    let world = World::start();
    let subnet = world.mock.networks()[0]["subnets"][0]["id"].clone();
    let subnet = subnet.as_str().expect("an id");
    world.mock.set_subnet_status(subnet, "provisioning");
    world
        .attach("10.201.0.10")
        .refused(409, "network_not_ready");
    world
        .mock
        .configure(|it| it.interfaces.inactive_subnet = RefusedAs::InvalidRequest);
    let problem = world.attach("10.201.0.10").refused(400, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/subnetId");
    world.mock.set_subnet_status(subnet, "active");
    let mut body = world.attach_body("10.201.0.10");
    body["subnetId"] = json!("subnet_0");
    let unknown = |how| {
        world
            .mock
            .configure(|it| it.interfaces.unknown_subnet = how);
        world.post(&body)
    };
    unknown(UnknownSubnet::NotFound).refused(404, "not_found");
    unknown(UnknownSubnet::Forbidden).refused(403, "forbidden");
    let problem = unknown(UnknownSubnet::InvalidRequest).refused(400, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/subnetId");
}

#[test]
fn a_detached_address_can_stay_reserved() {
    let world = World::start();
    world.mock.configure(|it| {
        (it.job_reads, it.interfaces.reserved_reads) = (0, 2);
    });
    world.attach("10.201.0.10").expect(202);
    world.shown();
    world.detach("net1").expect(202);
    assert_eq!(world.shown(), [""; 0]);
    let read = || {
        let path = format!("/api/v2/private-networks/{}", world.network);
        world.client().get(&path).expect(200)["unusedAddressReservationCount"].clone()
    };
    assert_eq!([read(), read()], [1, 1]);
    world
        .attach("10.201.0.10")
        .refused(409, "ip_address_in_use");
    let problem = world.delete_network().refused(409, "network_in_use");
    let reason = "Addresses of the private network are still reserved.";
    assert_eq!(problem["detail"], reason);
    assert_eq!(read(), 0);
    world.delete_network().expect(200);
}

#[test]
fn a_new_interface_has_a_new_name_unless_names_are_reused() {
    let world = World::start();
    world
        .mock
        .configure(|it| it.interfaces.response = ChangeResponse::Done(200));
    let cycle = |name: &str| {
        world.attach("10.201.0.10").expect(200);
        assert_eq!(world.shown(), [format!("{name} 10.201.0.10")]);
        world.detach(name).expect(200);
    };
    cycle("net1");
    cycle("net2");
    world.mock.configure(|it| it.interfaces.reuse_names = true);
    cycle("net1");
    world
        .mock
        .configure(|it| it.interfaces.network_as_parent = true);
    world.attach("10.201.0.10").expect(200);
    let network = world.mock.vps_network(&world.vps);
    let subnet = &network["interfaces"][1]["ip"][0]["subnet"];
    assert_eq!(subnet["parentCidr"], "10.201.0.0/21");
}

#[test]
fn addresses_and_interfaces_change_outside_the_api() {
    let world = World::start();
    let other = world.mock.add_vps("web-02");
    world.mock.attach_vps(&world.network, &world.vps);
    world.mock.rename_interface(&world.vps, "net1", "net7");
    assert_eq!(world.shown(), ["net7 10.201.0.10"]);
    world
        .mock
        .add_address(&world.vps, Some("net7"), "203.0.113.7");
    world.detach("net7").refused(409, "interface_required");
    world.mock.remove_address(&world.vps, "203.0.113.7");
    world.mock.move_address("10.201.0.10", &world.vps, &other);
    assert_eq!(world.shown(), [""; 0]);
    assert_eq!(shown(&world.mock.vps_network(&other)), ["net1 10.201.0.10"]);
    let attached = world.mock.networks()[0]["attachedVps"][0].clone();
    assert_eq!(attached["id"], other.as_str());
    world.mock.remove_address(&other, "10.201.0.10");
    assert_eq!(shown(&world.mock.vps_network(&other)), [""; 0]);
    world.mock.edit_vps_network(&world.vps, |network| {
        network["interfaces"][0]["linkDown"] = json!(true);
        network["gateway"] = json!("192.0.2.1");
    });
    let network = world.client().get(&world.path()).expect(200);
    assert_eq!(network["interfaces"][0]["linkDown"], true);
    assert_eq!(network["gateway"], "192.0.2.1");
    world.mock.attach_vps(&world.network, &world.vps);
    world.mock.remove_network(&world.network);
    assert_eq!(world.shown(), [""; 0]);
}

#[test]
fn faults_work_on_changes_of_interfaces() {
    let world = World::start();
    world.mock.configure(|it| it.job_reads = 0);
    let send = |fault: Fault| {
        world.mock.inject(fault.action("create_private_interface"));
        let body = world.attach_body("10.201.0.10").to_string();
        let path = world.path();
        world.client().send("POST", &path, body.as_bytes())
    };
    let fault = || Fault::on("POST", &world.path());
    assert_eq!(send(fault().cut_before()), Err(Cut::Nothing));
    send(fault().status(502)).expect("a response").expect(502);
    assert_eq!(world.shown(), [""; 0]);
    assert_eq!(send(fault().cut_after()), Err(Cut::Nothing));
    assert_eq!(world.shown(), ["net1 10.201.0.10"]);
    world.mock.remove_address(&world.vps, "10.201.0.10");
    let response = send(fault().status(502).after_commit()).expect("a response");
    response.expect(502);
    assert_eq!(world.shown(), ["net2 10.201.0.10"]);
    world
        .mock
        .inject(Fault::on("GET", "/api/jobs/").status(500));
    let job = World::job(&world.detach("net2"));
    world.client().get(&job).expect(500);
    world.client().get(&job).expect(200);
}
