//! The world of one scenario: an account, a working directory, and what must hold in every world.

use std::path::Path;

use cli_support::{Core, Report, Workspace};
use hostup_mock_api::MockApi;
use serde_json::Value;

/// Begins every configuration. The key and the endpoint come from the environment.
const HEADER: &str = r#"
terraform {
  required_providers {
    hostup = { source = "hostup/hostup" }
  }
}
"#;

/// An account and a working directory on one core.
pub(crate) struct World {
    /// The account, as HostUp has it.
    pub(crate) mock: MockApi,
    /// Where the core works.
    pub(crate) workspace: Workspace,
    /// Ids of objects that are not Terraform's to destroy.
    foreign: Vec<String>,
}

/// A plan, as the core wrote it down.
pub(crate) struct Plan {
    /// What was said while planning.
    pub(crate) report: Report,
    document: Value,
}

impl Plan {
    /// The actions on `address`, joined: `create`, `update`, `delete-create`, `no-op`; empty when
    /// it is not in the plan.
    pub(crate) fn action(&self, address: &str) -> String {
        let actions = self.change(address)["change"]["actions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        actions
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("-")
    }

    /// The top-level attributes of `address` that are not known before apply, sorted.
    pub(crate) fn unknown(&self, address: &str) -> Vec<String> {
        let unknown = self.change(address)["change"]["after_unknown"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let mut names: Vec<_> = unknown
            .into_iter()
            .filter(|(_, value)| *value == true)
            .map(|(name, _)| name)
            .collect();
        names.sort();
        names
    }

    /// The attributes that force a replacement of `address`.
    pub(crate) fn replaced_by(&self, address: &str) -> Vec<String> {
        let paths = self.change(address)["change"]["replace_paths"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        paths
            .iter()
            .filter_map(|path| path[0].as_str().map(str::to_owned))
            .collect()
    }

    fn change(&self, address: &str) -> &Value {
        self.document["resource_changes"]
            .as_array()
            .and_then(|changes| changes.iter().find(|change| change["address"] == address))
            .unwrap_or(&Value::Null)
    }
}

impl World {
    /// An empty account with a good key in the environment.
    pub(crate) fn new(core: Core) -> Self {
        let mock = MockApi::start();
        let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-hostup"));
        let mut workspace = Workspace::new(core, provider).expect("a workspace");
        workspace.set("HOSTUP_API_BASE", mock.endpoint());
        workspace.set("HOSTUP_API_KEY", mock.api_key());
        if let Some(transport) = crate::transport() {
            workspace.set("TF_PLUGIN_TRANSPORT", &transport);
        }
        Self {
            mock,
            workspace,
            foreign: Vec::new(),
        }
    }

    /// A pool that was there before and stays after the scenario.
    pub(crate) fn foreign_pool(&mut self) -> String {
        let id = self.mock.add_pool();
        self.foreign.push(id.clone());
        id
    }

    /// As [`foreign_pool`](Self::foreign_pool), for a route to `vps`.
    pub(crate) fn foreign_route(&mut self, pool: &str, vps: &str, length: u8) -> String {
        let id = self.mock.add_route(pool, vps, None, length, None);
        self.foreign.push(id.clone());
        id
    }

    /// As [`foreign_pool`](Self::foreign_pool), for a network.
    pub(crate) fn foreign_network(&mut self, name: &str, region: Option<&str>) -> String {
        let id = self.mock.add_network(name, region);
        self.foreign.push(id.clone());
        id
    }

    /// Takes note that an object is not Terraform's to destroy.
    pub(crate) fn foreign(&mut self, id: &str) {
        self.foreign.push(id.to_owned());
    }

    /// Forgets when the objects in the state were written. What was written a moment ago is looked
    /// for longer before it counts as gone.
    pub(crate) fn a_minute_later(&self) {
        let path = self.workspace.path().join("terraform.tfstate");
        let text = std::fs::read_to_string(&path).expect("a state file");
        let mut state: Value = serde_json::from_str(&text).expect("a state");
        let resources = state["resources"].as_array_mut().into_iter().flatten();
        for resource in resources {
            let instances = resource["instances"].as_array_mut().into_iter().flatten();
            for instance in instances.filter_map(Value::as_object_mut) {
                instance.remove("private");
            }
        }
        std::fs::write(&path, state.to_string()).expect("a state file");
    }

    /// Replaces the configuration; `provider "hostup"` is configured by the environment alone.
    pub(crate) fn configure(&self, resources: &str) {
        self.workspace
            .write("main.tf", &format!("{HEADER}{resources}"))
            .expect("a configuration");
    }

    /// Applies, and sees to it that nothing is left to do.
    pub(crate) fn apply(&self) -> Report {
        let report = self.apply_only();
        self.assert_settled();
        report
    }

    /// Applies with further arguments, and leaves what the next plan says to the caller.
    pub(crate) fn apply_with(&self, more: &[&str]) -> Report {
        self.succeed(&[&["apply", "-json", "-auto-approve"], more].concat())
    }

    /// Another directory that works on the same account, as another process would.
    pub(crate) fn beside(&self) -> Workspace {
        let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-hostup"));
        let mut workspace =
            Workspace::new(self.workspace.core().clone(), provider).expect("a workspace");
        workspace.set("HOSTUP_API_BASE", self.mock.endpoint());
        workspace.set("HOSTUP_API_KEY", self.mock.api_key());
        workspace
    }

    /// Applies, and leaves what the next plan says to the caller.
    pub(crate) fn apply_only(&self) -> Report {
        self.succeed(&["apply", "-json", "-auto-approve"])
    }

    /// Applies something that must fail, and gives what was said.
    pub(crate) fn apply_fails(&self) -> Report {
        self.fail(&["apply", "-json", "-auto-approve"])
    }

    /// The plan for the configuration as it is.
    pub(crate) fn plan(&self) -> Plan {
        self.plan_with(&[])
    }

    /// The plan with further arguments.
    pub(crate) fn plan_with(&self, more: &[&str]) -> Plan {
        let mut arguments = vec!["plan", "-json", "-out=plan.bin"];
        arguments.extend(more);
        let report = self.succeed(&arguments);
        let shown = self
            .workspace
            .run(["show", "-json", "plan.bin"])
            .expect("a plan");
        let document = serde_json::from_str(&shown.stdout)
            .unwrap_or_else(|_| panic!("no plan: {}", shown.text()));
        Plan { report, document }
    }

    /// Plans something that must fail, and gives what was said.
    pub(crate) fn plan_fails(&self) -> Report {
        self.fail(&["plan", "-json"])
    }

    /// Asserts that a plan changes nothing.
    #[track_caller]
    pub(crate) fn assert_settled(&self) {
        let run = self
            .workspace
            .run(["plan", "-detailed-exitcode", "-no-color"])
            .expect("a plan");
        assert_eq!(
            run.code(),
            0,
            "the next plan must be empty, and it says:\n{}",
            run.text()
        );
    }

    /// Destroys everything, and sees to it that the account is empty.
    pub(crate) fn destroy(&self) -> Report {
        let report = self.succeed(&["apply", "-destroy", "-json", "-auto-approve"]);
        assert!(
            self.addresses().is_empty(),
            "the state still holds {:?}",
            self.addresses()
        );
        let left: Vec<_> = [self.mock.pools(), self.mock.routes(), self.mock.networks()]
            .concat()
            .into_iter()
            .filter(|object| !self.foreign.iter().any(|id| object["id"] == **id))
            .filter(|object| object["status"] == "active" || object["status"] == "provisioning")
            .collect();
        assert!(left.is_empty(), "the account still holds {left:?}");
        report
    }

    /// Destroys what must not be destroyed, and gives what was said.
    pub(crate) fn destroy_fails(&self) -> Report {
        self.fail(&["apply", "-destroy", "-json", "-auto-approve"])
    }

    /// Destroys one object and leaves the others.
    pub(crate) fn destroy_one(&self, address: &str) {
        self.succeed(&[
            "apply",
            "-destroy",
            "-json",
            "-auto-approve",
            "-target",
            address,
        ]);
    }

    /// As [`destroy_fails`](Self::destroy_fails), for one object.
    pub(crate) fn destroy_of_fails(&self, address: &str) -> Report {
        self.fail(&[
            "apply",
            "-destroy",
            "-json",
            "-auto-approve",
            "-target",
            address,
        ])
    }

    /// Imports an object on the command line.
    pub(crate) fn import(&self, address: &str, id: &str) {
        self.succeed(&["import", "-no-color", address, id]);
    }

    /// Says that an object is fit to be kept.
    pub(crate) fn untaint(&self, address: &str) {
        self.succeed(&["untaint", "-no-color", address]);
    }

    /// Imports what can't be imported, and gives what was said, unwrapped.
    pub(crate) fn import_fails(&self, address: &str, id: &str) -> String {
        let run = self
            .workspace
            .run(["import", "-no-color", address, id])
            .expect("an import");
        assert_eq!(
            run.code(),
            1,
            "the import must fail, and it says:\n{}",
            run.text()
        );
        run.text()
            .replace('│', " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The addresses in the state, sorted.
    pub(crate) fn addresses(&self) -> Vec<String> {
        let state = self.workspace.state().expect("a state");
        let resources = state["values"]["root_module"]["resources"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut addresses: Vec<_> = resources
            .iter()
            .filter_map(|resource| resource["address"].as_str().map(str::to_owned))
            .collect();
        addresses.sort();
        addresses
    }

    /// The attributes of `address` in the state.
    #[track_caller]
    pub(crate) fn attributes(&self, address: &str) -> Value {
        let state = self.workspace.state().expect("a state");
        state["values"]["root_module"]["resources"]
            .as_array()
            .and_then(|resources| {
                resources
                    .iter()
                    .find(|resource| resource["address"] == address)
            })
            .map_or_else(
                || panic!("`{address}` is not in the state: {state}"),
                |resource| resource["values"].clone(),
            )
    }

    /// One attribute of `address` as text.
    #[track_caller]
    pub(crate) fn attribute(&self, address: &str, name: &str) -> String {
        match &self.attributes(address)[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// The value of an output.
    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> Value {
        let run = self
            .workspace
            .run(["output", "-json", name])
            .expect("outputs");
        serde_json::from_str(&run.stdout)
            .unwrap_or_else(|_| panic!("no output `{name}`: {}", run.text()))
    }

    /// Queries for what the `list` blocks in `lists` ask for; what is found comes as the core
    /// writes it down. Further arguments follow.
    pub(crate) fn query(&self, lists: &str, more: &[&str]) -> Vec<Value> {
        self.workspace
            .write("lists.tfquery.hcl", lists)
            .expect("a query");
        let mut arguments = vec!["query", "-json"];
        arguments.extend(more);
        let run = self.workspace.run(&arguments).expect("a query");
        assert_eq!(run.code(), 0, "the query must succeed:\n{}", run.text());
        run.stdout
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|event| event["type"] == "list_resource_found")
            .map(|mut event| event["list_resource_found"].take())
            .collect()
    }

    /// Queries what must fail, and gives what was said.
    pub(crate) fn query_fails(&self, lists: &str) -> Report {
        self.workspace
            .write("lists.tfquery.hcl", lists)
            .expect("a query");
        self.fail(&["query", "-json"])
    }

    /// What `validate` says, whether or not it is valid.
    pub(crate) fn validate(&self) -> Report {
        let run = self.workspace.run(["validate", "-json"]).expect("a run");
        Report::read(&run.stdout)
    }

    /// Ends the scenario: what it left is destroyed, and the account must be empty then.
    pub(crate) fn end(self) {
        self.destroy();
        assert_eq!(
            self.mock.faults_left(),
            0,
            "a fault was injected that no request met"
        );
    }

    fn succeed(&self, arguments: &[&str]) -> Report {
        self.run(arguments, 0)
    }

    fn fail(&self, arguments: &[&str]) -> Report {
        let report = self.run(arguments, 1);
        assert!(
            !report.errors().is_empty(),
            "`{}` failed without an error",
            arguments.join(" ")
        );
        for message in &report.messages {
            let text = format!("{}\n{}", message.summary, message.detail);
            for forbidden in [
                "panicked",
                "stack backtrace",
                "Internal error",
                "Request cancelled",
            ] {
                assert!(
                    !text.contains(forbidden),
                    "a user must never read {forbidden:?}:\n{text}"
                );
            }
        }
        report
    }

    fn run(&self, arguments: &[&str], expected: i32) -> Report {
        let run = self.workspace.run(arguments).expect("a run");
        let report = Report::read(&run.stdout);
        let said: Vec<_> = report.messages.iter().map(ToString::to_string).collect();
        let command = arguments.join(" ");
        assert!(
            !run.timed_out,
            "`{command}` hung, having said:\n{}{}",
            said.join("\n"),
            run.stderr
        );
        assert_eq!(
            run.code(),
            expected,
            "`{command}` must end with {expected}, and it says:\n{}{}",
            said.join("\n"),
            run.stderr
        );
        report
    }
}

/// Asserts that some error says all of `parts`, in its summary, detail, line or address.
#[track_caller]
pub(crate) fn assert_error(report: &Report, parts: &[&str]) {
    assert_says("error", &report.errors(), parts);
}

/// As [`assert_error`], for a warning.
#[track_caller]
pub(crate) fn assert_warning(report: &Report, parts: &[&str]) {
    assert_says("warning", &report.warnings(), parts);
}

#[track_caller]
fn assert_says(kind: &str, messages: &[&cli_support::Message], parts: &[&str]) {
    let texts: Vec<_> = messages.iter().map(ToString::to_string).collect();
    assert!(
        texts
            .iter()
            .any(|text| parts.iter().all(|part| text.contains(part))),
        "no {kind} says all of {parts:?}:\n{}",
        texts.join("\n---\n")
    );
}
