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
#[path = "../../crates/tf-provider-server/tests/plugin/protocol.rs"]
mod protocol;
mod release;
mod schemas;
mod served;
mod source;

use source::Source;
