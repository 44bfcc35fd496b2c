//! Private networks: list, get, create, delete. The API cannot update one.

mod wire;

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::absence::Search;
use super::cidr;
#[cfg(doc)]
use super::error::ErrorKind;
use super::error::{Candidate, Error, Result};
use super::keyed_locks::KeyedLocks;
use super::operation::Operation;
use super::pages::{Item, pages};
use super::recovery;
use super::request::Transport;

pub use wire::{
    AttachedVps, NetworkActions, NetworkStatus, NetworkSummary, NewPrivateNetwork, PrivateNetwork,
    Subnet,
};

/// What the calls of a client share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Creates of networks with the same name take turns: only the name tells which create a new
    /// network comes from.
    creates: KeyedLocks,
}

impl Item for NetworkSummary {
    fn id(&self) -> &str {
        &self.id
    }
}

/// Calls about private networks.
#[derive(Debug, Clone, Copy)]
pub struct PrivateNetworks<'a> {
    transport: &'a Transport,
    shared: &'a Shared,
}

impl NewPrivateNetwork {
    /// Whether a network may be the requested one. The API returns no description, and the region
    /// under another name.
    fn matches(&self, network: &NetworkSummary) -> bool {
        let same_range = self.parent_cidr.as_deref().is_none_or(|requested| {
            let parsed = cidr::parse(requested);
            requested == network.parent_cidr
                || (parsed.is_some() && parsed == cidr::parse(&network.parent_cidr))
        });
        network.name == self.name && same_range
    }
}

impl<'a> PrivateNetworks<'a> {
    pub(super) fn new(transport: &'a Transport, shared: &'a Shared) -> Self {
        Self { transport, shared }
    }

    /// Lists the networks, or those of a region: all pages.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`]. An incomplete list is an error, too.
    pub async fn list(
        &self,
        operation: &Operation,
        region: Option<&str>,
    ) -> Result<Vec<NetworkSummary>> {
        let filters = [("region", region)];
        pages(self.transport, operation, &["private-networks"], &filters).await
    }

    /// Returns the network with this id, whatever its status is.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when the API says so; use [`get_opt`](Self::get_opt) where that is
    /// not an error.
    pub async fn get(&self, operation: &Operation, id: &str) -> Result<PrivateNetwork> {
        self.transport
            .get(operation, self.transport.url(&["private-networks", id])?)
            .await
    }

