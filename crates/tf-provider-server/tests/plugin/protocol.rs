//! The protocol as a core speaks it, from the generated files that the server includes too.

/// Protocol 6.11 between the core and a provider.
#[allow(
    dead_code,
    missing_docs,
    clippy::pedantic,
    clippy::use_self,
    clippy::str_to_string,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    unreachable_pub,
    reason = "generated"
)]
pub(crate) mod tfplugin6 {
    // Included and not declared as a file, because generated code has its own formatting.
    include!("../../src/protocol/generated/tfplugin6.rs");
}

/// The services that every plugin offers to the program that started it.
#[allow(
    dead_code,
    missing_docs,
    clippy::pedantic,
    clippy::use_self,
    clippy::str_to_string,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    unreachable_pub,
    reason = "generated"
)]
pub(crate) mod go_plugin {
    include!("../../src/protocol/generated/plugin.rs");
}
