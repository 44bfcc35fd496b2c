//! One measurement: a run of a core in a new working directory with a new account.

use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use cli_support::{Core, Workspace};
use hostup_mock_api::{MockApi, Request};
use serde_json::{Value, json};

use crate::usage::{self, Usage};
use crate::{meter, state};

/// A run that takes longer hangs.
const LIMIT: Duration = Duration::from_mins(15);

/// A provider that is compared with others.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The name in tables and records.
    pub name: &'static str,
    /// The provider. `None` stands for the core's own `terraform_data`, which needs neither a
    /// provider nor an API: the lower bound.
    pub provider: Option<Provider>,
}

/// A provider that serves `hostup_routed_ipv6_route`.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The program.
    pub program: PathBuf,
    /// An environment variable to set for it.
    pub variable: Option<&'static str>,
    /// Whether to measure the usage of its processes, which costs time.
    pub is_metered: bool,
    /// Whether its objects are in the account.
    pub has_api: bool,
}

/// The command that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A plan to create all objects.
    FirstPlan,
    /// A plan without changes.
    Plan,
    /// An apply that creates all objects.
    Apply,
    /// A destroy of all objects.
    Destroy,
}

/// A run to measure.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// The provider.
    pub candidate: &'a Candidate,
    /// The command.
    pub step: Step,
    /// The number of objects.
    pub count: u16,
    /// How long the API waits before each response.
    pub latency: Duration,
}

/// The result of one run.
#[derive(Debug)]
pub struct Sample {
    /// The time from start to end of the core.
    pub wall: Duration,
    /// The usage of all processes of the provider.
    pub provider: Usage,
    /// Processor time of the core alone.
    pub core: Duration,
    /// Processor time of the mock.
    pub api: Duration,
    /// The requests to the API.
    pub requests: Requests,
}

/// The requests to the API.
#[derive(Clone, Copy, Debug, Default)]
pub struct Requests {
    /// The number of GET requests.
    pub reads: usize,
    /// The number of all others.
    pub writes: usize,
    /// The time from the arrival of the first write to the response to the last.
    pub writing: Duration,
    /// The largest number of concurrent writes.
    pub max_concurrent: usize,
}

impl Candidate {
    /// The core's own `terraform_data`.
    pub const BUILT_IN: Self = Self {
        name: "terraform_data",
        provider: None,
    };

    /// Creates a candidate whose usage is measured.
    pub fn metered(name: &'static str, program: &Path) -> Self {
        Self {
            name,
            provider: Some(Provider {
                program: program.to_owned(),
                variable: None,
                is_metered: true,
                has_api: true,
            }),
        }
    }

    /// Creates a candidate that this program serves when `variable` is set.
    ///
    /// # Errors
    /// When the path of this program is not known.
    pub fn of_this_program(
        name: &'static str,
        variable: &'static str,
        has_api: bool,
    ) -> Result<Self> {
        Ok(Self {
            name,
            provider: Some(Provider {
                program: env::current_exe()?,
                variable: Some(variable),
                is_metered: true,
                has_api,
            }),
        })
    }

    /// Returns a configuration of `count` objects.
    fn configuration(&self, pool: &str, vps: &str, count: u16) -> String {
        if self.provider.is_none() {
            return format!(
                r#"
                resource "terraform_data" "many" {{
                  count = {count}
                  input = count.index
                }}
                "#
            );
        }
        format!(
            r#"
            terraform {{
              required_providers {{
                hostup = {{ source = "hostup/hostup" }}
              }}
            }}
            resource "hostup_routed_ipv6_route" "many" {{
              count         = {count}
              pool_id       = "{pool}"
              vps_id        = "{vps}"
              prefix_length = 64
            }}
            "#
        )
    }
}

impl Step {
    /// All steps, in the order they are measured.
    pub const ALL: [Self; 4] = [Self::FirstPlan, Self::Plan, Self::Apply, Self::Destroy];

    /// Returns the name in options, tables and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstPlan => "first-plan",
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Destroy => "destroy",
        }
    }

    fn needs_objects(self) -> bool {
        matches!(self, Self::Plan | Self::Destroy)
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::FirstPlan | Self::Plan => {
                &["plan", "-detailed-exitcode", "-no-color", "-parallelism=10"]
            }
            Self::Apply => &["apply", "-auto-approve", "-no-color", "-parallelism=10"],
            Self::Destroy => &[
                "apply",
                "-destroy",
                "-auto-approve",
                "-no-color",
                "-parallelism=10",
            ],
        }
    }

    /// Returns the core's exit code. A plan with changes ends with 2.
    fn exit_code(self) -> i32 {
        match self {
            Self::FirstPlan => 2,
            _ => 0,
        }
    }
}

