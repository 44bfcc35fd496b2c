//! Releases as they are made and checked, and the promises about how: supply chain and workflows.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a check that can't be made fails by panicking, in helpers too"
)]

mod commands;
mod fixture;
mod key;
mod packing;
mod sealing;
mod supply_chain;
mod verifying;
mod workflows;
