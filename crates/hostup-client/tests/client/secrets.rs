//! The key is sent in one header to one host, and shown nowhere.

use std::io::Write;
use std::sync::{Arc, Mutex};

use hostup_client::{Client, ErrorKind};
use serde_json::json;

use crate::server::{Server, json_reply, reply, state};
use crate::{KEY, config, operation};

#[tokio::test]
async fn every_request_has_the_key_and_a_user_agent_and_accepts_json() {
    let server = Server::saying(vec![json_reply(200, &state(&json!([])))]).await;
    server
        .client()
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("a state");
    let request = &server.requests()[0];
    assert_eq!(request.target, "/api/v2/routed-ipv6");
    assert_eq!(
        request.header("authorization"),
        Some(format!("Bearer {KEY}").as_str())
    );
    assert_eq!(request.header("accept"), Some("application/json"));
    assert!(
        request
            .header("user-agent")
            .is_some_and(|it| it.starts_with("hostup-client/"))
    );
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = Server::saying(vec![json_reply(200, &state(&json!([])))]).await;
    let location = format!("{}/api/v2/routed-ipv6", other.endpoint());
    for status in [301, 302, 307, 308] {
        let server = Server::saying(vec![reply(status, &[("location", &location)], "")]).await;
        let error = server
            .client()
            .routed_ipv6()
            .state(&operation())
            .await
            .expect_err("no redirect is followed");
        assert_eq!(
            (error.kind(), error.status()),
            (&ErrorKind::Refused, Some(status))
        );
        let error = server
            .client()
            .routed_ipv6()
            .allocate_pool(&operation())
            .await
            .expect_err("nor for a write");
        assert!(!error.may_have_happened());
    }
    assert_eq!(other.requests().len(), 0);
}

#[test]
fn the_key_is_not_shown() {
    let client = Client::new(config("https://h.example", KEY)).expect("a client");
    let shown = format!("{client:?} {:?}", client.config());
    assert!(
        !shown.contains(KEY) && shown.contains("h.example"),
        "{shown}"
    );
    let shown = format!("{:?} {:?}", client.routed_ipv6(), client.vps());
    assert!(!shown.contains(KEY), "{shown}");
}

#[test]
fn an_invalid_key_is_refused_and_not_shown() {
    for key in [
        "",
        "  ",
        "s3cret\n",
        "s3cret\u{0}",
        "te s3cret",
        "s3cret\u{e9}",
    ] {
        let error = Client::new(config("https://h.example", key)).expect_err("no key");
        assert_eq!(error.kind(), &ErrorKind::Building);
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn a_page_with_the_key_does_not_bring_it_into_an_error() {
    let page = format!("<html>Authorization: Bearer {KEY}</html>");
    let echo =
        json!({ "code": "invalid_request", "detail": format!("bad key {KEY}"), "requestId": KEY });
    let odd = json!({ "pools": KEY });
    for response in [
        reply(502, &[], &page),
        reply(200, &[], &page),
        json_reply(400, &echo),
        json_reply(200, &odd),
        reply(403, &[("x-request-id", KEY)], ""),
    ] {
        let server = Server::saying(vec![response]).await;
        let client = server.client_with(|it| it.max_retries = 0);
        let error = client
            .routed_ipv6()
            .state(&operation())
            .await
            .expect_err("not a state");
        let shown = format!(
            "{error} {error:?} {:?} {:?}",
            error.detail(),
            error.request_id()
        );
        assert!(!shown.contains(KEY), "{shown}");
    }
}

/// A key with characters that JSON may escape.
const ODD_KEY: &str = "hu_ab/cd+ef";

#[tokio::test]
async fn a_key_in_json_escapes_does_not_get_into_an_error() {
    for key in [
        r"hu_ab\/cd+ef",
        r"hu_ab/cd\u002Bef",
        r"\u0068u_ab\u002fcd\u002bef",
    ] {
        let problem = format!(
            r#"{{ "title": "{key}", "detail": "bad key {key}", "code": "c {key}",
                "requestId": "req {key}",
                "errors": [{{ "pointer": "/{key}", "detail": "is {key}", "code": "{key}" }}] }}"#
        );
        for response in [
            reply(400, &[], &problem),
            // These are quoted: no object, an object without the fields of a problem, no state.
            reply(502, &[], &format!(r#"["{key}"]"#)),
            reply(502, &[], &format!(r#"{{ "message": "{key}" }}"#)),
            reply(200, &[], &format!(r#"{{ "pools": "{key}" }}"#)),
        ] {
            let server = Server::saying(vec![response]).await;
            let mut config = config(&server.endpoint(), ODD_KEY);
            config.max_retries = 0;
            let client = Client::new(config).expect("a client");
            let error = client
                .routed_ipv6()
                .state(&operation())
                .await
                .expect_err("not a state");
            let shown = format!(
                "{error} {error:?} {:?} {:?} {:?} {:?}",
                error.detail(),
                error.code(),
                error.request_id(),
                error.field_errors()
            );
            assert!(shown.contains("[key]"), "{shown}");
            for secret in [key, ODD_KEY] {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_has_one_record_for_each_attempt_and_never_the_key() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    // As JSON may escape it.
    let spelled = KEY.replace('_', r"\u005F");
    let down = format!(r#"{{ "code": "upstream_down", "requestId": "{spelled}" }}"#);
    let server = Server::saying(vec![
        reply(503, &[], &down),
        json_reply(200, &state(&json!([]))),
    ])
    .await;
    server
        .client()
        .routed_ipv6()
        .state(&operation())
        .await
        .expect("a state");
    drop(guard);

    let log = String::from_utf8(log.0.lock().expect("not poisoned").clone()).expect("text");
    let ours: Vec<_> = log
        .lines()
        .filter(|it| it.contains("hostup_client"))
        .collect();
    assert_eq!(ours.len(), 2, "{log}");
    for (line, parts) in ours.iter().zip([
        ["status=503", "attempt=1", "request_id=\"[key]\""],
        ["status=200", "attempt=2", ""],
    ]) {
        for part in
            parts
                .iter()
                .chain(&["method=GET", "path=\"/api/v2/routed-ipv6\"", "duration_ms="])
        {
            assert!(line.contains(part), "{line} lacks {part}");
        }
    }
    assert!(!log.contains(KEY), "{log}");
}
