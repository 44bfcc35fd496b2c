//! The lifecycle of a private interface in Terraform.
//!
//! The quirk to know: HostUp has no id for an interface. Its name can change and is given to other
//! interfaces again, so the server and the address identify it, and every change reads the name
//! right before it is used.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::SystemTime;

use async_trait::async_trait;
use hostup_client::{Interface, VpsNetwork};
use tf_provider::value::Value;
use tf_provider_server::{Identity, IdentitySchema};

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;
use crate::framework::identity;
use crate::framework::resource::{Context, Planned, Resource, unknown_until_apply};
use crate::framework::run_memory::RunMemory;
use crate::framework::timeouts::Timeouts;

use super::attach::attach;
use super::checks;
use super::detach::detach;
use super::job::Target;
use super::model::InterfaceModel;
use super::plan::{SubnetChange, plan_change, planned_anew, subnet_change};
use super::subnet;

/// `hostup_vps_private_interface`.
#[derive(Debug, Default)]
pub struct InterfaceResource {
    /// The ids in the state. The plan of a replacement does not see the object that it replaces.
    stored: RunMemory<BTreeSet<String>>,
}

impl InterfaceResource {
    fn remember(&self, context: &Context, state: &InterfaceModel) {
        if let Some(id) = state.known_id() {
            self.stored
                .with(&context.client, |stored| stored.insert(id));
        }
    }

    /// Completes the plan of a new interface with what the account tells, and checks it.
    async fn anew(
        &self,
        context: Option<&Context>,
        planned: InterfaceModel,
        diagnostics: &mut Diagnostics,
    ) -> InterfaceModel {
        let Some(context) = context else {
            return planned;
        };
        let names_subnet = [&planned.subnet_id, &planned.private_network_id]
            .iter()
            .any(|it| matches!(it, Value::Value(_)));
        let place = if names_subnet {
            match subnet::find(context, &planned).await {
                Ok(place) => Some(place),
                Err(why) => {
                    checks::no_place(context, why, diagnostics);
                    None
                }
            }
        } else {
            None
        };
        let is_stored = |vps_id: &str, address: Ipv4Addr| {
            let id = format!("{vps_id}/{address}");
            self.stored.with(&context.client, |it| it.contains(&id))
        };
        checks::against_account(context, &planned, place.as_ref(), is_stored, diagnostics).await;
        match place {
            Some(place) => planned.in_subnet(&place.subnet),
            None => planned,
        }
    }
}

#[async_trait]
impl Resource for InterfaceResource {
    const TYPE: &'static str = "hostup_vps_private_interface";
    const IDENTITY_DESCRIPTION: &'static str =
        "The id of the server that has the interface to import, which begins with `vps_`.";
    type Model = InterfaceModel;

    fn id(model: &InterfaceModel) -> &Value<String> {
        &model.id
    }

    fn timeouts(model: &InterfaceModel) -> &Value<Timeouts> {
        &model.timeouts
    }

    fn validate(config: &InterfaceModel, diagnostics: &mut Diagnostics) {
        checks::offline(config, diagnostics);
    }

    async fn plan_create(
        &self,
        context: Option<&Context>,
        config: &InterfaceModel,
        proposed: InterfaceModel,
        diagnostics: &mut Diagnostics,
    ) -> InterfaceModel {
        diagnostics.warning(restart([&config.vps_id]));
        self.anew(context, planned_anew(config, proposed), diagnostics)
            .await
    }

