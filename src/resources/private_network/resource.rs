//! The resource `hostup_private_network`.
//!
//! A create names a region (`stockholm`), and the API returns a location (`dc1r28`), so the
//! response never overwrites the configured region. The API never returns a description. Creates
//! and deletes take a while, and both are waited for.

use std::collections::BTreeMap;
use std::time::SystemTime;

use async_trait::async_trait;
use hostup_client::{NetworkStatus, NewPrivateNetwork, PrivateNetwork};
use tf_provider::value::Value;
use tf_provider_server::model::Schema as _;

use crate::framework::cidr;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;
use crate::framework::identity;
use crate::framework::resource::{Context, Planned, Resource};
use crate::framework::run_memory::RunMemory;
use crate::framework::timeouts::Timeouts;
use crate::framework::wait::Wait;

use super::checks;
use super::deletion::delete;
use super::find::{by_name, existing};
use super::model::NetworkModel;
use super::plan::{check_new_region, plan_change, servers_attached, warn};

/// `hostup_private_network`.
#[derive(Debug, Default)]
pub struct PrivateNetworkResource {
    /// The networks in the state that have servers attached, by id. The plan of a replacement does
    /// not see the object that it replaces, only its name.
    occupied: RunMemory<BTreeMap<String, NetworkModel>>,
}

impl PrivateNetworkResource {
    fn remember(&self, context: &Context, network: &NetworkModel) {
        if let Value::Value(id) = &network.id
            && !network.servers().is_empty()
        {
            self.occupied.with(&context.client, |occupied| {
                occupied.insert(id.clone(), network.clone());
            });
        }
    }

    fn forget(&self, context: &Context, network: &NetworkModel) {
        if let Value::Value(id) = &network.id {
            self.occupied
                .with(&context.client, |occupied| occupied.remove(id));
        }
    }
}

#[async_trait]
impl Resource for PrivateNetworkResource {
    const TYPE: &'static str = "hostup_private_network";
    const IDENTITY_DESCRIPTION: &'static str =
        "The id of the network to import, which begins with `pnet_`.";
    type Model = NetworkModel;

    fn id(model: &NetworkModel) -> &Value<String> {
        &model.id
    }

    fn timeouts(model: &NetworkModel) -> &Value<Timeouts> {
        &model.timeouts
    }

    fn validate(config: &NetworkModel, diagnostics: &mut Diagnostics) {
        checks::offline(config, diagnostics);
    }

    async fn plan_create(
        &self,
        context: Option<&Context>,
        config: &NetworkModel,
        proposed: NetworkModel,
        diagnostics: &mut Diagnostics,
    ) -> NetworkModel {
        check_new_region(&config.region, diagnostics);
        if let Some(context) = context {
            // A network of this name is tainted and will be replaced. (With `-replace` cores drop
            // the warnings of this plan.)
            self.occupied.with(&context.client, |occupied| {
                let replaced = occupied.values().find(|it| it.name == config.name);
                if let Some(replaced) = replaced {
                    diagnostics.warning(servers_attached(replaced.servers()));
                }
            });
        }
        let mut planned = NetworkModel {
            parent_cidr: match &config.parent_cidr {
                Value::Null => Value::Unknown,
                range => range.clone(),
            },
            // A region that is not configured stays null: HostUp returns a location instead.
            region: config.region.clone(),
            ..proposed
        };
        planned.set_computed_unknown();
        planned
    }

    async fn plan_update(
        &self,
        context: Option<&Context>,
        prior: &NetworkModel,
        config: &NetworkModel,
        proposed: NetworkModel,
        diagnostics: &mut Diagnostics,
    ) -> Planned<NetworkModel> {
        let planned = plan_change(prior, config, proposed);
        warn(prior, &planned, diagnostics);
        if !planned.replace.is_empty() && !prior.servers().is_empty() {
            diagnostics.warning(servers_attached(prior.servers()));
            if let Some(context) = context {
                self.forget(context, prior);
            }
        }
        planned
    }

