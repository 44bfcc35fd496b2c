//! Measures how latency affects an apply. The ideal is latency × count ÷ parallelism. The core's
//! own objects show how much of the rest is the core's, the client alone shows how much is ours.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use bench_support::numbers::{median_count, median_seconds, seconds};
use bench_support::options::Options;
use bench_support::table::Table;
use bench_support::task::{Candidate, Requests, Sample, Step, Task};
use cli_support::Core;
use hostup_client::{Client, Config, Endpoint, NewRoute, Operation};
use hostup_mock_api::MockApi;
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

const LATENCIES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(20),
    Duration::from_millis(50),
    Duration::from_millis(100),
];
const COUNT: u16 = 300;
/// The number of concurrent creates in the core and in the provider.
const PARALLELISM: u16 = 10;
const RUNS: usize = 5;

/// The samples for one latency, in the order of the runs.
struct Measured {
    latency: Duration,
    client: Vec<Requests>,
    provider: Vec<Sample>,
}

/// Measures, prints a table and returns the record.
pub(crate) fn measure(core: &Core, ours: &Candidate, options: &Options) -> Result<Value> {
    let apply = |candidate, latency| Task {
        candidate,
        step: Step::Apply,
        count: COUNT,
        latency,
    };
    let mut baseline = Vec::new();
    let mut all = LATENCIES.map(|latency| Measured {
        latency,
        client: Vec::new(),
        provider: Vec::new(),
    });
    for _ in 0..options.runs.unwrap_or(RUNS) {
        baseline.push(apply(&Candidate::BUILT_IN, Duration::ZERO).measure(core)?);
        for one in &mut all {
            one.client.push(client_alone(COUNT, one.latency)?);
            one.provider.push(apply(ours, one.latency).measure(core)?);
        }
    }
    let baseline = median_seconds(baseline.iter().map(|it| it.wall));
    let mut table = Table::new(&[
        &format!("apply of {COUNT}"),
        "ideal",
        "client alone",
        "of ideal",
        "writing",
        "of ideal",
        "apply",
        "built-in",
        "most at once",
    ]);
    for one in &all {
        table.row(one.cells(baseline));
    }
    println!("{table}");
    Ok(json!({
        "count": COUNT,
        "parallelism": PARALLELISM,
        "built_in_wall_seconds": baseline,
        "latencies": all.iter().map(Measured::record).collect::<Vec<_>>(),
    }))
}

impl Measured {
    fn ideal(&self) -> f64 {
        self.latency.as_secs_f64() * f64::from(COUNT) / f64::from(PARALLELISM)
    }

    /// Returns the time from the first POST to the last response in an apply.
    fn writing(&self) -> f64 {
        median_seconds(self.provider.iter().map(|it| it.requests.writing))
    }

    fn apply(&self) -> f64 {
        median_seconds(self.provider.iter().map(|it| it.wall))
    }

    /// Returns the same time for the client without a core.
    fn client(&self) -> f64 {
        median_seconds(self.client.iter().map(|it| it.writing))
    }

    fn cells(&self, baseline: f64) -> Vec<String> {
        let share = |of: f64| match self.latency {
            Duration::ZERO => String::new(),
            _ => format!("{:.0} %", self.ideal() / of * 100.0),
        };
        vec![
            format!("at {} ms", self.latency.as_millis()),
            seconds(self.ideal()),
            seconds(self.client()),
            share(self.client()),
            seconds(self.writing()),
            share(self.writing()),
            seconds(self.apply()),
            seconds(baseline),
            median_count(self.provider.iter().map(|it| it.requests.max_concurrent)).to_string(),
        ]
    }

    fn record(&self) -> Value {
        let client = self.client.iter().map(|it| it.writing.as_secs_f64());
        let writing = self
            .provider
            .iter()
            .map(|it| it.requests.writing.as_secs_f64());
        json!({
            "latency_seconds": self.latency.as_secs_f64(),
            "ideal_seconds": self.ideal(),
            "client_seconds": self.client(),
            "writing_seconds": self.writing(),
            "apply_wall_seconds": self.apply(),
            "samples": {
                "client_seconds": client.collect::<Vec<_>>(),
                "writing_seconds": writing.collect::<Vec<_>>(),
                "apply": self.provider.iter().map(Sample::record).collect::<Vec<_>>(),
            },
        })
    }
}

/// Creates `count` routes with the client alone, in as many concurrent tasks as it allows requests.
pub(crate) fn client_alone(count: u16, latency: Duration) -> Result<Requests> {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|switches| switches.latency = latency);
    let config = Config::new(Endpoint::parse(mock.endpoint())?, mock.api_key().into());
    let client = Client::new(config)?;
    let new = NewRoute {
        pool_id: pool,
        vps_id: vps,
        prefix_length: 64,
        prefix: None,
        label: None,
    };
    // The provider has one thread, too.
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(create(count, &client, &new))?;
    let created = mock.routes().len();
    ensure!(
        created == usize::from(count),
        "the account has {created} routes instead of {count}"
    );
    Ok(Requests::of(&mock))
}

async fn create(count: u16, client: &Client, new: &NewRoute) -> Result<()> {
    let slots = Arc::new(Semaphore::new(PARALLELISM.into()));
    let creates: Vec<_> = (0..count)
        .map(|_| {
            let (client, new, slots) = (client.clone(), new.clone(), Arc::clone(&slots));
            tokio::spawn(async move {
                let _slot = slots.acquire().await?;
                let operation = Operation::new(Duration::from_mins(5), CancellationToken::new());
                anyhow::Ok(
                    client
                        .routed_ipv6()
                        .create_route(&operation, &new)
                        .await
                        .map(drop)?,
                )
            })
        })
        .collect();
    for create in creates {
        create.await??;
    }
    Ok(())
}
