//! Serves Terraform and OpenTofu providers that are written on tf-provider's traits.
//!
//! It replaces tf-provider's own `serve`, and implements plugin protocol 6.11. A program registers
//! its provider, resources, data sources and functions with [`Plugin`], and calls [`run`]:
//!
//! ```no_run
//! # use std::process::ExitCode;
//! use tf_provider_server::{About, ManagedResource, Plugin, run};
//! # fn example(provider: impl tf_provider::Provider, disk: impl ManagedResource) -> ExitCode {
//! run(
//!     || Plugin::new(provider).resource("example_disk", disk),
//!     About {
//!         name: "terraform-provider-example",
//!         version: env!("CARGO_PKG_VERSION"),
//!         provider_addresses: &["registry.terraform.io/example/example"],
//!     },
//! )
//! # }
//! ```
//!
//! `examples/first_provider.rs` is a complete provider with a resource and a function.
//!
//! # Coming from tf-provider's `serve`
//!
//! * **Start.** `serve(name, provider).await` becomes [`run`], or [`serve`] on your own runtime.
//!   [`Plugin::new`] serves everything that the provider returns from [`get_resources`],
//!   [`get_data_sources`] and [`get_functions`].
//! * **`read` without a result.** Call [`call::confirm_gone`] before returning `None` for an object
//!   that is gone.
//! * **`destroy`.** Return `Some(())`. `None` without an error means that the object still exists.
//! * **Numbers.** Use [`Int`](value::Int) and [`Float`](value::Float) in place of `i64` and `f64`,
//!   which do not accept every form in which a core sends numbers.
//! * **Sockets.** The server listens on a Unix socket, or on TCP with TLS, and accepts only the
//!   core that started it.
//! * **More than tf-provider's traits.** For a resource with an identity, with upgrades or with
//!   precise messages about its values, add `impl ManagedResource for MyResource {}` and register
//!   it with [`Plugin::resource`].
//! * **Upgrades.** Implement [`ManagedResource::upgrade_state`]. [`Resource::upgrade`] is never
//!   called, and no other crate can implement it, because the type of its state is private.
//!
//! [`get_resources`]: tf_provider::Provider::get_resources
//! [`get_data_sources`]: tf_provider::Provider::get_data_sources
//! [`get_functions`]: tf_provider::Provider::get_functions
//! [`Resource::upgrade`]: tf_provider::Resource::upgrade
//!
//! # Reading order
//!
//! 1. `run` (arguments), `serve` (start and end), `registry` (what a plugin serves)
//! 2. `handshake`, `transport`, `tls`: how the core connects
//! 3. `service`, `call`, `lifecycle`: how calls run, and when the server ends
//! 4. `provider`, `resource`, `data_source`, `function`, `list`: the adapters to the traits
//! 5. `announced`, `simple`: the adapters to a provider's own lists, and to shorter traits
//! 6. `value`, `schema`, `identity`, `diagnostics`: what is sent and received
//! 7. `model`: the traits behind `#[derive(Schema)]`
//!
//! # Invariants
//!
//! * Only the core that started the process can connect (`tls`, `transport`).
//! * `None` from a trait's method never means "gone" or "destroyed" (`resource`).
//! * A write that has begun is finished, even if the connection breaks (`call`, `lifecycle`).
//! * The log contains no values, states or keys (`log`). If the connection breaks during a create,
//!   the log names the identity of the new object (`resource`).
//! * Nothing is registered without effect: a name or path that does not exist is an error in the
//!   schema (`registry`).
//! * `public-api.txt` lists the public items. A test compares it with the sources.

mod announced;
pub mod call;
mod controller;
mod data_source;
mod diagnostics;
mod function;
mod handshake;
mod identity;
mod lifecycle;
mod list;
mod log;
pub mod model;
mod protocol;
mod provider;
mod registry;
mod resource;
mod run;
mod schema;
mod serve;
mod service;
pub mod simple;
mod tls;
mod transport;
pub mod value;

pub use identity::{Identity, IdentityAttribute, IdentitySchema, IdentityValue};
pub use list::{ListEnded, ListEvent, ListRequest, ListResource, ListSink};
pub use registry::Plugin;
pub use resource::ManagedResource;
pub use run::{About, Options, run, run_with, serve};
pub use transport::Transport;
