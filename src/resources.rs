//! One module for each noun of HostUp's API: its attributes (`model`), its lifecycle (`resource`),
//! its data source and its list resource.

pub mod private_network;
pub mod routed_ipv6;
pub mod routed_ipv6_pool;
pub mod routed_ipv6_route;
pub mod vps;
pub mod vps_payg_limits;
pub mod vps_private_interface;
