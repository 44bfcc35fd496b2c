//! Checks that several nouns share.

use cli_support::Report;
use serde_json::Value;

use crate::gallery::Gallery;
use crate::world::{World, assert_error};

/// Asserts that `validate` refuses each of these configurations without a key and without a
/// request, and compares the messages with the snapshot `name`. A configuration comes with the
/// title of its messages.
pub(crate) fn assert_invalid(
    world: &mut World,
    name: &str,
    configurations: impl IntoIterator<Item = (String, String)>,
) {
    let mut gallery = Gallery::default();
    world.workspace.unset("HOSTUP_API_KEY");
    for (title, configuration) in configurations {
        world.configure(&configuration);
        let run = world.workspace.run(["validate", "-json"]).expect("a run");
        let text = run.text();
        assert_eq!(run.code(), 1, "{configuration}\nmust be invalid:\n{text}");
        let report = Report::read(&run.stdout);
        let errors = report.errors();
        assert!(!errors.is_empty(), "{configuration}");
        for error in &errors {
            let said = format!("{}\n{}", error.summary, error.detail);
            assert!(!said.contains("secret-word"), "a credential shows: {said}");
        }
        gallery.add(&title, &errors);
    }
    gallery.assert_snapshot(name);
    assert!(world.mock.requests().is_empty());
    world.configure("");
}

/// Asserts that each of these arguments of a data source is invalid: the arguments, the beginning
/// of the line with the error, and a part of the message.
pub(crate) fn assert_wrong_arguments(
    world: &mut World,
    data_source: &str,
    cases: &[(&str, &str, &str)],
) {
    world.workspace.unset("HOSTUP_API_KEY");
    for (arguments, line, says) in cases {
        world.configure(&format!(
            "data \"{data_source}\" \"it\" {{\n{arguments}\n}}\n"
        ));
        let report = world.validate();
        let found = report
            .errors()
            .into_iter()
            .any(|error| error.line.starts_with(line) && error.to_string().contains(says));
        assert!(
            found,
            "{data_source} {arguments}\nno error at `{line}` says {says:?}: {:#?}",
            report.messages
        );
    }
    assert!(world.mock.requests().is_empty());
    world.configure("");
}

/// Returns a `list` block for complete objects.
pub(crate) fn list(resource: &str, config: &str) -> String {
    format!(
        "list \"{resource}\" \"it\" {{\n  provider = hostup\n  \
         include_resource = true\n  config {{\n    {config}\n  }}\n}}\n"
    )
}

/// Asserts that a query with these lists fails without a request, and that an error contains all
/// `parts`.
#[track_caller]
pub(crate) fn assert_wrong_list_arguments(world: &World, lists: &str, parts: &[&str]) {
    world.configure("");
    assert_error(&world.query_fails(lists), parts);
    assert!(world.mock.requests().is_empty());
}

/// Asserts that importing `id` at `address` fails with a hint, and that the message contains
/// `says`.
#[track_caller]
pub(crate) fn assert_not_imported(world: &World, address: &str, id: &str, says: &str) {
    let text = world.import_fails(address, id);
    assert!(text.contains(says) && text.contains("hint:"), "{text}");
    assert!(world.addresses().is_empty());
}

/// Asserts that an `import` block with this identity fails at plan. `lines` are the arguments of
/// the resource.
#[track_caller]
pub(crate) fn assert_no_such_identity(
    world: &World,
    resource: &str,
    (attribute, value): (&str, &str),
    lines: &str,
    says: &str,
) {
    world.configure(&format!(
        r#"
        import {{
          to       = {resource}.it
          identity = {{ {attribute} = "{value}" }}
        }}
        resource "{resource}" "it" {{
          {lines}
        }}
        "#
    ));
    let summary = format!("Could not import {resource}");
    assert_error(&world.plan_fails(), &[&summary, says, "hint:"]);
    world.configure("");
}

/// Asserts that the configuration that the core generates for an `import` block imports the object
/// and changes nothing.
#[track_caller]
pub(crate) fn assert_generates_configuration(world: &World, address: &str, id: &str) {
    world.configure(&format!(
        "import {{\n  to = {address}\n  id = \"{id}\"\n}}\n"
    ));
    world.plan_with(&["-generate-config-out=generated.tf"]);
    world.apply();
    assert_eq!(world.attribute(address, "id"), id);
    world.assert_no_writes();
}

/// Asserts that a data source shows an object as the API does, under the same names in snake case.
/// `except` lists the names that differ or are checked elsewhere.
#[track_caller]
pub(crate) fn assert_shows(shown: &Value, document: &Value, except: &[&str]) {
    for (name, value) in document.as_object().expect("an object") {
        if name == "actions" {
            for (name, capability) in value.as_object().expect("capabilities") {
                let name = snake_case(name);
                assert_eq!(shown[&name], capability["allowed"], "{name}");
                let reason = format!("{name}_reason");
                assert!(shown.get(&reason).is_some(), "{reason}");
                assert_eq!(shown[&reason], capability["reason"], "{reason}");
            }
        } else if !except.contains(&name.as_str()) {
            let name = snake_case(name);
            assert!(shown.get(&name).is_some(), "{name} is not shown");
            assert_eq!(shown[&name], *value, "{name} of {document}");
        }
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
