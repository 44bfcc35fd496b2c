//! The life of a route in Terraform.
//!
//! The quirk to know: a route's id does not survive a move, its prefix does. So a route is looked
//! up by its id and else by its prefix, and its identity is the prefix.

use std::time::Duration;

use async_trait::async_trait;
use hostup_client::{Found, KnownRoute, Route, RouteInPool};
use tf_provider::value::Value;
use tf_provider_server::model::Schema as _;
use tf_provider_server::{Identity, IdentitySchema};

use crate::framework::cidr;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;
use crate::framework::identity;
use crate::framework::resource::{Context, Planned, Resource, not_known_yet};
use crate::framework::timeouts::{Action, Timeouts};

use super::checks;
use super::model::RouteModel;
use super::moving::{move_route, request};
use super::plan::{chosen, is_moved, plan_change, planned_length};

/// `hostup_routed_ipv6_route`.
#[derive(Debug)]
pub struct RouteResource;

#[async_trait]
impl Resource for RouteResource {
    const TYPE: &'static str = "hostup_routed_ipv6_route";
    type Model = RouteModel;

    fn timeout(model: &RouteModel, action: Action) -> Duration {
        Timeouts::of(&model.timeouts, action)
    }

    fn validate(config: &RouteModel, diagnostics: &mut Diagnostics) {
        Timeouts::validate(&config.timeouts, diagnostics);
        checks::offline(config, diagnostics);
    }

    async fn plan_create(
        &self,
        context: Option<&Context>,
        config: &RouteModel,
        proposed: RouteModel,
        diagnostics: &mut Diagnostics,
    ) -> RouteModel {
        let mut planned = RouteModel {
            prefix: chosen(&config.prefix),
            prefix_length: planned_length(config),
            ..proposed
        };
        planned.set_computed_unknown();
        if let Some(context) = context {
            checks::against_account(context, None, &planned, diagnostics).await;
        }
        planned
    }

    async fn plan_update(
        &self,
        context: Option<&Context>,
        prior: &RouteModel,
        config: &RouteModel,
        proposed: RouteModel,
        diagnostics: &mut Diagnostics,
    ) -> Planned<RouteModel> {
        let planned = plan_change(prior, config, proposed);
        for (attribute, old, new) in [
            ("pool_id", &prior.pool_id, &config.pool_id),
            ("prefix", &prior.prefix, &config.prefix),
        ] {
            if let (Value::Value(old), Value::Unknown) = (old, new) {
                diagnostics.warning(not_known_yet(attribute, old, Section::Routes));
            }
        }
        let moves = planned.replace.is_empty() && is_moved(prior, &planned.model);
        // Whose the prefix is now has been said when it was read.
        if moves && !prior.is_taken() {
            diagnostics.warning(move_warning(prior));
        }
        if let Some(context) = context
            && (moves || !planned.replace.is_empty())
        {
            let prior = Some(prior).filter(|prior| !prior.is_unrouted());
            checks::against_account(context, prior, &planned.model, diagnostics).await;
        }
        planned
    }

    fn vanished(last: &RouteModel, config: &RouteModel, diagnostics: &mut Diagnostics) {
        checks::lost_prefix(last, config, diagnostics);
    }

    async fn plan_destroy(&self, _: Option<&Context>, _: &RouteModel, _: &mut Diagnostics) {}

    async fn create(
        &self,
        context: &Context,
        planned: RouteModel,
        saved: &mut Option<RouteModel>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
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
        mut state: RouteModel,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<RouteModel>, Diagnostic> {
        let known = state.known_route()?;
        let routes = context.client.routed_ipv6();
        let account = routes
            .state_with(&context.operation, &known, state.written(context))
            .await?;
        // A move has removed it: what is left to lose is its prefix.
        let is_kept = state.is_unrouted() && account.pool(&known.pool_id).is_some();
        match routes.find(&account, &known) {
            Found::Ours(RouteInPool { pool, route }) => Ok(Some(state.updated_from(pool, route))),
            Found::Held(RouteInPool { route, .. }) => Err(held_twice(&known.id, route)),
            Found::Foreign(RouteInPool { route, .. }) => {
                diagnostics.warning(foreign(&known, route));
                // The apply can't see whose it is: another resource of this run may have it.
                state.mark_taken();
                Ok(is_kept.then_some(state))
            }
            Found::Nothing => {
                if is_kept {
                    routes.keep_prefix(known.prefix);
                    state.mark_unrouted();
                }
                Ok(is_kept.then_some(state))
            }
        }
    }

    async fn update(
        &self,
        context: &Context,
        planned: RouteModel,
        saved: &mut RouteModel,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        if is_moved(saved, &planned) {
            move_route(context, planned, saved).await
        } else {
            // A value that was unknown at plan may turn out to be what it was: then nothing is made
            // anew.
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
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let known = state.known_route()?;
        let left = context
            .client
            .routed_ipv6()
            .delete_route(&context.operation, &known, state.written(context))
            .await?;
        if let Some(route) = left {
            diagnostics.warning(foreign(&known, &route));
        }
        Ok(())
    }

    async fn import(&self, context: &Context, id: &str) -> Result<RouteModel, Diagnostic> {
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
                Diagnostic::because(format!("none of the account's {routes} routes is `{id}`")).hint(Section::Lookups, 
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

fn move_warning(prior: &RouteModel) -> Diagnostic {
    let prefix = prior.prefix.as_ref_option();
    let prefix = prefix.map_or("the prefix", String::as_str);
    if prior.is_unrouted() {
        return Diagnostic::new(
            format!("{prefix} is routed to nobody"),
            "A move was cut off after the old route was removed. This apply routes the same prefix again.",
        )
        .see(Section::Routes);
    }
    Diagnostic::new(
        format!("Traffic to {prefix} stops for a moment"),
        "HostUp can't change a route: it is removed and made again with the same prefix.",
    )
    .see(Section::Routes)
}

/// Says that the prefix which a state has is routed by somebody else's route, which stays as it is.
fn foreign(known: &KnownRoute, route: &Route) -> Diagnostic {
    let KnownRoute { id, prefix, .. } = known;
    Diagnostic::new(
        "A prefix was given to somebody else",
        format!(
            "The route `{id}` of `{prefix}` is gone. This route has the prefix now, and it is neither to the same server \
             nor under the same label, so it is left alone:\n  - {route}"
        ),
    )
    .at_attribute("prefix")
    .hint(
        Section::Routes,
        format!(
            "to manage that route here, import it by `{prefix}`; to have the prefix back, remove it where it is managed; \
             or choose another `prefix`"
        ),
    )
}

/// Says that two states hold one route.
fn held_twice(id: &str, route: &Route) -> Diagnostic {
    Diagnostic::because(format!(
        "the state has the route `{id}`, whose prefix is routed by this one, and another resource of this configuration \
         holds it:\n  - {route}"
    ))
    .hint(
        Section::Routes,
        "one route belongs to one resource: remove this resource from the configuration and the state (`state rm`), or \
         give it another `prefix`",
    )
}
