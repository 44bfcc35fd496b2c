//! A plugin server for providers written on tf-provider's traits: protocol 6.11, in place of that
//! crate's own `serve`.
//!
//! It knows nothing of any particular provider. A program registers what it has with [`Plugin`] and
//! leaves the rest to [`run`]:
//!
//! ```no_run
//! # use std::process::ExitCode;
//! use tf_provider_server::{About, Plugin, run};
//! # fn example(provider: impl tf_provider::Provider) -> ExitCode {
//! run(
//!     || Plugin::new(provider),
//!     About {
//!         name: "terraform-provider-example",
//!         version: env!("CARGO_PKG_VERSION"),
//!         provider_addresses: &["registry.terraform.io/example/example"],
//!     },
//! )
//! # }
//! ```
//!
//! # Coming from tf-provider's `serve`
//!
//! | there | here |
//! | --- | --- |
//! | `serve(name, provider).await` | [`run`], or [`serve`] on a runtime of your own |
//! | `Provider::get_resources` and the like | [`Plugin::resource`], [`Plugin::data_source`], [`Plugin::function`]; what is listed there only is an error |
//! | `impl Resource` | the same, and `impl ManagedResource for MyResource {}` |
//! | `read` returns `None`: the object is gone | call [`call::confirm_gone`] before |
//! | `destroy` returns `None` without an error: destroyed | return `Some(())` |
//! | `Resource::upgrade`, whose types are private | [`ManagedResource::upgrade_state`] |
//! | `Value<i64>`, `Value<f64>` | `Value<`[`Int`](value::Int)`>`, `Value<`[`Float`](value::Float)`>` |
//! | TCP, for any user of the machine | a Unix socket or TCP, for the core alone |
//!
//! # Reading order
//!
//! `run` (arguments), `serve` (start and end) → `handshake`, `transport`, `tls` (who gets in) →
//! `service` (which call goes where) → `call` and `lifecycle` (how calls run, and how the server
//! ends) → `resource`, `data_source`, `function`, `list`, `provider` (the adapters) → `value`,
//! `schema`, `identity`, `diagnostics` (what goes over the wire). `model` derives a schema from the
//! struct that holds its values.
//!
//! # What holds
//!
//! * Nobody but the core that started the process gets in (`tls`, `transport`).
//! * No `None` of a trait's method is taken for "gone" or "destroyed" (`resource`).
//! * A change that has begun is finished and answered, whatever happens around it (`call`,
//!   `lifecycle`).
//! * No value, state or key is in any line of the log (`log`). An object that was created after the
//!   connection broke is named there by its identity (`resource`).

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
mod tls;
mod transport;
pub mod value;

pub use identity::{Identity, IdentityAttribute, IdentitySchema, IdentityValue};
pub use list::{ListEnded, ListEvent, ListRequest, ListResource, ListSink};
pub use registry::Plugin;
pub use resource::ManagedResource;
pub use run::{About, Options, run, run_with, serve};
pub use transport::Transport;
