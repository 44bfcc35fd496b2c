//! The mock, seen over HTTP.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail where the test is wrong"
)]

mod access;
mod binary;
mod faults;
mod http;
mod not_found;
mod prefixes;
mod private_networks;
mod routed_ipv6;
mod shapes;
mod vps;
