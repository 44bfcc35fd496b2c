//! `hostup_routed_ipv6_pool`: the account's routed /48.

mod model;
mod resource;

pub use model::PoolModel;
pub use resource::PoolResource;
