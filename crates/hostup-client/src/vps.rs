//! Servers: list and get, their private interfaces, and the account's limits.

mod limits;
mod network;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use crate::absence::Search;
use crate::error::{Error, Result};
use crate::jobs::{Job, JobStatus};
use crate::keyed_locks::KeyedLocks;
use crate::operation::Operation;
use crate::pages::{Item, pages};
use crate::poller::Poller;
use crate::request::Transport;

use wire::NetworkAction;

pub use limits::{Billing, PaygLimits, PendingRequest, Resources};
pub use wire::{
    AddressSubnet, Interface, InterfaceAddress, NewPrivateInterface, OperatingSystem, VpsBilling,
    VpsInstance, VpsNetwork, VpsResources,
};

/// How long a private network may still show a server that was detached from it.
const DETACHED_SHOWS: Duration = Duration::from_mins(1);

/// Calls about servers.
#[derive(Debug, Clone, Copy)]
pub struct Vps<'a> {
    transport: &'a Transport,
    shared: &'a Shared,
}

/// What the calls share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// HostUp takes one change of a server's network at a time.
    changes: KeyedLocks,
    reads: KeyedLocks,
    /// The networks that [`Vps::recent_network`] read last, by server.
    networks: Mutex<HashMap<String, (Instant, Arc<VpsNetwork>)>>,
    /// When an interface of a server was detached last, by server.
    detached: Mutex<HashMap<String, Instant>>,
}

impl Shared {
    fn detached(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.detached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn networks(&self) -> MutexGuard<'_, HashMap<String, (Instant, Arc<VpsNetwork>)>> {
        self.networks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which servers to list. Both filters are the API's: exact, without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VpsFilter {
    /// The server's name.
    pub name: Option<String>,
    /// Its public IPv4 address.
    pub primary_ip: Option<String>,
}

impl Item for VpsInstance {
    fn id(&self) -> &str {
        &self.id
    }
}

impl<'a> Vps<'a> {
    pub(super) fn new(transport: &'a Transport, shared: &'a Shared) -> Self {
        Self { transport, shared }
    }

    /// Lists every server that the filter lets through, all pages.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`](crate::ErrorKind). An incomplete list is an error, too.
    pub async fn list(
        &self,
        operation: &Operation,
        filter: &VpsFilter,
    ) -> Result<Vec<VpsInstance>> {
        let pairs = [
            ("name", filter.name.as_deref()),
            ("primaryIp", filter.primary_ip.as_deref()),
        ];
        pages(self.transport, operation, &["vps"], &pairs).await
    }

    /// Returns the server with this id. `None`: HostUp says that there is none.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`](crate::ErrorKind).
    pub async fn get_opt(&self, operation: &Operation, id: &str) -> Result<Option<VpsInstance>> {
        let url = self.transport.url(&["vps", id])?;
        unless_not_found(self.transport.get(operation, url).await)
    }

    /// Returns the server's network. `None`: HostUp says that there is no such server.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`](crate::ErrorKind). Also when the response has no list of
    /// interfaces.
    pub async fn network_opt(&self, operation: &Operation, id: &str) -> Result<Option<VpsNetwork>> {
        let url = self.transport.url(&["vps", id, "network"])?;
        unless_not_found(self.transport.get(operation, url).await)
    }

    /// As [`network_opt`](Self::network_opt), from a reading that is as old as `snapshot_lifetime`
    /// at most. For checks: many of them about one server cost one request.
    ///
    /// # Errors
    ///
    /// As [`network_opt`](Self::network_opt).
    pub async fn recent_network(
        &self,
        operation: &Operation,
        id: &str,
    ) -> Result<Option<Arc<VpsNetwork>>> {
        let _turn = self.shared.reads.lock(operation, id).await?;
        if let Some((read, network)) = self.shared.networks().get(id)
            && read.elapsed() < self.transport.config().snapshot_lifetime
        {
            return Ok(Some(Arc::clone(network)));
        }
        let read = Instant::now();
        let whole = |network: &VpsNetwork| Some(network.clone());
        let network = self.find_in_network(operation, id, None, whole).await?;
        let network = network.map(Arc::new);
        if let Some(network) = &network {
            self.shared
                .networks()
                .insert(id.to_owned(), (read, Arc::clone(network)));
        }
        Ok(network)
    }

    /// Returns what `find` finds in the server's network. The API may have answered from a copy of
    /// the account that lags behind: what is missing is looked for again a pause later, and for
    /// 15 seconds if it was `written` in the last minute. `None`: it is gone, or the server is.
    ///
    /// # Errors
    ///
    /// As [`network_opt`](Self::network_opt).
    pub async fn find_in_network<T>(
        &self,
        operation: &Operation,
        id: &str,
        written: Option<SystemTime>,
        find: impl Fn(&VpsNetwork) -> Option<T>,
    ) -> Result<Option<T>> {
        let mut search = Search::new(self.transport.config(), operation, written);
        loop {
            let network = self.network_opt(search.operation(), id).await;
            let found = network.map(|it| it.as_ref().and_then(&find));
            if let Some(end) = search.next(found).await? {
                return Ok(end);
            }
        }
    }

