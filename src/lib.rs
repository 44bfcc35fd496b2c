//! The Terraform and OpenTofu provider for HostUp.
//!
//! # The map
//!
//! ```text
//! main.rs             starts the plugin
//! provider.rs         the provider block, and the one list of everything that is served
//! resources/<noun>/   one folder a noun: what it stores (model), how it is managed (resource),
//!                     looked up (data_source) and listed (list)
//! functions/          pure functions of networks
//! framework/          what every resource shares: adapters to tf-provider's traits, diagnostics,
//!                     time limits, waiting
//!
//! crates/
//!   hostup-client       HostUp's API; knows nothing of Terraform
//!   tf-provider-server  the plugin protocol over tf-provider's traits; knows nothing of HostUp
//!   tf-provider-derive  `#[derive(Schema)]`: a model's fields are its schema
//!   hostup-mock-api     a stateful mock of the API, for tests and for trying things out
//! ```
//!
//! `provider` knows every resource, and `framework` knows none. Resources do not know each other,
//! except that pools and routes may name `routed_ipv6`, the document that both are parts of.
//!
//! Reading order: `resources::routed_ipv6_pool::resource`, which is a whole life in Terraform on
//! one page; `framework::resource`, the trait that it implements, and its adapter; then
//! `hostup-client` and `tf-provider-server` as needed.
//!
//! # One route, from Terraform to HostUp
//!
//! ```text
//! apply            tf_provider_server::service         finds the resource, and always responds
//!                  tf_provider_server::resource        decodes the call, encodes what exists now
//!                  framework::resource::adapter        sets the time limit, titles the errors
//!                  resources::routed_ipv6_route        decides: create, or move and keep the prefix
//!                  hostup_client::routed_ipv6          creates the route, finds it if the response is lost
//! ◄─ HTTP ──────►  hostup_client::request              rate limit, send, read, sort, retry
//! ```
//!
//! # What holds everywhere
//!
//! - Only a confirmed absence removes an object from the state. Only a confirmed success reports
//!   one.
//! - A configured value is stored exactly as it was written. Equality is by meaning
//!   (`framework::cidr`).
//! - A created object is in the state before anything waits.
//! - Nothing prints: stdout is the handshake, stderr is the log. Nothing panics on purpose: a panic
//!   would lose the object that was just created.
//! - The API key is in `hostup-client` only, and in no log, error or state.
//!
//! `tests/tidy` checks what of this can be checked by machine. `CONTRIBUTING.md` describes the
//! loop, the tests and how to add a resource. `docs/` is what users read.

pub mod framework;
pub mod functions;
pub mod provider;
pub mod resources;
