//! The plugin server with a real core and the test provider of `tf-provider-server`: its start,
//! identities in replacements, stored states and unknown values.

pub(crate) mod workspace;

use serde_json::{Value, json};

use crate::scenarios;
use crate::world::World;

use workspace::{TestWorkspace, item, words};

scenarios![
    a_temporary_directory_with_a_long_path_is_supported,
    the_core_shows_why_the_server_cannot_start,
    a_replacement_keeps_the_identities_of_both_objects_apart if has_identity,
    a_failed_destroy_in_a_replacement_keeps_the_identity if has_identity,
    an_identity_of_an_older_version_is_upgraded if has_identity,
    a_stored_value_that_does_not_fit_is_reported_with_its_path,
    an_unknown_number_of_dynamic_blocks_is_explained,
    refined_unknown_values_can_be_used_in_a_plan,
];

const APPLY: &[&str] = &["apply", "-no-color", "-auto-approve"];
const REPLACE: &[&str] = &[
    "apply",
    "-no-color",
    "-auto-approve",
    "-replace=test_item.a",
];

fn a_temporary_directory_with_a_long_path_is_supported(world: &mut World) {
    let mut workspace = TestWorkspace::new(world);
    let long = workspace.path().join("x".repeat(90));
    std::fs::create_dir(&long).expect("a directory");
    workspace.set("TMPDIR", long.to_str().expect("a path"));
    workspace.configure(&item(""));
    workspace.run(APPLY, 0);
    workspace.assert_no_changes();
    workspace.set(
        "TMPDIR",
        &format!("{}/main.tf/tmp", workspace.path().display()),
    );
    workspace.assert_no_changes();
}

fn the_core_shows_why_the_server_cannot_start(world: &mut World) {
    let mut workspace = TestWorkspace::new(world);
    workspace.configure(&item(""));
    workspace.set("TF_PLUGIN_TRANSPORT", "pigeon");
    let said = words(&workspace.run(&["plan", "-no-color"], 1));
    assert!(
        said.contains("`terraform-provider-test` cannot serve: `TF_PLUGIN_TRANSPORT` is `pigeon`"),
        "{said}"
    );
}

/// Returns the planned change of the item from `show -json`.
fn planned_change(workspace: &TestWorkspace, arguments: &[&str]) -> Value {
    let plan = ["plan", "-no-color", "-out=plan"];
    workspace.run(&[&plan, arguments].concat(), 0);
    let shown = workspace.run(&["show", "-json", "plan"], 0);
    let shown: Value = serde_json::from_str(&shown.stdout).expect("a plan");
    shown["resource_changes"][0]["change"].clone()
}

fn a_replacement_keeps_the_identities_of_both_objects_apart(world: &mut World) {
    let workspace = TestWorkspace::new(world);
    workspace.configure(&item("size = 1"));
    workspace.run(APPLY, 0);
    let change = planned_change(&workspace, &["-replace=test_item.a"]);
    assert_eq!(change["before_identity"]["id"], "item-1", "{change}");
    assert_eq!(change["after_identity"], Value::Null, "{change}");
    // The same if the provider demands the replacement.
    workspace.configure(&item("size = 2"));
    let change = planned_change(&workspace, &[]);
    assert_eq!(change["before_identity"]["size"], 1, "{change}");
    assert_eq!(change["after_identity"], Value::Null, "{change}");
    workspace.run(&["apply", "-no-color", "plan"], 0);
    assert_eq!(workspace.stored()["identity"]["size"], 2);
    // An update in place keeps the identity.
    workspace.configure(&item("size = 2\n mode = \"fine\""));
    let change = planned_change(&workspace, &[]);
    assert_eq!(
        change["after_identity"], change["before_identity"],
        "{change}"
    );
}

fn a_failed_destroy_in_a_replacement_keeps_the_identity(world: &mut World) {
    let workspace = TestWorkspace::new(world);
    for mode in ["destroy:error", "destroy:panic"] {
        workspace.configure(&item(&format!("mode = \"{mode}\"")));
        workspace.run(APPLY, 0);
        workspace.run(REPLACE, 1);
        assert_eq!(workspace.stored()["identity"]["id"], "item-1", "{mode}");
        workspace.assert_no_changes();
    }
}

fn an_identity_of_an_older_version_is_upgraded(world: &mut World) {
    let workspace = TestWorkspace::new(world);
    workspace.configure(&item("mode = \"fine\""));
    let attributes = json!({ "id": "item-7", "name": "a", "note": "made" });
    let with_identity = |version: i64, identity: Value| {
        json!({
            "schema_version": 2, "attributes": attributes,
            "identity_schema_version": version, "identity": identity,
        })
    };
    workspace.store(&with_identity(1, json!({ "key": "item-7" })));
    let change = planned_change(&workspace, &[]);
    assert_eq!(change["before_identity"]["id"], "item-7", "{change}");
    workspace.run(APPLY, 0);
    assert_eq!(workspace.stored()["identity"]["id"], "item-7");

    workspace.store(&with_identity(0, json!({ "id": "item-7" })));
    let said = words(&workspace.run(&["plan", "-no-color"], 1));
    assert!(said.contains("Too old"), "{said}");
}

fn a_stored_value_that_does_not_fit_is_reported_with_its_path(world: &mut World) {
    let workspace = TestWorkspace::new(world);
    workspace.configure(&item(""));
    workspace.store(
        &json!({ "schema_version": 2, "attributes": { "id": "item-7", "name": 5, "place": 5 } }),
    );
    let said = words(&workspace.run(&["plan", "-no-color"], 1));
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

fn an_unknown_number_of_dynamic_blocks_is_explained(world: &mut World) {
    let workspace = TestWorkspace::new(world);
    let dynamic = |for_each: &str| {
        item(&format!(
            "dynamic \"parts\" {{\n for_each = {for_each}\n \
             content {{\n kind = parts.value\n }}\n }}"
        ))
    };
    let variable = "variable \"kinds\" {\n default = [\"k\"]\n}\n";
    workspace.configure(&format!("{variable}{}", dynamic("var.kinds")));
    workspace.run(&["validate", "-no-color"], 0);
    workspace.run(&["plan", "-no-color"], 0);

    let kinds = "resource \"terraform_data\" \"kinds\" {\n input = [\"k\"]\n}\n";
    let unknown = dynamic("terraform_data.kinds.output");
    workspace.configure(&format!("{kinds}{unknown}"));
    workspace.run(&["validate", "-no-color"], 0);
    let said = words(&workspace.run(&["plan", "-no-color"], 1));
    let sentence = "The number of `parts` blocks is not known yet";
    assert_eq!(said.matches(sentence).count(), 1, "{said}");
    let first = [
        "apply",
        "-no-color",
        "-auto-approve",
        "-target=terraform_data.kinds",
    ];
    workspace.run(&first, 0);
    workspace.run(APPLY, 0);
}

/// Without refinements the core refuses each `count`: it "depends on resource attributes that
/// cannot be determined until apply".
fn refined_unknown_values_can_be_used_in_a_plan(world: &mut World) {
    let workspace = TestWorkspace::new(world);
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
    workspace.configure(counting);
    let planned = words(&workspace.run(&["plan", "-no-color"], 0));
    assert!(planned.contains("Plan: 4 to add"), "{planned}");
    workspace.run(APPLY, 0);
    workspace.assert_no_changes();
}
