//! `hostup_routed_ipv6`: the API's document about the account's routed IPv6, as data sources.
//!
//! Pools and routes have modules of their own. What data sources show of them is here, because
//! several show the same. Those modules may use this one, which uses neither.

mod account;
mod destination;
mod model;

pub use account::{AccountDataSource, AccountModel};
pub use destination::{DestinationDataSource, server_lines};
pub use model::{DestinationView, PoolView, RouteView};
