//! Runs a plan: the resources of two processes are created, moved, read and deleted at the same
//! time. At the end the account is checked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use ipnet::Ipv6Net;
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::{Client, Config, Endpoint};

use super::super::{Found, KnownRoute, NewRoute, Operation, PrefixState, Route};
use super::account::{Account, Api, Creator, POOL, prefix};

/// One case.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) resources: Vec<Resource>,
    pub(super) foreign: Vec<Foreign>,
    pub(super) faults: Vec<u8>,
    /// How far reads lag behind, in milliseconds.
    pub(super) lag: u64,
}

/// What happens to one resource.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    process: usize,
    server: u8,
    named: Option<u32>,
    /// Whether its label names its process.
    labelled: bool,
    begins: u64,
    acts: Vec<Act>,
}

#[derive(Debug, Clone)]
enum Act {
    Move(u8),
    Read,
    Delete,
}

/// A route that the user creates in the dashboard.
#[derive(Debug, Clone)]
pub(super) struct Foreign {
    at: u64,
    place: Option<u32>,
}

pub(super) fn any_resource() -> impl Strategy<Value = Resource> {
    let act = prop_oneof![
        2 => (0..3_u8).prop_map(Act::Move),
        1 => Just(Act::Read),
        1 => Just(Act::Delete),
    ];
    (
        0..2_usize,
        0..2_u8,
        prop_oneof![4 => Just(None), 1 => (0..6_u32).prop_map(Some)],
        any::<bool>(),
        0..3_000_u64,
        prop::collection::vec(act, 0..3),
    )
        .prop_map(
            |(process, server, named, labelled, begins, acts)| Resource {
                process,
                server,
                named,
                labelled,
                begins,
                acts,
            },
        )
}

pub(super) fn any_foreign() -> impl Strategy<Value = Foreign> {
    let place = prop_oneof![1 => Just(None), 2 => (0..8_u32).prop_map(Some)];
    (0..6_000_u64, place).prop_map(|(at, place)| Foreign { at, place })
}

/// The state of a resource, and what its errors said.
#[derive(Debug, Default)]
struct Outcome {
    state: Option<KnownRoute>,
    unrouted: bool,
    said: String,
}

fn server(nth: u8) -> String {
    format!("vps_{nth}")
}

fn operation() -> Operation {
    Operation::new(Duration::from_mins(10), CancellationToken::new())
}

fn known(route: &Route) -> KnownRoute {
    KnownRoute {
        id: route.id.clone(),
        pool_id: POOL.to_owned(),
        prefix: route.prefix.parse::<Ipv6Net>().expect("a prefix"),
        vps_id: Some(route.vps_id.clone()),
        label: route.label.clone(),
    }
}

pub(super) fn play(plan: &Plan) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(run(plan))
}

async fn run(plan: &Plan) -> Result<(), TestCaseError> {
    // The model shows the past.
    tokio::time::advance(Duration::from_mins(1)).await;
    let account = Arc::new(Mutex::new(Account::new(plan.faults.clone(), plan.lag)));
    let api = |process| Api {
        account: Arc::clone(&account),
        process,
    };
    let client = |process| {
        let endpoint = Endpoint::parse("http://127.0.0.1:1").expect("an endpoint");
        Client::with_fake(
            Config::new(endpoint, "key".to_owned().into()),
            Arc::new(api(process)),
        )
        .expect("a client")
    };
    let clients = [client(0), client(1)];
    let runs: Vec<_> = plan
        .resources
        .iter()
        .map(|it| tokio::spawn(run_resource(clients[it.process].clone(), it.clone())))
        .collect();
    for it in plan.foreign.clone() {
        let api = api(9);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(it.at)).await;
            // An equal route at the place of a resource would be adopted, as one that the user
            // created anew.
            api.lock().create(it.place, "vps_user", None, Creator::User);
        });
    }
    let mut outcomes = Vec::new();
    for run in runs {
        outcomes.push(run.await.expect("no panic"));
    }
    // By then the late changes have happened.
    tokio::time::sleep(Duration::from_mins(1)).await;
    check(plan, &api(9), &outcomes)
}

