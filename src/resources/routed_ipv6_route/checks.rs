//! What can be said of a route before it is made: offline while validating, with the account's
//! state while planning.

use hostup_client::Snapshot;
use tf_provider::value::Value;
use tf_provider_server::value::Int;

use crate::framework::cidr;
use crate::framework::data_source::not_empty;
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets};
use crate::framework::guide::Section;
use crate::framework::resource::Context;

use super::model::RouteModel;
use super::plan::{differs, planned_length};

const LENGTHS: [i64; 3] = [48, 56, 64];

/// Checks that need no API.
pub(super) fn offline(config: &RouteModel, diagnostics: &mut Diagnostics) {
    let length = prefix_length(config, diagnostics);
    match &config.prefix {
        Value::Value(prefix) => {
            match cidr::ipv6_network(prefix) {
                Err(reason) => {
                    diagnostics
                        .error(Diagnostic::new("Invalid prefix", reason).at_attribute("prefix"));
                }
                Ok(network) if !LENGTHS.contains(&i64::from(network.prefix_len())) => diagnostics
                    .error(
                    Diagnostic::new(
                        "Invalid prefix",
                        format!(
                            "`{prefix}` is a /{}; HostUp routes prefixes of length 48, 56 and 64",
                            network.prefix_len()
                        ),
                    )
                    .at_attribute("prefix"),
                ),
                Ok(network) => {
                    if let Some(length) =
                        length.filter(|length| *length != i64::from(network.prefix_len()))
                    {
                        diagnostics.error(
                        Diagnostic::new(
                            "Two different prefix lengths",
                            format!(
                                "`prefix_length` is {length}, and `prefix` is `{prefix}`, a /{}",
                                network.prefix_len()
                            ),
                        )
                        .at_attribute("prefix_length")
                        .hint(Section::Configuration, "leave `prefix_length` out: `prefix` says it all"),
                    );
                    }
                }
            }
        }
        Value::Null if config.prefix_length.is_null() => diagnostics.error(
            Diagnostic::new(
                "No prefix",
                "neither `prefix` nor `prefix_length` is set, so it is not said what to route",
            )
            .at_attribute("prefix_length")
            .hint(
                Section::Configuration,
                "set `prefix_length = 64` to get the first free /64, or `prefix` to choose one",
            ),
        ),
        Value::Null | Value::Unknown => {}
    }
    not_empty(
        [("pool_id", &config.pool_id), ("vps_id", &config.vps_id)],
        diagnostics,
    );
}

fn prefix_length(config: &RouteModel, diagnostics: &mut Diagnostics) -> Option<i64> {
    let Int(length) = *config.prefix_length.as_ref_option()?;
    if LENGTHS.contains(&length) {
        return Some(length);
    }
    diagnostics.error(
        Diagnostic::new(
            "Invalid prefix length",
            format!("HostUp routes prefixes of length 48, 56 and 64, not {length}"),
        )
        .at_attribute("prefix_length"),
    );
    None
}

/// Checks against the account as it is now. What the same run may change is a warning; what no run
/// of Terraform can change is an error.
pub(super) async fn against_account(
    context: &Context,
    prior: Option<&RouteModel>,
    planned: &RouteModel,
    diagnostics: &mut Diagnostics,
) {
    // An account that can't be read now is reported by whoever must read it; a plan does not fail
    // for a check. That there is no such pool is an error, so a copy of the account that lags
    // behind must not say it.
    let routed = context.client.routed_ipv6();
    let shows_pool = |account: &Snapshot| {
        let id = planned.pool_id.as_ref_option();
        id.is_none_or(|id| account.pool(id).is_some())
    };
    let account = match routed
        .state_showing(&context.operation, None, shows_pool)
        .await
    {
        Ok(account) => account,
        Err(error) => return context.api.unchecked(error, diagnostics),
    };
    pool(&account, prior, planned, diagnostics);
    destination(&account, planned, diagnostics);
}

