//! Checks of a planned route against the account. What the same run may change is a warning, the
//! rest is an error.

use hostup_client::{Pool, Snapshot};
use ipnet::Ipv6Net;

use crate::framework::cidr;
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets_of_some};
use crate::framework::guide::Section;
use crate::framework::resource::Context;
use crate::resources::routed_ipv6::server_lines;

use super::model::RouteModel;
use super::plan::{differs, planned_length};

/// Checks a planned route. `prior` is the route that exists, if there is one.
///
/// If the account can't be read, the plan does not fail: whatever needs the account reports it.
pub(super) async fn check(
    context: &Context,
    prior: Option<&RouteModel>,
    planned: &RouteModel,
    diagnostics: &mut Diagnostics,
) {
    // A missing pool is an error, so a copy of the account that lags behind must not decide it.
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
        Err(error) => return context.api.report_unchecked(error, diagnostics),
    };
    if let Some(pool) = find_pool(&account, planned, diagnostics) {
        check_prefix(pool, prior, planned, diagnostics);
        if prior.is_none() {
            check_pool_capability(pool, diagnostics);
        }
    }
    check_server(&account, prior, planned, diagnostics);
}

/// Checks a plan that creates a route again because it is gone. Without a configured prefix the
/// new route gets the lowest free one, and the prefix that servers are numbered from is lost.
pub(super) fn check_lost_prefix(
    last: &RouteModel,
    config: &RouteModel,
    diagnostics: &mut Diagnostics,
) {
    let Some(prefix) = last.prefix.as_ref_option() else {
        return;
    };
    let same_kind = config.pool_id == last.pool_id && planned_length(config) == last.prefix_length;
    if !config.prefix.is_null() || !same_kind {
        return;
    }
    let server = last.vps_id.as_ref_option().map_or("", String::as_str);
    let summary = "A route is gone";
    if differs(last, config) {
        // A move that was interrupted looks like a route that was deleted elsewhere.
        diagnostics.error(
            Diagnostic::new(
                summary,
                format!(
                    "The state has `{prefix}` routed to `{server}`, and the configuration changes \
                     that, but the account no longer has the route: a move was interrupted, or the \
                     route was deleted elsewhere. A new route would get the lowest free prefix, \
                     which may be another one."
                ),
            )
            .at_attribute("prefix")
            .hint(
                Section::Routes,
                format!(
                    "to route the same prefix again, apply once with `-refresh=false`, or set \
                     `prefix = \"{prefix}\"`; to give it up, remove the route from the state with \
                     `apply -refresh-only`"
                ),
            ),
        );
    } else {
        diagnostics.warning(
            Diagnostic::new(
                summary,
                format!(
                    "The account no longer has the route of `{prefix}` to `{server}`. The new \
                     route gets the lowest free prefix, which may be another one."
                ),
            )
            .at_attribute("prefix")
            .hint(
                Section::Routes,
                format!("to keep the prefix, set `prefix = \"{prefix}\"`"),
            ),
        );
    }
}

fn find_pool<'a>(
    account: &'a Snapshot,
    planned: &RouteModel,
    diagnostics: &mut Diagnostics,
) -> Option<&'a Pool> {
    let id = planned.pool_id.as_ref_option()?;
    let pool = account.pool(id);
    if pool.is_none() {
        diagnostics.error(
            Diagnostic::new("No such pool", format!("the account has no pool `{id}`"))
                .at_attribute("pool_id")
                .hint(Section::Routes, pools_hint(account)),
        );
    }
    pool
}

/// Returns what to do about a pool that the account does not have.
pub(super) fn pools_hint(account: &Snapshot) -> String {
    let pools = account.pools().iter();
    let pools = bullets_of_some(pools.map(|pool| format!("`{}` ({})", pool.id, pool.parent_cidr)));
    if pools.is_empty() {
        "the account has no pool yet; allocate one with `hostup_routed_ipv6_pool`".to_owned()
    } else {
        format!("these are the account's pools:{pools}")
    }
}