    /// Returns the network with this id, or `None` when it is gone: the API's own 404, or
    /// `retired`. A 404 from a proxy counts only when the list lacks the network.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`].
    pub async fn get_opt(&self, operation: &Operation, id: &str) -> Result<Option<PrivateNetwork>> {
        match self.get(operation, id).await {
            Ok(network) if network.status == NetworkStatus::Retired => Ok(None),
            Ok(network) => Ok(Some(network)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) if error.is_proxy_not_found() => {
                if self.is_listed(operation, id).await? {
                    return Err(error);
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// As [`get_opt`](Self::get_opt), but the API may respond from a copy of the account that lags
    /// behind: a missing network is read again a pause later, and for 15 seconds if it was
    /// `written` in the last minute.
    ///
    /// # Errors
    ///
    /// As [`get_opt`](Self::get_opt).
    pub async fn get_present(
        &self,
        operation: &Operation,
        id: &str,
        written: Option<SystemTime>,
    ) -> Result<Option<PrivateNetwork>> {
        let mut search = Search::new(self.transport.config(), operation, written);
        loop {
            let network = self.get_opt(search.operation(), id).await;
            if let Some(end) = search.next(network).await? {
                return Ok(end);
            }
        }
    }

    async fn is_listed(&self, operation: &Operation, id: &str) -> Result<bool> {
        let networks = self.list(operation, None).await?;
        let mut existing = networks
            .iter()
            .filter(|it| it.status != NetworkStatus::Retired);
        Ok(existing.any(|it| it.id == id))
    }

    /// Creates a network and returns it as the API shows it then, most likely `provisioning`.
    ///
    /// When the response is lost, the only new network of that name and range is the created one.
    /// Creates of the same name take turns.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] and the like when the API refuses. [`ErrorKind::Lost`] when the
    /// response was lost and the list does not tell which network was created:
    /// [`Error::candidates`] lists those it may be.
    pub async fn create(
        &self,
        operation: &Operation,
        new: &NewPrivateNetwork,
    ) -> Result<PrivateNetwork> {
        let _turn = self.shared.creates.lock(operation, &new.name).await?;
        // Names need not be unique: the networks that exist now are not the new one.
        let before = self.list(operation, None).await?;
        let before = before.into_iter().map(|it| it.id).collect();
        let url = self.transport.url(&["private-networks"])?;
        let response = self.transport.post(operation, url, new, &|| ()).await;
        let network = response.and_then(|response| {
            self.transport
                .decode::<PrivateNetwork>(&response)
                .map_err(|error| error.that_may_have_happened(true))
        });
        match network {
            Err(error) if error.may_have_happened() => {
                self.settle(operation, &before, new, error).await
            }
            network => network,
        }
    }

    /// Deletes a network. A network that is gone is no error.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] while it is in use, [`Error::may_have_happened`] when the result is
    /// not known.
    pub async fn delete(&self, operation: &Operation, id: &str) -> Result<()> {
        let url = self.transport.url(&["private-networks", id])?;
        match self.transport.delete(operation, url).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) if error.is_proxy_not_found() => {
                if self.is_listed(operation, id).await? {
                    return Err(error);
                }
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Finds out what a create did whose response does not tell.
    async fn settle(
        &self,
        operation: &Operation,
        before: &HashSet<String>,
        new: &NewPrivateNetwork,
        lost: Error,
    ) -> Result<PrivateNetwork> {
        let config = self.transport.config();
        let found = Mutex::new(Vec::new());
        let settled = recovery::recover(
            operation,
            recovery::timeout(&lost, config),
            config.retry_pause,
            |operation| {
                let found = &found;
                async move { self.read_created(&operation, before, new, found).await }
            },
            |created, _| match created {
                Some(network) => Some(Some(network)),
                None => (lock(&found).len() > 1).then_some(None),
            },
        )
        .await;
        let unread = match settled {
            Ok(Some(Some(network))) => return Ok(network),
            Ok(_) => None,
            Err(error) => Some(error),
        };
        Err(undecided(&lost, &new.name, &lock(&found), unread.as_ref()))
    }

    /// Lists the networks that a create may have created, unless they are known already. Returns
    /// the network when there is exactly one.
    async fn read_created(
        &self,
        operation: &Operation,
        before: &HashSet<String>,
        new: &NewPrivateNetwork,
        found: &Mutex<Vec<NetworkSummary>>,
    ) -> Result<Option<PrivateNetwork>> {
        if lock(found).is_empty() {
            let mut networks = self.list(operation, None).await?;
            networks.retain(|it| !before.contains(&it.id) && new.matches(it));
            *lock(found) = networks;
        }
        let id = match &lock(found)[..] {
            [only] => only.id.clone(),
            _ => return Ok(None),
        };
        self.get(operation, &id).await.map(Some)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the error of a lost create when the list does not tell which network it created.
fn undecided(lost: &Error, name: &str, found: &[NetworkSummary], unread: Option<&Error>) -> Error {
    let text = match (found, unread) {
        ([], Some(error)) => format!(
            "whether the private network `{name}` was created is not known: the response was lost, \
             and the list could not be read afterwards ({error})"
        ),
        ([], None) => format!(
            "the response to the creation of the private network `{name}` was lost, and the list \
             shows no new network that matches"
        ),
        ([only], unread) => {
            let why = unread.map(|it| format!(" ({it})")).unwrap_or_default();
            format!(
                "the private network `{}` was created, but could not be read{why}",
                only.id
            )
        }
        (several, _) => {
            let ids: Vec<_> = several.iter().map(|it| it.id.as_str()).collect();
            format!(
                "the response to the creation of the private network `{name}` was lost, and {} new \
                 networks could be the one: `{}`",
                ids.len(),
                ids.join("`, `")
            )
        }
    };
    Error::lost(lost, text).with_candidates(found.iter().map(candidate).collect())
}

fn candidate(network: &NetworkSummary) -> Candidate {
    let description = format!(
        "{} {}, {}, created {}",
        network.name, network.parent_cidr, network.status, network.created_at
    );
    Candidate {
        id: network.id.clone(),
        description,
    }
}
