//! The fault matrix: every operation meets every fault, on every core found.
//!
//! A cell is one world. The fault is injected for the operation's own request, and one `apply`
//! meets it. Then the fault is removed, and a second `apply` follows. For every cell:
//!
//! - nothing panics, and every run ends; the first apply succeeds, or its error names the operation
//!   and the object, as the column says;
//! - the state has exactly the objects of the account, or the error names the others;
//! - a POST that may have been carried out is not repeated;
//! - the second apply succeeds, the plan after it is empty, and no object exists twice or is left.
//!
//! The matrix is the product of the resources (`FAULTS` in `resources.rs`), the verbs in
//! `operations.rs` and the faults in `kinds.rs`. A move deletes the old route and creates the new
//! one; its own request is the create. What a fault means where it is not obvious:
//!
//! - **502 html**, **delayed**: the change is made, and the response is a page or comes too late.
//! - **old state**: the response shows the account from before the change. A network stays
//!   `provisioning`, is read as `provisioning`, or is read as `active` after its delete.
//! - **404 after**: the first read after the change is a 404. A pool or route is read only when the
//!   response to its create does not show it, so that response shows an old state.
//! - **key revoked**: before the request; for a network between create or delete and the first
//!   read; in a move between delete and create.
//! - **late removal**: a deleted route shows for a second; the delete of a pool is accepted with a
//!   202; a network stays `deprovisioning`.
//! - **shows late**: the new object does not show for five seconds.
//! - **404 no body**: instead of the response. For a network the list decides whether it is gone.
//! - **job 403**: HostUp accepts the change, and its job cannot be read.
//! - **500 waiting**: the first read of an object that the provider waits for.
//! - **taken**: a route to a third server gets the prefix: before a create, a read or a delete; in
//!   a move between delete and create.

mod kinds;
mod matrix;
mod nouns;
mod operations;

pub(crate) use kinds::DELETED_LATE;
pub(crate) use matrix::{report, trials};
pub(crate) use nouns::Noun;
