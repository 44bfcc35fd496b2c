//! Private networks: list, get, create, delete. Nothing updates one.

mod wire;

use super::claims::{Object, Rule, Verdict, Wanted};
#[cfg(doc)]
use super::error::ErrorKind;
use super::error::{Candidate, Error, Result};
use super::ledger::{Creating, Ledger};
use super::operation::Operation;
use super::pages::pages;
use super::request::Transport;
use super::retry;

pub use wire::{
    AttachedVps, NetworkActions, NetworkStatus, NetworkSummary, NewPrivateNetwork, PrivateNetwork,
    Subnet,
};

/// What the calls share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    creates: Ledger<NewPrivateNetwork>,
}

/// Calls about private networks.
#[derive(Debug, Clone, Copy)]
pub struct PrivateNetworks<'a> {
    transport: &'a Transport,
    shared: &'a Shared,
}

impl Wanted for NewPrivateNetwork {
    type Object<'a> = &'a NetworkSummary;

    // The description is returned nowhere, the region comes back under another name.
    fn matches(&self, network: &NetworkSummary) -> bool {
        let cidr = |text: &str| text.parse::<ipnet::IpNet>().ok().map(|it| it.trunc());
        let same_range = self.parent_cidr.as_deref().is_none_or(|wanted| {
            wanted == network.parent_cidr
                || (cidr(wanted).is_some() && cidr(wanted) == cidr(&network.parent_cidr))
        });
        network.name == self.name && same_range
    }

    fn is_particular(&self) -> bool {
        self.parent_cidr.is_some()
    }
}

impl Object for &NetworkSummary {
    fn id(&self) -> &str {
        &self.id
    }

    fn since(&self) -> &str {
        &self.created_at
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
        let networks: Vec<NetworkSummary> = pages(
            self.transport,
            operation,
            &["private-networks"],
            &[("region", region)],
        )
        .await?;
        self.shared
            .creates
            .see(networks.iter().map(|it| it.id.as_str()));
        Ok(networks)
    }

    /// The network with this id, in whatever status.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when the API says so; use [`get_opt`](Self::get_opt) where that is no failure.
    pub async fn get(&self, operation: &Operation, id: &str) -> Result<PrivateNetwork> {
        self.transport
            .get(operation, self.transport.url(&["private-networks", id])?)
            .await
    }

