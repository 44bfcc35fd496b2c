//! What the operations meet: each fault, as it is laid in the way of an operation.

use std::time::Duration;

use hostup_mock_api::{Account, DeleteResponse, Fault, Removal};
use serde_json::Value;

use super::operations::{Noun, Operation, Seeds, Verb};
use crate::world::World;

/// How long the provider waits for one answer.
pub(super) const REQUEST_TIMEOUT: &str = "2s";
/// Beyond that.
const TOO_LATE: Duration = Duration::from_secs(5);
/// How long a removed route stays listed.
const REMOVED_LATE: Duration = Duration::from_secs(1);
/// How long a new object does not show.
const SHOWS_LATE: Duration = Duration::from_secs(5);

/// One column of the matrix.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    lay: fn(Operation, &World, &Seeds),
    fails: fn(Operation) -> bool,
    concerns: fn(Operation) -> bool,
}

/// Every column.
pub(super) const ALL: [Kind; 18] = [
    column("429 once", never, |op, world, _| {
        world.mock.inject(op.request().rate_limited(1));
    }),
    column("429 long", always, |op, world, _| {
        world.mock.inject(op.request().rate_limited(3600));
    }),
    column("500", all_but_a_delete, |op, world, _| {
        world.mock.inject(op.request().status(500));
    }),
    column("502 html", never, |op, world, _| {
        world.mock.inject(op.request().after_commit().html(502));
    }),
    column("cut before", a_create, |op, world, _| {
        world.mock.inject(op.request().cut_before());
    }),
    column("cut after", never, |op, world, _| {
        world.mock.inject(op.request().cut_after());
    }),
    column("delayed", never, |op, world, _| {
        world
            .mock
            .inject(op.request().after_commit().delay(TOO_LATE));
    }),
    column("empty body", a_read, |op, world, _| {
        world.mock.inject(op.request().empty_body());
    }),
    column("half JSON", a_read, |op, world, _| {
        let half = r#"{"pools":[{"id":"ripv6_"#;
        world
            .mock
            .inject(op.request().body(half, "application/json"));
    }),
    column("cut body", never, |op, world, _| {
        world.mock.inject(op.request().truncated());
    }),
    column("old state", never, old_state),
    column("404 after", a_read_of_the_state, not_found),
    column("key revoked", always, key_revoked),
    column("late removal", never, late_removal).concerning(a_removal),
    column("shows late", never, |_, world, _| {
        world.mock.configure(|one| one.appears_after = SHOWS_LATE);
    })
    .concerning(a_create),
    column("404 no body", not_settled_elsewhere, bare_not_found),
    column("500 waiting", never, failed_look),
    column("taken", a_move, take_the_prefix).concerning(of_a_route),
];

const fn column(
    name: &'static str,
    fails: fn(Operation) -> bool,
    lay: fn(Operation, &World, &Seeds),
) -> Kind {
    Kind {
        name,
        lay,
        fails,
        concerns: always,
    }
}

fn never(_: Operation) -> bool {
    false
}

fn always(_: Operation) -> bool {
    true
}

/// What was not done can't be told from what was lost, and is not done again on a guess.
fn a_create(op: Operation) -> bool {
    matches!(op.verb, Verb::Create | Verb::Move)
}

/// A read whose answer says nothing concludes nothing.
fn a_read(op: Operation) -> bool {
    op.verb == Verb::Read
}

/// A document that can't be had is not one that lacks the object.
fn a_read_of_the_state(op: Operation) -> bool {
    op.verb == Verb::Read && op.noun != Noun::Network
}

fn all_but_a_delete(op: Operation) -> bool {
    op.verb != Verb::Delete
}

/// The list tells whether a network is gone, and the state whether a removal was made. Nothing
/// tells more about a POST or the state itself.
fn not_settled_elsewhere(op: Operation) -> bool {
    a_create(op) || a_read_of_the_state(op)
}

/// What removes something: a move, too.
fn a_removal(op: Operation) -> bool {
    matches!(op.verb, Verb::Move | Verb::Delete)
}

/// The state keeps the prefix that another route has now.
fn a_move(op: Operation) -> bool {
    op.verb == Verb::Move
}

fn of_a_route(op: Operation) -> bool {
    op.noun == Noun::Route
}

impl Kind {
    /// The column, for these operations only.
    const fn concerning(mut self, concerns: fn(Operation) -> bool) -> Self {
        self.concerns = concerns;
        self
    }

    /// Whether the operation can meet it at all.
    pub(super) fn concerns(self, operation: Operation) -> bool {
        (self.concerns)(operation)
    }

    /// Lays the fault in the operation's way.
    pub(super) fn lay(self, operation: Operation, world: &World, seeds: &Seeds) {
        (self.lay)(operation, world, seeds);
    }

