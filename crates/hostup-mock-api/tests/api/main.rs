//! Tests of the mock over HTTP.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests panic when a test fails"
)]

mod access;
mod binary;
mod copy;
mod faults;
mod http;
mod jobs;
mod not_found;
mod prefixes;
mod private_networks;
mod removal;
mod routed_ipv6;
mod shapes;
mod vps;
mod vps_network;
mod world;