    async fn plan_update(
        &self,
        context: Option<&Context>,
        prior: &InterfaceModel,
        config: &InterfaceModel,
        proposed: InterfaceModel,
        diagnostics: &mut Diagnostics,
    ) -> Planned<InterfaceModel> {
        for (attribute, old, new) in [
            ("vps_id", &prior.vps_id, &config.vps_id),
            ("ip_address", &prior.ip_address, &config.ip_address),
            ("subnet_id", &prior.subnet_id, &config.subnet_id),
            (
                "private_network_id",
                &prior.private_network_id,
                &config.private_network_id,
            ),
        ] {
            if let (Value::Value(old), Value::Unknown) = (old, new) {
                let more = Section::PrivateInterfaces;
                diagnostics.warning(unknown_until_apply(attribute, old, more));
            }
        }
        let other_subnet = match subnet_change(prior, config) {
            SubnetChange::Same => None,
            SubnetChange::Other(attribute) => Some(attribute),
            SubnetChange::SameIfIn(network) => {
                match has_subnet(context, &network, &prior.subnet_id).await {
                    Ok(true) => None,
                    Ok(false) => Some("private_network_id"),
                    Err(diagnostic) => {
                        diagnostics.error(
                            diagnostic
                                .or_summary(|| "Could not compare the subnets".to_owned())
                                .at_attribute("private_network_id"),
                        );
                        None
                    }
                }
            }
        };
        let mut planned = plan_change(prior, config, proposed, other_subnet);
        if !planned.replace.is_empty() {
            diagnostics.warning(restart([&prior.vps_id, &config.vps_id]));
            planned.model = self.anew(context, planned.model, diagnostics).await;
        }
        planned
    }

    async fn plan_destroy(
        &self,
        _: Option<&Context>,
        prior: &InterfaceModel,
        diagnostics: &mut Diagnostics,
    ) {
        diagnostics.warning(restart([&prior.vps_id]));
    }

    async fn create(
        &self,
        context: &Context,
        planned: InterfaceModel,
        saved: &mut Option<InterfaceModel>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let place = subnet::active(context, &planned).await?;
        let (vps_id, address) = key(&planned)?;
        let model = InterfaceModel {
            id: Value::Value(format!("{vps_id}/{address}")),
            interface_name: Value::Null,
            mac_address: Value::Null,
            ..planned.in_subnet(&place.subnet)
        };
        let (vps_id, address) = key(&model)?;
        let change = context
            .client
            .vps()
            .change(&context.operation, vps_id)
            .await?;
        let target = Target::new(context, vps_id, address);
        let accepted = || *saved = Some(model.clone());
        let interface = attach(target, change, &place, accepted).await?;
        context.unfinished.finish();
        *saved = Some(model.updated_from(&interface));
        Ok(())
    }

    async fn read(
        &self,
        context: &Context,
        state: InterfaceModel,
        _: &mut Diagnostics,
    ) -> Result<Option<InterfaceModel>, Diagnostic> {
        let (vps_id, address) = key(&state)?;
        let target = Target::new(context, vps_id, address);
        // The job is read first: a change that has ended by then shows in the network.
        let coming = target.may_come(&context.operation).await?;
        let written = context.written.filter(|_| coming.is_none());
        let found = target.read(&context.operation, written).await?;
        self.remember(context, &state);
        Ok(match found {
            Some(interface) => {
                context.unfinished.finish();
                Some(state.updated_from(&interface))
            }
            None => coming.map(|_| state),
        })
    }

    async fn delete(
        &self,
        context: &Context,
        state: &InterfaceModel,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let (vps_id, address) = key(state)?;
        let change = context
            .client
            .vps()
            .change(&context.operation, vps_id)
            .await?;
        let mut target = Target::new(context, vps_id, address);
        if state.is_unconfirmed() && context.unfinished.get().is_none() {
            // A replacement with another id: the core gives no private state to the delete.
            context.unfinished.begin(None);
            target.written = Some(SystemTime::now());
        }
        detach(target, change).await
    }

