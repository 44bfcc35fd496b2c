//! What all resources share: access to the API, diagnostics, waiting, and the adapters to
//! tf-provider's traits.
//!
//! A type implements [`Resource`](resource::Resource), [`DataSource`](data_source::DataSource),
//! [`ListResource`](list_resource::ListResource) or [`Function`](function::Function). Their
//! adapters implement tf-provider's traits of the same names.

pub mod api;
pub mod attributes;
pub mod capability;
pub mod cidr;
pub mod data_source;
pub mod diagnostics;
pub mod function;
pub mod guide;
pub mod identity;
pub mod list_resource;
pub mod private_state;
pub mod resource;
pub mod run_memory;
#[cfg(test)]
pub(crate) mod test_cidrs;
pub mod timeouts;
pub mod wait;
