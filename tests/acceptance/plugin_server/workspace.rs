//! A workspace with the test provider of `tf-provider-server`, which fails on demand.

use std::ops::Deref;
use std::path::Path;

use cli_support::{Finished, Workspace};
use serde_json::{Value, json};

use crate::world::World;

const HEADER: &str = r#"
terraform {
  required_providers {
    test = { source = "test/test" }
  }
}
"#;

/// A directory in which a core uses the test provider.
pub(crate) struct TestWorkspace(Workspace);

impl TestWorkspace {
    /// Creates a directory for the core of `world`.
    pub(crate) fn new(world: &World) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/tf-provider-server");
        let sources = ["src", "tests/plugin/server"].map(|directory| root.join(directory));
        let program = cli_support::built::beside_this_test("plugin-server", &sources);
        let program = program.expect("the test provider");
        let core = world.workspace.core().clone();
        let workspace = Workspace::with_provider(core, "test/test", &program);
        let mut workspace = workspace.expect("a workspace");
        workspace.set("PLUGIN_SERVER_FOR_TESTS", "1");
        if let Some(transport) = crate::transport() {
            workspace.set("TF_PLUGIN_TRANSPORT", &transport);
        }
        // The harness destroys the world in the end, which needs a configuration.
        world.configure("");
        Self(workspace)
    }

    /// Sets an environment variable.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.0.set(name, value);
    }

    /// Writes the configuration with these resources.
    pub(crate) fn configure(&self, resources: &str) {
        let configuration = format!("{HEADER}{resources}");
        self.write("main.tf", &configuration)
            .expect("a configuration");
    }

    /// Runs the core and demands this exit code.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str], expected: i32) -> Finished {
        let finished = self.0.run(arguments).expect("a run");
        assert_eq!(
            finished.code(),
            expected,
            "{arguments:?} says:\n{:.5000}",
            finished.text()
        );
        finished
    }

    /// Demands that the next plan is empty.
    #[track_caller]
    pub(crate) fn assert_no_changes(&self) {
        self.run(&["plan", "-detailed-exitcode"], 0);
    }

    /// Writes a state file with this instance of `test_item.a`.
    pub(crate) fn store(&self, instance: &Value) {
        let host = self.core().product.registry_host();
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
        self.write("terraform.tfstate", &stored.to_string())
            .expect("a state");
    }

    /// Returns the instance of the only resource in the state file.
    pub(crate) fn stored(&self) -> Value {
        let state = std::fs::read_to_string(self.path().join("terraform.tfstate"));
        let state: Value = serde_json::from_str(&state.expect("a file")).expect("a state");
        state["resources"][0]["instances"][0].clone()
    }
}

impl Deref for TestWorkspace {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.0
    }
}

/// Returns the configuration of `test_item.a` with these attributes.
pub(crate) fn item(attributes: &str) -> String {
    format!("resource \"test_item\" \"a\" {{\n name = \"a\"\n {attributes}\n}}\n")
}

/// Returns the text of a run's messages, without the frames and line breaks of the core.
pub(crate) fn words(finished: &Finished) -> String {
    let text = finished.text().replace(['│', '╷', '╵'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
