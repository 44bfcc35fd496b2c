//! Runs the cells, several at a time, and prints the outcomes.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use cli_support::{Core, Finished, Report};
use hostup_mock_api::ALL_SCOPES;
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use super::kinds::{self, Kind, REQUEST_TIMEOUT};
use super::operations::{self, Operation, Seeds, Verb};
use crate::world::World;

/// How many cells of a row run at a time: they mostly wait.
const AT_A_TIME: usize = 3;

/// What no message may contain.
const FORBIDDEN: [&str; 7] = [
    "panicked",
    "stack backtrace",
    "Internal error",
    "Request cancelled",
    "Plugin did not respond",
    "inconsistent result",
    "This is a bug",
];

/// How the first apply of a cell that passed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passed {
    Success,
    ClearError,
}

#[derive(Debug)]
struct Cell {
    core: String,
    row: String,
    column: &'static str,
    outcome: Result<Passed, String>,
}

static CELLS: Mutex<Vec<Cell>> = Mutex::new(Vec::new());

/// One trial a row and core.
pub(crate) fn trials(cores: &[Core]) -> Vec<Trial> {
    let rows = operations::all().into_iter();
    rows.flat_map(|row| cores.iter().map(move |core| (row, core.clone())))
        .map(|(row, core)| {
            let name = row.name().replace(' ', "_");
            Trial::test(format!("faults::{name} [{core}]"), move || run(row, &core))
        })
        .collect()
}

fn run(row: Operation, core: &Core) -> Result<(), Failed> {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(String::new());
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(column) = kinds::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if !column.concerns(row) {
                        continue;
                    }
                    let outcome = guarded(core, row, *column);
                    if let Err(why) = &outcome {
                        let mut failures = lock(&failures);
                        let row = row.name();
                        let _ = writeln!(failures, "--- {row} × {}: {why}", column.name);
                    }
                    lock(&CELLS).push(Cell {
                        core: core.to_string(),
                        row: row.name(),
                        column: column.name,
                        outcome,
                    });
                }
            });
        }
    });
    let failures = failures
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.into())
    }
}

/// A cell whose world breaks has failed; the others go on.
fn guarded(core: &Core, row: Operation, column: Kind) -> Result<Passed, String> {
    thread::scope(|scope| {
        let cell = scope.spawn(|| cell(core, row, column));
        cell.join()
            .unwrap_or_else(|_| Err("the test itself broke; see its message above".to_owned()))
    })
}

fn cell(core: &Core, row: Operation, column: Kind) -> Result<Passed, String> {
    let mut world = World::new(core.clone());
    world.mock.configure(|switches| {
        (switches.provisioning_reads, switches.deprovisioning_reads) = (0, 0);
    });
    let seeds = row.seed(&mut world);
    begin(row, &seeds, &world);
    configure(&world, &row.after(&seeds));
    world.mock.clear_requests();
    column.inject(row, &world, &seeds);

    let (first, report) = apply(&world)?;
    let said: Vec<_> = report.errors().iter().map(ToString::to_string).collect();
    let said = said.join("\n");
    let passed = if first.code() == 0 {
        Passed::Success
    } else {
        is_clear(&report)?;
        Passed::ClearError
    };
    ensure((passed == Passed::ClearError) == column.fails(row), || {
        format!("the first apply ended otherwise than it should: {passed:?}\n{said}")
    })?;
    let (state, account) = (in_state(&world), in_account(&world, &seeds));
    let unclaimed: Vec<_> = account
        .difference(&state)
        .filter(|id| !said.contains(*id))
        .collect();
    ensure(unclaimed.is_empty(), || {
        format!("neither the state nor an error names {unclaimed:?}:\n{said}")
    })?;
    let gone: Vec<_> = state.difference(&account).collect();
    ensure(gone.is_empty() || passed == Passed::ClearError, || {
        format!("the state has {gone:?}, which are gone, and no error says so")
    })?;
    ensure(world.mock.faults_left() == 0, || {
        format!("the fault was not met; what was said:\n{said}")
    })?;
    posted_once(row, &world)?;

    world.mock.clear_faults();
    remove_theirs(&world, &seeds);
    let key = world.mock.api_key().to_owned();
    world.mock.add_key(&key, &ALL_SCOPES);
    if row.noun.posts_deletes {
        // HostUp may carry out such a request for two minutes, which the next apply waits for.
        world.a_minute_later();
    }
    let (second, report) = apply(&world)?;
    ensure(second.code() == 0, || {
        format!("the second apply fails:\n{report:?}\nthe first said:\n{said}")
    })?;
    if !report.planned.is_empty() {
        let plan = world
            .workspace
            .run(["plan", "-detailed-exitcode", "-no-color"])
            .map_err(|error| format!("{error:#}"))?;
        ensure(plan.code() == 0, || {
            format!(
                "the plan after the second apply is not empty:\n{}",
                plan.text()
            )
        })?;
    }
    let (state, account) = (in_state(&world), in_account(&world, &seeds));
    ensure(state == account, || {
        format!("in the end the state lists {state:?} and the account holds {account:?}\n{said}")
    })?;
    ensure(account.len() == row.left(), || {
        format!("in the end there are {account:?}; the first apply said:\n{said}")
    })?;
    if row.verb == Verb::Move {
        moved(row, &world, &seeds, &said)?;
    }
    Ok(passed)
}

