//! The data sources `hostup_private_network`, one network by id or name, and
//! `hostup_private_networks`, all networks or those of a region.
//!
//! The API lists networks without their subnets and servers, so the plural shows less of each. The
//! region of a request (`stockholm`) is not the one of a response (`dc1r28`), which is `location`
//! here.

use async_trait::async_trait;
use hostup_client::{NetworkStatus, PrivateNetwork};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;

use crate::framework::data_source::{DataSource, exactly_one_of, not_empty};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;
use crate::framework::resource::Context;

use super::find::{by_name, existing};
use super::view::{NetworkView, SummaryView};

/// The data source `hostup_private_network`.
#[derive(Debug)]
pub struct NetworkDataSource;

/// The data source `hostup_private_networks`.
#[derive(Debug)]
pub struct NetworksDataSource;

/// Lists the account's private networks. `hostup_private_network` shows a network's subnets and
/// servers, too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct NetworksModel {
    /// Only the networks that were created with this `region`, such as `stockholm`.
    #[schema(optional)]
    region: Value<String>,
    /// The networks, in the order HostUp lists them.
    #[schema(computed)]
    networks: Value<Vec<SummaryView>>,
}

#[async_trait]
impl DataSource for NetworkDataSource {
    const TYPE: &'static str = "hostup_private_network";
    type Model = NetworkView;

    fn validate(config: &NetworkView, diagnostics: &mut Diagnostics) {
        exactly_one_of([("id", &config.id), ("name", &config.name)], diagnostics);
    }

    async fn look_up(
        &self,
        context: &Context,
        config: NetworkView,
    ) -> Result<NetworkView, Diagnostic> {
        let network = match (config.id.as_ref_option(), config.name.as_ref_option()) {
            (Some(id), _) => with_id(context, id).await?,
            (None, name) => named(context, name.map_or("", String::as_str)).await?,
        };
        Ok(NetworkView::from(&network))
    }
}

async fn with_id(context: &Context, id: &str) -> Result<PrivateNetwork, Diagnostic> {
    let networks = context.client.private_networks();
    if let Some(found) = networks.get_opt(&context.operation, id).await? {
        return Ok(found);
    }
    // Without the list the hint is shorter.
    let listed = networks.list(&context.operation, None).await;
    let existing = existing(listed.as_deref().unwrap_or_default());
    Err(
        Diagnostic::without_summary(format!("the account has no network `{id}`"))
            .at_attribute("id")
            .hint(
                Section::Lookups,
                format!(
                    "a network's id begins with `pnet_`; to find a network by its name, set `name`\
                     {existing}"
                ),
            ),
    )
}

async fn named(context: &Context, name: &str) -> Result<PrivateNetwork, Diagnostic> {
    let networks = context.client.private_networks();
    let listed = networks.list(&context.operation, None).await?;
    match by_name(&listed, name).map_err(|diagnostic| diagnostic.at_attribute("name"))? {
        Some(network) => Ok(networks.get(&context.operation, &network.id).await?),
        None => Err(Diagnostic::without_summary(format!(
            "no network of the account is named `{name}`"
        ))
        .at_attribute("name")
        .hint(
            Section::Lookups,
            format!(
                "the name must match exactly; to find a network by its id, set `id`{}",
                existing(&listed)
            ),
        )),
    }
}

#[async_trait]
impl DataSource for NetworksDataSource {
    const TYPE: &'static str = "hostup_private_networks";
    type Model = NetworksModel;

    fn validate(config: &NetworksModel, diagnostics: &mut Diagnostics) {
        not_empty([("region", &config.region)], diagnostics);
    }

    async fn look_up(
        &self,
        context: &Context,
        config: NetworksModel,
    ) -> Result<NetworksModel, Diagnostic> {
        let listed = context
            .client
            .private_networks()
            .list(&context.operation, config.region.as_deref_option())
            .await?;
        let networks = listed
            .iter()
            .filter(|network| network.status != NetworkStatus::Retired)
            .map(SummaryView::from)
            .collect();
        Ok(NetworksModel {
            region: config.region,
            networks: Value::Value(networks),
        })
    }
}
