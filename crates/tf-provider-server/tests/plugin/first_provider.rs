//! The example works on a real core.

use cli_support::core::{self, Extent};
use cli_support::{Workspace, target_directory};

const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    quickstart = { source = "example/quickstart" }
  }
}
resource "quickstart_note" "a" {
  text = provider::quickstart::shout("hello")
}
"#;

#[test]
fn the_example_is_applied_by_a_real_core() {
    let test = std::env::current_exe().unwrap();
    let build = test.ancestors().nth(2).unwrap();
    let program = build.join("examples/first_provider");
    let modified = |path| std::fs::metadata(path).and_then(|it| it.modified()).ok();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/first_provider.rs");
    assert!(
        modified(program.as_path()) >= modified(source.as_ref()),
        "build it with `cargo build -p tf-provider-server --example first_provider`"
    );
    let mut cores = core::on_path();
    if cores.is_empty() {
        cores = core::all(&target_directory(&test).unwrap(), Extent::Usual).unwrap();
    }
    let core = cores.remove(0);
    let workspace = Workspace::with_provider(core, "example/quickstart", &program).unwrap();
    workspace.write("main.tf", CONFIGURATION).unwrap();
    run(&workspace, &["apply", "-auto-approve"]);
    let state = workspace.state().unwrap();
    let note = &state["values"]["root_module"]["resources"][0]["values"];
    assert_eq!(note["text"], "HELLO");
    assert_eq!(note["id"], "note-1");
    run(&workspace, &["plan", "-detailed-exitcode"]);
    run(&workspace, &["destroy", "-auto-approve"]);
}

#[track_caller]
fn run(workspace: &Workspace, arguments: &[&str]) {
    let finished = workspace.run(arguments).unwrap();
    assert_eq!(finished.code(), 0, "{arguments:?}:\n{}", finished.text());
}