/// Removes the routes of the other process.
fn remove_theirs(world: &World, seeds: &Seeds) {
    for route in world.mock.routes() {
        if seeds.third.as_deref() == route["vpsId"].as_str() {
            world
                .mock
                .remove_route(route["id"].as_str().unwrap_or_default());
        }
    }
}

/// Applies the configuration before the operation. Afterwards a prefix below the route's is free,
/// so HostUp does not give the route its prefix again by chance.
fn begin(row: Operation, seeds: &Seeds, world: &World) {
    let Some(before) = row.before(seeds) else {
        return;
    };
    let lower = seeds
        .pool
        .as_deref()
        .map(|pool| world.mock.add_route(pool, &seeds.spare, None, 64, None));
    configure(world, &before);
    world.apply_only();
    if let Some(lower) = lower {
        world.mock.remove_route(&lower);
    }
}

fn configure(world: &World, resources: &str) {
    world.configure(&format!(
        "provider \"hostup\" {{\n  request_timeout = \"{REQUEST_TIMEOUT}\"\n}}\n{resources}"
    ));
}

fn apply(world: &World) -> Result<(Finished, Report), String> {
    let run = world
        .workspace
        .run(["apply", "-json", "-auto-approve"])
        .map_err(|error| format!("{error:#}"))?;
    ensure(!run.timed_out, || {
        format!("the run did not end:\n{}", run.text())
    })?;
    ensure(run.code() == 0 || run.code() == 1, || {
        format!("it ended with {}:\n{}", run.code(), run.text())
    })?;
    for forbidden in FORBIDDEN {
        ensure(!run.text().contains(forbidden), || {
            format!("a user must never read {forbidden:?}:\n{}", run.text())
        })?;
    }
    let report = Report::read(&run.stdout);
    Ok((run, report))
}

/// Checks that every error names the operation, the object and the reason.
fn is_clear(report: &Report) -> Result<(), String> {
    ensure(!report.errors().is_empty(), || {
        "it failed without an error".to_owned()
    })?;
    for error in report.errors() {
        // An object that is not in the configuration has no address, so the summary must name it.
        let named = !error.address.is_empty() || error.summary.contains('`');
        let clear = error.summary.starts_with("Could not ")
            && error.summary.contains("hostup_")
            && error.detail.len() > 20
            && named;
        ensure(clear, || format!("this error is not clear:\n{error}"))?;
    }
    Ok(())
}

