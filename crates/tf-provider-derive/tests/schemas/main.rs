//! What `#[derive(Schema)]` makes of structs.
//!
//! [`model`] is the runtime part: it stands in the crate that serves the plugin protocol, whose place
//! this test takes. [`types`] tests types and options.

// The generated code names the crate that has the traits.
extern crate self as tf_provider_server;

pub mod model;
pub mod value;

mod types;
