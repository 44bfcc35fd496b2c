//! `hostup_vps`, `hostup_vps_instances` and `hostup_vps_network`: the account's servers, to look up.

mod data_source;
mod model;
mod network;

pub use data_source::{InstancesDataSource, VpsDataSource};
pub use model::{InstancesModel, VpsModel};
pub use network::{NetworkDataSource, NetworkModel};
