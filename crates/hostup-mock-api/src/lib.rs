//! A stateful mock of HostUp's API v2: routed IPv6, private networks, and what of the VPSs they
//! need. For tests, and for trying the provider without an account.
//!
//! It keeps JSON documents and states the API's rules itself; it shares no type with the client,
//! whose misspelt field would otherwise be misspelt on both sides and every test green. The third
//! witness is `tests/wire/*.json`, written from the API's own pages.
//!
//! Reading order: this file (the handle) → `server` (one request, delays and cuts) → `account`
//! (key, endpoint, scopes) → `routed_ipv6`, `private_networks`, `vps` (the rules) → `copy` (what
//! reads show) → `dashboard` (what tests do to the account) → `faults`, `switches`.
//!
//! Where the API's documents are silent the mock has a choice, and [`Switches`] has the others.
//! Nothing should be right under the default choice only.
//!
//! ```
//! use hostup_mock_api::{Fault, MockApi};
//!
//! let mock = MockApi::start();
//! let vps = mock.add_vps("web-01");
//! mock.configure(|switches| switches.provisioning_reads = 3);
//! mock.inject(Fault::on("POST", "/api/v2/routed-ipv6").action("create_route").cut_after());
//! // … point a client at `mock.endpoint()` with `mock.api_key()` …
//! assert_eq!(mock.vpses()[0]["id"], vps.as_str());
//! assert!(mock.is_empty());
//! ```
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that names what is not there, or cannot start its mock, should fail there"
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
    CanDeleteGate, ChangeEffect, ChangeResponse, DeleteAnswer, InterfaceSwitches,
    InvalidRequestShape, JobEnd, JobForm, NotFoundShape, RateLimit, RefusedAs, RegionAnswer,
    Removal, Switches, UnknownSubnet,
};
pub use crate::vps::VpsOptions;

/// How a mock starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; only the loopback, and port 0 for any free one.
    pub listen: SocketAddr,
    /// The key; made up when `None`.
    pub api_key: Option<String>,
    /// The key's scopes.
    pub scopes: Vec<String>,
    /// VPSs the account starts with.
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

/// A running mock. It has its own thread, and stops when dropped.
#[derive(Debug)]
pub struct MockApi {
    shared: Arc<Shared>,
    endpoint: String,
    api_key: String,
    _server: Server,
}

impl MockApi {
    /// Starts a mock on a free port, with a key of its own that has every scope.
    ///
    /// # Panics
    /// When no port can be had.
    pub fn start() -> Self {
        Self::start_with(Options::default())
    }

    /// Starts a mock.
    ///
    /// # Panics
    /// When it cannot listen there.
    pub fn start_with(options: Options) -> Self {
        Self::try_start(options).expect("a mock API that listens")
    }

    /// Starts a mock.
    ///
    /// # Errors
    /// When it cannot listen there: the address is taken, or not of the loopback. When a prefix
    /// in [`Switches::held_back`] is malformed.
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

    /// The base address, such as `http://127.0.0.1:40123`; the API's paths begin with `/api/v2`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The key the mock started with.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Works on the account directly, for what has no method here, or must happen at one time.
    pub fn with_account<T>(&self, work: impl FnOnce(&mut Account) -> T) -> T {
        work(&mut self.shared.lock().account)
    }

    /// Adds a fault, behind those injected before.
    pub fn inject(&self, fault: Fault) {
        self.shared.lock().faults.waiting.push(fault);
    }

    /// Faults not yet used up, [`always`](Fault::always) ones included.
    pub fn faults_left(&self) -> usize {
        self.shared.lock().faults.waiting.len()
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.waiting.clear();
    }

    /// Every request since the start or the last clearing, in the order they arrived.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().log.requests.clone()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared.lock().log.clear();
    }

    /// How many requests had this method (`*` for any) and a path that starts so.
    pub fn count(&self, method: &str, path_prefix: &str) -> usize {
        let inner = self.shared.lock();
        inner
            .log
            .requests
            .iter()
            .filter(|request| request.is(method, path_prefix))
            .count()
    }

    /// Waits until the log satisfies a condition; `false` when it does not in time. It is looked at
    /// whenever a request arrives or is answered.
    pub fn wait_for(&self, most: Duration, mut met: impl FnMut(&[Request]) -> bool) -> bool {
        let inner = self.shared.lock_to_wait();
        let (_inner, timeout) = self
            .shared
            .news
            .wait_timeout_while(inner, most, |inner| !met(&inner.log.requests))
            .unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }
}
