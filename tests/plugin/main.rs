//! The plugin server against a core driven by hand: each test starts the server of `server/` as a
//! process, does the handshake and makes the calls a core would make.

mod by_hand;
mod calls;
mod client;
mod generated_code;
mod gets_in;
mod life;
mod panics_and_log;
mod robustness;
mod traps;
mod values;
