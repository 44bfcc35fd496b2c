//! The list of the account's routes for `terraform query`, of all pools and servers or of one.

use async_trait::async_trait;
use serde::Deserialize;
use tf_provider::value::Value;

use crate::client::RouteInPool;
use crate::plugin::model::Schema;
use crate::provider::diagnostics::{Findings, Problem};
use crate::provider::listed::{Found, Listed};
use crate::provider::looked_up::not_empty;
use crate::provider::managed::Context;

use super::model::RouteModel;
use super::resource::RouteResource;

/// The list resource `hostup_routed_ipv6_route`.
#[derive(Debug)]
pub struct RouteList;

/// Lists the account's routes.
#[derive(Debug, Deserialize, Schema)]
#[schema(optional)]
pub struct RouteFilter {
    /// Only the routes whose prefixes are taken from the pool with this id.
    pool_id: Value<String>,
    /// Only the routes to the virtual server with this id.
    vps_id: Value<String>,
}

#[async_trait]
impl Listed for RouteList {
    type Of = RouteResource;
    type Filter = RouteFilter;

    fn validate(filter: &RouteFilter, findings: &mut Findings) {
        not_empty(
            [("pool_id", &filter.pool_id), ("vps_id", &filter.vps_id)],
            findings,
        );
    }

    async fn list(
        &self,
        context: &Context,
        filter: RouteFilter,
    ) -> Result<Vec<Found<RouteModel>>, Problem> {
        let account = context
            .client
            .routed_ipv6()
            .state(&context.operation)
            .await?;
        let wanted = |filter: &Value<String>, id: &str| {
            filter.as_ref_option().is_none_or(|wanted| wanted == id)
        };
        let found = account
            .routes()
            .filter(|it| wanted(&filter.pool_id, &it.pool.id))
            .filter(|it| wanted(&filter.vps_id, &it.route.vps_id))
            .map(|RouteInPool { pool, route }| Found {
                name: format!("{} to {}", route.prefix, route.vps_name),
                model: RouteModel::imported(pool, route),
            });
        Ok(found.collect())
    }
}
