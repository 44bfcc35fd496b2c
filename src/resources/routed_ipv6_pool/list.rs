//! The list resource `hostup_routed_ipv6_pool`. An account has one pool, unless it was migrated.

use async_trait::async_trait;
use serde::Deserialize;
use tf_provider_server::model::Schema;

use crate::framework::diagnostics::Diagnostic;
use crate::framework::list_resource::{Found, ListResource};
use crate::framework::resource::Context;

use super::model::PoolModel;
use super::resource::PoolResource;

/// The list resource `hostup_routed_ipv6_pool`.
#[derive(Debug)]
pub struct PoolList;

/// Lists the account's routed IPv6 pools.
#[derive(Debug, Deserialize, Schema)]
pub struct PoolFilter {}

#[async_trait]
impl ListResource for PoolList {
    type Of = PoolResource;
    type Filter = PoolFilter;

    async fn list(
        &self,
        context: &Context,
        _: PoolFilter,
    ) -> Result<Vec<Found<PoolModel>>, Diagnostic> {
        let account = context
            .client
            .routed_ipv6()
            .state(&context.operation)
            .await?;
        let found = account.pools().iter().map(|pool| Found {
            name: pool.parent_cidr.clone(),
            model: PoolModel::imported(pool),
        });
        Ok(found.collect())
    }
}
