//! The life of a route in Terraform.
//!
//! The quirk to know: a route's id does not survive a move, its prefix does. So a route is looked up by
//! its id and else by its prefix, and its identity is the prefix.

use std::time::Duration;

use async_trait::async_trait;
use tf_provider::schema::Schema;

use crate::client::{RouteInPool, Snapshot};
use crate::plugin::{Identity, IdentitySchema};
use crate::provider::cidr;
use crate::provider::diagnostics::{Findings, Problem};
use crate::provider::guide::Section;
use crate::provider::identity;
use crate::provider::managed::{Context, Managed, Planned};
use crate::provider::timeouts::{Action, Timeouts};

use super::checks;
use super::model::RouteModel;
use super::moving::{move_route, request};
use super::plan::{chosen, is_moved, plan_change, planned_length, remade};

/// `hostup_routed_ipv6_route`.
#[derive(Debug)]
pub struct RouteResource;

#[async_trait]
impl Managed for RouteResource {
    const TYPE: &'static str = "hostup_routed_ipv6_route";
    type Model = RouteModel;

    fn schema() -> Schema {
        RouteModel::schema()
    }

    fn timeout(model: &RouteModel, action: Action) -> Duration {
        Timeouts::of(&model.timeouts, action)
    }

    fn validate(config: &RouteModel, findings: &mut Findings) {
        Timeouts::validate(&config.timeouts, findings);
        checks::offline(config, findings);
    }

    async fn plan_create(
        &self,
        context: Option<&Context>,
        config: &RouteModel,
        proposed: RouteModel,
        findings: &mut Findings,
    ) -> RouteModel {
        let planned = RouteModel {
            prefix: chosen(&config.prefix),
            prefix_length: planned_length(config),
            ..remade(proposed)
        };
        if let Some(context) = context {
            checks::against_account(context, None, &planned, findings).await;
        }
        planned
    }

    async fn plan_update(
        &self,
        context: Option<&Context>,
        prior: &RouteModel,
        config: &RouteModel,
        proposed: RouteModel,
        findings: &mut Findings,
    ) -> Planned<RouteModel> {
        let planned = plan_change(prior, config, proposed);
        let moves = planned.replace.is_empty() && is_moved(prior, &planned.model);
        if moves {
            findings.warning(move_warning(prior));
        }
        if let Some(context) = context
            && (moves || !planned.replace.is_empty())
        {
            let prior = Some(prior).filter(|prior| !prior.is_unrouted());
            checks::against_account(context, prior, &planned.model, findings).await;
        }
        planned
    }

    fn vanished(last: &RouteModel, config: &RouteModel, findings: &mut Findings) {
        checks::lost_prefix(last, config, findings);
    }

    async fn plan_destroy(&self, _: Option<&Context>, _: &RouteModel, _: &mut Findings) {}

    async fn create(
        &self,
        context: &Context,
        planned: RouteModel,
        saved: &mut Option<RouteModel>,
        _: &mut Findings,
    ) -> Result<(), Problem> {
        let new = request(&planned)?;
        let route = context
            .client
            .routed_ipv6()
            .create_route(&context.operation, &new)
            .await?;
        *saved = Some(planned.updated_in(&new.pool_id, &route));
        Ok(())
    }

    async fn read(
        &self,
        context: &Context,
        state: RouteModel,
    ) -> Result<Option<RouteModel>, Problem> {
        let id = identity::known_id(&state.id)?;
        let account = context
            .client
            .routed_ipv6()
            .state_showing(&context.operation, |account| {
                find(account, id, &state).is_some()
            })
            .await?;
        let found = find(&account, id, &state);
        let pool = state.pool_id.as_ref_option();
        let is_kept = state.is_unrouted() && pool.is_some_and(|id| account.pool(id).is_some());
        Ok(match found {
            Some(RouteInPool { pool, route }) => Some(state.updated_from(pool, route)),
            // A move has removed it: what is left to lose is its prefix.
            None => is_kept.then_some(state),
        })
    }

