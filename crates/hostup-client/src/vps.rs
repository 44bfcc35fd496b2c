//! Servers: list and get, their private interfaces, and the account's limits.

mod limits;
mod network;
mod wire;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use crate::absence::Search;
use crate::error::Result;
use crate::jobs::{Job, JobStatus};
use crate::keyed_locks::KeyedLocks;
use crate::operation::Operation;
use crate::pages::{Item, pages};
use crate::recovery;
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
    /// When the last change that detached an interface of a server ended; `None` while one runs.
    detached: Mutex<HashMap<String, Option<Instant>>>,
}

impl Shared {
    fn detached(&self) -> MutexGuard<'_, HashMap<String, Option<Instant>>> {
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

impl VpsFilter {
    fn lets_through(&self, vps: &VpsInstance) -> bool {
        let name = |vps: &VpsInstance| vps.name.as_deref().map(str::to_lowercase);
        let address = |text: &str| text.trim().parse::<IpAddr>().ok();
        let is_named = |wanted: &String| name(vps) == Some(wanted.to_lowercase());
        let has_address = |wanted: &String| {
            let own = vps.primary_ip.as_deref();
            own == Some(wanted)
                || own
                    .and_then(address)
                    .is_some_and(|it| address(wanted) == Some(it))
        };
        self.name.as_ref().is_none_or(is_named) && self.primary_ip.as_ref().is_none_or(has_address)
    }
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
        let mut found: Vec<VpsInstance> =
            pages(self.transport, operation, &["vps"], &pairs).await?;
        // Nothing may be attached to another server because HostUp did not apply a filter.
        found.retain(|vps| filter.lets_through(vps));
        Ok(found)
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
            detaches: false,
            _turn: self.shared.changes.lock(operation, id).await?,
        })
    }

    /// Reads the status of a job by the URL that [`Job::url`] returned before.
    ///
    /// # Errors
    ///
    /// When the operation ended.
    pub async fn job_status(&self, operation: &Operation, url: &str) -> Result<JobStatus> {
        match Job::at(self.transport, url) {
            Some(job) => job.status(self.transport, operation).await,
            None => Ok(JobStatus::Unknown("its URL is not HostUp's".to_owned())),
        }
    }

    /// Returns whether this process detaches an interface of the server now, or did in the last
    /// minute: a private network may still show the server.
    pub fn detached_recently(&self, id: &str) -> bool {
        let recent = |ended: &Option<Instant>| ended.is_none_or(|it| it.elapsed() < DETACHED_SHOWS);
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
    detaches: bool,
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
    /// [`Error::may_have_happened`]: see [`settle`](Self::settle).
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
        self.detaches = true;
        self.vps.shared.detached().insert(self.id.clone(), None);
        self.post(
            operation,
            &NetworkAction::DeleteInterface { interface_name },
        )
        .await
    }

    async fn post(&mut self, operation: &Operation, action: &NetworkAction<'_>) -> Result<()> {
        let transport = self.vps.transport;
        let url = transport.url(&["vps", &self.id, "network"])?;
        let posted = transport.post(operation, url, action, &|| ()).await;
        self.vps.shared.networks().remove(&self.id);
        match posted {
            Ok(response) => self.job = Job::of(transport, &response),
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
    /// When the operation ended.
    pub async fn job_status(&self, operation: &Operation) -> Result<JobStatus> {
        match &self.job {
            Some(job) => job.status(self.vps.transport, operation).await,
            None => Ok(JobStatus::Unknown("HostUp names none".to_owned())),
        }
    }

    /// Finds out what a change whose response was lost has done: reads the server's network until
    /// `judge` finds the change in it. `judge` gets `None` when the server is gone. Returns `None`
    /// when it finds nothing within 30 seconds, or within 10 seconds after a stop.
    ///
    /// # Errors
    ///
    /// When the last read failed.
    pub async fn settle<T>(
        &self,
        operation: &Operation,
        mut judge: impl FnMut(Option<&VpsNetwork>) -> Option<T>,
    ) -> Result<Option<T>> {
        let config = self.vps.transport.config();
        recovery::recover(
            operation,
            config.lost_write_timeout,
            config.retry_pause,
            |operation| async move { self.vps.network_opt(&operation, &self.id).await },
            |network, _| judge(network.as_ref()),
        )
        .await
    }
}

impl Drop for NetworkChange<'_> {
    fn drop(&mut self) {
        if self.detaches {
            let now = Some(Instant::now());
            self.vps.shared.detached().insert(self.id.clone(), now);
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
