//! The Terraform and OpenTofu provider for HostUp.

pub mod plugin;
