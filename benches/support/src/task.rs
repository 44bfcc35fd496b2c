//! One measurement: an account, a working directory, one run of a core in it, and what that took.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use cli_support::{Core, Workspace};
use hostup_mock_api::{MockApi, Request};
use serde_json::{Value, json};

use crate::usage::{self, Used};
use crate::{meter, state};

/// Nothing that is measured takes longer, unless it hangs.
const LIMIT: Duration = Duration::from_mins(15);

/// Who is measured.
#[derive(Clone, Debug)]
pub struct Contestant {
    /// What it is called in tables and records.
    pub name: &'static str,
    /// Its provider. Without one it is the core's own `terraform_data`: no provider, no API.
    /// Nobody can be faster.
    pub provider: Option<Provider>,
}

/// A provider that serves `hostup_routed_ipv6_route`.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The program.
    pub program: PathBuf,
    /// A variable of the environment that is set for it.
    pub variable: Option<&'static str>,
    /// Whether to find out what its processes take, which costs time.
    pub is_metered: bool,
}

/// What the core is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A plan with nothing there.
    FirstPlan,
    /// A plan with all there, and nothing to change.
    Plan,
    /// An apply with nothing there.
    Apply,
    /// A destroy with all there.
    Destroy,
}

/// What is measured.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// Who does it.
    pub contestant: &'a Contestant,
    /// What.
    pub step: Step,
    /// With how many objects.
    pub count: u16,
    /// How long the API takes for each request.
    pub latency: Duration,
}

/// What one run took.
#[derive(Debug)]
pub struct Sample {
    /// From start to end of the core.
    pub wall: Duration,
    /// Of all processes of the provider.
    pub provider: Used,
    /// Processor time of the core alone.
    pub core: Duration,
    /// Processor time of the mock.
    pub api: Duration,
    /// What the API was asked.
    pub requests: Requests,
}

/// What the API was asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Requests {
    /// GETs.
    pub reads: usize,
    /// Everything else.
    pub writes: usize,
    /// From the first write's arrival to the last one's answer.
    pub writing: Duration,
    /// The most writes at a time.
    pub at_once: usize,
}

impl Contestant {
    /// The core's own objects.
    pub const BUILT_IN: Self = Self {
        name: "terraform_data",
        provider: None,
    };

    /// A provider that is metered.
    pub fn metered(name: &'static str, program: &Path) -> Self {
        Self {
            name,
            provider: Some(Provider {
                program: program.to_owned(),
                variable: None,
                is_metered: true,
            }),
        }
    }

    /// What is configured, `count` times.
    fn configuration(&self, pool: &str, vps: &str, count: u16) -> String {
        if self.provider.is_none() {
            return format!(
                "resource \"terraform_data\" \"many\" {{\n  count = {count}\n  input = count.index\n}}\n"
            );
        }
        format!(
            r#"
            terraform {{
              required_providers {{
                hostup = {{ source = "hostup/hostup" }}
              }}
            }}
            provider "hostup" {{
              max_concurrent_requests = 10
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
    /// All, in the order of a life.
    pub const ALL: [Self; 4] = [Self::FirstPlan, Self::Plan, Self::Apply, Self::Destroy];

    /// What it is called in options, tables and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstPlan => "first-plan",
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Destroy => "destroy",
        }
    }

    fn begins_with_all_there(self) -> bool {
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

    /// What the core ends with: 2 says that there is something to change.
    fn exit_code(self) -> i32 {
        match self {
            Self::FirstPlan => 2,
            _ => 0,
        }
    }
}

impl Requests {
    /// What `mock` was asked so far.
    pub fn of(mock: &MockApi) -> Self {
        let mut requests = mock.requests();
        let all = requests.len();
        requests.retain(|request| request.method != "GET");
        let answered = |it: &Request| it.responded.unwrap_or(it.at);
        let in_flight = |at: Instant| {
            let under_way = |it: &&Request| it.at <= at && at < answered(it);
            requests.iter().filter(under_way).count()
        };
        let first = requests.iter().map(|it| it.at).min();
        let last = requests.iter().map(answered).max();
        Self {
            reads: all - requests.len(),
            writes: requests.len(),
            writing: first
                .zip(last)
                .map(|(first, last)| last - first)
                .unwrap_or_default(),
            at_once: requests
                .iter()
                .map(|it| in_flight(it.at))
                .max()
                .unwrap_or_default(),
        }
    }

    /// Reads and writes.
    pub fn all(&self) -> usize {
        self.reads + self.writes
    }
}

impl Task<'_> {
    /// Does it once on `core`, in a world of its own.
    ///
    /// # Errors
    /// When it can't be done, or does not lead to what it should.
    pub fn measure(&self, core: &Core) -> Result<Sample> {
        let (step, name) = (self.step.name(), self.contestant.name);
        self.run(core)
            .with_context(|| format!("{step} of {} {name}", self.count))
    }

    fn run(&self, core: &Core) -> Result<Sample> {
        let mock = MockApi::start();
        let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
        let workspace = self.workspace(core, &mock)?;
        let configuration = self.contestant.configuration(&pool, &vps, self.count);
        workspace.write("main.tf", &configuration)?;
        if self.step.begins_with_all_there() {
            let state = if self.contestant.provider.is_some() {
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
        ensure!(!run.timed_out, "it took longer than {LIMIT:?}");
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
        let mut workspace = match &self.contestant.provider {
            Some(Provider {
                program,
                is_metered: true,
                ..
            }) => meter::workspace(core.clone(), program)?,
            Some(Provider { program, .. }) => Workspace::new(core.clone(), program)?,
            // A directory has some provider; here nothing asks for it.
            None => Workspace::new(core.clone(), "none".as_ref())?,
        };
        let variable = self.contestant.provider.as_ref().and_then(|it| it.variable);
        if let Some(name) = variable {
            workspace.set(name, "1");
        }
        workspace.set("HOSTUP_API_BASE", mock.endpoint());
        workspace.set("HOSTUP_API_KEY", mock.api_key());
        Ok(workspace)
    }

    /// Everything is there, or nothing is.
    fn check(&self, mock: &MockApi, workspace: &Workspace) -> Result<()> {
        let expected = match self.step {
            Step::Plan | Step::Apply => usize::from(self.count),
            Step::FirstPlan | Step::Destroy => 0,
        };
        let routes = mock.routes().len();
        ensure!(
            self.contestant.provider.is_none() || routes == expected,
            "the account has {routes} routes, not {expected}"
        );
        let state = std::fs::read_to_string(workspace.path().join("terraform.tfstate"));
        let kept = state.map_or(Ok(0), |text| {
            serde_json::from_str(&text).map(|it| state::count(&it))
        })?;
        ensure!(
            kept == expected,
            "the state has {kept} objects, not {expected}"
        );
        Ok(())
    }
}

impl Sample {
    /// For [`record`](crate::record).
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
