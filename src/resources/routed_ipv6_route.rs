//! `hostup_routed_ipv6_route`: a prefix of a pool, routed to a virtual server.

mod account_checks;
mod checks;
mod list;
mod model;
mod moving;
mod plan;
mod resource;

pub use list::{RouteFilter, RouteList};
pub use model::RouteModel;
pub use resource::RouteResource;
