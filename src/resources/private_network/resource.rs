//! The life of a private network in Terraform.
//!
//! The quirks to know: a network is asked for in a region (`stockholm`) and answered for in a place
//! (`dc1r28`), so the answer never overwrites the configuration; a description goes in and never
//! comes out; making and removing take their time, and both must be waited for.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use hostup_client::{AttachedVps, NetworkStatus, NewPrivateNetwork, PrivateNetwork};
use tf_provider::value::Value;
use tf_provider_server::model::Schema as _;
use tf_provider_server::{Identity, IdentitySchema};

use crate::framework::cidr;
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets};
use crate::framework::guide::Section;
use crate::framework::identity;
use crate::framework::resource::{Context, Planned, Resource, not_known_yet};
use crate::framework::timeouts::{Action, Timeouts};
use crate::framework::wait::Wait;

use super::checks;
use super::find::by_name;
use super::model::NetworkModel;
use super::plan::plan_change;

/// `hostup_private_network`.
#[derive(Debug)]
pub struct PrivateNetworkResource;

#[async_trait]
impl Resource for PrivateNetworkResource {
    const TYPE: &'static str = "hostup_private_network";
    type Model = NetworkModel;

    fn timeout(model: &NetworkModel, action: Action) -> Duration {
        Timeouts::of(&model.timeouts, action)
    }

    fn validate(config: &NetworkModel, diagnostics: &mut Diagnostics) {
        Timeouts::validate(&config.timeouts, diagnostics);
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
            // A region nobody asked for stays empty: where the network ends up is its location.
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
        if !planned.replace.is_empty() {
            return planned;
        }
        if let (Value::Value(region), Value::Unknown) = (&prior.region, &config.region) {
            diagnostics.warning(not_known_yet("region", region, Section::PrivateNetworks));
        }
        if prior.description != planned.model.description {
            diagnostics.warning(
                Diagnostic::new(
                    "The description changes only in Terraform",
                    "HostUp takes a description when a network is made, and can neither show nor change it later.",
                )
                .at_attribute("description")
                .see(Section::PrivateNetworks),
            );
        }
        planned
    }

    async fn plan_destroy(&self, _: Option<&Context>, _: &NetworkModel, _: &mut Diagnostics) {}