fn check(plan: &Plan, api: &Api, outcomes: &[Outcome]) -> Result<(), TestCaseError> {
    let account = api.lock();
    // One wrong owner leads to others.
    if account.is_undecidable {
        return Ok(());
    }
    prop_assert!(
        account.wrongly_removed.is_empty(),
        "{:?}",
        account.wrongly_removed
    );
    let mut states: HashMap<&str, usize> = HashMap::new();
    for outcome in outcomes {
        if let Some(state) = outcome.state.as_ref().filter(|_| !outcome.unrouted) {
            *states.entry(&state.id).or_default() += 1;
        }
    }
    for route in &account.routes {
        let times = states.get(route.id.as_str()).copied().unwrap_or_default();
        prop_assert!(times <= 1, "{route:?} is in {times} states: {outcomes:#?}");
        let Creator::Process(creator) = route.creator else {
            prop_assert!(times == 0, "{route:?} was adopted: {outcomes:#?}");
            continue;
        };
        let text = prefix(route.place);
        let its = plan.resources.iter().zip(outcomes);
        let mut its = its.filter(|(resource, _)| resource.process == creator);
        let known = its.any(|(_, outcome)| {
            let state = outcome.state.as_ref();
            outcome.said.contains(&text)
                || outcome
                    .said
                    .contains(&format!("a route to `{}`", route.server))
                || outcome.said.contains(&route.id)
                || state.is_some_and(|it| it.id == route.id || it.prefix.to_string() == text)
        });
        prop_assert!(
            known,
            "{route:?} is in no state and no error names it: {outcomes:#?}"
        );
    }
    Ok(())
}

/// Creates a resource and runs its acts one after the other.
async fn run_resource(client: Client, resource: Resource) -> Outcome {
    let mut outcome = Outcome::default();
    tokio::time::sleep(Duration::from_millis(resource.begins)).await;
    let routes = client.routed_ipv6();
    let new = NewRoute {
        pool_id: POOL.to_owned(),
        vps_id: server(resource.server),
        prefix_length: 64,
        prefix: resource.named.map(prefix),
        label: resource
            .labelled
            .then(|| format!("process {}", resource.process)),
    };
    match routes.create_route(&operation(), &new).await {
        Ok(route) => outcome.state = Some(known(&route)),
        Err(error) => {
            outcome.said = said(&error);
            return outcome;
        }
    }
    for act in resource.acts {
        // The next run handles an unrouted prefix.
        let Some(state) = outcome.state.clone().filter(|_| !outcome.unrouted) else {
            break;
        };
        let written = Some(SystemTime::now());
        match act {
            Act::Move(to) => {
                let new = NewRoute {
                    vps_id: server(to),
                    prefix: Some(state.prefix.to_string()),
                    ..new.clone()
                };
                match routes.move_route(&operation(), &state, &new, written).await {
                    Ok(route) => (outcome.state, outcome.unrouted) = (Some(known(&route)), false),
                    Err(failed) => {
                        outcome.said += &said(&failed.error);
                        match failed.prefix {
                            PrefixState::Unchanged => {}
                            PrefixState::Routed(route) => {
                                (outcome.state, outcome.unrouted) = (Some(known(&route)), false);
                            }
                            PrefixState::Unknown | PrefixState::Unrouted(_) => {
                                outcome.unrouted = true;
                            }
                            PrefixState::Foreign(_) => {
                                outcome.unrouted = true;
                                outcome.state = Some(KnownRoute {
                                    vps_id: None,
                                    ..state
                                });
                            }
                        }
                    }
                }
            }
            Act::Read => {
                let Ok(account) = routes.state_with(&operation(), &state, written).await else {
                    continue;
                };
                match routes.find(&account, &state) {
                    Found::Ours(found) => outcome.state = Some(known(found.route)),
                    Found::Nothing | Found::Foreign(_) => outcome.state = None,
                    Found::Held(_) => {}
                }
            }
            Act::Delete => match routes.delete_route(&operation(), &state, written).await {
                Ok(_) => outcome.state = None,
                Err(error) => outcome.said += &said(&error),
            },
        }
    }
    outcome
}

fn said(error: &crate::Error) -> String {
    let routes: Vec<_> = error.in_the_way().iter().map(ToString::to_string).collect();
    format!("{error:?} {:?} {routes:?}", error.candidates())
}
