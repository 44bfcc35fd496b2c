//! Panics, large states and upgrades with a real core and the test provider of
//! `tf-provider-server`.

use cli_support::{Report, Workspace};
use serde_json::{Value, json};

use crate::plugin_server::workspace::{TestWorkspace, item, words};
use crate::scenarios;
use crate::world::{World, assert_error};

scenarios![
    a_panic_in_a_resource_is_an_error_of_that_resource_only,
    the_core_shows_a_panic_at_the_start_of_the_server,
    a_state_of_20_megabytes_works,
    a_state_of_an_older_schema_is_upgraded,
];

/// Returns the values of `address` in the state; null if it is not there.
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

fn a_panic_in_a_resource_is_an_error_of_that_resource_only(world: &mut World) {
    let workspace = TestWorkspace::new(world);
    let items = |bad: &str, good: &str| {
        format!(
            "resource \"test_item\" \"bad\" {{\n name = \"bad\"\n mode = \"{bad}\"\n}}\n\
             resource \"test_item\" \"good\" {{\n name = \"{good}\"\n}}\n"
        )
    };
    let panics = |config: &str, arguments: &[&str], operation: &str| {
        workspace.configure(config);
        let report = Report::read(&workspace.run(arguments, 1).stdout);
        let said = format!("The provider crashed in {operation} of `test_item`");
        assert_error(&report, &[&said, "went wrong"]);
        assert_eq!(report.errors().len(), 1, "{:?}", report.errors());
        // For a destroy the address is in the object, not in the diagnostic, on some cores.
        assert!(operation == "destroy" || report.errors()[0].address == "test_item.bad");
    };
    panics(&items("create:panic", "one"), APPLY, "create");
    assert_eq!(values(&workspace, "test_item.bad"), Value::Null);
    assert_eq!(values(&workspace, "test_item.good")["name"], "one");

    workspace.configure(&items("fine", "one"));
    workspace.run(APPLY, 0);
    panics(&items("update:panic", "two"), APPLY, "update");
    assert_eq!(values(&workspace, "test_item.bad")["mode"], "fine");
    assert_eq!(values(&workspace, "test_item.good")["name"], "two");

    workspace.configure(&items("destroy:panic", "two"));
    workspace.run(APPLY, 0);
    panics(&items("destroy:panic", "two"), DESTROY, "destroy");
    assert_eq!(values(&workspace, "test_item.bad")["id"], "item-1");
    assert_eq!(values(&workspace, "test_item.good"), Value::Null);

    workspace.configure(&items("read:panic", "two"));
    workspace.run(APPLY, 0);
    panics(&items("read:panic", "two"), &["plan", "-json"], "read");
    assert_eq!(values(&workspace, "test_item.bad")["mode"], "read:panic");
}

fn the_core_shows_a_panic_at_the_start_of_the_server(world: &mut World) {
    let mut workspace = TestWorkspace::new(world);
    workspace.configure(&item(""));
    workspace.set("PLUGIN_SERVER_PANICS_AT_START", "1");
    let said = words(&workspace.run(&["plan", "-no-color"], 1));
    let expected = "`terraform-provider-test` crashed at its start: no provider today";
    assert!(said.contains(expected), "{said}");
}

fn a_state_of_20_megabytes_works(world: &mut World) {
    let workspace = TestWorkspace::new(world);
    let large = "0123456789abcdef".repeat(20 << 16);
    workspace.write("large.txt", &large).expect("a file");
    workspace.configure(&item("note = file(\"large.txt\")"));
    workspace.run(APPLY, 0);
    assert_eq!(values(&workspace, "test_item.a")["note"], large);
    workspace.assert_no_changes();
    workspace.run(DESTROY, 0);
    assert_eq!(values(&workspace, "test_item.a"), Value::Null);
}

fn a_state_of_an_older_schema_is_upgraded(world: &mut World) {
    let workspace = TestWorkspace::new(world);
    workspace.store(&json!({
        "schema_version": 1,
        "attributes": { "id": "item-1", "title": "old", "dropped": true },
    }));
    let named = |name: &str| format!("resource \"test_item\" \"a\" {{\n name = \"{name}\"\n}}\n");
    workspace.configure(&named("old"));
    workspace.assert_no_changes();
    workspace.configure(&named("new"));
    workspace.run(APPLY, 0);
    assert_eq!(values(&workspace, "test_item.a")["name"], "new");
    assert_eq!(workspace.stored()["schema_version"], 2);
    workspace.run(DESTROY, 0);
}
