//! The HostUp API, version 2. Knows nothing of Terraform, reads no environment, prints nothing.
//!
//! Reading order: [`Client`] hands out one value for each part of the API ([`RoutedIpv6`],
//! [`PrivateNetworks`], [`Vps`]). Each of their calls takes an [`Operation`]: how long the whole may take and
//! what stops it. Below them `request.rs` does one request; `rate_limiter.rs` decides when it may
//! start, `retry.rs` whether it is repeated; `error.rs` sorts what went wrong.
//!
//! What is true here:
//!
//! - The key goes to one host, in one header, and nowhere else: not into logs, errors, `Debug` or a
//!   redirect.
//! - No call hangs, and nothing that waits ignores the operation's stop.
//! - A POST that may have arrived is never sent again. Its object is looked for in the account: a
//!   route by its prefix, which the client names (`routed_ipv6/creates.rs`), a network by its name.
//! - A route that is met under another id than the caller knows is the caller's by one rule
//!   (`routed_ipv6/holders.rs`).
//! - The prefix that a move leaves free for a moment goes to no other create of this process.
//! - Absence is only what the API itself says: its own 404, or a state document with `pools`.

mod absence;
mod cidr;
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
mod rate_limiter;
mod redact;
mod request;
mod retry;
mod routed_ipv6;
mod vps;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

pub use cidr::lowest_free;
pub use endpoint::{Endpoint, EndpointError};
pub use error::{Candidate, Error, ErrorKind, FieldError, Result};
pub use jobs::{Job, JobStatus};
pub use operation::Operation;
pub use poller::Poller;
pub use private_networks::{
    AttachedVps, NetworkActions, NetworkStatus, NetworkSummary, NewPrivateNetwork, PrivateNetwork,
    PrivateNetworks, Subnet,
};
pub use routed_ipv6::{
    AccountActions, Capability, Destination, DestinationActions, FailedMove, Found, KnownRoute,
    NewRoute, Now, Pool, PoolActions, Released, Route, RouteActions, RouteInPool, RoutedIpv6,
    Snapshot, State,
};
pub use vps::{
    AddressSubnet, Billing, Interface, InterfaceAddress, NetworkChange, NewPrivateInterface,
    OperatingSystem, PaygLimits, PendingRequest, Resources, Vps, VpsBilling, VpsFilter,
    VpsInstance, VpsNetwork, VpsResources,
};

/// How the client talks to the API.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the API is.
    pub endpoint: Endpoint,
    /// The key; sent to the endpoint only.
    pub api_key: SecretString,
    /// Who we are. The API's edge refuses some libraries' defaults.
    pub user_agent: String,
    /// How long one request may take, from connecting to the last byte of the answer.
    pub request_timeout: Duration,
    /// How often one request is repeated. 0 switches repeats off, those after a 429 too; other
    /// values do not bound those.
    pub max_retries: u32,
    /// How many requests may be in flight at a time.
    pub max_concurrent_requests: NonZeroUsize,
    /// How long one reading of the routed IPv6 state answers all who ask; up to six times as long
    /// while they keep asking. With zero, everyone who asks has a reading of their own.
    pub snapshot_lifetime: Duration,
    /// The shortest pause before a repeat, and before looking again for an object that does not
    /// show yet. Later ones are longer.
    pub retry_pause: Duration,
    /// How long the account is looked at after a write that failed and may have happened.
    pub lost_write_timeout: Duration,
    /// How long an object that was written in the last minute is looked for before it counts as
    /// gone.
    pub recent_write_timeout: Duration,
}

impl Config {
    /// The defaults: 30 seconds a request, 4 repeats, 8 requests at a time, a state shared for 5
    /// seconds.
    pub fn new(endpoint: Endpoint, api_key: SecretString) -> Self {
        Self {
            endpoint,
            api_key,
            user_agent: concat!("hostup-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            request_timeout: Duration::from_secs(30),
            max_retries: 4,
            max_concurrent_requests: NonZeroUsize::new(8).unwrap_or(NonZeroUsize::MIN),
            snapshot_lifetime: Duration::from_secs(5),
            retry_pause: Duration::from_millis(500),
            lost_write_timeout: Duration::from_secs(30),
            recent_write_timeout: Duration::from_secs(15),
        }
    }
}

/// The API. Clones share everything: connections, rate limiter, snapshot, which route is whose.
#[derive(Clone)]
pub struct Client(Arc<Parts>);

struct Parts {
    transport: Arc<request::Transport>,
    routed_ipv6: routed_ipv6::SnapshotCache,
    private_networks: private_networks::Shared,
    vps: vps::Shared,
}

impl Client {
    /// A client that has not connected yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Building`]: the key or the user agent cannot be a header, or the system's certificates
    /// cannot be loaded (not needed for an `http` endpoint).
    pub fn new(config: Config) -> Result<Self> {
        Ok(Self::over(request::Transport::new(config)?))
    }

    fn over(transport: request::Transport) -> Self {
        let lifetime = transport.config().snapshot_lifetime;
        let transport = Arc::new(transport);
        Self(Arc::new(Parts {
            routed_ipv6: routed_ipv6::SnapshotCache::new(Arc::clone(&transport), lifetime),
            private_networks: private_networks::Shared::default(),
            vps: vps::Shared::default(),
            transport,
        }))
    }

    /// A client that talks to `api` instead of the network.
    #[cfg(test)]
    fn faked(config: Config, api: Arc<dyn exchange::Fake>) -> Result<Self> {
        let mut transport = request::Transport::new(config)?;
        transport.fake = Some(api);
        Ok(Self::over(transport))
    }

    /// Pools and routes.
    pub fn routed_ipv6(&self) -> RoutedIpv6<'_> {
        RoutedIpv6::new(&self.0.transport, &self.0.routed_ipv6)
    }

    /// Private networks.
    pub fn private_networks(&self) -> PrivateNetworks<'_> {
        PrivateNetworks::new(&self.0.transport, &self.0.private_networks)
    }

    /// Servers and the account's limits.
    pub fn vps(&self) -> Vps<'_> {
        Vps::new(&self.0.transport, &self.0.vps)
    }

    /// How it was configured.
    pub fn config(&self) -> &Config {
        self.0.transport.config()
    }
}

/// Clients are the same when they share everything.
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
