//! `hostup_routed_ipv6`: the account's routed IPv6 as the API's one document shows it, to be looked
//! at.
//!
//! Pools and routes are managed by nouns of their own. What a data source shows of either is the
//! same wherever it is shown, and lives here: those two nouns may name this one, which names
//! neither.

mod account;
mod destination;
mod model;

pub use account::{AccountDataSource, AccountModel};
pub use destination::DestinationDataSource;
pub use model::{DestinationView, PoolView, RouteView};
