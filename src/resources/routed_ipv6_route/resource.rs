//! The resource `hostup_routed_ipv6_route`.
//!
//! A move changes the id of a route and keeps its prefix. So a route is found by its id, else by
//! its prefix, and its identity is the prefix.

use std::collections::BTreeSet;

use async_trait::async_trait;
use hostup_client::{Error, Found, KnownRoute, NewRoute, Route, RouteInPool, Snapshot};
use ipnet::Ipv6Net;
use tf_provider::value::Value;
use tf_provider_server::Identity;
use tf_provider_server::model::Schema as _;

use crate::framework::cidr;
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets_of_some};
use crate::framework::guide::Section;
use crate::framework::identity;
use crate::framework::resource::{Context, Planned, Resource, unknown_until_apply};
use crate::framework::run_memory::RunMemory;
use crate::framework::timeouts::Timeouts;

use super::account_checks::{self, TAKEN, overlap, pools_hint, servers_hint};
use super::checks;
use super::model::RouteModel;
use super::moving::{move_route, request};
use super::plan::{is_moved, or_unknown, plan_change, planned_length};

/// `hostup_routed_ipv6_route`.
#[derive(Debug, Default)]
pub struct RouteResource {
    /// The prefixes of the routes that this run plans to create.
    planned: RunMemory<BTreeSet<Ipv6Net>>,
}

impl RouteResource {
    /// Warns if another planned route has the prefix, or a part of it.
    fn warn_of_twin(&self, context: &Context, route: &RouteModel, diagnostics: &mut Diagnostics) {
        let Some(network) = route.network() else {
            return;
        };
        self.planned.with(&context.client, |planned| {
            let others = planned.iter().filter(|other| overlap(network, **other));
            for other in others {
                diagnostics.warning(
                    Diagnostic::new(
                        "Two planned routes overlap",
                        format!(
                            "`{network}` overlaps `{other}` of another route in this plan. HostUp \
                             creates one of them and refuses the other."
                        ),
                    )
                    .at_attribute("prefix")
                    .hint(Section::Routes, "change the `prefix` of one of them"),
                );
            }
            planned.insert(network);
        });
    }
}

#[async_trait]
impl Resource for RouteResource {
    const TYPE: &'static str = "hostup_routed_ipv6_route";
    const IDENTITY: &'static str = "prefix";
    const IDENTITY_DESCRIPTION: &'static str =
        "The prefix of the route to import, in any spelling.";
    type Model = RouteModel;

    fn id(model: &RouteModel) -> &Value<String> {
        &model.id
    }

    fn timeouts(model: &RouteModel) -> &Value<Timeouts> {
        &model.timeouts
    }

