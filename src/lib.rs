//! The Terraform and OpenTofu provider for HostUp.

pub mod client;
pub mod plugin;
