//! The life of a route in Terraform.
//!
//! The quirk to know: a route's id does not survive a move, its prefix does. So a route is looked up by
//! its id and else by its prefix, and its identity is the prefix.

use std::time::Duration;

use async_trait::async_trait;
use tf_provider::AttributePath;
use tf_provider::schema::Schema;
use tf_provider::value::Value;

use crate::client::{RouteInPool, Snapshot};
use crate::plugin::value::Int;
use crate::plugin::{Identity, IdentitySchema};
use crate::provider::cidr;
use crate::provider::diagnostics::{Findings, Problem};
use crate::provider::identity;
use crate::provider::managed::{Context, Managed, Planned};
use crate::provider::timeouts::{Action, Timeouts};

use super::checks;
use super::model::RouteModel;
use super::moving::{move_route, request};

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
            let prefix = prior
                .prefix
                .as_ref_option()
                .map_or("the prefix", String::as_str);
            findings.warning(Problem::new(
                format!("Traffic to {prefix} stops for a moment"),
                "HostUp can't change a route: it is removed and made again with the same prefix.",
            ));
        }
        if let Some(context) = context
            && (moves || !planned.replace.is_empty())
        {
            checks::against_account(context, Some(prior), &planned.model, findings).await;
        }
        planned
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
        Ok(found.map(|RouteInPool { pool, route }| state.clone().updated_from(pool, route)))
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
            *saved = planned;
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
        match found {
            Some(RouteInPool { pool, route }) => Ok(RouteModel::imported(pool, route)),
            None => {
                let routes = account
                    .pools()
                    .iter()
                    .map(|pool| pool.routes.len())
                    .sum::<usize>();
                Err(Problem::because(format!("none of the account's {routes} routes is `{id}`")).hint(
                    "give a route's id, which begins with `ripv6rt_`, or its prefix, such as `2001:db8:1000:100::/56`",
                ))
            }
        }
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

/// The route by its id, else the one with its prefix in its pool: it was made again.
fn find<'a>(account: &'a Snapshot, id: &str, state: &RouteModel) -> Option<RouteInPool<'a>> {
    let same_prefix = || {
        let network = cidr::ipv6_network(state.prefix.as_ref_option()?).ok()?;
        let found = account.route_by_prefix(network)?;
        (Some(&found.pool.id) == state.pool_id.as_ref_option()).then_some(found)
    };
    account.route(id).or_else(same_prefix)
}

/// What the user chose, or what HostUp will choose.
fn chosen<T: Clone>(value: &Value<T>) -> Value<T> {
    match value {
        Value::Null => Value::Unknown,
        value => value.clone(),
    }
}

/// A prefix says its length, so that one is known at plan.
fn planned_length(config: &RouteModel) -> Value<Int> {
    match (&config.prefix_length, &config.prefix) {
        (Value::Null, Value::Value(prefix)) => cidr::ipv6_network(prefix)
            .map_or(Value::Unknown, |network| {
                Value::Value(Int(i64::from(network.prefix_len())))
            }),
        (length, _) => chosen(length),
    }
}

/// What becomes known only when a route is made.
fn remade(route: RouteModel) -> RouteModel {
    RouteModel {
        id: Value::Unknown,
        next_hop: Value::Unknown,
        vps_name: Value::Unknown,
        status: Value::Unknown,
        allocated_at: Value::Unknown,
        updated_at: Value::Unknown,
        ..route
    }
}

/// Whether the route itself changes, not only what Terraform keeps about it.
fn is_moved(prior: &RouteModel, planned: &RouteModel) -> bool {
    prior.vps_id != planned.vps_id || said(&prior.label) != said(&planned.label)
}

/// An empty label and none are the same to HostUp.
fn said(label: &Value<String>) -> Value<&str> {
    match label.as_deref() {
        Value::Value("") => Value::Null,
        label => label,
    }
}

fn plan_change(
    prior: &RouteModel,
    config: &RouteModel,
    proposed: RouteModel,
) -> Planned<RouteModel> {
    let mut replace = Vec::new();
    if config.pool_id != prior.pool_id {
        replace.push(AttributePath::new("pool_id"));
    }
    // Another spelling of the same network is no change: the prior one stands.
    let prefix = match (&config.prefix, &prior.prefix) {
        (Value::Null, prior) => prior.clone(),
        (Value::Value(new), Value::Value(old)) if cidr::same_network(new, old) => {
            prior.prefix.clone()
        }
        (new, _) => {
            replace.push(AttributePath::new("prefix"));
            new.clone()
        }
    };
    let prefix_length = match &config.prefix_length {
        Value::Null if prefix == prior.prefix => prior.prefix_length.clone(),
        Value::Null => planned_length(config),
        length => {
            if *length != prior.prefix_length {
                replace.push(AttributePath::new("prefix_length"));
            }
            length.clone()
        }
    };
    let mut model = RouteModel {
        prefix,
        prefix_length,
        ..proposed
    };
    if !replace.is_empty() {
        if config.prefix.is_null() {
            model.prefix = Value::Unknown;
        }
        model = remade(model);
    } else if is_moved(prior, &model) {
        model = remade(model);
    }
    Planned { model, replace }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route() -> RouteModel {
        let text = |text: &str| Value::Value(text.to_owned());
        RouteModel {
            pool_id: text("ripv6_1"),
            vps_id: text("vps_1"),
            prefix: text("2001:db8:1000:100::/56"),
            prefix_length: Value::Value(Int(56)),
            label: Value::Null,
            timeouts: Value::Null,
            id: text("ripv6rt_1"),
            next_hop: text("2001:db8::10"),
            vps_name: text("web-01"),
            status: text("active"),
            allocated_at: Value::Null,
            updated_at: Value::Null,
        }
    }

    fn forced(config: &RouteModel) -> Vec<String> {
        let planned = plan_change(&route(), config, config.clone());
        planned.replace.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn another_spelling_of_the_prefix_changes_nothing() {
        let mut config = route();
        config.prefix = Value::Value("2001:0DB8:1000:0100::/56".to_owned());
        let planned = plan_change(&route(), &config, config.clone());
        assert!(planned.replace.is_empty());
        assert_eq!(planned.model, route());
    }

    #[test]
    fn another_prefix_makes_a_new_route_of_which_nothing_is_known() {
        let mut config = route();
        config.prefix = Value::Value("2001:db8:1000:200::/56".to_owned());
        let planned = plan_change(&route(), &config, config.clone());
        assert_eq!(planned.replace, [AttributePath::new("prefix")]);
        assert!(planned.model.id.is_unknown());
    }

    #[test]
    fn another_length_gives_up_the_prefix_that_was_chosen_before() {
        let mut config = route();
        config.prefix = Value::Null;
        config.prefix_length = Value::Value(Int(64));
        assert_eq!(forced(&config), ["prefix_length"]);
        let proposed = RouteModel {
            prefix: route().prefix,
            ..config.clone()
        };
        assert!(
            plan_change(&route(), &config, proposed)
                .model
                .prefix
                .is_unknown()
        );
    }

    #[test]
    fn another_server_or_label_keeps_the_prefix() {
        let mut config = route();
        config.vps_id = Value::Value("vps_2".to_owned());
        config.label = Value::Value("web".to_owned());
        let planned = plan_change(&route(), &config, config.clone());
        assert!(planned.replace.is_empty());
        assert_eq!(planned.model.prefix, route().prefix);
        assert!(planned.model.id.is_unknown());
        assert!(planned.model.next_hop.is_unknown());
    }
}
