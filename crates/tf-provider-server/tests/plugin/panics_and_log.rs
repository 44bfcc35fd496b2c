//! The log has panics with their backtrace and calls with their names, but no values.

use serde_json::{Value as Json, json};

use crate::client::identity::Core;
use crate::client::process::{Server, Setup};
use crate::client::values::{encode, item, read as json_of, value};
use crate::client::{connect, find_diagnostic, provider};
use crate::protocol::go_plugin::Empty;
use crate::protocol::go_plugin::grpc_controller_client::GrpcControllerClient;
use crate::protocol::tfplugin6::{configure_provider, get_provider_schema, read_resource as read};

/// Reads an item in this mode, ends the server and returns its log.
async fn log_of_a_read(server: Server, mode: &str) -> String {
    let channel = connect(&server.line, &Core::trusted()).await.unwrap();
    let mut provider = provider(channel.clone());
    let request = configure_provider::Request {
        config: value(&json!({"mode": "s3cret in the configuration"})),
        ..Default::default()
    };
    provider.configure_provider(request).await.unwrap();
    let state = item(json!({
        "id": "item-1", "mode": mode, "secret": "s3cret in the state", "note": "s3cret note",
    }));
    let request = read::Request {
        type_name: "test_item".to_owned(),
        current_state: value(&state),
        private: encode(&json!({"writes": 987_654_321, "s3cret": "private"})).into(),
        ..Default::default()
    };
    let response = provider.read_resource(request).await.unwrap().into_inner();
    assert_eq!(json_of(response.new_state.as_ref())["id"], "item-1");
    if mode == "read:panic" {
        let found = find_diagnostic(&response.diagnostics, "crashed in read of `test_item`");
        assert!(found.detail.contains("reading went wrong"), "{found:?}");
        assert!(
            !found.detail.contains("panics_and_log"),
            "no backtrace: {found:?}"
        );
    }
    let mut controller = GrpcControllerClient::new(channel);
    controller.shutdown(Empty {}).await.unwrap();
    server.end().await.1
}

fn lines(log: &str) -> Vec<Json> {
    let line = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
    log.lines().map(line).collect()
}

#[tokio::test]
async fn without_tf_log_nothing_is_logged() {
    assert_eq!(log_of_a_read(Server::start().await, "").await, "");
}

#[tokio::test]
async fn log_lines_have_the_format_that_the_core_reads() {
    let setup = Setup::from_core().with("TF_LOG_PROVIDER", "DEBUG");
    let log = log_of_a_read(setup.start().await, "").await;
    let lines = lines(&log);
    let finished = lines
        .iter()
        .find(|line| line["tf_rpc"] == "read")
        .unwrap_or_else(|| panic!("{log}"));
    assert_eq!(finished["@level"], "debug");
    assert_eq!(finished["@message"], "call finished");
    assert_eq!(finished["tf_resource_type"], "test_item");
    assert!(finished["duration_ms"].is_u64());
    assert!(
        finished["@module"]
            .as_str()
            .unwrap()
            .ends_with("tf_provider_server.call")
    );
    let timestamp = finished["@timestamp"].as_str().unwrap();
    let shape: String = timestamp
        .chars()
        .map(|one| if one.is_ascii_digit() { '0' } else { one })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z");
}

#[tokio::test]
async fn the_core_sets_the_log_level() {
    let setup = Setup::from_core()
        .with("TF_LOG", "TRACE")
        .with("TF_LOG_PROVIDER", "ERROR");
    assert_eq!(log_of_a_read(setup.start().await, "").await, "");
    let setup = Setup::from_core()
        .with("TF_LOG_PROVIDER", "ERROR")
        .with("TF_LOG_PROVIDER_TEST", "DEBUG");
    assert_ne!(log_of_a_read(setup.start().await, "").await, "");
    let setup = Setup::from_core().with("TF_LOG", "off");
    assert_eq!(log_of_a_read(setup.start().await, "").await, "");
    let setup = Setup::from_core().with("TF_LOG", "debug");
    let log = log_of_a_read(setup.start().await, "").await;
    for line in lines(&log) {
        let module = line["@module"].as_str().unwrap();
        assert!(
            module.starts_with("tf_provider_server"),
            "{module} is noise"
        );
    }
}

#[tokio::test]
async fn the_log_has_no_values_at_any_level() {
    for level in ["TRACE", "JSON", "DEBUG", "INFO", "WARN", "ERROR"] {
        let setup = Setup::from_core().with("TF_LOG", level);
        let log = log_of_a_read(setup.start().await, "").await;
        lines(&log);
        assert!(!log.contains("s3cret"), "{level}: {log}");
        assert!(!log.contains("987654321"), "{level}: {log}");
    }
}

#[tokio::test]
async fn a_panic_in_provider_code_is_logged_with_its_backtrace() {
    for setup in [
        Setup::from_core(),
        Setup::from_core().with("TF_LOG", "WARN"),
    ] {
        let log = log_of_a_read(setup.start().await, "read:panic").await;
        let lines = lines(&log);
        assert_eq!(lines.len(), 1, "{log}");
        assert_eq!(lines[0]["@level"], "error");
        assert_eq!(lines[0]["call"], "read of `test_item`");
        assert!(lines[0]["location"].as_str().unwrap().contains("item.rs"));
        assert!(
            lines[0]["backtrace"]
                .as_str()
                .unwrap()
                .contains("server/item.rs")
        );
    }
}

#[tokio::test]
async fn a_schema_that_panics_is_an_error_and_the_others_are_served() {
    let setup = Setup::from_core().with("PLUGIN_SERVER_BROKEN_SCHEMA", "1");
    let server = setup.start().await;
    let mut provider = server.connect().await;
    let request = get_provider_schema::Request {};
    let schemas = provider
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner();
    find_diagnostic(&schemas.diagnostics, "crashed in schema of `test_broken`");
    assert!(schemas.resource_schemas.contains_key("test_item"));
    assert!(!schemas.data_source_schemas.contains_key("test_broken"));
}

#[tokio::test]
async fn a_panic_in_the_server_is_printed_in_the_form_that_the_core_shows() {
    let setup = Setup::from_core().with("PLUGIN_SERVER_PANICS_AT_START", "1");
    let output = setup.output().await;
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("panic: no provider today\n"), "{said}");
}

#[tokio::test]
async fn the_panic_hook_and_the_subscriber_are_optional() {
    let setup = Setup::from_core()
        .with("TF_LOG", "TRACE")
        .with("PLUGIN_SERVER_WITHOUT_HOOKS", "1");
    let log = log_of_a_read(setup.start().await, "read:panic").await;
    // Only Rust's own hook has written the panic.
    assert!(log.contains("panicked at"), "{log}");
    assert!(!log.contains("@level"), "{log}");
}
