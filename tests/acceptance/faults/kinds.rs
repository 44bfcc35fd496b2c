//! What the operations meet: each fault, as it is laid in the way of an operation.

use std::time::Duration;

use hostup_mock_api::Fault;
use serde_json::Value;

use super::operations::{Noun, Operation, Verb};
use crate::world::World;

/// How long the provider waits for one answer.
pub(super) const REQUEST_TIMEOUT: &str = "2s";
/// Beyond that.
const TOO_LATE: Duration = Duration::from_secs(5);

/// One column of the matrix.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    lay: fn(Operation, &World),
    fails: fn(Operation) -> bool,
}

/// Every column.
pub(super) const ALL: [Kind; 13] = [
    column("429 once", never, |op, world| {
        world.mock.inject(op.request().rate_limited(1));
    }),
    column("429 long", always, |op, world| {
        world.mock.inject(op.request().rate_limited(3600));
    }),
    column("500", all_but_a_delete, |op, world| {
        world.mock.inject(op.request().status(500));
    }),
    column("502 html", never, |op, world| {
        world.mock.inject(op.request().after_commit().html(502));
    }),
    column("cut before", a_create, |op, world| {
        world.mock.inject(op.request().cut_before());
    }),
    column("cut after", never, |op, world| {
        world.mock.inject(op.request().cut_after());
    }),
    column("delayed", never, |op, world| {
        world
            .mock
            .inject(op.request().after_commit().delay(TOO_LATE));
    }),
    column("empty body", a_read, |op, world| {
        world.mock.inject(op.request().empty_body());
    }),
    column("half JSON", a_read, |op, world| {
        let half = r#"{"pools":[{"id":"ripv6_"#;
        world
            .mock
            .inject(op.request().body(half, "application/json"));
    }),
    column("cut body", never, |op, world| {
        world.mock.inject(op.request().truncated());
    }),
    column("old state", never, old_state),
    column("404 after", a_read_of_the_state, not_found),
    column("key revoked", always, key_revoked),
];

const fn column(
    name: &'static str,
    fails: fn(Operation) -> bool,
    lay: fn(Operation, &World),
) -> Kind {
    Kind { name, lay, fails }
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

impl Kind {
    /// Lays the fault in the operation's way.
    pub(super) fn lay(self, operation: Operation, world: &World) {
        (self.lay)(operation, world);
    }

    /// Whether the apply that runs into it fails; the next one makes it good.
    pub(super) fn fails(self, operation: Operation) -> bool {
        (self.fails)(operation)
    }
}

fn old_state(op: Operation, world: &World) {
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

fn not_found(op: Operation, world: &World) {
    world.mock.inject(match (op.verb, op.noun) {
        (Verb::Read, _) => op.request().not_found(),
        (Verb::Delete, _) => op.request().after_commit().not_found(),
        (_, Noun::Network) => op.request().then(op.look().not_found()),
        // What was made is looked for only when the answer does not show it.
        (_, Noun::Pool | Noun::Route) => op.request().old_state().then(op.look().not_found()),
    });
}

fn key_revoked(op: Operation, world: &World) {
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
