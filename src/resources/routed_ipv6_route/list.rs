//! The list resource `hostup_routed_ipv6_route`: all routes, or those of a pool or a server.

use async_trait::async_trait;
use hostup_client::RouteInPool;
use serde::Deserialize;
use tf_provider::value::Value;
use tf_provider_server::model::Schema;

use crate::framework::data_source::not_empty;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::list_resource::{Found, ListResource};
use crate::framework::resource::Context;

use super::model::RouteModel;
use super::resource::RouteResource;

/// The list resource `hostup_routed_ipv6_route`.
#[derive(Debug)]
pub struct RouteList;

/// Lists the account's routes.
#[derive(Debug, Deserialize, Schema)]
#[schema(optional)]
pub struct RouteFilter {
    /// Only the routes in the pool with this id.
    pool_id: Value<String>,
    /// Only the routes to the virtual server with this id.
    vps_id: Value<String>,
}

#[async_trait]
impl ListResource for RouteList {
    type Of = RouteResource;
    type Filter = RouteFilter;

    fn validate(filter: &RouteFilter, diagnostics: &mut Diagnostics) {
        not_empty(
            [("pool_id", &filter.pool_id), ("vps_id", &filter.vps_id)],
            diagnostics,
        );
    }

    async fn list(
        &self,
        context: &Context,
        filter: RouteFilter,
    ) -> Result<Vec<Found<RouteModel>>, Diagnostic> {
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
                model: RouteModel::imported(&pool.id, route),
            });
        Ok(found.collect())
    }
}
