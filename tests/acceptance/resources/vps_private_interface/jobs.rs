//! The forms in which HostUp may accept a change and finish it.

use std::net::TcpListener;

use hostup_mock_api::{ChangeEffect, ChangeResponse, Fault, InterfaceSwitches, JobEnd, JobShape};
use serde_json::json;

use crate::scenarios;
use crate::world::{World, assert_error};

use super::{WEB, assert_attached, changes, private_addresses, web};

scenarios![
    every_form_of_an_accepted_change_is_understood,
    a_job_that_failed_is_reported_and_leaves_no_interface,
    a_failed_job_whose_change_was_made_is_no_failure,
    a_job_that_never_ends_leaves_a_tainted_interface,
    a_job_at_another_host_is_not_requested,
    a_job_that_cannot_be_read_does_not_fail_the_change,
    a_change_is_accepted_while_another_one_is_queued,
];

/// A form of a response or of a job, and its name.
type Form = (&'static str, fn(&mut InterfaceSwitches));

fn set(world: &World, change: impl FnOnce(&mut InterfaceSwitches)) {
    world.mock.configure(|switches| {
        switches.interfaces = InterfaceSwitches::default();
        change(&mut switches.interfaces);
    });
}

fn every_form_of_an_accepted_change_is_understood(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(super::BACKEND);
    world.apply();
    let forms: [Form; 13] = [
        ("no poll URL", |it| {
            it.response = ChangeResponse::PollUrl(None);
        }),
        ("no job", |it| it.response = ChangeResponse::NoJob),
        ("200", |it| it.response = ChangeResponse::Done(200)),
        ("201", |it| it.response = ChangeResponse::Done(201)),
        ("empty body", |it| it.response = ChangeResponse::Empty),
        ("the network", |it| it.response = ChangeResponse::Network),
        ("at once", |it| it.effect = ChangeEffect::AtOnce),
        ("later", |it| it.effect = ChangeEffect::ReadsLater(2)),
        ("data.state", |it| it.job_shape = JobShape::State),
        ("operation.status", |it| it.job_shape = JobShape::Operation),
        ("ended jobs are gone", |it| it.ended_jobs_are_gone = true),
        ("names are used again", |it| it.reuse_names = true),
        ("an empty status", |it| {
            it.job_statuses = vec![String::new()];
        }),
    ];
    for (name, form) in forms {
        set(world, form);
        world.configure(&web(&vps, ""));
        world.apply();
        assert_eq!(private_addresses(world, &vps).len(), 1, "{name}");
        world.configure(super::BACKEND);
        world.apply();
        assert_eq!(private_addresses(world, &vps), [], "{name}");
    }
}

fn a_job_that_failed_is_reported_and_leaves_no_interface(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(super::BACKEND);
    world.apply();
    world.configure(&web(&vps, ""));
    for error in [json!("no room"), json!({"code": "x", "detail": "no room"})] {
        set(world, |it| it.job_end = JobEnd::Failed(error));
        let report = world.apply_fails();
        assert_error(
            &report,
            &[
                "Could not create hostup_vps_private_interface",
                "HostUp's job `job_",
                "failed: no room",
                "hint:",
            ],
        );
        assert_eq!(private_addresses(world, &vps), []);
    }
    // A detach that fails keeps the interface.
    set(world, |_| {});
    world.a_minute_later();
    world.apply();
    set(world, |it| it.job_end = JobEnd::Failed(json!("no room")));
    world.configure(super::BACKEND);
    let report = world.apply_fails();
    assert_error(&report, &["Could not destroy", "failed: no room"]);
    assert_attached(world, &vps);
    set(world, |_| {});
}

fn a_failed_job_whose_change_was_made_is_no_failure(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    set(world, |it| {
        it.job_end = JobEnd::FailedAfterChange(json!("late"));
    });
    world.configure(&web(&vps, ""));
    world.apply();
    assert_attached(world, &vps);
    world.destroy();
    assert_eq!(private_addresses(world, &vps), []);
}

fn a_job_that_never_ends_leaves_a_tainted_interface(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(super::BACKEND);
    world.apply();
    set(world, |it| it.job_end = JobEnd::Never);
    world.configure(&web(&vps, "timeouts = { create = \"2s\" }"));
    let report = world.apply_fails();
    assert_error(
        &report,
        &[
            "Could not create",
            "no time is left",
            "job `in_progress`",
            "hint:",
        ],
    );
    assert!(world.addresses().iter().any(|address| address == WEB));
    // HostUp finishes it later: the address shows.
    set(world, |_| {});
    world
        .mock
        .with_account(|account| account.add_address(&vps, None, super::ADDRESS));
    assert_eq!(world.plan().action(WEB), "delete-create");
    world
        .mock
        .with_account(|account| account.remove_address(&vps, super::ADDRESS));
    let other = world.mock.add_vps("web-02");
    world.a_minute_later();
    world.configure(&web(&other, ""));
    world.apply();
    assert_attached(world, &other);
}

/// No document names the scope that a job takes, nor every status that it may have.
fn a_job_that_cannot_be_read_does_not_fail_the_change(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    world.configure(super::BACKEND);
    world.apply();
    let job = || Fault::on("GET", "/api/jobs/").always();
    let done = json!({ "data": { "status": "done" } }).to_string();
    for fault in [
        job().problem(403, "forbidden", "The caller lacks a required scope."),
        job().status(405),
        job().problem(500, "internal_error", "It broke."),
        job().status(200).body(done, "application/json"),
    ] {
        world.mock.inject(fault);
        world.mock.clear_requests();
        world.configure(&web(&vps, ""));
        world.apply();
        assert_attached(world, &vps);
        world.configure(super::BACKEND);
        world.apply();
        assert_eq!(private_addresses(world, &vps), []);
        assert_eq!(changes(world), (1, 1));
        world.mock.clear_faults();
    }
    // The network decides even when the job seems to run to the end of the time.
    set(world, |it| {
        it.effect = ChangeEffect::AtOnce;
        it.job_end = JobEnd::Never;
    });
    world.configure(&web(
        &vps,
        "timeouts = { create = \"2s\", delete = \"2s\" }",
    ));
    world.apply();
    assert_attached(world, &vps);
    set(world, |_| {});
    world.destroy();
}

fn a_change_is_accepted_while_another_one_is_queued(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    set(world, |it| it.queue_changes = true);
    world.configure(&web(&vps, ""));
    world.apply();
    assert_attached(world, &vps);
    world.destroy();
    assert_eq!(private_addresses(world, &vps), []);
}

/// The API key must reach no other host.
fn a_job_at_another_host_is_not_requested(world: &mut World) {
    let vps = world.mock.add_vps("web-01");
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    other.set_nonblocking(true).expect("a listener");
    let address = other.local_addr().expect("an address");
    let url = format!("http://{address}/api/jobs/{{id}}");
    set(world, |it| it.response = ChangeResponse::PollUrl(Some(url)));
    world.configure(&web(&vps, ""));
    world.apply();
    assert_attached(world, &vps);
    assert!(other.accept().is_err(), "the other host was contacted");
}
