//! `hostup_private_network`: a private IPv4 network between virtual servers.

mod checks;
mod model;
mod resource;

pub use model::NetworkModel;
pub use resource::PrivateNetworkResource;
