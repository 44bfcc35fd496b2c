//! The messages and services of the protocol, as Rust.
//!
//! Generated from `protocol/*.proto`, which is written from the protocol's table of fields; the
//! test `generated_code` compares, and renews with `UPDATE_GENERATED=1`. The client halves serve
//! the tests.

// Included, not declared as files: generated code has its own formatting.

/// Protocol 6.11 between the core and a provider.
#[allow(
    missing_docs,
    clippy::pedantic,
    clippy::use_self,
    clippy::str_to_string,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    unreachable_pub,
    reason = "generated"
)]
pub mod tfplugin6 {
    include!("protocol/generated/tfplugin6.rs");
}

/// What every plugin says to the program that started it.
#[allow(
    missing_docs,
    clippy::pedantic,
    clippy::use_self,
    clippy::str_to_string,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    unreachable_pub,
    reason = "generated"
)]
pub mod go_plugin {
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
