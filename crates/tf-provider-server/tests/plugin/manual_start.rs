//! A start without a core: for the version, the help, and for debugging.

use serde_json::Value as Json;
use tokio::io::AsyncReadExt as _;

use crate::client::identity::Core;
use crate::client::process::{Line, Setup, signal};
use crate::client::{assert_no_diagnostics, connect, provider};
use crate::protocol::go_plugin::Empty;
use crate::protocol::go_plugin::grpc_controller_client::GrpcControllerClient;
use crate::protocol::tfplugin6::{get_provider_schema, stop_provider};

#[tokio::test]
async fn a_start_without_a_core_is_explained_and_fails() {
    let output = Setup::manual(&[]).output().await;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.trim_end().lines().count(), 2, "{said}");
    assert!(
        said.contains("`terraform-provider-test` is a plugin"),
        "{said}"
    );
    assert!(said.contains("`terraform init`"), "{said}");
}

#[tokio::test]
async fn a_wrong_cookie_is_treated_as_no_core() {
    let setup = Setup::from_core().with("TF_PLUGIN_MAGIC_COOKIE", "wrong");
    assert_eq!(setup.output().await.status.code(), Some(1));
}

#[tokio::test]
async fn the_version_is_printed_with_and_without_a_core() {
    for setup in [Setup::manual(&["--version"]), Setup::manual(&["-version"])] {
        let output = setup.output().await;
        assert!(output.status.success());
        assert_eq!(output.stdout, b"terraform-provider-test 1.2.3\n");
        assert!(output.stderr.is_empty());
    }
}

#[tokio::test]
async fn the_help_explains_the_arguments() {
    let output = Setup::manual(&["--help"]).output().await;
    assert!(output.status.success());
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("--debug")
    );
    let output = Setup::manual(&["--serve", "now"]).output().await;
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("--debug")
    );
}

#[tokio::test]
async fn a_core_of_another_protocol_is_refused_before_the_handshake() {
    let setup = Setup::from_core().with("PLUGIN_PROTOCOL_VERSIONS", "4,5");
    let output = setup.output().await;
    assert!(!output.status.success());
    for said in [output.stdout, output.stderr] {
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("protocol 6"), "{said}");
    }
}

#[tokio::test]
async fn with_debug_it_serves_several_runs_until_ctrl_c() {
    let setup = Setup::manual(&["--debug"]);
    assert_serves_several_runs_until_ctrl_c(setup, "unix").await;
}

#[tokio::test]
async fn with_debug_it_serves_several_runs_over_tcp_too() {
    let setup = Setup::manual(&["--debug"]).with("TF_PLUGIN_TRANSPORT", "tcp");
    let said = assert_serves_several_runs_until_ctrl_c(setup, "tcp").await;
    assert!(
        said.contains("Any program on this machine can use the provider"),
        "{said}"
    );
}

async fn assert_serves_several_runs_until_ctrl_c(setup: Setup, network: &str) -> String {
    let (mut child, _stdout, text) = setup.start_and_read().await;
    let value = text
        .trim_end()
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .and_then(|rest| rest.strip_suffix('\''))
        .unwrap_or_else(|| panic!("{text}"));
    let value: Json = serde_json::from_str(value).unwrap();
    let entry = &value["registry.terraform.io/test/test"];
    assert_eq!(&value["registry.opentofu.org/test/test"], entry);
    assert_eq!(entry["Protocol"], "grpc");
    assert_eq!(entry["ProtocolVersion"], 6);
    assert_eq!(entry["Test"], true);
    assert_eq!(entry["Pid"], child.id().unwrap());
    assert_eq!(entry["Addr"]["Network"], network);
    let line = Line {
        text: text.clone(),
        network: network.to_owned(),
        address: entry["Addr"]["String"].as_str().unwrap().to_owned(),
        certificate: vec![],
    };
    if network == "tcp" {
        assert!(line.address.starts_with("127.0.0.1:"), "{line:?}");
    }

    for _ in 0..3 {
        let channel = connect(&line, &Core::without_certificate()).await.unwrap();
        let mut run = provider(channel.clone());
        let schemas = run
            .get_provider_schema(get_provider_schema::Request {})
            .await;
        assert_no_diagnostics(&schemas.unwrap().into_inner().diagnostics);
        // A core does this at the end of a run.
        run.stop_provider(stop_provider::Request {}).await.unwrap();
        let mut controller = GrpcControllerClient::new(channel);
        controller.shutdown(Empty {}).await.unwrap();
    }
    signal(child.id().unwrap(), "INT");
    let mut said = String::new();
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_to_string(&mut said).await.unwrap();
    assert!(child.wait().await.unwrap().success());
    assert!(!std::path::Path::new(&line.address).exists());
    said
}
