//! The messages and services of the protocol, as Rust.
//!
//! Generated from `protocol/*.proto` with the test `generated_code`, which also checks that the
//! files are up to date. The protocol's definition is written from its published table of fields.
//! The client halves are for the tests, which include the same files: the protocol is not part of
//! the crate's public interface.

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
pub(super) mod tfplugin6 {
    // Included and not declared as a file, because generated code has its own formatting.
    include!("protocol/generated/tfplugin6.rs");
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
pub(super) mod go_plugin {
    include!("protocol/generated/plugin.rs");
}

pub(super) use tfplugin6::{
    AttributePath, ClientCapabilities, Diagnostic, DynamicValue, FunctionError, RawState,
    ResourceIdentityData, ResourceIdentitySchema, ServerCapabilities,
};
pub(super) use tfplugin6::{
    apply_resource_change as apply, call_function, configure_provider, get_functions, get_metadata,
    get_provider_schema, get_resource_identity_schemas, import_resource_state as import,
    list_resource, move_resource_state as move_state, plan_resource_change as plan,
    read_data_source, read_resource as read, stop_provider, upgrade_resource_identity,
    upgrade_resource_state, validate_data_resource_config, validate_list_resource_config,
    validate_provider_config, validate_resource_config,
};
