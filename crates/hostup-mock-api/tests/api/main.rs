//! The mock, seen over HTTP.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail where the test is wrong"
)]

mod access;
mod binary;
mod copy;
mod faults;
mod http;
mod not_found;
mod prefixes;
mod private_networks;
mod removal;
mod routed_ipv6;
mod shapes;
mod vps;
mod vps_network;
