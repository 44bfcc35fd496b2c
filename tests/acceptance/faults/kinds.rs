//! The faults, and how each is injected for an operation.

use std::time::Duration;

use hostup_mock_api::{Account, Fault, Removal};
use serde_json::Value;

use super::operations::{Operation, Seeds, Verb};
use crate::world::World;

/// How long the provider waits for one response.
pub(super) const REQUEST_TIMEOUT: &str = "2s";
/// Longer than that.
const TOO_LATE: Duration = Duration::from_secs(5);
/// How long a deleted route still shows.
pub(crate) const DELETED_LATE: Duration = Duration::from_secs(1);
/// How long a new object does not show.
const SHOWS_LATE: Duration = Duration::from_secs(5);

/// One column of the matrix.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    inject: fn(Operation, &World, &Seeds),
    fails: fn(Operation) -> bool,
    concerns: fn(Operation) -> bool,
}

/// Every column.
pub(super) const ALL: [Kind; 19] = [
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
    column("404 after", a_read_of_the_document, not_found),
    column("key revoked", always, key_revoked),
    column("late removal", never, |op, world, _| {
        world.mock.configure(op.noun.delete_slowly);
    })
    .concerning(a_delete),
    column("shows late", never, |_, world, _| {
        world.mock.configure(|one| one.appears_after = SHOWS_LATE);
    })
    .concerning(a_create),
    column("404 no body", not_settled_elsewhere, bare_not_found),
    column("500 waiting", never, failed_read),
    column("job 403", never, |_, world, _| {
        let job = Fault::on("GET", "/api/jobs/");
        world
            .mock
            .inject(job.problem(403, "forbidden", "The caller lacks a required scope."));
    })
    .concerning(a_change_with_a_job),
    column("taken", a_move, take_the_prefix).concerning(of_a_route),
];

const fn column(
    name: &'static str,
    fails: fn(Operation) -> bool,
    inject: fn(Operation, &World, &Seeds),
) -> Kind {
    Kind {
        name,
        inject,
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

/// A create that was not made cannot be told from one whose response was lost, so it is not
/// repeated.
fn a_create(op: Operation) -> bool {
    matches!(op.verb, Verb::Create | Verb::Move)
}

/// A read with an unusable response is an error.
fn a_read(op: Operation) -> bool {
    op.verb == Verb::Read
}

/// An object is gone when the document lacks it, not when the document cannot be read.
fn a_read_of_the_document(op: Operation) -> bool {
    op.verb == Verb::Read && op.noun.in_document
}

fn all_but_a_delete(op: Operation) -> bool {
    op.verb != Verb::Delete
}

/// The list tells whether a network is gone, and the document whether a delete was made. Nothing
/// tells about a POST or the document itself.
fn not_settled_elsewhere(op: Operation) -> bool {
    a_create(op) || a_read_of_the_document(op)
}

/// A move deletes, too.
fn a_delete(op: Operation) -> bool {
    matches!(op.verb, Verb::Move | Verb::Delete)
}

/// The prefix in the state is that of another route.
fn a_move(op: Operation) -> bool {
    op.verb == Verb::Move
}

fn a_change_with_a_job(op: Operation) -> bool {
    op.noun.posts_deletes && op.verb != Verb::Read
}

fn of_a_route(op: Operation) -> bool {
    op.noun.is_route
}

impl Kind {
    /// Restricts the column to these operations.
    const fn concerning(mut self, concerns: fn(Operation) -> bool) -> Self {
        self.concerns = concerns;
        self
    }

    /// Whether the operation can meet the fault.
    pub(super) fn concerns(self, operation: Operation) -> bool {
        (self.concerns)(operation)
    }

    /// Injects the fault for the operation.
    pub(super) fn inject(self, operation: Operation, world: &World, seeds: &Seeds) {
        (self.inject)(operation, world, seeds);
    }

    /// Whether the apply that meets the fault fails. The next apply succeeds.
    pub(super) fn fails(self, operation: Operation) -> bool {
        (self.fails)(operation)
    }
}

fn old_state(op: Operation, world: &World, _: &Seeds) {
    match op.verb {
        _ if op.noun.in_document => world.mock.inject(op.request().old_state()),
        Verb::Read => world.mock.inject(shown(op, world, "provisioning")),
        Verb::Delete => {
            let stale = shown(op, world, "active");
            world.mock.inject(op.request().then(stale));
        }
        Verb::Create if op.noun.posts_deletes => world.mock.configure(op.noun.delete_slowly),
        Verb::Create | Verb::Move => world.mock.configure(|switches| {
            switches.provisioning_reads = 2;
            switches.unknown_reads = 1;
        }),
    }
}

/// Makes a read show the object as it is, in this status.
fn shown(op: Operation, world: &World, status: &str) -> Fault {
    let mut object = op.objects(world).pop().unwrap_or(Value::Null);
    object["status"] = status.into();
    op.read()
        .status(200)
        .body(object.to_string(), "application/json")
}

fn not_found(op: Operation, world: &World, _: &Seeds) {
    world.mock.inject(match op.verb {
        Verb::Read => op.request().not_found(),
        Verb::Delete => op.request().after_commit().not_found(),
        // A new part of the document is read only when the response does not show it.
        _ if op.noun.in_document => op.request().old_state().then(op.read().not_found()),
        _ => op.request().then(op.read().not_found()),
    });
}

fn key_revoked(op: Operation, world: &World, _: &Seeds) {
    let key = world.mock.api_key().to_owned();
    let revoke = move |account: &mut Account| account.revoke_key(&key);
    world.mock.inject(match op.verb {
        Verb::Move => op.delete().run_after(revoke),
        Verb::Create | Verb::Delete if !op.noun.in_document => op.request().run_after(revoke),
        _ => op.request().run(revoke),
    });
}

fn bare_not_found(op: Operation, world: &World, _: &Seeds) {
    world.mock.inject(op.request().status(404).empty_body());
}

/// The provider waits for the object, and a read of it fails.
fn failed_read(op: Operation, world: &World, _: &Seeds) {
    let failed = op.read().status(500);
    world.mock.inject(match (op.verb, op.noun.in_document) {
        (Verb::Create | Verb::Read, true) => op.request().old_state().then(failed),
        (Verb::Read, false) => op.request().not_found().then(failed),
        (Verb::Move, _) => {
            world
                .mock
                .configure(|one| one.removal = Removal::After(DELETED_LATE));
            op.delete().then(failed)
        }
        (Verb::Create | Verb::Delete, false) => op.request().then(failed),
        // The response is lost, and the next DELETE finds nothing.
        (Verb::Delete, true) => op.request().cut_after().then(failed),
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
            world.mock.inject(op.delete().run_after(take));
        }
        Verb::Read | Verb::Delete => {
            let id = ours.map(|route| route["id"].as_str().unwrap_or_default().to_owned());
            world.mock.remove_route(&id.unwrap_or_default());
            world.mock.with_account(|account| take(account));
        }
    }
}
