//! Private networks: list, get, create, delete. Nothing updates one.

mod wire;

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use super::absence::Search;
#[cfg(doc)]
use super::error::ErrorKind;
use super::error::{Candidate, Error, Result};
use super::keyed_locks::KeyedLocks;
use super::operation::Operation;
use super::pages::{Item, pages};
use super::poller::Poller;
use super::request::Transport;

pub use wire::{
    AttachedVps, NetworkActions, NetworkStatus, NetworkSummary, NewPrivateNetwork, PrivateNetwork,
    Subnet,
};

/// What the calls share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Creates of networks of one name take turns, because only the name tells which network is
    /// whose.
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
    /// Whether a network is what was asked for, as far as the API shows: it returns no description,
    /// and the region under another name.
    fn matches(&self, network: &NetworkSummary) -> bool {
        let cidr = |text: &str| text.parse::<ipnet::IpNet>().ok().map(|it| it.trunc());
        let same_range = self.parent_cidr.as_deref().is_none_or(|wanted| {
            wanted == network.parent_cidr
                || (cidr(wanted).is_some() && cidr(wanted) == cidr(&network.parent_cidr))
        });
        network.name == self.name && same_range
    }
}

impl<'a> PrivateNetworks<'a> {
    pub(super) fn new(transport: &'a Transport, shared: &'a Shared) -> Self {
        Self { transport, shared }
    }

    /// Every network, or every one of a region: all pages.
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

    /// The network with this id, in whatever status.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when the API says so; use [`get_opt`](Self::get_opt) where that is
    /// no failure.
    pub async fn get(&self, operation: &Operation, id: &str) -> Result<PrivateNetwork> {
        self.transport
            .get(operation, self.transport.url(&["private-networks", id])?)
            .await
    }

    /// The network with this id; `None` when it is gone: the API's own 404, or `retired`. Another
    /// 404, as from a proxy, counts only when the list lacks the network.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`].
    pub async fn get_opt(&self, operation: &Operation, id: &str) -> Result<Option<PrivateNetwork>> {
        match self.get(operation, id).await {
            Ok(network) if network.status == NetworkStatus::Retired => Ok(None),
            Ok(network) => Ok(Some(network)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) if error.is_foreign_not_found() => {
                if self.is_listed(operation, id).await? {
                    return Err(error);
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// As [`get_opt`](Self::get_opt), but the API may have answered from a copy of the account that
    /// lags behind: what is missing is looked for again a pause later, and for 15 seconds if it
    /// was `written` in the last minute.
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
        let mut living = networks
            .iter()
            .filter(|it| it.status != NetworkStatus::Retired);
        Ok(living.any(|it| it.id == id))
    }

    /// Creates a network. It is returned as the API shows it at once, most likely `provisioning`.
    ///
    /// When the answer is lost, the one new network of that name and range is the one. Creates of
    /// one name take turns.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] and the like when the API refuses. [`ErrorKind::Lost`] when the
    /// answer was lost and the list does not settle it: [`Error::candidates`] names those it
    /// may be.
    pub async fn create(
        &self,
        operation: &Operation,
        new: &NewPrivateNetwork,
    ) -> Result<PrivateNetwork> {
        let _turn = self.shared.creates.lock(operation, &new.name).await?;
        // Names need not be unique: what is there now is not what will be created.
        let before = self.list(operation, None).await?;
        let before = before.into_iter().map(|it| it.id).collect();
        let url = self.transport.url(&["private-networks"])?;
        let answered = self.transport.post(operation, url, new, &|| ()).await;
        let network = answered.and_then(|answer| {
            self.transport
                .decode::<PrivateNetwork>(&answer)
                .map_err(|error| error.that_may_have_happened(true))
        });
        match network {
            Err(error) if error.may_have_happened() => {
                self.settle(operation, &before, new, error).await
            }
            network => network,
        }
    }

    /// Deletes a network. One that is gone is no error.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] while it is in use, [`Error::may_have_happened`] when the outcome is
    /// unknown.
    pub async fn delete(&self, operation: &Operation, id: &str) -> Result<()> {
        let url = self.transport.url(&["private-networks", id])?;
        match self.transport.delete(operation, url).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) if error.is_foreign_not_found() => {
                if self.is_listed(operation, id).await? {
                    return Err(error);
                }
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The answer does not tell: finds out what has come of the create.
    async fn settle(
        &self,
        operation: &Operation,
        before: &HashSet<String>,
        new: &NewPrivateNetwork,
        lost: Error,
    ) -> Result<PrivateNetwork> {
        let patience = if lost.is_success() {
            Duration::MAX
        } else {
            self.transport.config().lost_write_timeout
        };
        let settling = operation.settling(patience);
        let mut poller = Poller::new(settling.operation(), self.transport.config().retry_pause);
        let mut found = Vec::new();
        loop {
            let look = self
                .look_for(poller.operation(), before, new, &mut found)
                .await;
            match poller.seen(look) {
                Ok(Some(Some(network))) => {
                    let id = &network.id;
                    tracing::info!(
                        id,
                        "the answer to a create was lost; the list shows its network"
                    );
                    return Ok(network);
                }
                Ok(_) if found.len() > 1 => break,
                Ok(_) => {}
                Err(error) => return Err(undecided(&lost, &new.name, &found, Some(&error))),
            }
            if !matches!(poller.pause().await, Ok(true)) {
                break;
            }
        }
        Err(undecided(&lost, &new.name, &found, poller.failure()))
    }

    /// One look for the network that a create has made, or, once it is known which it is, at that
    /// network.
    async fn look_for(
        &self,
        operation: &Operation,
        before: &HashSet<String>,
        new: &NewPrivateNetwork,
        found: &mut Vec<NetworkSummary>,
    ) -> Result<Option<PrivateNetwork>> {
        if found.is_empty() {
            let mut networks = self.list(operation, None).await?;
            networks.retain(|it| !before.contains(&it.id) && new.matches(it));
            *found = networks;
        }
        match &found[..] {
            [only] => Ok(Some(self.get(operation, &only.id).await?)),
            _ => Ok(None),
        }
    }
}

/// The list does not settle what has come of a create whose answer was lost.
fn undecided(lost: &Error, name: &str, found: &[NetworkSummary], blind: Option<&Error>) -> Error {
    let text = match (found, blind) {
        ([], Some(error)) => format!(
            "whether the private network `{name}` was created is not known: the answer was lost, and the list could \
             not be read afterwards ({error})"
        ),
        ([], None) => format!(
            "the answer to the creation of the private network `{name}` was lost, and the list shows no new network \
             that matches"
        ),
        ([only], blind) => {
            let why = blind.map(|it| format!(" ({it})")).unwrap_or_default();
            format!(
                "the private network `{}` was created, but could not be read{why}",
                only.id
            )
        }
        (several, _) => {
            let ids: Vec<_> = several.iter().map(|it| it.id.as_str()).collect();
            format!(
                "the answer to the creation of the private network `{name}` was lost, and {} new networks could be \
                 the one: `{}`",
                ids.len(),
                ids.join("`, `")
            )
        }
    };
    Error::lost(lost, text).with_candidates(found.iter().map(candidate).collect())
}

fn candidate(network: &NetworkSummary) -> Candidate {
    let describes = format!(
        "{} {}, {}, created {}",
        network.name, network.parent_cidr, network.status, network.created_at
    );
    Candidate {
        id: network.id.clone(),
        describes,
    }
}