/// Returns what to do about a server that the account does not list.
pub(super) fn servers_hint(account: &Snapshot, vps_id: &str) -> String {
    let form = if vps_id.starts_with("vps_") {
        ""
    } else {
        "a server's id begins with `vps_`; "
    };
    let servers = &account.state().destinations;
    if servers.is_empty() {
        return format!("{form}the account has no server that can receive a route");
    }
    format!(
        "{form}`data \"hostup_vps\"` finds a server by its name; these are the account's servers:{}",
        server_lines(servers)
    )
}

fn check_prefix(
    pool: &Pool,
    prior: Option<&RouteModel>,
    planned: &RouteModel,
    diagnostics: &mut Diagnostics,
) {
    let Some(network) = planned.network() else {
        return;
    };
    if let Ok(parent) = cidr::ipv6_network(&pool.parent_cidr)
        && !parent.contains(&network)
    {
        diagnostics.error(
            Diagnostic::new(
                "Prefix outside the pool",
                format!("`{network}` is not part of the pool's {parent}"),
            )
            .at_attribute("prefix")
            .hint(Section::Routes, inside(&parent, &network)),
        );
        return;
    }
    if prior.and_then(RouteModel::network) == Some(network) {
        return;
    }
    let own_id = prior.and_then(|route| route.id.as_ref_option());
    let others = pool
        .routes
        .iter()
        .filter(|route| Some(&route.id) != own_id)
        .filter(|route| {
            cidr::ipv6_network(&route.prefix).is_ok_and(|other| overlap(network, other))
        });
    for route in others {
        diagnostics.warning(
            Diagnostic::new(
                "Prefix in use",
                format!(
                    "`{network}` overlaps a route that exists. HostUp refuses the new route while \
                     this route exists:\n  - {route}"
                ),
            )
            .at_attribute("prefix")
            .hint(Section::Routes, TAKEN),
        );
    }
}

/// Returns how to choose a prefix of the pool instead of one that is outside it.
fn inside(parent: &Ipv6Net, outside: &Ipv6Net) -> String {
    let length = outside.prefix_len();
    match length.checked_sub(parent.prefix_len()) {
        None => format!("choose a prefix of {parent}"),
        Some(bits) => format!(
            "calculate the prefix from the pool: `cidrsubnet(hostup_routed_ipv6_pool.main.parent_cidr, \
             {bits}, 0)` is the first /{length} of {parent}"
        ),
    }
}

/// What to do about a prefix that another route has.
pub(super) const TAKEN: &str = "if another resource of this configuration has that route, remove \
                                one of the two; otherwise import the route, or choose another \
                                `prefix`";

pub(super) fn overlap(one: Ipv6Net, other: Ipv6Net) -> bool {
    one.contains(&other) || other.contains(&one)
}

fn check_pool_capability(pool: &Pool, diagnostics: &mut Diagnostics) {
    let capability = &pool.actions.can_create_route;
    if !capability.allowed {
        diagnostics.warning(
            Diagnostic::new(
                "HostUp would not create a route in this pool now",
                reason(capability.reason.as_deref()),
            )
            .at_attribute("pool_id")
            .section(Section::Routes),
        );
    }
}

fn check_server(
    account: &Snapshot,
    prior: Option<&RouteModel>,
    planned: &RouteModel,
    diagnostics: &mut Diagnostics,
) {
    let Some(vps_id) = planned.vps_id.as_ref_option() else {
        return;
    };
    let Some(destination) = account.destination(vps_id) else {
        // A new server may be missing from the list.
        diagnostics.warning(
            Diagnostic::new(
                "Unknown server",
                format!(
                    "HostUp does not list `{vps_id}` among the servers that can receive a route"
                ),
            )
            .at_attribute("vps_id")
            .hint(Section::Routes, servers_hint(account, vps_id)),
        );
        return;
    };
    let capability = &destination.actions.can_receive_route;
    if !capability.allowed {
        let outcome = match prior {
            Some(_) => "the apply refuses to move the route, before it deletes anything",
            None => "HostUp refuses the route",
        };
        diagnostics.warning(
            Diagnostic::new(
                "A server cannot receive a route now",
                format!(
                    "`{}`: {}\nUnless this changes before the apply, {outcome}.",
                    destination.name,
                    reason(capability.reason.as_deref())
                ),
            )
            .at_attribute("vps_id")
            .section(Section::Routes),
        );
    }
}

fn reason(reason: Option<&str>) -> &str {
    reason.unwrap_or("the API gives no reason")
}
