//! Malformed responses: errors that quote the body, never panics.

use hostup_client::ErrorKind;
use serde_json::json;

use crate::operation;
use crate::server::{Reply, Server, json_reply, pool, reply, route, state};

/// Returns the error of a lookup in a state that gets this response, with retries off.
async fn error_of(response: Reply) -> hostup_client::Error {
    let server = Server::saying(vec![response]).await;
    let client = server.client_with(|it| it.max_retries = 0);
    client
        .routed_ipv6()
        .state_showing(&operation(), None, |_| false)
        .await
        .expect_err("not a state")
}

#[tokio::test]
async fn an_empty_an_html_and_a_wrong_body_are_undecodable_and_quoted() {
    for (body, quoted) in [
        ("", "what came is an empty body"),
        (
            "<html>\n <h1>Hello</h1>",
            "what came is `<html> <h1>Hello</h1>`",
        ),
        ("[]", "what came is `[]`"),
        ("null", "what came is `null`"),
        (r#"{"pools":[]} trailing"#, "trailing"),
        (r#"{"pools":[{"id":7}]}"#, "`pools[0]`: id: invalid type"),
        ("\u{0}\u{1b}[2J", "what came is `\u{fffd}\u{fffd}[2J`"),
    ] {
        let error = error_of(reply(200, &[], body)).await;
        assert!(error.is_undecodable(), "{body}: {error:?}");
        assert!(!error.may_have_happened() && !error.is_not_found());
        assert!(error.to_string().contains(quoted), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_broken_connection_and_quoted() {
    let text = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"pools\":[";
    let error = error_of(Reply::Bytes(text.into())).await;
    assert!(
        error.is_transport() && error.status() == Some(200),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("what came is `{\"pools\":[`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_body_of_more_than_64_mib_is_an_error() {
    let mut text = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    text.resize((64 << 20) + 1_000, b' ');
    let error = error_of(Reply::Bytes(text)).await;
    assert!(error.is_undecodable(), "{error:?}");
    assert!(error.to_string().contains("larger than 64 MiB"), "{error}");
}

#[tokio::test]
async fn a_state_without_pools_proves_nothing() {
    for body in [json!({}), json!({ "available": true, "destinations": [] })] {
        let error = error_of(json_reply(200, &body)).await;
        assert!(error.is_undecodable() && !error.is_not_found());
        assert!(error.to_string().contains("has no `pools`"), "{error}");
    }
    let error = error_of(json_reply(200, &json!({ "pools": null }))).await;
    assert!(error.is_undecodable(), "{error:?}");
    let mut without_routes = pool("ripv6_1", &json!([]));
    without_routes
        .as_object_mut()
        .expect("an object")
        .remove("routes");
    let error = error_of(json_reply(200, &state(&json!([without_routes])))).await;
    assert!(
        error.is_undecodable() && error.to_string().contains("routes"),
        "{error:?}"
    );
}

#[tokio::test]
async fn unknown_fields_and_malformed_texts_are_no_error() {
    let mut odd = pool("ripv6_1", &json!([route("ripv6rt_1", 1)]));
    odd["parentCidr"] = json!("soon");
    odd["status"] = json!("retiring");
    odd["colour"] = json!({ "hue": 7 });
    let server = Server::saying(vec![json_reply(200, &state(&json!([odd])))]).await;
    let snapshot = server
        .client()
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("a state");
    assert_eq!(snapshot.pool("ripv6_1").expect("there").parent_cidr, "soon");
    assert_eq!(
        snapshot.pool_by_cidr("2001:db8:1000::/48".parse().expect("a network")),
        None
    );
    let found = snapshot
        .route_by_prefix("2001:0DB8:1000:1::/64".parse().expect("a network"))
        .expect("there");
    assert_eq!(
        (found.pool.id.as_str(), found.route.id.as_str()),
        ("ripv6_1", "ripv6rt_1")
    );
}

#[tokio::test]
async fn a_problem_gives_code_detail_fields_and_request_id() {
    let body = json!({
        "type": "t", "title": "Invalid request", "status": 400, "detail": "No.",
        "code": "invalid_request",
        "requestId": "req_1",
        "errors": [{ "pointer": "/prefix", "detail": "Host bits.", "code": "x" }],
        "extensions": { "a": [1] },
    });
    let error = error_of(reply(
        400,
        &[("content-type", "text/plain")],
        &body.to_string(),
    ))
    .await;
    assert_eq!(error.kind(), &ErrorKind::Refused);
    assert_eq!(
        (error.status(), error.code(), error.detail()),
        (Some(400), Some("invalid_request"), Some("No."))
    );
    assert_eq!(error.request_id(), Some("req_1"));
    assert_eq!(error.field_errors()[0].pointer, "/prefix");
    assert_eq!(
        error.to_string(),
        "the API returned 400 `invalid_request`: No. (`/prefix`: Host bits.) [request `req_1`]"
    );
}

#[tokio::test]
async fn an_error_without_a_problem_document_has_its_status() {
    for (status, body) in [
        (401, ""),
        (403, "<html>Blocked</html>"),
        (409, ""),
        (400, "[]"),
        (404, "{}"),
    ] {
        let error = error_of(reply(status, &[("x-request-id", "abc")], body)).await;
        assert_eq!(
            (error.status(), error.code(), error.request_id()),
            (Some(status), None, Some("abc"))
        );
        assert_eq!(error.is_unauthorized(), status == 401);
        assert_eq!(error.is_forbidden(), status == 403);
        assert_eq!(error.is_conflict(), status == 409);
    }
}
