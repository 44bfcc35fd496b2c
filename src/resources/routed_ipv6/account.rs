//! The data source `hostup_routed_ipv6`: the whole document.
//!
//! The API may leave out every key of the document but `pools`. A missing value is null, never
//! false.

use async_trait::async_trait;
use hostup_client::{AccountActions, State};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::Int;

use crate::framework::capability;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::resource::Context;

use super::model::{DestinationView, PoolView};

/// The data source `hostup_routed_ipv6`.
#[derive(Debug)]
pub struct AccountDataSource;

/// Reads the account's routed IPv6: its pools with their routes, the servers that can receive
/// routes, and what HostUp allows now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[schema(computed)]
pub struct AccountModel {
    /// Whether the account can use routed IPv6 at all.
    available: Value<bool>,
    /// Why `available` is false; null when it is true.
    reason: Value<String>,
    /// The lengths that HostUp allows for a routed prefix.
    allowed_prefix_lengths: Value<Vec<Int>>,
    /// Whether a pool can be allocated now.
    can_allocate_pool: Value<bool>,
    #[schema(description = capability::reason("can_allocate_pool"))]
    can_allocate_pool_reason: Value<String>,
    /// Whether a route can be created in a pool now.
    can_create_route: Value<bool>,
    #[schema(description = capability::reason("can_create_route"))]
    can_create_route_reason: Value<String>,
    /// The account's pools: one, except in accounts that were migrated with several.
    pools: Value<Vec<PoolView>>,
    /// The account's virtual servers as destinations of routes.
    destinations: Value<Vec<DestinationView>>,
}

impl From<&State> for AccountModel {
    fn from(state: &State) -> Self {
        // Every field is named, so that a new one does not compile before it is handled.
        let State {
            available,
            reason,
            allowed_prefix_lengths,
            pools,
            destinations,
            actions,
        } = state;
        let (allocate, create) = match actions {
            Some(AccountActions {
                can_allocate_pool,
                can_create_route,
            }) => (Some(can_allocate_pool), Some(can_create_route)),
            None => (None, None),
        };
        let (can_allocate_pool, can_allocate_pool_reason) = capability::values_or_null(allocate);
        let (can_create_route, can_create_route_reason) = capability::values_or_null(create);
        Self {
            available: (*available).into(),
            reason: reason.clone().into(),
            allowed_prefix_lengths: Value::Value(
                allowed_prefix_lengths
                    .iter()
                    .map(|length| Int(i64::from(*length)))
                    .collect(),
            ),
            can_allocate_pool,
            can_allocate_pool_reason,
            can_create_route,
            can_create_route_reason,
            pools: Value::Value(pools.iter().map(PoolView::from).collect()),
            destinations: Value::Value(destinations.iter().map(DestinationView::from).collect()),
        }
    }
}

#[async_trait]
impl DataSource for AccountDataSource {
    const TYPE: &'static str = "hostup_routed_ipv6";
    type Model = AccountModel;

    async fn look_up(
        &self,
        context: &Context,
        _: AccountModel,
    ) -> Result<AccountModel, Diagnostic> {
        let account = context
            .client
            .routed_ipv6()
            .state(&context.operation)
            .await?;
        Ok(AccountModel::from(account.state()))
    }
}
