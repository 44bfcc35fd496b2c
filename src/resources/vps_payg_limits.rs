//! `hostup_vps_payg_limits`: what the account may use by the hour, and what that costs.

mod data_source;
mod model;

pub use data_source::LimitsDataSource;
pub use model::LimitsModel;
