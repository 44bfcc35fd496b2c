//! The structs that derive their schemas.

pub(crate) mod limits;
pub(crate) mod network;
pub(crate) mod network_views;
pub(crate) mod pool;
pub(crate) mod provider;
pub(crate) mod route;
pub(crate) mod routed_views;
