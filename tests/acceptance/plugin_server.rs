//! What the plugin server does beyond a plain run, shown with a real core and the tests' provider
//! of `tests/plugin/server`: its start, and identities in replacements.

use std::path::Path;

use cli_support::{Finished, Workspace};
use serde_json::{Value, json};

use crate::scenarios;
use crate::world::World;

scenarios![
    a_temporary_directory_with_a_long_path_is_no_obstacle,
    what_keeps_the_server_from_starting_is_shown_by_the_core,
    a_replacement_never_mixes_identities_up if has_identity,
    a_destroy_that_fails_within_a_replacement_keeps_the_identity if has_identity,
    an_identity_of_an_older_version_is_upgraded if has_identity,
    a_stored_state_of_another_shape_is_named_with_its_place,
    dynamic_blocks_take_variables_and_say_when_their_number_is_unknown,
    what_is_known_of_unknown_values_can_be_used_in_a_plan,
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

fn item(attributes: &str) -> String {
    format!("resource \"test_item\" \"a\" {{\n name = \"a\"\n {attributes}\n}}\n")
}

const APPLY: &[&str] = &["apply", "-no-color", "-auto-approve"];
const REPLACE: &[&str] = &[
    "apply",
    "-no-color",
    "-auto-approve",
    "-replace=test_item.a",
];

/// The text of a run's messages, without the frame and line breaks the core puts around them.
fn words(finished: &Finished) -> String {
    let text = finished.text().replace(['│', '╷', '╵'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn a_temporary_directory_with_a_long_path_is_no_obstacle(world: &mut World) {
    let mut workspace = workspace(world);
    let long = workspace.path().join("x".repeat(90));
    std::fs::create_dir(&long).expect("a directory");
    workspace.set("TMPDIR", long.to_str().expect("a path"));
    configure(&workspace, &item(""));
    run(&workspace, APPLY, 0);
    run(&workspace, &["plan", "-detailed-exitcode"], 0);
    workspace.set(
        "TMPDIR",
        &format!("{}/main.tf/tmp", workspace.path().display()),
    );
    run(&workspace, &["plan", "-detailed-exitcode"], 0);
}

fn what_keeps_the_server_from_starting_is_shown_by_the_core(world: &mut World) {
    let mut workspace = workspace(world);
    configure(&workspace, &item(""));
    workspace.set("TF_PLUGIN_TRANSPORT", "pigeon");
    let said = words(&run(&workspace, &["plan", "-no-color"], 1));
    assert!(
        said.contains("`terraform-provider-test` cannot serve: `TF_PLUGIN_TRANSPORT` is `pigeon`"),
        "{said}"
    );
}

/// The planned change of the item, as `show -json` tells it.
fn planned_change(workspace: &Workspace, arguments: &[&str]) -> Value {
    let plan = ["plan", "-no-color", "-out=plan"];
    run(workspace, &[&plan, arguments].concat(), 0);
    let shown = run(workspace, &["show", "-json", "plan"], 0);
    let shown: Value = serde_json::from_str(&shown.stdout).expect("a plan");
    shown["resource_changes"][0]["change"].clone()
}

fn a_replacement_never_mixes_identities_up(world: &mut World) {
    let workspace = workspace(world);
    configure(&workspace, &item("size = 1"));
    run(&workspace, APPLY, 0);
    let change = planned_change(&workspace, &["-replace=test_item.a"]);
    assert_eq!(change["before_identity"]["id"], "item-1", "{change}");
    assert_eq!(change["after_identity"], Value::Null, "{change}");
    // The same when the provider itself wants a replacement.
    configure(&workspace, &item("size = 2"));
    let change = planned_change(&workspace, &[]);
    assert_eq!(change["before_identity"]["size"], 1, "{change}");
    assert_eq!(change["after_identity"], Value::Null, "{change}");
    run(&workspace, &["apply", "-no-color", "plan"], 0);
    assert_eq!(stored_identity(&workspace)["size"], 2);
    // A change in place is of the same object.
    configure(&workspace, &item("size = 2\n mode = \"fine\""));
    let change = planned_change(&workspace, &[]);
    assert_eq!(
        change["after_identity"], change["before_identity"],
        "{change}"
    );
}

/// The identity in the state file.
fn stored_identity(workspace: &Workspace) -> Value {
    let state = std::fs::read_to_string(workspace.path().join("terraform.tfstate"));
    let state: Value = serde_json::from_str(&state.expect("a file")).expect("a state");
    state["resources"][0]["instances"][0]["identity"].clone()
}

fn a_destroy_that_fails_within_a_replacement_keeps_the_identity(world: &mut World) {
    let workspace = workspace(world);
    for mode in ["destroy:error", "destroy:panic"] {
        configure(&workspace, &item(&format!("mode = \"{mode}\"")));
        run(&workspace, APPLY, 0);
        run(&workspace, REPLACE, 1);
        assert_eq!(stored_identity(&workspace)["id"], "item-1", "{mode}");
        run(&workspace, &["plan", "-detailed-exitcode"], 0);
    }
}

/// Writes a state with one item in it.
fn store(workspace: &Workspace, instance: &Value) {
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
            "instances": [instance],
        }],
    });
    workspace
        .write("terraform.tfstate", &stored.to_string())
        .expect("a state");
}