    /// The network with this id; `None` when the API itself says that it is gone: its own 404, or `retired`.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`]. A 404 that is not the API's own is an error.
    pub async fn get_opt(&self, operation: &Operation, id: &str) -> Result<Option<PrivateNetwork>> {
        match self.get(operation, id).await {
            Ok(network) if network.status == NetworkStatus::Retired => Ok(None),
            Ok(network) => Ok(Some(network)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// As [`get_opt`](Self::get_opt), but a 404 is believed only when it is said again a pause later: the API may
    /// have answered from a copy of the account that lags behind.
    ///
    /// # Errors
    ///
    /// As [`get_opt`](Self::get_opt).
    pub async fn get_opt_twice(
        &self,
        operation: &Operation,
        id: &str,
    ) -> Result<Option<PrivateNetwork>> {
        match self.get(operation, id).await {
            Ok(network) if network.status == NetworkStatus::Retired => Ok(None),
            Ok(network) => Ok(Some(network)),
            Err(error) if error.is_not_found() => {
                operation.sleep(self.transport.config().retry_pause).await?;
                self.get_opt(operation, id).await
            }
            Err(error) => Err(error),
        }
    }

    /// Creates a network. It is returned as the API shows it at once, most likely `provisioning`.
    ///
    /// When the answer is lost, the list is read and the one new network that matches is adopted.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] and the like when the API refuses. [`ErrorKind::Lost`] when the answer was lost and
    /// the list does not settle it: [`Error::candidates`] names those it may be.
    pub async fn create(
        &self,
        operation: &Operation,
        new: &NewPrivateNetwork,
    ) -> Result<PrivateNetwork> {
        // Names need not be unique: what is there now is not what will be created.
        self.list(operation, None).await?;
        let creating = self.shared.creates.begin(new.clone());
        let url = self.transport.url(&["private-networks"])?;
        let answered = self
            .transport
            .post(operation, url, new, &|| creating.sent())
            .await;
        let network = answered.and_then(|answer| {
            self.transport
                .decode::<PrivateNetwork>(&answer)
                .map_err(|error| error.that_may_have_happened(true))
        });
        match network {
            Ok(network) => {
                creating.take(&network.id);
                self.shared.creates.see([network.id.as_str()]);
                Ok(network)
            }
            Err(error) if error.may_have_happened() => {
                self.settle(operation, &creating, new, error).await
            }
            Err(error) => Err(error),
        }
    }

    /// Deletes a network. A 404 after a try that may have worked is success.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when it was gone before, [`Error::is_conflict`] while it is in use,
    /// [`Error::may_have_happened`] when the outcome is unknown.
    pub async fn delete(&self, operation: &Operation, id: &str) -> Result<()> {
        self.transport
            .delete(operation, self.transport.url(&["private-networks", id])?)
            .await
            .map(drop)
    }

    /// The answer is lost: finds out what has come of it.
    async fn settle(
        &self,
        operation: &Operation,
        creating: &Creating<'_, NewPrivateNetwork>,
        new: &NewPrivateNetwork,
        lost: Error,
    ) -> Result<PrivateNetwork> {
        creating.lost();
        let config = self.transport.config();
        let operation = operation.with_grace(config.request_timeout);
        let mut mine: Option<NetworkSummary> = None;
        let mut blind = None;
        for pause in retry::looks(config.retry_pause) {
            if operation.sleep(pause).await.is_err() {
                break;
            }
            match self.look_for(&operation, creating, &mut mine).await {
                Ok(Found::Network(network)) => return Ok(*network),
                Ok(Found::Nothing) => blind = None,
                Ok(Found::Several(networks)) => {
                    return Err(several(&lost, &new.name, &networks));
                }
                // One look that fails is no reason to leave the network to nobody.
                Err(error) => {
                    let hopeless = error.is_hopeless();
                    blind = Some(error);
                    if hopeless {
                        break;
                    }
                }
            }
        }
        let name = &new.name;
        Err(match (mine, blind) {
            (Some(network), blind) => {
                let why = blind.map(|it| format!(" ({it})")).unwrap_or_default();
                let text = format!(
                    "the private network `{}` was created, but could not be read{why}",
                    network.id
                );
                Error::lost(&lost, text).with_candidates(vec![candidate(&network)])
            }
            (None, Some(error)) => {
                let text = format!(
                    "whether the private network `{name}` was created is not known: the answer was lost, and the \
                     list could not be read afterwards ({error})"
                );
                Error::lost(&lost, text)
            }
            (None, None) => {
                let text = format!(
                    "the answer to the creation of the private network `{name}` was lost, and the list shows no new \
                     network that matches"
                );
                Error::lost(&lost, text)
            }
        })
    }

    /// One look for the network a create has made, or, once it is known which it is, at that network.
    async fn look_for(
        &self,
        operation: &Operation,
        creating: &Creating<'_, NewPrivateNetwork>,
        mine: &mut Option<NetworkSummary>,
    ) -> Result<Found> {
        if mine.is_none() {
            let networks = self.list(operation, None).await?;
            let objects: Vec<_> = networks.iter().collect();
            match creating.claim(operation, Rule::OnlyOne, &objects).await? {
                Verdict::Mine(id) => {
                    tracing::info!(
                        id,
                        "the answer to a create was lost; adopted the new private network that matches"
                    );
                    *mine = networks.into_iter().find(|it| it.id == id);
                }
                Verdict::Absent | Verdict::Wait => {}
                Verdict::Several(ids) => {
                    let mut found = networks;
                    found.retain(|it| ids.contains(&it.id));
                    return Ok(Found::Several(found));
                }
            }
        }
        match mine {
            Some(network) => {
                let network = self.get(operation, &network.id).await?;
                Ok(Found::Network(Box::new(network)))
            }
            None => Ok(Found::Nothing),
        }
    }
}

/// What a look for a lost network shows.
enum Found {
    Network(Box<PrivateNetwork>),
    Nothing,
    Several(Vec<NetworkSummary>),
}

fn several(lost: &Error, name: &str, networks: &[NetworkSummary]) -> Error {
    let ids: Vec<_> = networks.iter().map(|it| it.id.as_str()).collect();
    let text = format!(
        "the answer to the creation of the private network `{name}` was lost, and {} new networks could be the one: \
         `{}`",
        ids.len(),
        ids.join("`, `")
    );
    Error::lost(lost, text).with_candidates(networks.iter().map(candidate).collect())
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
