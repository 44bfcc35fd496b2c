//! Tests of the release files and of their checks, of the supply chain and of the workflows.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests panic too"
)]

mod commands;
mod fixture;
mod key;
mod packing;
mod signing;
mod supply_chain;
mod verifying;
mod workflows;