fn an_identity_of_an_older_version_is_upgraded(world: &mut World) {
    let workspace = workspace(world);
    configure(&workspace, &item("mode = \"fine\""));
    let attributes = json!({ "id": "item-7", "name": "a", "note": "made" });
    let with_identity = |version: i64, identity: Value| {
        json!({
            "schema_version": 2, "attributes": attributes,
            "identity_schema_version": version, "identity": identity,
        })
    };
    store(&workspace, &with_identity(1, json!({ "key": "item-7" })));
    let change = planned_change(&workspace, &[]);
    assert_eq!(change["before_identity"]["id"], "item-7", "{change}");
    run(&workspace, APPLY, 0);
    assert_eq!(stored_identity(&workspace)["id"], "item-7");

    store(&workspace, &with_identity(0, json!({ "id": "item-7" })));
    let said = words(&run(&workspace, &["plan", "-no-color"], 1));
    assert!(said.contains("Too old"), "{said}");
}

fn a_stored_state_of_another_shape_is_named_with_its_place(world: &mut World) {
    let workspace = workspace(world);
    configure(&workspace, &item(""));
    store(
        &workspace,
        &json!({ "schema_version": 2, "attributes": { "id": "item-7", "name": 5, "place": 5 } }),
    );
    let said = words(&run(&workspace, &["plan", "-no-color"], 1));
    for text in [
        "`test_item`: the stored state cannot be read",
        "`name`: the number 5 is not text",
        "`place`: the number 5 is not an object",
        "hint: restore the state from a backup",
    ] {
        assert!(said.contains(text), "{said}");
    }
    assert!(!said.contains("bug in the provider"), "{said}");
}

fn dynamic_blocks_take_variables_and_say_when_their_number_is_unknown(world: &mut World) {
    let workspace = workspace(world);
    let dynamic = |for_each: &str| {
        item(&format!(
            "dynamic \"parts\" {{\n for_each = {for_each}\n content {{\n kind = parts.value\n }}\n }}"
        ))
    };
    let variable = "variable \"kinds\" {\n default = [\"k\"]\n}\n";
    configure(&workspace, &format!("{variable}{}", dynamic("var.kinds")));
    run(&workspace, &["validate", "-no-color"], 0);
    run(&workspace, &["plan", "-no-color"], 0);

    let kinds = "resource \"terraform_data\" \"kinds\" {\n input = [\"k\"]\n}\n";
    let unknown = dynamic("terraform_data.kinds.output");
    configure(&workspace, &format!("{kinds}{unknown}"));
    run(&workspace, &["validate", "-no-color"], 0);
    let said = words(&run(&workspace, &["plan", "-no-color"], 1));
    let sentence = "The number of `parts` blocks is not known yet";
    assert_eq!(said.matches(sentence).count(), 1, "{said}");
    let first = [
        "apply",
        "-no-color",
        "-auto-approve",
        "-target=terraform_data.kinds",
    ];
    run(&workspace, &first, 0);
    run(&workspace, APPLY, 0);
}

/// Without refinements the core refuses each `count`: it "depends on resource attributes that
/// cannot be determined until apply".
fn what_is_known_of_unknown_values_can_be_used_in_a_plan(world: &mut World) {
    let workspace = workspace(world);
    let counting = r#"
        resource "terraform_data" "name" {}
        resource "test_item" "a" {
          name = "a-${terraform_data.name.id}"
        }
        resource "terraform_data" "has_id" {
          count = test_item.a.id == null ? 0 : 1
        }
        resource "terraform_data" "has_prefix" {
          count = startswith(test_item.a.name, "a-") ? 1 : 0
        }
    "#;
    configure(&workspace, counting);
    let planned = words(&run(&workspace, &["plan", "-no-color"], 0));
    assert!(planned.contains("Plan: 4 to add"), "{planned}");
    run(&workspace, APPLY, 0);
    run(&workspace, &["plan", "-detailed-exitcode"], 0);
}