    /// Whether the apply that runs into it fails; the next one makes it good.
    pub(super) fn fails(self, operation: Operation) -> bool {
        (self.fails)(operation)
    }
}

fn old_state(op: Operation, world: &World, _: &Seeds) {
    match (op.verb, op.noun) {
        (_, Noun::Pool | Noun::Route) => world.mock.inject(op.request().old_state()),
        (Verb::Read, Noun::Network) => {
            world.mock.inject(shown(op.look(), world, "provisioning"));
        }
        (Verb::Delete, Noun::Network) => {
            let stale = shown(op.look(), world, "active");
            world.mock.inject(op.request().then(stale));
        }
        (_, Noun::Network) => world.mock.configure(|switches| {
            switches.provisioning_reads = 2;
            switches.unknown_reads = 1;
        }),
    }
}

/// Answers a look at the network with what it was before, in this status.
fn shown(look: Fault, world: &World, status: &str) -> Fault {
    let mut network = world.mock.networks().pop().unwrap_or(Value::Null);
    network["status"] = status.into();
    look.status(200)
        .body(network.to_string(), "application/json")
}

fn not_found(op: Operation, world: &World, _: &Seeds) {
    world.mock.inject(match (op.verb, op.noun) {
        (Verb::Read, _) => op.request().not_found(),
        (Verb::Delete, _) => op.request().after_commit().not_found(),
        (_, Noun::Network) => op.request().then(op.look().not_found()),
        // What was made is looked for only when the answer does not show it.
        (_, Noun::Pool | Noun::Route) => op.request().old_state().then(op.look().not_found()),
    });
}

fn key_revoked(op: Operation, world: &World, _: &Seeds) {
    let key = world.mock.api_key().to_owned();
    let removal = || Fault::on("DELETE", "/api/v2/routed-ipv6");
    world.mock.inject(match (op.verb, op.noun) {
        (Verb::Move, _) => removal().run_after(move |account| account.revoke_key(&key)),
        (Verb::Create | Verb::Delete, Noun::Network) => op
            .request()
            .run_after(move |account| account.revoke_key(&key)),
        _ => op.request().run(move |account| account.revoke_key(&key)),
    });
}

fn late_removal(op: Operation, world: &World, _: &Seeds) {
    world.mock.configure(|one| match op.noun {
        Noun::Pool => one.delete_response = DeleteResponse::accepted(),
        Noun::Route => one.removal = Removal::After(REMOVED_LATE),
        Noun::Network => one.deprovisioning_reads = 2,
    });
}

fn bare_not_found(op: Operation, world: &World, _: &Seeds) {
    world.mock.inject(op.request().status(404).empty_body());
}

/// Something is waited for, and a look at it fails.
fn failed_look(op: Operation, world: &World, _: &Seeds) {
    let failed = op.look().status(500);
    world.mock.inject(match (op.verb, op.noun) {
        (Verb::Create | Verb::Read, Noun::Pool | Noun::Route) => {
            op.request().old_state().then(failed)
        }
        (Verb::Read, Noun::Network) => op.request().not_found().then(failed),
        (Verb::Move, _) => {
            world
                .mock
                .configure(|one| one.removal = Removal::After(REMOVED_LATE));
            Fault::on("DELETE", "/api/v2/routed-ipv6").then(failed)
        }
        (Verb::Create | Verb::Delete, Noun::Network) => op.request().then(failed),
        // The response is lost, and the next DELETE finds nothing.
        (Verb::Delete, Noun::Pool | Noun::Route) => op.request().cut_after().then(failed),
    });
}

/// A route to a third server gets the prefix: before the POST of a create, between the DELETE and
/// the POST of a move, and before a read or a destroy.
fn take_the_prefix(op: Operation, world: &World, seeds: &Seeds) {
    let (pool, third) = (
        seeds.pool.clone().unwrap_or_default(),
        seeds.third.clone().unwrap_or_default(),
    );
    let ours = world.mock.routes().pop();
    let prefix = ours
        .as_ref()
        .and_then(|route| route["prefix"].as_str().map(str::to_owned));
    let take = move |account: &mut Account| {
        account.add_route(&pool, &third, prefix.as_deref(), 64, None);
    };
    match op.verb {
        Verb::Create => world.mock.inject(op.request().run(take)),
        Verb::Move => {
            let removal = Fault::on("DELETE", "/api/v2/routed-ipv6");
            world.mock.inject(removal.run_after(take));
        }
        Verb::Read | Verb::Delete => {
            let id = ours.map(|route| route["id"].as_str().unwrap_or_default().to_owned());
            world.mock.remove_route(&id.unwrap_or_default());
            world.mock.with_account(|account| take(account));
        }
    }
}