    fn validate(config: &RouteModel, diagnostics: &mut Diagnostics) {
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
            prefix: or_unknown(&config.prefix),
            prefix_length: planned_length(config),
            ..proposed
        };
        planned.set_computed_unknown();
        if let Some(context) = context {
            self.warn_of_twin(context, &planned, diagnostics);
            account_checks::check(context, None, &planned, diagnostics).await;
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
                diagnostics.warning(unknown_until_apply(attribute, old, Section::Routes));
            }
        }
        let moves = planned.replace.is_empty() && is_moved(prior, &planned.model);
        // The read has warned of a prefix that another route has.
        if moves && !prior.is_taken() {
            diagnostics.warning(move_warning(prior));
        }
        if let Some(context) = context
            && (moves || !planned.replace.is_empty())
        {
            let prior = Some(prior).filter(|prior| !prior.is_unrouted());
            account_checks::check(context, prior, &planned.model, diagnostics).await;
        }
        planned
    }

    fn check_recreation(last: &RouteModel, config: &RouteModel, diagnostics: &mut Diagnostics) {
        account_checks::check_lost_prefix(last, config, diagnostics);
    }

    async fn create(
        &self,
        context: &Context,
        planned: RouteModel,
        saved: &mut Option<RouteModel>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let new = request(&planned)?;
        let routed = context.client.routed_ipv6();
        match routed.create_route(&context.operation, &new).await {
            Ok(route) => {
                *saved = Some(planned.updated_from(&new.pool_id, &route));
                Ok(())
            }
            Err(error) => Err(refused(context, &new, error).await),
        }
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
        // A move has deleted the route. Its prefix is kept.
        let is_kept = state.is_unrouted() && account.pool(&known.pool_id).is_some();
        match routes.find(&account, &known) {
            Found::Ours(RouteInPool { pool, route }) => {
                Ok(Some(state.updated_from(&pool.id, route)))
            }
            Found::Held(RouteInPool { route, .. }) => Err(held_twice(&known.id, route)),
            Found::Foreign(RouteInPool { route, .. }) => {
                diagnostics.warning(foreign(&known, route));
                // The apply can't see that: another resource of this run may have the route.
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
            // A value that was unknown at plan has turned out to be unchanged.
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
        found
            .map(|RouteInPool { pool, route }| RouteModel::imported(&pool.id, route))
            .ok_or_else(|| nothing_to_import(id, &account))
    }

    fn identity(model: &RouteModel) -> Option<Identity> {
        Some(identity::of(
            "prefix",
            &cidr::canonical(model.prefix.as_ref_option()?),
        ))
    }
}

/// Reports a create that failed. Names both sides if another route has the prefix.
async fn refused(context: &Context, new: &NewRoute, error: Error) -> Diagnostic {
    let others = error.in_the_way().iter().map(|route| {
        let label = route.label.as_deref().filter(|label| !label.is_empty());
        let label = label.map_or(String::new(), |label| format!(", label `{label}`"));
        format!(
            "`{}` (route `{}`, to `{}`{label})",
            route.prefix, route.id, route.vps_name
        )
    });
    let others = others.collect::<Vec<_>>().join(", ");
    let (false, Some(prefix)) = (others.is_empty(), &new.prefix) else {
        return unknown_target(context, new, error).await;
    };
    let account = context.client.routed_ipv6().state(&context.operation).await;
    let server = account
        .as_ref()
        .ok()
        .and_then(|account| account.destination(&new.vps_id))
        .map_or(&new.vps_id, |server| &server.name);
    Diagnostic::new(
        format!("Could not route `{prefix}` to `{server}`"),
        format!("it overlaps {others}\n{error}"),
    )
    .hint(Section::Routes, TAKEN)
}

/// Reports a create that failed. For a 404, names the pool and the server of the request, and lists
/// what the account has instead of the one that it lacks.
async fn unknown_target(context: &Context, new: &NewRoute, error: Error) -> Diagnostic {
    let is_not_found = error.status() == Some(404);
    let no_capacity = error.code() == Some("routed_ipv6_no_capacity");
    let diagnostic = Diagnostic::from(error);
    let NewRoute {
        pool_id, vps_id, ..
    } = new;
    if no_capacity {
        return diagnostic.hint(
            Section::Routes,
            format!(
                "no free /{} is left in the pool `{pool_id}`: choose a longer `prefix_length`, or \
                 destroy a route that you do not need",
                new.prefix_length
            ),
        );
    }
    if !is_not_found {
        return diagnostic;
    }
    let diagnostic = diagnostic.line(format!(
        "the request names the pool `{pool_id}` and the server `{vps_id}`"
    ));
    let routes = context.client.routed_ipv6();
    let Ok(account) = routes.state(&context.operation).await else {
        return diagnostic;
    };
    if account.pool(pool_id).is_none() {
        diagnostic.hint(Section::Routes, pools_hint(&account))
    } else if account.destination(vps_id).is_none() {
        diagnostic.hint(Section::Routes, servers_hint(&account, vps_id))
    } else {
        diagnostic
    }
}

fn nothing_to_import(id: &str, account: &Snapshot) -> Diagnostic {
    let count = account.routes().count();
    let routes = bullets_of_some(account.routes().map(|it| {
        let Route {
            id,
            prefix,
            vps_name,
            ..
        } = it.route;
        format!("`{prefix}` to `{vps_name}` (`{id}`)")
    }));
    let diagnostic = Diagnostic::without_summary(match count {
        0 => format!("the account has no route, so none is `{id}`"),
        1 => format!("the account's only route is not `{id}`"),
        _ => format!("none of the account's {count} routes is `{id}`"),
    });
    if routes.is_empty() {
        return diagnostic.hint(
            Section::Lookups,
            "check which account the key belongs to; or remove the import to create the route",
        );
    }
    diagnostic.hint(
        Section::Lookups,
        format!("import a route by its id or its prefix; these exist:{routes}"),
    )
}

fn move_warning(prior: &RouteModel) -> Diagnostic {
    let prefix = prior.prefix.as_ref_option();
    let prefix = prefix.map_or("the prefix", String::as_str);
    let diagnostic = if prior.is_unrouted() {
        Diagnostic::new(
            "A prefix is not routed",
            format!(
                "`{prefix}`: a move was interrupted after the old route was deleted. This apply \
                 routes the prefix again."
            ),
        )
    } else {
        Diagnostic::new(
            "Traffic stops for a moment",
            format!(
                "`{prefix}`: HostUp cannot change a route, so the provider deletes it and creates \
                 it again with the same prefix."
            ),
        )
    };
    diagnostic.section(Section::Routes)
}

/// Reports that a route which is not this resource's has the prefix in the state.
fn foreign(known: &KnownRoute, route: &Route) -> Diagnostic {
    let KnownRoute { id, prefix, .. } = known;
    Diagnostic::new(
        "Another route has the prefix",
        format!(
            "The route `{id}` of `{prefix}` is gone. This route has the prefix now. It does not \
             match this resource, so the provider does not touch it:\n  - {route}"
        ),
    )
    .at_attribute("prefix")
    .hint(
        Section::Routes,
        format!(
            "to manage that route here, import it by `{prefix}`; to get the prefix back, delete \
             that route where it is managed; or choose another `prefix`"
        ),
    )
}

/// Reports that another resource holds the route of this prefix.
fn held_twice(id: &str, route: &Route) -> Diagnostic {
    Diagnostic::without_summary(format!(
        "the state has the route `{id}`. The route of its prefix is now this one, and another \
         resource of this configuration holds it:\n  - {route}"
    ))
    .hint(
        Section::Routes,
        "a route belongs to one resource: remove this resource from the configuration and the \
         state (`state rm`), or change its `prefix`",
    )
}
