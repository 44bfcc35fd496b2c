//! Starts the plugin: everything else is in the library.

use std::process::ExitCode;

use terraform_provider_hostup::{plugin, provider};

fn main() -> ExitCode {
    plugin::run(provider::plugin, provider::about())
}
