//! `hostup_routed_ipv6_pool`: the account's routed /48.

mod data_source;
mod list;
mod model;
mod resource;

pub use data_source::PoolDataSource;
pub use list::{PoolFilter, PoolList};
pub use model::PoolModel;
pub use resource::PoolResource;
