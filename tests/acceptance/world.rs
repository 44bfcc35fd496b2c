//! The world of one scenario: an account, a working directory, and what must hold in every world.

mod messages;
mod plan;

use std::path::Path;

use cli_support::{Core, Report, Workspace};
use hostup_mock_api::MockApi;
use serde_json::{Map, Value};

pub(crate) use messages::{assert_error, assert_warning};
pub(crate) use plan::Plan;

/// The beginning of every configuration. Key and endpoint come from the environment.
const HEADER: &str = r#"
terraform {
  required_providers {
    hostup = { source = "hostup/hostup" }
  }
}
"#;

/// An account and a working directory on one core.
pub(crate) struct World {
    /// The account at HostUp.
    pub(crate) mock: MockApi,
    /// The directory in which the core works.
    pub(crate) workspace: Workspace,
    /// The ids of objects that Terraform does not manage and must not destroy.
    foreign: Vec<String>,
}

impl World {
    /// Creates an empty account, with a valid key in the environment.
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

    /// Adds a pool that Terraform does not manage. Returns its id.
    pub(crate) fn foreign_pool(&mut self) -> String {
        let id = self.mock.add_pool();
        self.foreign.push(id.clone());
        id
    }

    /// Like [`foreign_pool`](Self::foreign_pool), for a route to `vps`.
    pub(crate) fn foreign_route(&mut self, pool: &str, vps: &str, length: u8) -> String {
        let id = self.mock.add_route(pool, vps, None, length, None);
        self.foreign.push(id.clone());
        id
    }

    /// Like [`foreign_pool`](Self::foreign_pool), for a network.
    pub(crate) fn foreign_network(&mut self, name: &str, region: Option<&str>) -> String {
        let id = self.mock.add_network(name, region);
        self.foreign.push(id.clone());
        id
    }

    /// Marks an object as one that Terraform does not manage.
    pub(crate) fn foreign(&mut self, id: &str) {
        self.foreign.push(id.to_owned());
    }

    /// Removes from the state when its objects were written. The provider looks longer for an
    /// object that it wrote a moment ago before it reports it as gone.
    pub(crate) fn a_minute_later(&self) {
        self.edit_instances(|instance| {
            instance.remove("private");
        });
    }

    /// Changes the instances in the state file.
    pub(crate) fn edit_instances(&self, edit: impl Fn(&mut Map<String, Value>)) {
        let path = self.workspace.path().join("terraform.tfstate");
        let text = std::fs::read_to_string(&path).expect("a state file");
        let mut state: Value = serde_json::from_str(&text).expect("a state");
        let resources = state["resources"].as_array_mut().into_iter().flatten();
        for resource in resources {
            let instances = resource["instances"].as_array_mut().into_iter().flatten();
            instances.filter_map(Value::as_object_mut).for_each(&edit);
        }
        std::fs::write(&path, state.to_string()).expect("a state file");
    }

    /// Replaces the configuration; `provider "hostup"` is configured by the environment alone.
    pub(crate) fn configure(&self, resources: &str) {
        self.workspace
            .write("main.tf", &format!("{HEADER}{resources}"))
            .expect("a configuration");
    }

    /// Applies, and asserts that the next plan is empty.
    pub(crate) fn apply(&self) -> Report {
        let report = self.apply_only();
        self.assert_settled();
        report
    }

    /// Applies with further arguments. The caller checks the next plan.
    pub(crate) fn apply_with(&self, more: &[&str]) -> Report {
        self.succeed(&[&["apply", "-json", "-auto-approve"], more].concat())
    }

    /// Creates another directory on the same account, as another process has it.
    pub(crate) fn beside(&self) -> Workspace {
        let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-hostup"));
        let mut workspace =
            Workspace::new(self.workspace.core().clone(), provider).expect("a workspace");
        workspace.set("HOSTUP_API_BASE", self.mock.endpoint());
        workspace.set("HOSTUP_API_KEY", self.mock.api_key());
        workspace
    }

    /// Applies. The caller checks the next plan.
    pub(crate) fn apply_only(&self) -> Report {
        self.succeed(&["apply", "-json", "-auto-approve"])
    }

    /// Applies a configuration whose apply must fail.
    pub(crate) fn apply_fails(&self) -> Report {
        self.fail(&["apply", "-json", "-auto-approve"])
    }

    /// Plans.
    pub(crate) fn plan(&self) -> Plan {
        self.plan_with(&[])
    }

    /// Plans with further arguments.
    pub(crate) fn plan_with(&self, more: &[&str]) -> Plan {
        let mut arguments = vec!["plan", "-json", "-out=plan.bin"];
        arguments.extend(more);
        let report = self.succeed(&arguments);
        let shown = self
            .workspace
            .run(["show", "-json", "plan.bin"])
            .expect("a plan");
        Plan::new(report, &shown.stdout)
    }

