//! One module a noun of HostUp's API: what it stores (`model`), how it is managed (`resource`),
//! looked up (`data_source`) and listed (`list`).

pub mod private_network;
pub mod routed_ipv6;
pub mod routed_ipv6_pool;
pub mod routed_ipv6_route;
pub mod vps;
pub mod vps_payg_limits;
pub mod vps_private_interface;
