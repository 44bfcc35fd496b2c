//! Tests of the plugin server with a client that plays the core: each test starts the provider in
//! `server/` as a process, does the handshake and makes the calls that a core makes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test"
)]

mod announced;
mod calls;
mod client;
mod configurations;
mod data_sources_and_functions;
mod exact_numbers;
mod first_provider;
mod generated_code;
mod identities;
mod in_process;
mod lifecycle;
mod manual_start;
mod option_semantics;
mod panics_and_log;
mod protocol;
mod protocol_6_11;
mod public_api;
mod refinements;
mod replacements;
mod robustness;
mod simple;
mod start_up;
mod stored_states;
mod time_limits;
mod tls_auth;
mod values;