    async fn create(
        &self,
        context: &Context,
        planned: NetworkModel,
        saved: &mut Option<NetworkModel>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let Some(name) = planned.name.as_ref_option() else {
            return Err(
                Diagnostic::because("`name` must be known to make a network")
                    .see(Section::Configuration),
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
            diagnostic.continued(format!(
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

    async fn update(
        &self,
        _: &Context,
        planned: NetworkModel,
        saved: &mut NetworkModel,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        // Everything that can change in place is kept by Terraform alone.
        *saved = planned;
        Ok(())
    }

    async fn delete(
        &self,
        context: &Context,
        state: &NetworkModel,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let id = identity::known_id(&state.id)?;
        let mut wait = Wait::new(
            &context.operation,
            format!("the network `{id}` to be removed"),
            "apply again to go on; nothing is lost",
        );
        remove(context, id, &mut wait).await?;
        let networks = context.client.private_networks();
        loop {
            let look = networks.get_opt(wait.operation(), id).await;
            match wait.seen(look)? {
                Some(None) => return Ok(()),
                Some(Some(network)) => {
                    wait.pause(&format!("`{}`", network.status.as_str()))
                        .await?;
                }
                None => wait.pause("not readable").await?,
            }
        }
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
            None => Err(Diagnostic::because(format!(
                "no network has the id or the name `{id}`, of {} in the account",
                listed.len()
            ))
            .hint(
                Section::Lookups,
                "give a network's id, which begins with `pnet_`, or its name",
            )),
        }
    }

    fn identity_schema() -> IdentitySchema {
        identity::schema("id", "The network's id, which begins with `pnet_`.")
    }

    fn identity(model: &NetworkModel) -> Option<Identity> {
        Some(identity::of("id", model.id.as_ref_option()?))
    }

    fn import_id(identity: &Identity) -> Option<String> {
        identity::text(identity, "id")
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
                return Err(Diagnostic::because(format!(
                    "the network `{id}` is `{}` and will not become `active`",
                    network.status.as_str()
                ))
                .see(Section::PrivateNetworks));
            }
            waiting => wait.pause(&format!("`{}`", waiting.as_str())).await?,
        }
        // It was made a moment ago, so it may not show everywhere yet.
        let now = Some(SystemTime::now());
        let look = networks.get_present(wait.operation(), &id, now).await;
        match wait.seen(look)? {
            Some(Some(found)) => network = found,
            Some(None) => {
                return Err(Diagnostic::because(format!(
                    "the network `{id}` was removed while it was being made"
                ))
                .see(Section::PrivateNetworks));
            }
            None => {}
        }
    }
}

/// Asks for the removal until it is accepted. A refusal is waited out only while something is still
/// on its way. One that found everything settled is repeated once: what stood in the way may have
/// passed between the refusal and the look.
async fn remove(context: &Context, id: &str, wait: &mut Wait) -> Result<(), Diagnostic> {
    let networks = context.client.private_networks();
    let mut settled_before = false;
    loop {
        let refused = match networks.delete(wait.operation(), id).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_conflict() => error,
            Err(error) => {
                // Another 404 than the API's, for a network that the list shows: asked again.
                if error.status() != Some(404) || wait.seen::<()>(Err(error.clone()))?.is_some() {
                    return Err(error.into());
                }
                wait.pause("listed, though HostUp does not find it").await?;
                continue;
            }
        };
        let look = networks.get_opt(wait.operation(), id).await;
        let network = match wait.seen(look)? {
            None => {
                wait.pause("not readable").await?;
                continue;
            }
            Some(None) => return Ok(()),
            Some(Some(network)) => network,
        };
        let vps = context.client.vps();
        let is_leaving = |server: &AttachedVps| vps.detached_recently(&server.id);
        let (leaving, attached): (Vec<_>, Vec<_>) =
            network.attached_vps.iter().partition(|it| is_leaving(it));
        // A server that was just detached may still show, and its address stay reserved for a while.
        let reserved = network.unused_address_reservation_count.unwrap_or(0) > 0;
        let settled = is_settled(&network) && leaving.is_empty() && !reserved;
        if !attached.is_empty() || (settled && settled_before) {
            return Err(blocked(&network, refused.into()));
        }
        if !settled {
            let now = format!(
                "`{}`, and HostUp refuses to remove it yet",
                network.status.as_str()
            );
            wait.pause(&now).await?;
        }
        settled_before = settled;
    }
}

/// Whether neither the network nor a subnet is on its way to another status.
fn is_settled(network: &PrivateNetwork) -> bool {
    let passing = |status: &NetworkStatus| {
        matches!(
            status,
            NetworkStatus::Provisioning | NetworkStatus::Deprovisioning
        )
    };
    !passing(&network.status) && !network.subnets.iter().any(|subnet| passing(&subnet.status))
}

fn blocked(network: &PrivateNetwork, refused: Diagnostic) -> Diagnostic {
    let servers = network.attached_vps.iter();
    let servers = servers.map(|vps| format!("server `{}` (`{}`) is attached", vps.name, vps.id));
    let subnets = network
        .subnets
        .iter()
        .filter(|subnet| subnet.status != NetworkStatus::Retired);
    let subnets = subnets.map(|subnet| {
        format!(
            "subnet {} (`{}`) is `{}`",
            subnet.subnet_cidr,
            subnet.id,
            subnet.status.as_str()
        )
    });
    let blocking = bullets(servers.chain(subnets));
    if blocking.is_empty() {
        return refused;
    }
    refused.hint(
        Section::PrivateNetworks,
        format!("detach the servers at HostUp, then apply again; subnets that block are for its support to retire:{blocking}"),
    )
}