/// Checks that no POST was sent twice that may have been carried out. A move sends one more when it
/// restores the old route.
fn posted_once(row: Operation, world: &World) -> Result<(), String> {
    if row.noun.posts_deletes && row.verb == Verb::Delete {
        // A delete is repeated while its object is still there.
        return Ok(());
    }
    let most = match row.verb {
        // An object that a read finds gone is created again.
        Verb::Create | Verb::Read => 1,
        Verb::Move => 2,
        Verb::Delete => 0,
    };
    let requests = world.mock.requests();
    let posts: Vec<_> = requests
        .iter()
        .filter(|request| request.method == "POST")
        .filter(|request| !matches!(request.status, Some(404 | 409 | 429)))
        .map(|request| &request.body)
        .collect();
    let distinct = posts
        .iter()
        .all(|one| posts.iter().filter(|it| it == &one).count() == 1);
    ensure(posts.len() <= most && distinct, || {
        format!("these were sent: {posts:?}")
    })
}

/// Checks that the route leads to the other server, with its prefix unless an error named that.
fn moved(row: Operation, world: &World, seeds: &Seeds, said: &str) -> Result<(), String> {
    for route in row.objects(world) {
        ensure(route["vpsId"] == seeds.spare.as_str(), || {
            format!("the route was not moved: {route}")
        })?;
        let prefix = route["prefix"].as_str().unwrap_or_default();
        let kept = prefix.ends_with(":1::/64");
        ensure(kept || said.contains("is not routed now"), || {
            format!("the route has lost its prefix, it is {prefix} now; what was said:\n{said}")
        })?;
    }
    Ok(())
}

/// The ids in the state file.
fn in_state(world: &World) -> BTreeSet<String> {
    let text = fs::read_to_string(world.workspace.path().join("terraform.tfstate"));
    let state: Value = serde_json::from_str(&text.unwrap_or_default()).unwrap_or(Value::Null);
    let resources = state["resources"].as_array().cloned().unwrap_or_default();
    let instances = resources
        .iter()
        .filter_map(|resource| resource["instances"].as_array())
        .flatten();
    instances
        .filter_map(|instance| instance["attributes"]["id"].as_str().map(str::to_owned))
        .collect()
}

/// The ids in the account, without foreign objects and those that are being deleted.
fn in_account(world: &World, seeds: &Seeds) -> BTreeSet<String> {
    [
        world.mock.pools(),
        world.mock.routes(),
        world.mock.networks(),
    ]
    .concat()
    .iter()
    .filter(|object| object["status"] != "deprovisioning" && object["status"] != "retired")
    .filter(|object| seeds.third.is_none() || seeds.third.as_deref() != object["vpsId"].as_str())
    .filter_map(|object| object["id"].as_str().map(str::to_owned))
    .filter(|id| seeds.pool.as_ref() != Some(id) && seeds.network.as_ref() != Some(id))
    .chain(world.private_interfaces())
    .collect()
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the matrix as far as it was run; none when no cell was.
pub(crate) fn report() -> Option<String> {
    let cells = lock(&CELLS);
    if cells.is_empty() {
        return None;
    }
    let mut text = String::new();
    let cores: BTreeSet<_> = cells.iter().map(|cell| cell.core.as_str()).collect();
    for core in &cores {
        let outcomes: HashMap<_, _> = cells
            .iter()
            .filter(|cell| cell.core == **core)
            .map(|cell| ((cell.row.as_str(), cell.column), &cell.outcome))
            .collect();
        let _ = writeln!(text, "faults on {core}");
        let _ = write!(text, "{:<24}", "");
        for column in kinds::ALL {
            let _ = write!(text, " {:<12}", column.name);
        }
        for row in operations::all() {
            let name = row.name();
            let _ = write!(text, "\n{name:<24}");
            for column in kinds::ALL {
                let sign = match outcomes.get(&(name.as_str(), column.name)) {
                    None if !column.concerns(row) => "-",
                    None => "",
                    Some(Ok(Passed::Success)) => "ok",
                    Some(Ok(Passed::ClearError)) => "error",
                    Some(Err(_)) => "FAILED",
                };
                let _ = write!(text, " {sign:<12}");
            }
        }
        text.push('\n');
    }
    let passed = cells.iter().filter(|cell| cell.outcome.is_ok()).count();
    let _ = writeln!(
        text,
        "faults: {passed}/{} cells passed (ok: the apply succeeded; error: it failed with a clear \
         error, and the next one succeeded; -: the operation cannot meet the fault)",
        cells.len()
    );
    Some(text)
}
