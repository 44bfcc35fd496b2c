//! The provider for the tests of the plugin server, which start it as a process. When `cargo test`
//! runs it as if it were a test, it does nothing.

#![expect(clippy::panic, clippy::unwrap_used, reason = "it fails on demand")]

mod item;
mod others;
mod plain;

use std::process::ExitCode;
use std::time::Duration;

use tf_provider_server::{About, Options, Plugin, run_with, serve};

/// Set for every process the tests start.
const STARTED_BY_A_TEST: &str = "PLUGIN_SERVER_FOR_TESTS";

fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the switches of the tests")]
    std::env::var(name).ok()
}

fn main() -> ExitCode {
    if variable(STARTED_BY_A_TEST).is_none() {
        return ExitCode::SUCCESS;
    }
    let mut options = Options::default();
    for (name, limit) in [
        ("PLUGIN_SERVER_IDLE_MILLIS", &mut options.idle_limit),
        ("PLUGIN_SERVER_GRACE_MILLIS", &mut options.write_grace),
        (
            "PLUGIN_SERVER_TLS_MILLIS",
            &mut options.tls_handshake_timeout,
        ),
    ] {
        if let Some(millis) = variable(name) {
            *limit = Duration::from_millis(millis.parse().unwrap());
        }
    }
    if variable("PLUGIN_SERVER_WITHOUT_HOOKS").is_some() {
        options.panic_hook = false;
        options.subscriber = false;
    }
    let about = About {
        name: "terraform-provider-test",
        version: "1.2.3",
        provider_addresses: &[
            "registry.terraform.io/test/test",
            "registry.opentofu.org/test/test",
        ],
    };
    if variable("PLUGIN_SERVER_OWN_RUNTIME").is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        return match runtime.block_on(serve(plugin(), about, options)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    run_with(plugin, about, options)
}

fn plugin() -> Plugin {
    assert!(
        variable("PLUGIN_SERVER_PANICS_AT_START").is_none(),
        "no provider today"
    );
    let plugin = Plugin::new(others::TestProvider)
        .resource("test_item", item::Item)
        .resource("test_plain", plain::Plain)
        .data_source("test_lookup", others::Lookup)
        .function("shout", others::Shout)
        .list_resource("test_item", others::ItemList)
        .deprecated("test_item", "note", "Use `name`.")
        .computed_block("test_item", "parts");
    if variable("PLUGIN_SERVER_BROKEN_SCHEMA").is_some() {
        return plugin.data_source("test_broken", others::Broken);
    }
    plugin
}
