//! The Terraform and OpenTofu provider for HostUp.
//!
//! # The map
//!
//! ```text
//! main.rs                     starts the plugin, and nothing else
//! layer 1  client/            HostUp's API; knows nothing of Terraform
//!          plugin/            the plugin protocol over tf-provider's traits; knows nothing of HostUp
//! layer 2  provider/          what every resource shares: configuration, the adapter, diagnostics, waiting
//! layer 3  routed_ipv6_pool/  routed_ipv6_route/  private_network/
//!                             one folder a noun: what it stores (model), how it lives (resource), how it
//!                             is looked up (data_source) and found (list)
//!          routed_ipv6/  vps_payg_limits/
//!                             nouns that are only looked at
//!          functions/         pure functions of networks
//! ```
//!
//! A layer uses those above it in this list and none below; nouns do not know each other,
//! except that pools and routes may name `routed_ipv6`, the document they are parts of.
//! Reading order: `routed_ipv6_pool::resource`, which is a whole life in Terraform on one page, then
//! `framework::resource`, through which it is called, then `client` and `plugin` as needed.
//!
//! # One route, from the core to HostUp
//!
//! ```text
//! apply              plugin::service            finds whom the call is for, and answers whatever happens
//!                    plugin::resource           decodes, and puts what exists into the answer
//!                    framework::resource          sets the time limit, gives errors their first line
//!                    routed_ipv6_route          what is to be done: create, or move and keep the prefix
//!                    client::routed_ipv6        asks HostUp, and finds the object when the answer is lost
//! ◄─ HTTP ──────►    client::request            one request: gate, send, read, sort, repeat
//! ```
//!
//! # What holds everywhere
//!
//! - Only a confirmed absence removes an object from the state; only a confirmed success reports one.
//! - A configured value comes back exactly as it was written; equality is by meaning (`provider::cidr`).
//! - What was made is in the state before anything waits.
//! - Nothing prints: stdout is the handshake, stderr is the log. Nothing panics on purpose: a panic would
//!   lose what was just made.
//! - The key is in one place, `client`, and in no log, error or state.
//!
//! `tests/tidy` checks what of this can be checked by machine. `CONTRIBUTING.md` has the loop, the tests and how
//! to add a resource; `docs/` is what users read.

pub mod framework;
pub mod functions;
pub mod provider;
pub mod resources;