    /// Plans a configuration whose plan must fail.
    pub(crate) fn plan_fails(&self) -> Report {
        self.fail(&["plan", "-json"])
    }

    /// Asserts that the provider has sent neither a POST nor a DELETE.
    #[track_caller]
    pub(crate) fn assert_no_writes(&self) {
        let requests = self.mock.requests();
        let writes: Vec<_> = requests.iter().filter(|it| it.method != "GET").collect();
        assert!(writes.is_empty(), "{writes:?}");
    }

    /// Asserts that the plan is empty.
    #[track_caller]
    pub(crate) fn assert_settled(&self) {
        let run = self
            .workspace
            .run(["plan", "-detailed-exitcode", "-no-color"])
            .expect("a plan");
        assert_eq!(
            run.code(),
            0,
            "the next plan must be empty:\n{}",
            run.text()
        );
    }

    /// Destroys everything, and asserts that the account is empty.
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
        let mut attached = self.private_interfaces();
        attached.retain(|id| !self.foreign.contains(id));
        assert!(attached.is_empty(), "servers still have {attached:?}");
        report
    }

    /// Returns the private interfaces of the account's servers, as `vps_…/10.42.0.10`.
    pub(crate) fn private_interfaces(&self) -> Vec<String> {
        let mut found = Vec::new();
        for vps in self.mock.vpses() {
            let id = vps["id"].as_str().unwrap_or_default();
            let network = self.mock.vps_network(id);
            let interfaces = network["interfaces"].as_array().into_iter().flatten();
            let addresses = interfaces.filter_map(|one| one["ip"].as_array()).flatten();
            found.extend(
                addresses
                    .filter(|address| address["isPrivate"] == true)
                    .filter_map(|address| address["ip"].as_str())
                    .map(|address| format!("{id}/{address}")),
            );
        }
        found
    }

    /// Destroys everything, which must fail.
    pub(crate) fn destroy_fails(&self) -> Report {
        self.fail(&["apply", "-destroy", "-json", "-auto-approve"])
    }

    /// Imports an object on the command line.
    pub(crate) fn import(&self, address: &str, id: &str) {
        self.succeed(&["import", "-no-color", address, id]);
    }

    /// Removes an object from the state.
    pub(crate) fn forget(&self, address: &str) {
        self.succeed(&["state", "rm", address]);
    }

    /// Removes the taint from an object.
    pub(crate) fn untaint(&self, address: &str) {
        self.succeed(&["untaint", "-no-color", address]);
    }

    /// Imports an object that cannot be imported. Returns the messages without line breaks.
    pub(crate) fn import_fails(&self, address: &str, id: &str) -> String {
        let run = self
            .workspace
            .run(["import", "-no-color", address, id])
            .expect("an import");
        assert_eq!(run.code(), 1, "the import must fail:\n{}", run.text());
        run.text()
            .replace('│', " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Returns the addresses in the state, sorted.
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

    /// Returns the attributes of `address` in the state.
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

    /// Returns one attribute of `address` as text.
    #[track_caller]
    pub(crate) fn attribute(&self, address: &str, name: &str) -> String {
        match &self.attributes(address)[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// Returns the value of an output.
    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> Value {
        let run = self
            .workspace
            .run(["output", "-json", name])
            .expect("outputs");
        serde_json::from_str(&run.stdout)
            .unwrap_or_else(|_| panic!("no output `{name}`: {}", run.text()))
    }

    /// Runs `query` with the `list` blocks in `lists` and further arguments. Returns the objects as
    /// the core prints them.
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

    /// Runs a query that must fail.
    pub(crate) fn query_fails(&self, lists: &str) -> Report {
        self.workspace
            .write("lists.tfquery.hcl", lists)
            .expect("a query");
        self.fail(&["query", "-json"])
    }

    /// Validates, whether or not the configuration is valid.
    pub(crate) fn validate(&self) -> Report {
        let run = self.workspace.run(["validate", "-json"]).expect("a run");
        Report::read(&run.stdout)
    }

    /// Ends the scenario: destroys what it left, and asserts that the account is empty.
    pub(crate) fn end(mut self) {
        self.workspace.set("HOSTUP_API_KEY", self.mock.api_key());
        self.workspace.set("HOSTUP_API_BASE", self.mock.endpoint());
        self.destroy();
        assert_eq!(
            self.mock.faults_left(),
            0,
            "no request met a fault that was injected"
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
            "`{command}` did not end:\n{}{}",
            said.join("\n"),
            run.stderr
        );
        assert_eq!(
            run.code(),
            expected,
            "`{command}` must end with {expected}:\n{}{}",
            said.join("\n"),
            run.stderr
        );
        report
    }
}
