//! The plugin server against a core driven by hand: each test starts the server of `server/` as a
//! process, does the handshake and makes the calls a core would make.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test"
)]

mod calls;
mod client;
mod configurations;
mod data_sources_and_functions;
mod exact_numbers;
mod generated_code;
mod identities;
mod in_process;
mod lifecycle;
mod manual_start;
mod option_semantics;
mod panics_and_log;
mod protocol;
mod protocol_6_11;
mod refinements;
mod replacements;
mod robustness;
mod start_up;
mod stored_states;
mod time_limits;
mod tls_auth;
mod values;
