//! The Terraform and OpenTofu provider for HostUp.
//!
//! # The map
//!
//! ```text
//! main.rs             starts the plugin
//! provider.rs         the provider block, and the list of everything that is served
//! resources/<noun>/   one folder for each noun: its attributes (model), its lifecycle (resource),
//!                     its data source and its list resource
//! functions/          pure functions on networks
//! framework/          what all resources share: adapters to tf-provider's traits, diagnostics,
//!                     time-outs, waiting
//!
//! crates/
//!   hostup-client       HostUp's API, without Terraform
//!   tf-provider-server  the plugin protocol over tf-provider's traits, without HostUp
//!   tf-provider-derive  `#[derive(Schema)]`: a model's fields are its schema
//!   hostup-mock-api     a stateful mock of the API, for tests and for trying things out
//! ```
//!
//! `provider` knows every resource, and `framework` knows none. Resources do not know each other,
//! but pools and routes may name `routed_ipv6`, the document that contains both.
//!
//! Read `resources::routed_ipv6_pool::resource` first, the shortest whole resource. Then read
//! `framework::resource`, the trait that it implements, and its adapter; then `hostup-client` and
//! `tf-provider-server` as needed.
//!
//! # One route, from Terraform to HostUp
//!
//! ```text
//! apply        tf_provider_server::service      finds the resource, and always responds
//!              tf_provider_server::resource     decodes the call, encodes the result
//!              framework::resource::adapter     sets the time-out, adds summaries to errors
//!              resources::routed_ipv6_route     decides: create, or move and keep the prefix
//!              hostup_client::routed_ipv6       creates the route, finds it after a lost response
//! ◄─ HTTP ──►  hostup_client::request           rate limit, send, read, classify, retry
//! ```
//!
//! # Rules for all code
//!
//! - Only a confirmed absence removes an object from the state. Only a confirmed success reports
//!   one.
//! - A configured value is stored exactly as it was written. Values are compared by meaning
//!   (`framework::cidr`).
//! - A new object is in the state before anything waits.
//! - Nothing prints: stdout is for the handshake, stderr for the log. Nothing panics on purpose: a
//!   panic would lose the object that was just created.
//! - Only `hostup-client` has the API key. It is in no log, error or state.
//!
//! `tests/tidy` checks the rules that a machine can check. `CONTRIBUTING.md` describes how to
//! build, test and add a resource. `docs/` is for users.

pub mod framework;
pub mod functions;
pub mod provider;
pub mod resources;
