//! `hostup_private_network`: a private IPv4 network between virtual servers.

mod checks;
mod data_source;
mod deletion;
mod find;
mod list;
mod model;
mod plan;
mod resource;
mod view;

pub use data_source::{NetworkDataSource, NetworksDataSource, NetworksModel};
pub use list::{NetworkFilter, NetworkList};
pub use model::NetworkModel;
pub use resource::PrivateNetworkResource;
pub use view::{NetworkView, SummaryView};