/// A route that is gone is made anew. Unless the configuration says which prefix, the lowest free
/// one is taken, and the prefix that servers are numbered from is lost: that is said before.
pub(super) fn lost_prefix(last: &RouteModel, config: &RouteModel, diagnostics: &mut Diagnostics) {
    let Some(prefix) = last.prefix.as_ref_option() else {
        return;
    };
    let same_kind = config.pool_id == last.pool_id && planned_length(config) == last.prefix_length;
    if !config.prefix.is_null() || !same_kind {
        return;
    }
    let server = last.vps_id.as_ref_option().map_or("", String::as_str);
    let summary = format!("The route of {prefix} is gone");
    if differs(last, config) {
        // Nothing tells a move that was cut off from a route that somebody removed.
        diagnostics.error(
            Diagnostic::new(
                summary,
                format!(
                    "The state has `{prefix}` routed to `{server}` and the configuration changes that, but the account \
                     has no such route any more: a move was cut off halfway, or the route was removed elsewhere. \
                     The new route would take the lowest free prefix, which may be another."
                ),
            )
            .at_attribute("prefix")
            .hint(Section::Routes, format!(
                "to route the same prefix again, apply once with `-refresh=false`, or set `prefix = \"{prefix}\"`; \
                 to give it up, accept that it is gone with `apply -refresh-only`"
            )),
        );
    } else {
        diagnostics.warning(
            Diagnostic::new(
                summary,
                format!(
                    "The account has no route of `{prefix}` to `{server}` any more. The new route takes the lowest free \
                     prefix, which may be another."
                ),
            )
            .at_attribute("prefix")
            .hint(Section::Routes, format!("to keep the prefix, set `prefix = \"{prefix}\"`")),
        );
    }
}

fn pool(
    account: &Snapshot,
    prior: Option<&RouteModel>,
    planned: &RouteModel,
    diagnostics: &mut Diagnostics,
) {
    let Some(pool_id) = planned.pool_id.as_ref_option() else {
        return;
    };
    let Some(pool) = account.pool(pool_id) else {
        let pools = account.pools().iter();
        let pools = bullets(pools.map(|pool| format!("`{}` ({})", pool.id, pool.parent_cidr)));
        diagnostics.error(
            Diagnostic::new(
                "No such pool",
                format!("the account has no pool `{pool_id}`"),
            )
            .at_attribute("pool_id")
            .hint(
                Section::Routes,
                if pools.is_empty() {
                    "the account has no pool yet; allocate one with `hostup_routed_ipv6_pool`"
                        .to_owned()
                } else {
                    format!("these are the account's pools:{pools}")
                },
            ),
        );
        return;
    };
    if let Some(network) = planned
        .prefix
        .as_ref_option()
        .and_then(|prefix| cidr::ipv6_network(prefix).ok())
    {
        if let Ok(parent) = cidr::ipv6_network(&pool.parent_cidr)
            && !parent.contains(&network)
        {
            diagnostics.error(
                Diagnostic::new(
                    "Prefix outside the pool",
                    format!("`{network}` is not a part of the pool's {parent}"),
                )
                .at_attribute("prefix")
                .see(Section::Routes),
            );
            return;
        }
        let own = prior.and_then(|route| route.id.as_ref_option());
        let kept = prior
            .and_then(|route| route.prefix.as_ref_option())
            .is_some_and(|prefix| cidr::same_network(prefix, &network.to_string()));
        for route in pool
            .routes
            .iter()
            .filter(|route| Some(&route.id) != own && !kept)
        {
            let overlaps = cidr::ipv6_network(&route.prefix)
                .is_ok_and(|other| other.contains(&network) || network.contains(&other));
            if overlaps {
                diagnostics.warning(
                    Diagnostic::new(
                        "Prefix in use",
                        format!(
                            "`{network}` overlaps a route that exists. HostUp refuses the new one unless that one is \
                             gone by then:\n  - {route}"
                        ),
                    )
                    .at_attribute("prefix").see(Section::Routes),
                );
            }
        }
    }
    let capability = &pool.actions.can_create_route;
    if prior.is_none() && !capability.allowed {
        diagnostics.warning(
            Diagnostic::new(
                "HostUp would not make a route in this pool now",
                capability
                    .reason
                    .as_deref()
                    .unwrap_or("the API gives no reason"),
            )
            .at_attribute("pool_id")
            .see(Section::Routes),
        );
    }
}

fn destination(account: &Snapshot, planned: &RouteModel, diagnostics: &mut Diagnostics) {
    let Some(vps_id) = planned.vps_id.as_ref_option() else {
        return;
    };
    let Some(destination) = account.destination(vps_id) else {
        // A server made a moment ago may be missing from the list of destinations.
        diagnostics.warning(
            Diagnostic::new(
                "Unknown server",
                format!(
                    "HostUp does not list `{vps_id}` among the servers that can receive a route"
                ),
            )
            .at_attribute("vps_id")
            .see(Section::Routes),
        );
        return;
    };
    let capability = &destination.actions.can_receive_route;
    if !capability.allowed {
        diagnostics.warning(
            Diagnostic::new(
                format!("`{}` can't receive a route now", destination.name),
                capability
                    .reason
                    .as_deref()
                    .unwrap_or("the API gives no reason"),
            )
            .at_attribute("vps_id")
            .see(Section::Routes),
        );
    }
}