    async fn import(&self, context: &Context, id: &str) -> Result<InterfaceModel, Diagnostic> {
        let not_one = || {
            Diagnostic::without_summary(format!("`{id}` does not name a server and an address"))
                .hint(
                    Section::Lookups,
                    "give the server's id and the address, as in \
                 `vps_01hxa3b4c5d6e7f8g9h0j1k2m5/10.42.0.10`",
                )
        };
        let (vps_id, address) = id.split_once('/').ok_or_else(not_one)?;
        let address = address.parse().map_err(|_| not_one())?;
        let network = context
            .client
            .vps()
            .network_opt(&context.operation, vps_id)
            .await?;
        let Some(network) = network else {
            return Err(Diagnostic::without_summary(format!(
                "the account has no server `{vps_id}`"
            ))
            .hint(Section::Lookups, "a server's id begins with `vps_`"));
        };
        let Some(interface) = network.interface_with(address) else {
            let addresses = addresses(&network);
            let has = if addresses.is_empty() {
                "none".to_owned()
            } else {
                addresses
            };
            return Err(Diagnostic::without_summary(format!(
                "server `{vps_id}` has no private address `{address}`; it has {has}"
            ))
            .section(Section::Lookups));
        };
        let subnet = subnet::of_address(context, vps_id, address).await?;
        Ok(InterfaceModel::imported(
            vps_id,
            address,
            interface,
            subnet.as_ref(),
        ))
    }

    fn identity_schema() -> IdentitySchema {
        identity::schema(&[
            ("vps_id", Self::IDENTITY_DESCRIPTION),
            (
                "ip_address",
                "The address of the interface to import, such as `10.42.0.10`.",
            ),
        ])
    }

    fn identity(model: &InterfaceModel) -> Option<Identity> {
        let vps_id = model.vps_id.as_ref_option()?;
        let address = model.address()?.to_string();
        Some(identity::of("vps_id", vps_id).with("ip_address", address.as_str()))
    }

    fn import_id(identity: &Identity) -> Option<String> {
        let vps_id = identity::text(identity, "vps_id")?;
        let address = identity::text(identity, "ip_address")?;
        Some(format!("{vps_id}/{address}"))
    }
}

/// The server and the address of an interface.
fn key(model: &InterfaceModel) -> Result<(&str, Ipv4Addr), Diagnostic> {
    let vps_id = identity::known_id(&model.vps_id)?;
    let address = model.address().ok_or_else(|| {
        Diagnostic::without_summary("the state holds no `ip_address` for this interface").hint(
            Section::Lookups,
            "remove it with `state rm`, and import it again",
        )
    })?;
    Ok((vps_id, address))
}

/// Warns of what an attach or a detach does to the servers.
fn restart<'a>(ids: impl IntoIterator<Item = &'a Value<String>>) -> Diagnostic {
    let ids: BTreeSet<_> = ids.into_iter().map(Value::as_ref_option).collect();
    let servers = ids.into_iter().map(|id| match id {
        Some(id) => format!("server `{id}`"),
        None => "the server".to_owned(),
    });
    let servers = servers.collect::<Vec<_>>().join(" and of ");
    Diagnostic::new(
        "The server may restart",
        format!(
            "HostUp reconfigures the network of {servers} when an interface is attached or \
             detached. The server may restart, and be unreachable for up to two minutes."
        ),
    )
    .section(Section::PrivateInterfaces)
}

/// Whether the private network has the subnet.
async fn has_subnet(
    context: Option<&Context>,
    network: &str,
    subnet: &Value<String>,
) -> Result<bool, Diagnostic> {
    let context = context.ok_or_else(|| {
        Diagnostic::without_summary(format!(
            "`{network}` cannot be read before the provider is configured"
        ))
        .section(Section::PrivateInterfaces)
    })?;
    let networks = context.client.private_networks();
    let network = networks
        .get_present(&context.operation, network, None)
        .await?;
    let id = subnet.as_ref_option();
    Ok(network.is_some_and(|it| it.subnets.iter().any(|own| Some(&own.id) == id)))
}

/// Every private address of a server.
fn addresses(network: &VpsNetwork) -> String {
    let addresses = network
        .interfaces
        .iter()
        .flat_map(Interface::private_addresses);
    addresses
        .map(|(address, _)| format!("`{address}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
