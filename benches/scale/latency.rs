//! What latency makes of an apply: against the ideal, which is latency × count ÷ parallelism;
//! beside the core's own objects, which shows what of the rest is the core's; and beside the client
//! alone, which shows what is ours.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use bench_support::numbers::{median_count, median_seconds, seconds};
use bench_support::options::Options;
use bench_support::table::Table;
use bench_support::task::{Contestant, Requests, Sample, Step, Task};
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
/// How many creates the core, and the provider, let run at a time.
const AT_A_TIME: u16 = 10;
const RUNS: usize = 5;

/// One latency, run by run.
struct Measured {
    latency: Duration,
    client: Vec<Requests>,
    provider: Vec<Sample>,
}

/// Measures, shows, and gives the record.
pub(crate) fn measure(core: &Core, ours: &Contestant, options: &Options) -> Result<Value> {
    let apply = |contestant, latency| Task {
        contestant,
        step: Step::Apply,
        count: COUNT,
        latency,
    };
    let mut floor = Vec::new();
    let mut all = LATENCIES.map(|latency| Measured {
        latency,
        client: Vec::new(),
        provider: Vec::new(),
    });
    for _ in 0..options.runs.unwrap_or(RUNS) {
        floor.push(apply(&Contestant::BUILT_IN, Duration::ZERO).measure(core)?);
        for one in &mut all {
            one.client.push(client_alone(COUNT, one.latency)?);
            one.provider.push(apply(ours, one.latency).measure(core)?);
        }
    }
    let floor = median_seconds(floor.iter().map(|it| it.wall));
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
        table.row(one.cells(floor));
    }
    crate::show(&table);
    Ok(json!({
        "count": COUNT,
        "at_a_time": AT_A_TIME,
        "built_in_wall_seconds": floor,
        "latencies": all.iter().map(Measured::record).collect::<Vec<_>>(),
    }))
}

impl Measured {
    fn ideal(&self) -> f64 {
        self.latency.as_secs_f64() * f64::from(COUNT) / f64::from(AT_A_TIME)
    }

    /// From the first POST to the last answer, through a core.
    fn writing(&self) -> f64 {
        median_seconds(self.provider.iter().map(|it| it.requests.writing))
    }

    fn apply(&self) -> f64 {
        median_seconds(self.provider.iter().map(|it| it.wall))
    }

    /// The same without a core.
    fn client(&self) -> f64 {
        median_seconds(self.client.iter().map(|it| it.writing))
    }

    fn cells(&self, floor: f64) -> Vec<String> {
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
            seconds(floor),
            median_count(self.provider.iter().map(|it| it.requests.at_once)).to_string(),
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

/// So many creates by the client, ten at a time, as many as it lets pass.
pub(crate) fn client_alone(count: u16, latency: Duration) -> Result<Requests> {
    let mock = MockApi::start();
    let (pool, vps) = (mock.add_pool(), mock.add_vps("web-01"));
    mock.configure(|switches| switches.latency = latency);
    let mut config = Config::new(Endpoint::parse(mock.endpoint())?, mock.api_key().into());
    config.max_concurrent_requests = usize::from(AT_A_TIME).try_into()?;
    let client = Client::new(config)?;
    let new = NewRoute {
        pool_id: pool,
        vps_id: vps,
        prefix_length: 64,
        prefix: None,
        label: None,
    };
    // As the provider does: one thread.
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(create(count, &client, &new))?;
    let made = mock.routes().len();
    ensure!(
        made == usize::from(count),
        "the account has {made} routes, not {count}"
    );
    Ok(Requests::of(&mock))
}

async fn create(count: u16, client: &Client, new: &NewRoute) -> Result<()> {
    let slots = Arc::new(Semaphore::new(AT_A_TIME.into()));
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
