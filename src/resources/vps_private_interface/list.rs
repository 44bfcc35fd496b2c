//! The list of the account's private interfaces for `terraform query`: of one server, of one private network, or
//! of all networks.

use async_trait::async_trait;
use hostup_client::PrivateNetwork;
use serde::Deserialize;
use tf_provider::value::Value;
use tf_provider_server::model::Schema;

use crate::framework::data_source::not_empty;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;
use crate::framework::list_resource::{Found, ListResource};
use crate::framework::resource::Context;

use super::model::InterfaceModel;
use super::resource::InterfaceResource;
use super::subnet;

/// The list resource `hostup_vps_private_interface`.
#[derive(Debug)]
pub struct InterfaceList;

/// Lists the account's private interfaces.
#[derive(Debug, Deserialize, Schema)]
#[schema(optional)]
pub struct InterfaceFilter {
    /// Only the interfaces of the server with this id.
    vps_id: Value<String>,
    /// Only the interfaces in the private network with this id.
    private_network_id: Value<String>,
}

#[async_trait]
impl ListResource for InterfaceList {
    type Of = InterfaceResource;
    type Filter = InterfaceFilter;

    fn validate(filter: &InterfaceFilter, diagnostics: &mut Diagnostics) {
        not_empty(
            [
                ("vps_id", &filter.vps_id),
                ("private_network_id", &filter.private_network_id),
            ],
            diagnostics,
        );
    }

    async fn list(
        &self,
        context: &Context,
        filter: InterfaceFilter,
    ) -> Result<Vec<Found<InterfaceModel>>, Diagnostic> {
        let networks = match filter.private_network_id.as_ref_option() {
            Some(id) => vec![network(context, id).await?],
            None => subnet::networks(context).await?,
        };
        let vps_id = filter.vps_id.as_ref_option();
        let mut found = Vec::new();
        for network in &networks {
            let servers = network.attached_vps.iter();
            for server in servers.filter(|it| vps_id.is_none_or(|id| *id == it.id)) {
                let of_server = context
                    .client
                    .vps()
                    .recent_network(&context.operation, &server.id)
                    .await?;
                let interfaces = of_server.iter().flat_map(|it| &it.interfaces);
                for interface in interfaces {
                    for (address, _) in interface.private_addresses() {
                        let subnets = &mut network.subnets.iter();
                        let Some(subnet) = subnets.find(|it| subnet::contains(it, address)) else {
                            continue;
                        };
                        found.push(Found {
                            name: format!("{address} of {}", server.name),
                            model: InterfaceModel::imported(
                                &server.id,
                                address,
                                interface,
                                Some(subnet),
                            ),
                        });
                    }
                }
            }
        }
        Ok(found)
    }
}

async fn network(context: &Context, id: &str) -> Result<PrivateNetwork, Diagnostic> {
    let networks = context.client.private_networks();
    let network = networks.get_opt(&context.operation, id).await?;
    network.ok_or_else(|| {
        Diagnostic::without_summary(format!("the account has no private network `{id}`"))
            .at_attribute("private_network_id")
            .hint(Section::Lookups, "a network's id begins with `pnet_`")
    })
}
