//! What our plugin server does for any provider, shown with a real core and a provider that goes
//! wrong on demand: `tests/plugin/server`.

use std::path::Path;

use cli_support::{Finished, Report, Workspace};
use serde_json::{Value, json};

use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    a_panic_in_a_resource_is_its_error_and_nobody_elses,
    a_panic_of_the_server_itself_is_shown_by_the_core,
    a_state_of_20_megabytes_lives,
    a_state_of_an_older_schema_is_upgraded,
];

const HEADER: &str = r#"
terraform {
  required_providers {
    test = { source = "test/test" }
  }
}
"#;

/// A directory in which the core of `world` uses the tests' provider.
fn workspace(world: &World) -> Workspace {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/tf-provider-server");
    let sources = ["src", "tests/plugin/server"].map(|directory| root.join(directory));
    let program = cli_support::built::beside_this_test("plugin-server", &sources);
    let program = program.expect("the tests' provider");
    let core = world.workspace.core().clone();
    let mut workspace = Workspace::with_provider(core, "test/test", &program).expect("a workspace");
    workspace.set("PLUGIN_SERVER_FOR_TESTS", "1");
    if let Some(transport) = crate::transport() {
        workspace.set("TF_PLUGIN_TRANSPORT", &transport);
    }
    // What this scenario's world has to destroy in the end.
    world.configure("");
    workspace
}

fn configure(workspace: &Workspace, resources: &str) {
    workspace
        .write("main.tf", &format!("{HEADER}{resources}"))
        .expect("a configuration");
}

#[track_caller]
fn run(workspace: &Workspace, arguments: &[&str], expected: i32) -> Finished {
    let finished = workspace.run(arguments).expect("a run");
    assert_eq!(
        finished.code(),
        expected,
        "{arguments:?} says:\n{:.5000}",
        finished.text()
    );
    finished
}

/// The values of `address` in the state; null when it is not there.
fn values(workspace: &Workspace, address: &str) -> Value {
    let state = workspace.state().expect("a state");
    let resources = state["values"]["root_module"]["resources"].as_array();
    resources
        .into_iter()
        .flatten()
        .find(|resource| resource["address"] == address)
        .map_or(Value::Null, |resource| resource["values"].clone())
}

const APPLY: &[&str] = &["apply", "-json", "-auto-approve"];
const DESTROY: &[&str] = &["apply", "-destroy", "-json", "-auto-approve"];
const NOTHING_TO_DO: &[&str] = &["plan", "-detailed-exitcode"];

fn a_panic_in_a_resource_is_its_error_and_nobody_elses(world: &mut World) {
    let workspace = workspace(world);
    let items = |bad: &str, good: &str| {
        format!(
            "resource \"test_item\" \"bad\" {{\n name = \"bad\"\n mode = \"{bad}\"\n}}\n\
             resource \"test_item\" \"good\" {{\n name = \"{good}\"\n}}\n"
        )
    };
    let panics = |config: &str, arguments: &[&str], operation: &str| {
        configure(&workspace, config);
        let report = Report::read(&run(&workspace, arguments, 1).stdout);
        let said = format!("The provider crashed in {operation} of `test_item`");
        assert_error(&report, &[&said, "went wrong"]);
        assert_eq!(report.errors().len(), 1, "{:?}", report.errors());
        // For a destroy the address is in the object, not in the diagnostic, on some cores.
        assert!(operation == "destroy" || report.errors()[0].address == "test_item.bad");
    };
    panics(&items("create:panic", "one"), APPLY, "create");
    assert_eq!(values(&workspace, "test_item.bad"), Value::Null);
    assert_eq!(values(&workspace, "test_item.good")["name"], "one");

    configure(&workspace, &items("fine", "one"));
    run(&workspace, APPLY, 0);
    panics(&items("update:panic", "two"), APPLY, "update");
    assert_eq!(values(&workspace, "test_item.bad")["mode"], "fine");
    assert_eq!(values(&workspace, "test_item.good")["name"], "two");

    configure(&workspace, &items("destroy:panic", "two"));
    run(&workspace, APPLY, 0);
    panics(&items("destroy:panic", "two"), DESTROY, "destroy");
    assert_eq!(values(&workspace, "test_item.bad")["id"], "item-1");
    assert_eq!(values(&workspace, "test_item.good"), Value::Null);

    configure(&workspace, &items("read:panic", "two"));
    run(&workspace, APPLY, 0);
    panics(&items("read:panic", "two"), &["plan", "-json"], "read");
    assert_eq!(values(&workspace, "test_item.bad")["mode"], "read:panic");
}

fn a_panic_of_the_server_itself_is_shown_by_the_core(world: &mut World) {
    let mut workspace = workspace(world);
    configure(
        &workspace,
        "resource \"test_item\" \"a\" {\n name = \"a\"\n}\n",
    );
    workspace.set("PLUGIN_SERVER_PANICS_AT_START", "1");
    let finished = run(&workspace, &["plan", "-no-color"], 1);
    let said = finished.text();
    assert!(said.contains("panic: no provider today"), "{said}");
    assert!(said.contains("plugin crashed!"), "{said}");
}

fn a_state_of_20_megabytes_lives(world: &mut World) {
    let workspace = workspace(world);
    let large = "0123456789abcdef".repeat(20 << 16);
    workspace.write("large.txt", &large).expect("a file");
    configure(
        &workspace,
        "resource \"test_item\" \"a\" {\n name = \"a\"\n note = file(\"large.txt\")\n}\n",
    );
    run(&workspace, APPLY, 0);
    assert_eq!(values(&workspace, "test_item.a")["note"], large);
    run(&workspace, NOTHING_TO_DO, 0);
    run(&workspace, DESTROY, 0);
    assert_eq!(values(&workspace, "test_item.a"), Value::Null);
}

fn a_state_of_an_older_schema_is_upgraded(world: &mut World) {
    let workspace = workspace(world);
    let host = workspace.core().product.registry_host();
    let stored = json!({
        "version": 4,
        "terraform_version": "1.0.0",
        "serial": 1,
        "lineage": "5f6e2b0c-0d4f-4b56-9c25-6b1c0f6f1d11",
        "outputs": {},
        "resources": [{
            "mode": "managed",
            "type": "test_item",
            "name": "a",
            "provider": format!("provider[\"{host}/test/test\"]"),
            "instances": [{
                "schema_version": 1,
                "attributes": { "id": "item-1", "title": "old", "dropped": true },
            }],
        }],
    });
    workspace
        .write("terraform.tfstate", &stored.to_string())
        .expect("a state");
    let named = |name: &str| format!("resource \"test_item\" \"a\" {{\n name = \"{name}\"\n}}\n");
    configure(&workspace, &named("old"));
    run(&workspace, NOTHING_TO_DO, 0);
    configure(&workspace, &named("new"));
    run(&workspace, APPLY, 0);
    assert_eq!(values(&workspace, "test_item.a")["name"], "new");
    let state = std::fs::read_to_string(workspace.path().join("terraform.tfstate"));
    let state: Value = serde_json::from_str(&state.expect("a file")).expect("a state");
    assert_eq!(state["resources"][0]["instances"][0]["schema_version"], 2);
    run(&workspace, DESTROY, 0);
}