impl Requests {
    /// Returns the requests that `mock` received so far.
    pub fn of(mock: &MockApi) -> Self {
        let mut requests = mock.requests();
        let all = requests.len();
        requests.retain(|request| request.method != "GET");
        let end = |it: &Request| it.responded.unwrap_or(it.at);
        let in_flight = |at: Instant| {
            let is_in_flight = |it: &&Request| it.at <= at && at < end(it);
            requests.iter().filter(is_in_flight).count()
        };
        let first = requests.iter().map(|it| it.at).min();
        let last = requests.iter().map(end).max();
        Self {
            reads: all - requests.len(),
            writes: requests.len(),
            writing: first
                .zip(last)
                .map(|(first, last)| last - first)
                .unwrap_or_default(),
            max_concurrent: requests
                .iter()
                .map(|it| in_flight(it.at))
                .max()
                .unwrap_or_default(),
        }
    }

    /// Returns the number of reads and writes.
    pub fn all(&self) -> usize {
        self.reads + self.writes
    }
}

impl Task<'_> {
    /// Runs it once on `core`.
    ///
    /// # Errors
    /// When the run fails, or leaves another number of objects than it should.
    pub fn measure(&self, core: &Core) -> Result<Sample> {
        let (step, name) = (self.step.name(), self.candidate.name);
        self.run(core)
            .with_context(|| format!("{step} of {} {name}", self.count))
    }

    fn run(&self, core: &Core) -> Result<Sample> {
        let mock = MockApi::start();
        let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
        let workspace = self.workspace(core, &mock)?;
        let configuration = self.candidate.configuration(&pool, &vps, self.count);
        workspace.write("main.tf", &configuration)?;
        if self.step.needs_objects() {
            let state = if self.candidate.provider.is_some() {
                mock.with_account(|account| account.add_routes(&pool, &vps, self.count));
                state::routes(core, &pool, &mock.routes())
            } else {
                state::built_in(core, self.count)
            };
            workspace.write("terraform.tfstate", &state.to_string())?;
        }
        mock.configure(|switches| switches.latency = self.latency);

        let before = (usage::children()?, usage::own()?);
        let run = workspace.start(self.step.arguments())?.finish(LIMIT)?;
        let after = (usage::children()?, usage::own()?);
        ensure!(!run.timed_out, "it took more than {LIMIT:?}");
        ensure!(
            run.code() == self.step.exit_code(),
            "it ended with {}:\n{}",
            run.code(),
            run.text()
        );
        self.check(&mock, &workspace)?;

        let provider = meter::read(&workspace)?;
        Ok(Sample {
            wall: run.took,
            provider,
            core: after.0.since(before.0).saturating_sub(provider.cpu),
            api: after.1.since(before.1),
            requests: Requests::of(&mock),
        })
    }

    fn workspace(&self, core: &Core, mock: &MockApi) -> Result<Workspace> {
        let mut workspace = match &self.candidate.provider {
            Some(Provider {
                program,
                is_metered: true,
                ..
            }) => meter::workspace(core.clone(), program)?,
            Some(Provider { program, .. }) => Workspace::new(core.clone(), program)?,
            // A workspace needs a provider's path. This configuration does not use it.
            None => Workspace::new(core.clone(), "none".as_ref())?,
        };
        let variable = self.candidate.provider.as_ref().and_then(|it| it.variable);
        if let Some(name) = variable {
            workspace.set(name, "1");
        }
        workspace.set("HOSTUP_API_BASE", mock.endpoint());
        workspace.set("HOSTUP_API_KEY", mock.api_key());
        Ok(workspace)
    }

    /// Checks that the account and the state have all objects, or none.
    fn check(&self, mock: &MockApi, workspace: &Workspace) -> Result<()> {
        let expected = match self.step {
            Step::Plan | Step::Apply => usize::from(self.count),
            Step::FirstPlan | Step::Destroy => 0,
        };
        let routes = mock.routes().len();
        let has_api = self
            .candidate
            .provider
            .as_ref()
            .is_some_and(|it| it.has_api);
        ensure!(
            !has_api || routes == expected,
            "the account has {routes} routes instead of {expected}"
        );
        let state = std::fs::read_to_string(workspace.path().join("terraform.tfstate"));
        let count = state.map_or(Ok(0), |text| {
            serde_json::from_str(&text).map(|it| state::count(&it))
        })?;
        ensure!(
            count == expected,
            "the state has {count} objects instead of {expected}"
        );
        Ok(())
    }
}

impl Sample {
    /// Returns the sample for a [`record`](crate::record).
    pub fn record(&self) -> Value {
        json!({
            "wall_seconds": self.wall.as_secs_f64(),
            "provider_cpu_seconds": self.provider.cpu.as_secs_f64(),
            "provider_peak_bytes": self.provider.peak,
            "core_cpu_seconds": self.core.as_secs_f64(),
            "api_cpu_seconds": self.api.as_secs_f64(),
            "requests": { "reads": self.requests.reads, "writes": self.requests.writes },
        })
    }
}
