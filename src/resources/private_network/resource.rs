//! The resource `hostup_private_network`.
//!
//! A create names a region (`stockholm`), and the API returns a location (`dc1r28`), so the response
//! never overwrites the configured region. The API never returns a description. Creates and
//! deletes take a while, and both are waited for.

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
use crate::framework::timeouts::Timeouts;
use crate::framework::wait::Wait;

use super::checks;
use super::deletion::delete;
use super::find::by_name;
use super::model::NetworkModel;
use super::plan::{plan_change, warn};

/// `hostup_private_network`.
#[derive(Debug)]
pub struct PrivateNetworkResource;

#[async_trait]
impl Resource for PrivateNetworkResource {
    const TYPE: &'static str = "hostup_private_network";
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
        _: Option<&Context>,
        config: &NetworkModel,
        proposed: NetworkModel,
        _: &mut Diagnostics,
    ) -> NetworkModel {
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
        _: Option<&Context>,
        prior: &NetworkModel,
        config: &NetworkModel,
        proposed: NetworkModel,
        diagnostics: &mut Diagnostics,
    ) -> Planned<NetworkModel> {
        let planned = plan_change(prior, config, proposed);
        warn(prior, &planned, diagnostics);
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
                Diagnostic::without_summary("`name` must be known to make a network")
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
        let made = context
            .client
            .private_networks()
            .create(&context.operation, &new)
            .await?;
        let id = made.id.clone();
        // In the state before anything waits: whatever happens now, the network is not orphaned.
        *saved = Some(planned.clone().updated_from(&made));
        let active = active(context, made).await.map_err(|diagnostic| {
            diagnostic.line(format!(
                "`{id}` stands in the state, marked tainted: the next apply replaces it"
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
        Ok(network.map(|network| state.updated_from(&network)))
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
        // Anything may be a name: what does not begin as ids do is not asked for by its address.
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
                "no network has the id or the name `{id}`, of {} in the account",
                listed.len()
            ))
            .hint(
                Section::Lookups,
                "give a network's id, which begins with `pnet_`, or its name",
            )),
        }
    }
}

/// Waits until the network is `active`.
async fn active(context: &Context, made: PrivateNetwork) -> Result<PrivateNetwork, Diagnostic> {
    let id = made.id.clone();
    let networks = context.client.private_networks();
    let mut wait = Wait::new(
        &context.operation,
        format!("the network `{id}` to become `active`"),
        "to keep the network, `untaint` its address once HostUp shows it as `active`, before the next apply",
    );
    let mut network = made;
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
        // It was made a moment ago, so it may not show everywhere yet.
        let now = Some(SystemTime::now());
        let look = networks.get_present(wait.operation(), &id, now).await;
        match wait.tolerate(look)? {
            Some(Some(found)) => network = found,
            Some(None) => {
                return Err(Diagnostic::without_summary(format!(
                    "the network `{id}` was removed while it was being made"
                ))
                .section(Section::PrivateNetworks));
            }
            None => {}
        }
    }
}
