//! Responses to changes that are lost, and Ctrl-C while a change runs.

use std::time::Duration;

use hostup_mock_api::{Fault, JobEnd};

use crate::scenarios;
use crate::world::{World, assert_error};

use super::{WEB, assert_attached, changes, private_addresses, web};

scenarios![
    a_lost_response_to_an_attach_is_settled_by_the_servers_network,
    an_attach_that_did_not_happen_is_not_repeated,
    a_lost_response_to_a_detach_is_settled_by_the_servers_network,
    an_interface_that_hostup_still_attaches_is_waited_for,
    ctrl_c_while_an_interface_is_detached_loses_nothing,
    a_detach_that_hostup_cannot_carry_out_ends_with_its_reason,
    ctrl_c_during_each_request_of_a_change_loses_nothing,
];

/// The POST that changes a server's interfaces.
fn change(vps: &str) -> Fault {
    Fault::on("POST", &format!("/api/v2/vps/{vps}/network"))
}

fn a_lost_response_to_an_attach_is_settled_by_the_servers_network(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    for lost in [
        change(&vps).cut_after(),
        change(&vps).after_commit().html(502),
    ] {
        world.mock.inject(lost);
        world.mock.clear_requests();
        world.configure(&web(&vps, ""));
        world.apply();
        assert_attached(world, &vps);
        assert_eq!(changes(world), (1, 0));
        world.destroy();
    }
}

fn an_attach_that_did_not_happen_is_not_repeated(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(super::BACKEND);
    world.apply();
    world.mock.inject(change(&vps).cut_before());
    world.mock.clear_requests();
    world.configure(&web(&vps, ""));
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create",
            "does not show `10.42.0.10` yet",
            "tainted",
        ],
    );
    assert_eq!(changes(world), (1, 0));
    assert_eq!(private_addresses(world, &vps), []);
    // HostUp may still attach it.
    assert_eq!(world.plan().action(WEB), "delete-create");
    world.a_minute_later();
    world.apply();
    assert_attached(world, &vps);
    assert_eq!(changes(world), (2, 0));
}

fn a_lost_response_to_a_detach_is_settled_by_the_servers_network(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&web(&vps, ""));
    world.apply();
    world.mock.inject(change(&vps).cut_after());
    world.mock.clear_requests();
    world.configure(super::BACKEND);
    world.apply();
    assert_eq!(private_addresses(world, &vps), []);
    // HostUp refuses a second detach while the first one runs.
    let detaches = world.mock.requests();
    let accepted = detaches.iter().filter(|one| {
        one.action() == Some("delete_interface") && one.status.is_none_or(|it| it < 300)
    });
    assert_eq!(accepted.count(), 1);
}

fn jobs_end(world: &World, end: JobEnd) {
    world
        .mock
        .configure(|switches| switches.interfaces.job_end = end);
}

/// Starts an apply of [`web`], and stops it while HostUp's job runs.
fn stop_while_attaching(world: &World, vps: &str) {
    world.configure(super::BACKEND);
    world.apply();
    world.configure(&web(vps, ""));
    jobs_end(world, JobEnd::Never);
    world.mock.clear_requests();
    let report = stop(world, &["apply", "-no-color", "-auto-approve"]);
    assert!(report.contains("stopped while waiting"), "{report}");
    assert!(report.contains("untaint"), "{report}");
    assert!(world.addresses().iter().any(|address| address == WEB));
}

/// Runs the core, and stops it when it has read a job.
fn stop(world: &World, arguments: &[&str]) -> String {
    let run = world.workspace.start(arguments).expect("a run");
    let is_polled = |requests: &[hostup_mock_api::Request]| {
        requests
            .iter()
            .any(|one| one.path.starts_with("/api/jobs/"))
    };
    assert!(world.mock.wait_for(Duration::from_mins(1), is_polled));
    run.interrupt().expect("a group");
    let finished = run.finish(Duration::from_mins(1)).expect("an end");
    finished.text()
}

