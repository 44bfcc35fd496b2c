//! Changes of a server's network: what is sent, and the job that HostUp names.

use hostup_client::{Client, JobStatus, NewPrivateInterface};
use serde_json::{Value, json};

use crate::operation;
use crate::server::{Reply, Server, json_reply as response, problem, reply};
use crate::wire::text;

fn new() -> NewPrivateInterface {
    NewPrivateInterface {
        subnet_id: "subnet_01hxa3b4c5d6e7f8g9h0j1k2m3".to_owned(),
        ip_address: "10.42.0.10".parse().expect("an address"),
    }
}

/// Attaches an interface, and reads its job.
async fn attach(client: &Client) -> JobStatus {
    let operation = operation();
    let mut change = client
        .vps()
        .change(&operation, "vps_1")
        .await
        .expect("a turn");
    change.attach(&operation, &new()).await.expect("accepted");
    change.job_status(&operation).await.expect("a status")
}

/// A server whose response to a change names this job, and which shows the job like this.
async fn server(operation: Value, job: Reply) -> Server {
    let accepted = response(202, &json!({ "operation": operation }));
    Server::saying(vec![accepted, job]).await
}

#[tokio::test]
async fn a_change_is_sent_as_documented() {
    let server = Server::saying(vec![reply(200, &[], "")]).await;
    let (client, operation) = (server.client(), operation());
    let mut change = client
        .vps()
        .change(&operation, "vps_1")
        .await
        .expect("a turn");
    change.attach(&operation, &new()).await.expect("accepted");
    change.detach(&operation, "net1").await.expect("accepted");
    let sent = server.requests();
    for (request, document) in sent.iter().zip([
        "vps.network.create_private_interface.request.json",
        "vps.network.delete_interface.request.json",
    ]) {
        assert_eq!(request.target, "/api/v2/vps/vps_1/network");
        let body: Value = serde_json::from_str(&request.body).expect("JSON");
        let expected: Value = serde_json::from_str(&text(document)).expect("JSON");
        assert_eq!(body, expected);
    }
    assert!(client.vps().detached_recently("vps_1"), "it runs");
    drop(change);
    assert!(client.vps().detached_recently("vps_1"));
    assert!(!client.vps().detached_recently("vps_2"));
}

#[tokio::test]
async fn every_document_of_a_job_is_read() {
    let completed = JobStatus::Completed;
    let failed = JobStatus::Failed("The address could not be configured.".to_owned());
    for (document, expected) in [
        ("job.pending.json", JobStatus::Running("queued".to_owned())),
        ("job.completed.json", completed.clone()),
        ("job.state.json", completed.clone()),
        ("job.operation.json", completed),
        ("job.failed.json", failed.clone()),
        ("job.failed.object.json", failed),
    ] {
        let accepted = reply(202, &[], &text("vps.network.operation.json"));
        let server = Server::saying(vec![accepted, reply(200, &[], &text(document))]).await;
        assert_eq!(attach(&server.client()).await, expected, "{document}");
        let target = &server.requests()[1].target;
        assert_eq!(target, "/api/jobs/job_01hxa3b4c5d6e7f8g9h0j1k2m3");
    }
}

#[tokio::test]
async fn a_response_without_a_job_says_nothing_about_its_end() {
    for body in [
        text("vps.network.operation.nulls.json"),
        String::new(),
        "{}".to_owned(),
    ] {
        let server = Server::saying(vec![reply(202, &[], &body)]).await;
        assert_unknown(&attach(&server.client()).await, "names none");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_job_that_is_gone_or_unreadable_is_unknown() {
    let done = json!({ "data": { "status": "done" } });
    for (job, why) in [
        (problem(404, "not_found"), "404"),
        (problem(403, "forbidden"), "403"),
        (problem(500, "internal_error"), "500"),
        (reply(302, &[("location", "http://192.0.2.1/")], ""), "302"),
        (reply(200, &[], "<html>"), "cannot be read"),
        (response(200, &done), "`done`"),
    ] {
        let server = server(json!({ "jobId": "job_1" }), job).await;
        assert_unknown(&attach(&server.client()).await, why);
    }
}

/// A state file is not trusted: the API key must reach no other host.
#[tokio::test]
async fn a_job_of_an_earlier_run_is_read_on_the_apis_own_host_only() {
    let done = || response(200, &json!({ "data": { "status": "completed" } }));
    let server = server(json!({ "jobId": "job_1" }), done()).await;
    let (client, operation) = (server.client(), operation());
    let mut change = client
        .vps()
        .change(&operation, "vps_1")
        .await
        .expect("a turn");
    change.attach(&operation, &new()).await.expect("accepted");
    let url = change.job().expect("a job").url().to_owned();
    let read = async |url: &str| {
        client
            .vps()
            .job_status(&operation, url)
            .await
            .expect("a status")
    };
    assert_eq!(read(&url).await, JobStatus::Completed);
    assert_unknown(
        &read("http://192.0.2.1/api/jobs/job_1").await,
        "not HostUp's",
    );
    assert_eq!(server.requests().len(), 2);
}

#[track_caller]
fn assert_unknown(status: &JobStatus, why: &str) {
    let JobStatus::Unknown(text) = status else {
        panic!("{status:?}");
    };
    assert!(text.contains(why), "{text}");
}

#[tokio::test]
async fn a_job_is_read_on_the_apis_own_host_only() {
    let done = || response(200, &json!({ "data": { "status": "completed" } }));
    for (url, target) in [
        ("/api/jobs/job_1?full=1", "/api/jobs/job_1?full=1"),
        ("http://192.0.2.1/api/jobs/job_1", "/api/jobs/job_1"),
        ("//192.0.2.1/api/jobs/job_1", "/api/jobs/job_1"),
        ("https://user@127.0.0.1/api/jobs/job_1", "/api/jobs/job_1"),
        ("", "/api/jobs/job_1"),
    ] {
        let server = server(json!({ "jobId": "job_1", "pollUrl": url }), done()).await;
        assert_eq!(
            attach(&server.client()).await,
            JobStatus::Completed,
            "{url}"
        );
        assert_eq!(server.requests()[1].target, target, "{url}");
    }
    // Without an id there is no other way to read the job.
    let elsewhere = json!({ "jobId": null, "pollUrl": "http://192.0.2.1/api/jobs/job_1" });
    let server = server(elsewhere, done()).await;
    assert_unknown(&attach(&server.client()).await, "names none");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn changes_of_one_server_take_turns() {
    let server = Server::saying(vec![reply(200, &[], "")]).await;
    let (client, operation) = (server.client(), operation());
    let vps = client.vps();
    let first = vps.change(&operation, "vps_1").await.expect("a turn");
    vps.change(&operation, "vps_2")
        .await
        .expect("another server");
    let second = vps.change(&operation, "vps_1");
    let waits = tokio::time::timeout(std::time::Duration::from_millis(50), second).await;
    assert!(waits.is_err(), "two changes at a time");
    drop(first);
    vps.change(&operation, "vps_1").await.expect("its turn");
}
