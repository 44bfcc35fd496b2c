//! A stateful mock of HostUp's API v2: routed IPv6, private networks, servers and their interfaces.
//! For tests, and for trying the provider without an account.
//!
//! Where the API's documents are silent the mock makes a choice, and [`Switches`] has the
//! alternatives. A client must work with all of them.
//!
//! ```
//! use hostup_mock_api::{Fault, MockApi};
//!
//! let mock = MockApi::start();
//! let vps = mock.add_vps("web-01");
//! mock.configure(|switches| switches.provisioning_reads = 3);
//! mock.inject(Fault::on("POST", "/api/v2/routed-ipv6").action("create_route").cut_after());
//! // Point a client at `mock.endpoint()` with `mock.api_key()`.
//! assert_eq!(mock.vpses()[0]["id"], vps.as_str());
//! assert!(mock.is_empty());
//! ```
//!
//! The mock stores JSON documents and has its own code for the API's rules. It shares no type with
//! the client: a misspelt field would be wrong on both sides, and no test would fail. Both are
//! tested against `tests/wire/*.json`, which were written from the API's documents.
//!
//! Reading order: this file (the handle) → `server` (one request, delays and cuts) → `account`
//! (key, endpoint, scopes) → `routed_ipv6`, `private_networks`, `vps`, `vps_network` (the rules) →
//! `jobs` → `copy` (what reads show) → `dashboard` (changes outside the API) → `faults`,
//! `switches`.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test with a wrong id, or without a mock, should fail at that line"
)]

mod account;
mod body;
mod call;
mod cidr;
mod copy;
mod dashboard;
mod effect;
mod faults;
mod forwards;
mod ids;
mod interfaces;
mod jobs;
mod limits;
mod log;
mod network;
mod object;
mod pages;
mod prefixes;
mod private_networks;
mod problem;
mod removal;
mod routed_ipv6;
mod routed_ipv6_state;
mod server;
mod switches;
mod vps;
mod vps_network;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

pub use crate::account::{ALL_SCOPES, Account};
pub use crate::faults::Fault;
pub use crate::log::Request;
use crate::server::{Server, Shared};
pub use crate::switches::{
    CanDeleteRule, ChangeEffect, ChangeResponse, DeleteResponse, InterfaceSwitches,
    InvalidRequestShape, JobEnd, JobShape, NotFoundShape, RateLimit, RefusedAs, RegionValue,
    Removal, Switches, UnknownSubnet,
};
pub use crate::vps::VpsOptions;

/// Options of a new mock.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on: the loopback only, and port 0 for any free port.
    pub listen: SocketAddr,
    /// The key. `None` creates one.
    pub api_key: Option<String>,
    /// The key's scopes.
    pub scopes: Vec<String>,
    /// The servers that the account starts with.
    pub vpses: Vec<VpsOptions>,
    /// The switches.
    pub switches: Switches,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            api_key: None,
            scopes: ALL_SCOPES.map(str::to_owned).to_vec(),
            vpses: Vec::new(),
            switches: Switches::default(),
        }
    }
}

/// A running mock. It has a thread of its own. Dropping it stops it.
#[derive(Debug)]
pub struct MockApi {
    shared: Arc<Shared>,
    endpoint: String,
    api_key: String,
    _server: Server,
}

impl MockApi {
    /// Starts a mock on a free port, with a new key that has every scope.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start() -> Self {
        Self::try_start(Options::default()).expect("a mock API that listens")
    }

    /// Starts a mock with options.
    ///
    /// # Errors
    /// When the address is in use or not on the loopback, or when a prefix in
    /// [`Switches::held_back`] is malformed.
    pub fn try_start(options: Options) -> io::Result<Self> {
        options
            .switches
            .held_back_prefixes()
            .map_err(|reason| io::Error::new(io::ErrorKind::InvalidInput, reason))?;
        let shared = Arc::new(Shared::default());
        let api_key = {
            let account = &mut shared.lock().account;
            account.switches = options.switches;
            let api_key = options
                .api_key
                .unwrap_or_else(|| account.ids.next("hostup_mock"));
            let scopes: Vec<&str> = options.scopes.iter().map(String::as_str).collect();
            account.add_key(&api_key, &scopes);
            for vps in options.vpses {
                account.add_vps_with(vps);
            }
            api_key
        };
        let server = Server::start(options.listen, Arc::clone(&shared))?;
        let endpoint = format!("http://{}", server.address);
        Ok(Self {
            shared,
            endpoint,
            api_key,
            _server: server,
        })
    }

    /// Returns the base address, such as `http://127.0.0.1:40123`. Paths begin with `/api/v2`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns the key that the mock started with.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Runs a closure on the account, under one lock.
    pub fn with_account<T>(&self, work: impl FnOnce(&mut Account) -> T) -> T {
        work(&mut self.shared.lock().account)
    }

    /// Adds a fault. Earlier faults come first.
    pub fn inject(&self, fault: Fault) {
        self.shared.lock().faults.waiting.push(fault);
    }

    /// Returns how many faults are not used up, including those
    /// with [`always`](Fault::always).
    pub fn faults_left(&self) -> usize {
        self.shared.lock().faults.waiting.len()
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.waiting.clear();
    }

    /// Returns all requests in the order of arrival, since the start or since
    /// [`clear_requests`](Self::clear_requests).
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().log.requests.clone()
    }

    /// Clears the log of requests.
    pub fn clear_requests(&self) {
        self.shared.lock().log.clear();
    }

    /// Returns how many requests had this method (`*` for any) and a path with this prefix.
    pub fn count(&self, method: &str, path_prefix: &str) -> usize {
        let inner = self.shared.lock();
        inner
            .log
            .requests
            .iter()
            .filter(|request| request.is(method, path_prefix))
            .count()
    }

    /// Waits until the log of requests satisfies a condition. Returns whether it did in time. The
    /// condition is checked with every request and every response.
    pub fn wait_for(&self, most: Duration, mut met: impl FnMut(&[Request]) -> bool) -> bool {
        let inner = self.shared.lock_to_wait();
        let (_inner, timeout) = self
            .shared
            .activity
            .wait_timeout_while(inner, most, |inner| !met(&inner.log.requests))
            .unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }
}
