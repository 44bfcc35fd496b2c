//! A client for HostUp's API, version 2. It knows nothing of Terraform, reads no environment and
//! prints nothing.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use hostup_client::{Client, Config, Endpoint, Operation};
//! use tokio_util::sync::CancellationToken;
//!
//! # async fn example(api_key: secrecy::SecretString) -> hostup_client::Result<()> {
//! let client = Client::new(Config::new(Endpoint::default(), api_key))?;
//! let operation = Operation::new(Duration::from_secs(60), CancellationToken::new());
//! for network in client.private_networks().list(&operation, None).await? {
//!     println!("{} {}", network.id, network.parent_cidr);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Reading order
//!
//! [`Client`] has one value for each part of the API: [`RoutedIpv6`], [`PrivateNetworks`], [`Vps`].
//! Each of their calls takes an [`Operation`], with a deadline and a stop. Re-exports aside, a file
//! uses only files below it, so there are no cycles:
//!
//! 1. `routed_ipv6`, `private_networks`, `vps`: the parts of the API.
//! 2. `jobs`, `pages`, `absence`, `recovery`, `poller`, `keyed_locks`: what they share. `recovery`
//!    finds out what a write did whose response was lost.
//! 3. `request`: one request with its repeats. `rate_limiter` decides when it may start, `retry`
//!    whether it is repeated, `backoff` how long to wait before.
//! 4. `exchange`: one attempt over the `connection`.
//! 5. `operation`, `error`, `problem_details`, `config`, `endpoint`, the `wire` types, and helpers.
//!
//! # Guarantees
//!
//! - The key goes to one host in one header, and never into logs, errors, `Debug` or a redirect.
//! - Every call ends in time, and every wait ends when the operation is stopped.
//! - A POST that may have arrived is never sent again. The client finds its object in the account:
//!   a route by its prefix, which the client names (`routed_ipv6/creates.rs`), a network by its
//!   name.
//! - One rule decides whether a route that has another id than the caller knows belongs to the
//!   caller (`routed_ipv6/claims.rs`).
//! - No other create of this process gets the prefix that a move leaves free for a moment.
//! - An object is absent only when the API says so: by its own 404, or a state document with
//!   `pools`.

mod absence;
mod backoff;
mod cidr;
mod config;
mod connection;
mod endpoint;
mod error;
mod exchange;
mod integer;
mod jobs;
mod keyed_locks;
mod operation;
mod pages;
mod poller;
mod private_networks;
mod problem_details;
mod rate_headers;
mod rate_limiter;
mod recovery;
mod redact;
mod request;
mod retry;
mod routed_ipv6;
mod vps;

use std::fmt;
use std::sync::Arc;

pub use cidr::lowest_free;
pub use config::Config;
pub use endpoint::{Endpoint, EndpointError};
pub use error::{Candidate, Error, ErrorKind, Result};
pub use jobs::{Job, JobStatus};
pub use operation::Operation;
pub use poller::Poller;
pub use private_networks::{
    AttachedVps, NetworkActions, NetworkStatus, NetworkSummary, NewPrivateNetwork, PrivateNetwork,
    PrivateNetworks, Subnet,
};
pub use problem_details::FieldError;
pub use routed_ipv6::{
    AccountActions, Capability, Destination, DestinationActions, FailedMove, Found, KnownRoute,
    ListedRoute, NewRoute, Pool, PoolActions, PrefixState, Released, Route, RouteActions,
    RouteInPool, RoutedIpv6, Snapshot, State,
};
pub use vps::{
    AddressSubnet, Billing, Interface, InterfaceAddress, NetworkChange, NewPrivateInterface,
    OperatingSystem, PaygLimits, PendingRequest, Resources, Vps, VpsBilling, VpsFilter,
    VpsInstance, VpsNetwork, VpsResources,
};

/// A client of the API. Clones share everything: connections, rate limiter, snapshot, claims.
#[derive(Clone)]
pub struct Client(Arc<Parts>);

struct Parts {
    transport: Arc<request::Transport>,
    routed_ipv6: routed_ipv6::Shared,
    private_networks: private_networks::Shared,
    vps: vps::Shared,
}

impl Client {
    /// Creates a client, which connects later.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Building`]: the key or the user agent cannot be a header, or the system's
    /// certificates cannot be loaded (not needed for an `http` endpoint).
    pub fn new(config: Config) -> Result<Self> {
        Ok(Self::with_transport(request::Transport::new(config)?))
    }

    fn with_transport(transport: request::Transport) -> Self {
        let transport = Arc::new(transport);
        Self(Arc::new(Parts {
            routed_ipv6: routed_ipv6::Shared::new(Arc::clone(&transport)),
            private_networks: private_networks::Shared::default(),
            vps: vps::Shared::default(),
            transport,
        }))
    }

    /// Creates a client that talks to `api` instead of the network.
    #[cfg(test)]
    fn with_fake(config: Config, api: Arc<dyn exchange::FakeApi>) -> Result<Self> {
        let mut transport = request::Transport::new(config)?;
        transport.http.fake = Some(api);
        Ok(Self::with_transport(transport))
    }

    /// Returns the calls about pools and routes.
    pub fn routed_ipv6(&self) -> RoutedIpv6<'_> {
        RoutedIpv6::new(&self.0.transport, &self.0.routed_ipv6)
    }

    /// Returns the calls about private networks.
    pub fn private_networks(&self) -> PrivateNetworks<'_> {
        PrivateNetworks::new(&self.0.transport, &self.0.private_networks)
    }

    /// Returns the calls about servers and the account's limits.
    pub fn vps(&self) -> Vps<'_> {
        Vps::new(&self.0.transport, &self.0.vps)
    }

    /// Returns the configuration.
    pub fn config(&self) -> &Config {
        self.0.transport.config()
    }
}

/// Clients are equal when they share everything.
impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", self.config())
            .finish_non_exhaustive()
    }
}
