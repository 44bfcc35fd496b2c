//! The forms of a 404.

use hostup_mock_api::{Fault, MockApi, NotFoundShape};

use crate::http::{Client, Reply};

const PATHS: [&str; 5] = [
    "/api/v2/private-networks/pnet_0",
    "/api/v2/vps/vps_0/network",
    "/api/v2/nothing",
    "/api/jobs/job_0",
    "/",
];

fn replies(shape: NotFoundShape) -> Vec<Reply> {
    let mock = MockApi::start();
    mock.configure(|switches| switches.not_found_shape = shape);
    let client = Client::of(&mock);
    let mut replies: Vec<Reply> = PATHS.iter().map(|path| client.get(path)).collect();
    replies.push(client.delete("/api/v2/routed-ipv6/routes/ripv6rt_0"));
    replies
}

#[test]
fn a_404_is_a_problem_unless_a_switch_says_otherwise() {
    for reply in replies(NotFoundShape::default()) {
        reply.refused(404, "not_found");
    }
    for reply in replies(NotFoundShape::NoCode) {
        let problem = reply.expect(404);
        assert!(problem.get("code").is_none(), "{problem}");
        assert_eq!(problem["status"], 404);
        let content_type = reply.header("content-type");
        assert_eq!(content_type, Some("application/problem+json"));
    }
    for reply in replies(NotFoundShape::Empty) {
        assert_eq!((reply.status, reply.text.as_str()), (404, ""));
        assert_eq!(reply.header("content-type"), None);
    }
    for reply in replies(NotFoundShape::Html) {
        assert_eq!(reply.status, 404);
        assert!(reply.text.starts_with("<html>"), "{reply:?}");
    }
}

#[test]
fn a_fault_keeps_its_own_404_and_other_errors_keep_theirs() {
    let mock = MockApi::start();
    mock.configure(|switches| switches.not_found_shape = NotFoundShape::Empty);
    let client = Client::of(&mock);
    mock.inject(Fault::on("GET", "/api/v2/vps").not_found());
    client.get("/api/v2/vps").refused(404, "not_found");
    client
        .get("/api/v2/vps?limit=0")
        .refused(400, "invalid_request");
}