    async fn update(
        &self,
        context: &Context,
        planned: RouteModel,
        saved: &mut RouteModel,
        _: &mut Findings,
    ) -> Result<(), Problem> {
        if is_moved(saved, &planned) {
            move_route(context, planned, saved).await
        } else {
            // A value that was unknown at plan may turn out to be what it was: then nothing is made anew.
            *saved = RouteModel {
                label: planned.label,
                timeouts: planned.timeouts,
                ..saved.clone()
            };
            Ok(())
        }
    }

    async fn delete(
        &self,
        context: &Context,
        state: &RouteModel,
        _: &mut Findings,
    ) -> Result<(), Problem> {
        let id = identity::known_id(&state.id)?;
        match context
            .client
            .routed_ipv6()
            .delete_route(&context.operation, id)
            .await
        {
            Err(error) if error.is_not_found() => {}
            result => return Ok(result?),
        }
        // It may have been made again since it was last read: the prefix is what is to be given up.
        let routes = context.client.routed_ipv6();
        let account = routes.fresh_state(&context.operation).await?;
        let Some(RouteInPool { route, .. }) = find(&account, id, state) else {
            return Ok(());
        };
        match routes.delete_route(&context.operation, &route.id).await {
            Err(error) if error.is_not_found() => Ok(()),
            result => Ok(result?),
        }
    }

    async fn import(&self, context: &Context, id: &str) -> Result<RouteModel, Problem> {
        let account = context
            .client
            .routed_ipv6()
            .state(&context.operation)
            .await?;
        let found = match cidr::ipv6_network(id) {
            Ok(network) => account.route_by_prefix(network),
            Err(_) => account.route(id),
        };
        let Some(RouteInPool { pool, route }) = found else {
            let routes = account
                .pools()
                .iter()
                .map(|pool| pool.routes.len())
                .sum::<usize>();
            return Err(
                Problem::because(format!("none of the account's {routes} routes is `{id}`")).hint(Section::Lookups, 
                    "give a route's id, which begins with `ripv6rt_`, or its prefix, such as `2001:db8:1000:100::/56`",
                ),
            );
        };
        Ok(RouteModel::imported(pool, route))
    }

    fn identity_schema() -> IdentitySchema {
        identity::schema(
            "prefix",
            "The routed prefix in canonical text, such as `2001:db8:1000:100::/56`.",
        )
    }

    fn identity(model: &RouteModel) -> Option<Identity> {
        Some(identity::of(
            "prefix",
            &cidr::canonical(model.prefix.as_ref_option()?),
        ))
    }

    fn import_id(identity: &Identity) -> Option<String> {
        identity::text(identity, "prefix")
    }
}

fn move_warning(prior: &RouteModel) -> Problem {
    let prefix = prior.prefix.as_ref_option();
    let prefix = prefix.map_or("the prefix", String::as_str);
    if prior.is_unrouted() {
        return Problem::new(
            format!("{prefix} is routed to nobody"),
            "A move was cut off after the old route was removed. This apply routes the same prefix again.",
        )
        .see(Section::Routes);
    }
    Problem::new(
        format!("Traffic to {prefix} stops for a moment"),
        "HostUp can't change a route: it is removed and made again with the same prefix.",
    )
    .see(Section::Routes)
}

/// The route by its id, else the one with its prefix in its pool: it was made again. What a broken move left unrouted
/// may have been given to somebody else, so it must go to the same server then.
fn find<'a>(account: &'a Snapshot, id: &str, state: &RouteModel) -> Option<RouteInPool<'a>> {
    let same_prefix = || {
        let network = cidr::ipv6_network(state.prefix.as_ref_option()?).ok()?;
        let found = account.route_by_prefix(network)?;
        let is_ours = Some(&found.pool.id) == state.pool_id.as_ref_option()
            && (!state.is_unrouted() || Some(&found.route.vps_id) == state.vps_id.as_ref_option());
        is_ours.then_some(found)
    };
    account.route(id).or_else(same_prefix)
}
