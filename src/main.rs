//! Starts the plugin. Everything else is in the library.

use std::process::ExitCode;

use terraform_provider_hostup::provider;

fn main() -> ExitCode {
    tf_provider_server::run(provider::plugin, provider::about())
}