    /// Waits until no other change of the server's network runs in this process.
    ///
    /// # Errors
    ///
    /// When the operation ends before that.
    pub async fn change(&self, operation: &Operation, id: &str) -> Result<NetworkChange<'a>> {
        Ok(NetworkChange {
            vps: *self,
            id: id.to_owned(),
            job: None,
            _turn: self.shared.changes.lock(operation, id).await?,
        })
    }

    /// Returns whether an interface of the server was detached in the last minute by this process:
    /// a private network may still show the server.
    pub fn detached_recently(&self, id: &str) -> bool {
        let recent = |at: &Instant| at.elapsed() < DETACHED_SHOWS;
        self.shared.detached().get(id).is_some_and(recent)
    }

    /// Returns the account's limits.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`](crate::ErrorKind).
    pub async fn payg_limits(&self, operation: &Operation) -> Result<PaygLimits> {
        self.transport
            .get(operation, self.transport.url(&["vps", "payg", "limits"])?)
            .await
    }
}

/// A change of one server's network. No other change of that network runs in this process until it
/// is dropped.
#[derive(Debug)]
pub struct NetworkChange<'a> {
    vps: Vps<'a>,
    id: String,
    job: Option<Job>,
    _turn: OwnedMutexGuard<()>,
}

impl NetworkChange<'_> {
    /// Requests a private interface. On success HostUp has accepted the change; [`job`](Self::job)
    /// tells how far it is, and the server's network shows when it is done.
    ///
    /// # Errors
    ///
    /// [`Error::is_vps_not_ready`]: HostUp takes no change of this server now. Other refusals are
    /// final.
    /// [`Error::may_have_happened`]: see [`shows`](Self::shows).
    pub async fn attach(&mut self, operation: &Operation, new: &NewPrivateInterface) -> Result<()> {
        let action = NetworkAction::CreatePrivateInterface {
            subnet_id: &new.subnet_id,
            ip_address: new.ip_address,
        };
        self.post(operation, &action).await
    }

    /// Requests the removal of the interface with this name. HostUp gives names to other interfaces
    /// again: read the name right before.
    ///
    /// # Errors
    ///
    /// As [`attach`](Self::attach).
    pub async fn detach(&mut self, operation: &Operation, interface_name: &str) -> Result<()> {
        self.vps
            .shared
            .detached()
            .insert(self.id.clone(), Instant::now());
        self.post(
            operation,
            &NetworkAction::DeleteInterface { interface_name },
        )
        .await
    }

    async fn post(&mut self, operation: &Operation, action: &NetworkAction<'_>) -> Result<()> {
        let transport = self.vps.transport;
        let url = transport.url(&["vps", &self.id, "network"])?;
        match transport.post(operation, url, action, &|| ()).await {
            Ok(answer) => self.job = Job::of(transport, &answer),
            // HostUp accepted it, and the rest of the response is lost.
            Err(error) if error.is_success() => self.job = None,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The job of the change that HostUp accepted last, if it named one.
    pub fn job(&self) -> Option<&Job> {
        self.job.as_ref()
    }

    /// Reads how far the job is; [`JobStatus::Unknown`] without one.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`](crate::ErrorKind).
    pub async fn job_status(&self, operation: &Operation) -> Result<JobStatus> {
        match &self.job {
            Some(job) => job.status(self.vps.transport, operation).await,
            None => Ok(JobStatus::Unknown),
        }
    }

    /// Returns what a change whose response was lost has done: waits until `find` finds it in the
    /// server's network. `None`: it does not show within 30 seconds, or the operation was stopped
    /// 10 seconds ago.
    ///
    /// # Errors
    ///
    /// When the network could not be read to the end.
    pub async fn shows<T>(
        &self,
        operation: &Operation,
        find: impl Fn(&VpsNetwork) -> Option<T>,
    ) -> Result<Option<T>> {
        let config = self.vps.transport.config();
        let settling = operation.settling(config.lost_write_timeout);
        let mut poller = Poller::new(settling.operation(), config.retry_pause);
        loop {
            let network = self.vps.network_opt(poller.operation(), &self.id).await;
            let network = poller.seen(network)?.flatten();
            if let Some(found) = network.as_ref().and_then(&find) {
                return Ok(Some(found));
            }
            if !poller.pause().await? {
                return poller
                    .failure()
                    .map_or(Ok(None), |error| Err(Error::clone(error)));
            }
        }
    }
}

/// `None` when HostUp itself says that there is no such object.
fn unless_not_found<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
