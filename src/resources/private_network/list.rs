//! The list resource `hostup_private_network`.
//!
//! The API lists networks without their subnets and servers, so a full network takes a request of
//! its own. It is sent only if the core requests full objects.

use async_trait::async_trait;
use hostup_client::NetworkStatus;
use serde::Deserialize;
use tf_provider::value::Value;
use tf_provider_server::model::Schema;

use crate::framework::data_source::not_empty;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::identity::known_id;
use crate::framework::list_resource::{Found, ListResource};
use crate::framework::resource::Context;

use super::model::NetworkModel;
use super::resource::PrivateNetworkResource;

/// The list resource `hostup_private_network`.
#[derive(Debug)]
pub struct NetworkList;

/// Lists the account's private networks.
#[derive(Debug, Deserialize, Schema)]
#[schema(optional)]
pub struct NetworkFilter {
    /// Only the networks that were created with this `region`, such as `stockholm`.
    region: Value<String>,
    /// Only the networks of this name, which need not be unique.
    name: Value<String>,
}

#[async_trait]
impl ListResource for NetworkList {
    type Of = PrivateNetworkResource;
    type Filter = NetworkFilter;

    fn validate(filter: &NetworkFilter, diagnostics: &mut Diagnostics) {
        not_empty(
            [("region", &filter.region), ("name", &filter.name)],
            diagnostics,
        );
    }

    async fn list(
        &self,
        context: &Context,
        filter: NetworkFilter,
    ) -> Result<Vec<Found<NetworkModel>>, Diagnostic> {
        let listed = context
            .client
            .private_networks()
            .list(&context.operation, filter.region.as_deref_option())
            .await?;
        let name = filter.name.as_ref_option();
        let found = listed
            .iter()
            // A network that is being deleted can't be imported.
            .filter(|network| {
                !matches!(
                    network.status,
                    NetworkStatus::Retired | NetworkStatus::Deprovisioning
                )
            })
            .filter(|network| name.is_none_or(|name| *name == network.name))
            .map(|network| Found {
                // Names need not be unique; ranges are.
                name: format!("{} ({})", network.name, network.parent_cidr),
                model: NetworkModel::listed(network),
            });
        Ok(found.collect())
    }

    async fn full(
        &self,
        context: &Context,
        model: NetworkModel,
    ) -> Result<Option<NetworkModel>, Diagnostic> {
        let network = context
            .client
            .private_networks()
            .get_opt(&context.operation, known_id(&model.id)?)
            .await?;
        Ok(network.as_ref().map(NetworkModel::imported))
    }
}
