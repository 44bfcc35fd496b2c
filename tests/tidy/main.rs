//! The invariants of the code and the repository, as tests.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a check that can't be made fails by panicking, in helpers too"
)]

mod coverage;
mod files;
mod layers;
mod packages;
mod release;
#[path = "../docs/schema.rs"]
mod schema;
mod schemas;
mod served;
mod source;

use source::Source;
