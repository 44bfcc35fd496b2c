//! What `#[derive(Schema)]` makes of structs.
//!
//! [`model`] is the runtime part: it stands in the crate that serves the plugin protocol, whose
//! place this test takes. Reading order: [`models`] and [`tables`] show the same schemas, derived
//! and written by hand; [`equal`] compares them; [`values`] and [`types`] test what else is
//! derived.

// The generated code names the crate that has the traits.
extern crate self as tf_provider_server;

pub mod model;
pub mod value;

mod equal;
mod models;
mod tables;
mod types;
mod values;
