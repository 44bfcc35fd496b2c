//! The provider's schema, from a real core.

use std::env;
use std::path::Path;

use cli_support::{Core, Workspace, fetch, target_directory};
use serde_json::Value;

/// The newest core: older ones leave out identity and list resources.
pub(crate) fn core() -> Core {
    let executable = env::current_exe().expect("a test executable");
    let target = target_directory(&executable).expect("a target directory");
    fetch::terraform(&target, &fetch::RELEASES[0]).expect("Terraform")
}

/// The output of `providers schema -json` for this provider.
pub(crate) fn of_the_provider() -> Value {
    let core = core();
    let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-hostup"));
    let workspace = Workspace::new(core, provider).expect("a workspace");
    let configuration = r#"
terraform {
  required_providers {
    hostup = { source = "hostup/hostup" }
  }
}
"#;
    workspace
        .write("main.tf", configuration)
        .expect("a configuration");
    let run = workspace
        .run(["providers", "schema", "-json"])
        .expect("a run");
    assert_eq!(run.code(), 0, "{}", run.text());
    let mut document: Value = serde_json::from_str(&run.stdout).expect("a schema");
    let providers = document["provider_schemas"]
        .as_object_mut()
        .expect("providers");
    let address = providers
        .keys()
        .find(|address| address.ends_with("/hostup/hostup"))
        .cloned();
    providers
        .remove(&address.expect("the provider"))
        .expect("the provider")
}