    async fn create(
        &self,
        context: &Context,
        planned: NetworkModel,
        saved: &mut Option<NetworkModel>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let Some(name) = planned.name.as_ref_option() else {
            return Err(
                Diagnostic::without_summary("`name` must be known to create a network")
                    .section(Section::Configuration),
            );
        };
        let new = NewPrivateNetwork {
            name: name.clone(),
            region: planned.region.as_ref_option().cloned(),
            description: planned.description.as_ref_option().cloned(),
            parent_cidr: planned
                .parent_cidr
                .as_ref_option()
                .map(|range| cidr::canonical(range)),
        };
        let created = context
            .client
            .private_networks()
            .create(&context.operation, &new)
            .await?;
        let id = created.id.clone();
        // The network is in the state before anything waits, so it is never orphaned.
        *saved = Some(planned.clone().updated_from(&created));
        let active = active(context, created).await.map_err(|diagnostic| {
            diagnostic.line(format!(
                "`{id}` is in the state, tainted: the next apply replaces it"
            ))
        })?;
        *saved = Some(planned.updated_from(&active));
        Ok(())
    }

    async fn read(
        &self,
        context: &Context,
        state: NetworkModel,
        _: &mut Diagnostics,
    ) -> Result<Option<NetworkModel>, Diagnostic> {
        let id = identity::known_id(&state.id)?;
        let network = context
            .client
            .private_networks()
            .get_present(&context.operation, id, context.written)
            .await?;
        let network = network.map(|network| state.updated_from(&network));
        if let Some(network) = &network {
            self.remember(context, network);
        }
        Ok(network)
    }

    async fn delete(
        &self,
        context: &Context,
        state: &NetworkModel,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        delete(context, identity::known_id(&state.id)?).await
    }

    async fn import(&self, context: &Context, id: &str) -> Result<NetworkModel, Diagnostic> {
        let networks = context.client.private_networks();
        // A name may contain anything, so only what looks like an id goes into a path.
        if id.starts_with("pnet_")
            && let Some(network) = networks.get_opt(&context.operation, id).await?
        {
            return Ok(NetworkModel::imported(&network));
        }
        let listed = networks.list(&context.operation, None).await?;
        match by_name(&listed, id)? {
            Some(only) => Ok(NetworkModel::imported(
                &networks.get(&context.operation, &only.id).await?,
            )),
            None => Err(Diagnostic::without_summary(format!(
                "no network of the account has the id or the name `{id}`"
            ))
            .hint(
                Section::Lookups,
                format!(
                    "use a network's id, which begins with `pnet_`, or its name{}",
                    existing(&listed)
                ),
            )),
        }
    }
}

/// Waits until the network is `active`.
async fn active(context: &Context, created: PrivateNetwork) -> Result<PrivateNetwork, Diagnostic> {
    let id = created.id.clone();
    let networks = context.client.private_networks();
    let mut wait = Wait::new(
        &context.operation,
        format!("the network `{id}` to become `active`"),
        "to keep the network, wait until HostUp shows it as `active`, and `untaint` its address \
         before the next apply",
    );
    let mut network = created;
    loop {
        match &network.status {
            NetworkStatus::Active => return Ok(network),
            NetworkStatus::Retired | NetworkStatus::Deprovisioning => {
                return Err(Diagnostic::without_summary(format!(
                    "the network `{id}` is `{}` and will not become `active`",
                    network.status.as_str()
                ))
                .section(Section::PrivateNetworks));
            }
            waiting => wait.pause(&format!("`{}`", waiting.as_str())).await?,
        }
        // A new network may be missing from a copy of the account that lags behind.
        let now = Some(SystemTime::now());
        let read = networks.get_present(wait.operation(), &id, now).await;
        match wait.tolerate(read)? {
            Some(Some(found)) => network = found,
            Some(None) => {
                return Err(Diagnostic::without_summary(format!(
                    "the network `{id}` was deleted while it was being created"
                ))
                .section(Section::PrivateNetworks));
            }
            None => {}
        }
    }
}
