//! Jobs, and the changes that they make.

use hostup_mock_api::{ChangeEffect, ChangeResponse, JobEnd, JobShape};
use serde_json::{Value, json};

use crate::world::{World, shown};

#[test]
fn reads_of_a_servers_network_advance_its_job() {
    let world = World::start();
    world.attach("10.201.0.77").expect(202);
    world.delete_network().refused(409, "network_in_use");
    assert_eq!([world.shown(), world.shown()], [[""; 0]; 2]);
    assert_eq!(world.shown(), ["net1 10.201.0.77"]);
}

#[test]
fn an_accepted_change_has_every_form_of_response() {
    let attach = |response: ChangeResponse| {
        let world = World::start();
        world.mock.configure(|it| it.interfaces.response = response);
        let response = world.attach("10.201.0.10");
        let shows_at_once = world.shown().len() == 1;
        world.mock.finish_jobs();
        assert_eq!(world.shown(), ["net1 10.201.0.10"]);
        (response, shows_at_once)
    };
    let (response, at_once) = attach(ChangeResponse::PollUrl(None));
    let operation = response.expect(202)["operation"].clone();
    assert!(operation["jobId"].is_string() && operation["pollUrl"].is_null());
    assert!(!at_once);
    let (response, _) = attach(ChangeResponse::PollUrl(Some("http://a.test/{id}".into())));
    let operation = response.expect(202)["operation"].clone();
    let job = operation["jobId"].as_str().expect("an id");
    assert_eq!(operation["pollUrl"], format!("http://a.test/{job}"));
    let (response, at_once) = attach(ChangeResponse::NoJob);
    assert!(response.expect(202)["operation"]["jobId"].is_null() && !at_once);
    let (response, at_once) = attach(ChangeResponse::Empty);
    assert_eq!((response.expect(202), at_once), (Value::Null, false));
    for status in [200, 201] {
        let (response, at_once) = attach(ChangeResponse::Done(status));
        assert!(response.expect(status).get("operation").is_none() && at_once);
    }
    let (response, at_once) = attach(ChangeResponse::Network);
    assert_eq!(shown(&response.expect(200)), ["net1 10.201.0.10"]);
    assert!(at_once);
}

#[test]
fn a_change_can_take_effect_at_once_or_some_reads_after_its_job() {
    let world = World::start();
    let effect = |effect| world.mock.configure(|it| it.interfaces.effect = effect);
    effect(ChangeEffect::AtOnce);
    let job = World::job(&world.attach("10.201.0.10"));
    assert_eq!(shown(&world.mock.vps_network(&world.vps)).len(), 1);
    assert_eq!(
        world.client().get(&job).expect(200)["data"]["status"],
        "queued"
    );
    world.mock.finish_jobs();
    assert_eq!(world.shown().len(), 1);

    effect(ChangeEffect::ReadsLater(2));
    world.detach("net1").expect(202);
    world.mock.finish_jobs();
    let counts = [
        world.shown().len(),
        world.shown().len(),
        world.shown().len(),
    ];
    assert_eq!(counts, [1, 1, 0]);
}

#[test]
fn a_job_can_fail_with_or_without_the_change_or_never_end() {
    let run = |end: JobEnd| {
        let world = World::start();
        world.mock.configure(|it| {
            (it.job_reads, it.interfaces.job_end) = (0, end);
        });
        let job = World::job(&world.attach("10.201.0.10"));
        let documents = [0; 3].map(|_| world.client().get(&job).expect(200)["data"].clone());
        (documents[2].clone(), world.shown().len())
    };
    let (data, count) = run(JobEnd::Failed(json!("broken")));
    assert_eq!(
        (&data["status"], &data["error"]),
        (&json!("failed"), &json!("broken"))
    );
    assert_eq!(count, 0);
    let error = json!({"code": "broken"});
    let (data, count) = run(JobEnd::FailedAfterChange(error.clone()));
    assert_eq!((&data["error"], count), (&error, 1));
    let (data, count) = run(JobEnd::Never);
    assert_eq!((&data["status"], count), (&json!("in_progress"), 0));
}

#[test]
fn a_failed_attach_leaves_its_address_free() {
    let world = World::start();
    world.mock.configure(|it| {
        (it.job_reads, it.interfaces.job_end) = (0, JobEnd::Failed(json!("broken")));
    });
    let job = World::job(&world.attach("10.201.0.10"));
    world.client().get(&job).expect(200);
    world
        .mock
        .configure(|it| it.interfaces.job_end = JobEnd::Completed);
    world.attach("10.201.0.10").expect(202);
    assert_eq!(world.shown(), ["net2 10.201.0.10"]);
}

#[test]
fn a_job_has_every_form() {
    let world = World::start();
    let job = World::job(&world.attach("10.201.0.10"));
    let read = |form| {
        world.mock.configure(|it| it.interfaces.job_shape = form);
        world.client().get(&job).expect(200)
    };
    assert_eq!(read(JobShape::State)["data"]["state"], "queued");
    let document = read(JobShape::Operation);
    assert_eq!(document["operation"]["status"], "in_progress");
    assert!(document.get("data").is_none());
    let statuses = vec!["waiting".to_owned(), String::new()];
    world
        .mock
        .configure(|it| (it.job_reads, it.interfaces.job_statuses) = (3, statuses));
    assert_eq!(read(JobShape::Status)["data"]["status"], "waiting");
    assert_eq!(read(JobShape::Status)["data"]["status"], "");
    world
        .mock
        .configure(|it| it.interfaces.ended_jobs_are_gone = true);
    world.mock.finish_jobs();
    world.client().get(&job).refused(404, "not_found");
    assert_eq!(world.shown().len(), 1);
}

#[test]
fn one_server_has_one_change_at_a_time() {
    let world = World::start();
    world
        .mock
        .configure(|it| it.interfaces.second_in_subnet = true);
    world.attach("10.201.0.10").expect(202);
    world.attach("10.201.0.11").refused(409, "vps_not_ready");
    // Other servers are not affected. Every refusal counts as a read of the first job.
    let other = format!("/api/v2/vps/{}/network", world.mock.add_vps("web-02"));
    let body = world.attach_body("10.201.0.12");
    world.client().post(&other, &body).expect(202);
    world.attach("10.201.0.11").refused(409, "vps_not_ready");
    world.attach("10.201.0.11").expect(202);

    world
        .mock
        .configure(|it| (it.interfaces.queue_changes, it.job_reads) = (true, 1));
    let second = World::job(&world.attach("10.201.0.13"));
    let status = || world.client().get(&second).expect(200)["data"]["status"].clone();
    assert_eq!([status(), status(), status()], ["queued"; 3]);
    for _ in 0..3 {
        world.shown();
    }
    let seen = [status(), status(), status()];
    assert_eq!(seen, ["queued", "in_progress", "completed"]);
    assert_eq!(world.shown().len(), 3);
}
