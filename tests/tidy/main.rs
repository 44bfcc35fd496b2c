//! The invariants of the house, as tests: what a review would otherwise have to remember.

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
mod schemas;
mod source;

use source::Source;
