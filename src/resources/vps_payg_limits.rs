//! `hostup_vps_payg_limits`: limits and prices of servers that are billed by the hour.

mod data_source;
mod model;

pub use data_source::LimitsDataSource;
pub use model::LimitsModel;