/// HostUp finishes a change that it accepted, also when the run was stopped.
fn an_interface_that_hostup_still_attaches_is_waited_for(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    let finish = |world: &World| jobs_end(world, JobEnd::Completed);

    // The next apply replaces it.
    stop_while_attaching(world, &vps);
    assert_eq!(world.plan().action(WEB), "delete-create");
    finish(world);
    world.apply();
    assert_attached(world, &vps);
    assert_eq!(changes(world), (2, 1));
    world.destroy();

    // A destroy leaves nothing.
    stop_while_attaching(world, &vps);
    finish(world);
    world.destroy();
    assert_eq!(private_addresses(world, &vps), []);
    assert_eq!(changes(world), (1, 1));

    // Nor does a replacement by an interface of another server.
    let other = world.mock.add_vps("web-02");
    stop_while_attaching(world, &vps);
    world.configure(&web(&other, ""));
    finish(world);
    world.apply();
    assert_attached(world, &other);
    assert_eq!(private_addresses(world, &vps), []);
    world.destroy();

    // An attach that failed is not waited for.
    stop_while_attaching(world, &vps);
    jobs_end(world, JobEnd::Failed("no room".into()));
    // The first plan reads the job before it ends.
    world.plan();
    assert_eq!(world.plan().action(WEB), "create");
    finish(world);
    world.configure(super::BACKEND);
    world.apply();
    assert_eq!(private_addresses(world, &vps), []);
}

fn ctrl_c_while_an_interface_is_detached_loses_nothing(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&web(&vps, ""));
    world.apply();
    world.configure(super::BACKEND);
    jobs_end(world, JobEnd::Never);
    world.mock.clear_requests();
    let report = stop(world, &["apply", "-no-color", "-auto-approve"]);
    assert!(report.contains("stopped while waiting"), "{report}");
    assert!(world.addresses().iter().any(|address| address == WEB));
    jobs_end(world, JobEnd::Completed);
    world.apply();
    assert_eq!(private_addresses(world, &vps), []);
}

fn a_detach_that_hostup_cannot_carry_out_ends_with_its_reason(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(&web(&vps, ""));
    world.apply();
    world.configure(super::BACKEND);
    world.mock.clear_requests();
    let broken = change(&vps).problem(500, "internal_error", "The hypervisor is broken.");
    world.mock.inject(broken.always());
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not destroy",
            "The hypervisor is broken",
            "still has `10.42.0.10`",
        ],
    );
    assert_eq!(changes(world), (0, 3));
    assert!(world.addresses().iter().any(|address| address == WEB));
    world.mock.clear_faults();
}

fn ctrl_c_during_each_request_of_a_change_loses_nothing(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    let attached = web(&vps, "");
    for (action, is_made) in [
        ("create_private_interface", false),
        ("create_private_interface", true),
        ("delete_interface", false),
        ("delete_interface", true),
    ] {
        let is_attach = action == "create_private_interface";
        let (before, after) = if is_attach {
            (super::BACKEND, attached.as_str())
        } else {
            (attached.as_str(), super::BACKEND)
        };
        world.configure(before);
        world.apply();
        world.configure(after);
        let slow = change(&vps)
            .action(action)
            .delay(Duration::from_millis(400));
        world
            .mock
            .inject(if is_made { slow.after_commit() } else { slow });
        world.mock.clear_requests();
        let run = world
            .workspace
            .start(["apply", "-no-color", "-auto-approve"])
            .expect("a run");
        let is_sent = |requests: &[hostup_mock_api::Request]| {
            requests.iter().any(|one| one.action() == Some(action))
        };
        assert!(world.mock.wait_for(Duration::from_mins(1), is_sent));
        run.interrupt().expect("a group");
        run.finish(Duration::from_mins(1)).expect("an end");
        let in_state = world.addresses().iter().any(|address| address == WEB);
        let in_account = !private_addresses(world, &vps).is_empty();
        assert!(in_state || !in_account, "{action}, made: {is_made}");
        assert!(in_state || !is_attach, "{action}, made: {is_made}");
        world.apply();
        assert_eq!(private_addresses(world, &vps).len(), usize::from(is_attach));
    }
}
