//! The plugin server against a client driven by hand.

mod generated_code;
