//! The mock, seen over HTTP.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail where the test is wrong"
)]

mod http;
mod routed_ipv6;
