//! The move of a route: the state after each outcome, and the message to the user.

use hostup_client::{ErrorKind, FailedMove, NewRoute, PrefixState, Route};
use ipnet::Ipv6Net;
use tf_provider::value::Value;
use tf_provider_server::value::Int;

use crate::framework::cidr;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::resource::Context;

use super::account_checks::{pools_hint, servers_hint};
use super::model::RouteModel;

/// Moves the route to what `planned` says. `saved` is the true state after every outcome.
///
/// # Errors
/// When the old route can't be deleted (it is unchanged), when the new one is refused (the old one
/// is back), and when the old one could not be put back either (`saved` is unrouted).
pub(super) async fn move_route(
    context: &Context,
    planned: RouteModel,
    saved: &mut RouteModel,
) -> Result<(), Diagnostic> {
    let known = saved.known_route()?;
    let prefix = known.prefix;
    let new = NewRoute {
        prefix: Some(prefix.to_string()),
        prefix_length: prefix.prefix_len(),
        ..request(&planned)?
    };
    let moved = context
        .client
        .routed_ipv6()
        .move_route(&context.operation, &known, &new, saved.written(context))
        .await;
    let FailedMove {
        error,
        prefix: routed,
    } = match moved {
        Ok(route) => {
            *saved = planned.updated_from(&new.pool_id, &route);
            return Ok(());
        }
        Err(failed) => failed,
    };
    let is_listed = !error.in_the_way().is_empty();
    // The client has found in the account that HostUp would refuse the route.
    let is_foreseen = *error.kind() == ErrorKind::Refused && error.status().is_none();
    let diagnostic = Diagnostic::from(error);
    Err(match routed {
        PrefixState::Unchanged => {
            let diagnostic = diagnostic.line(format!(
                "nothing was deleted; `{prefix}` is routed as before"
            ));
            foreseen(context, &new, is_foreseen, diagnostic).await
        }
        PrefixState::Routed(route) => {
            *saved = saved.clone().updated_from(&known.pool_id, &route);
            let server = &route.vps_id;
            diagnostic
                .line(if Some(server) == known.vps_id.as_ref() {
                    format!(
                        "the move failed; `{prefix}` is routed to `{server}` as before, by the \
                         route `{}`",
                        route.id
                    )
                } else {
                    format!(
                        "`{prefix}` is routed to `{server}` after all, by the route `{}`, which \
                         is in the state now",
                        route.id
                    )
                })
                .section(Section::Routes)
        }
        PrefixState::Foreign(route) => {
            saved.mark_taken();
            taken_meanwhile(diagnostic, &prefix, (!is_listed).then_some(&*route))
        }
        PrefixState::Unknown => {
            saved.mark_unrouted();
            diagnostic
                .line(format!(
                    "it is not known whether `{prefix}` is still routed; the state keeps the prefix"
                ))
                .hint(
                    Section::Routes,
                    "apply again: the provider finds the route by its prefix, or routes the prefix \
                     again",
                )
        }
        PrefixState::Unrouted(why) => {
            saved.mark_unrouted();
            let why = Diagnostic::from(why);
            diagnostic
                .line(format!(
                    "the old route could not be put back either ({}), so `{prefix}` is not routed \
                     now",
                    why.detail()
                ))
                .hint(
                    Section::Routes,
                    format!(
                        "apply again when the cause is gone: the state keeps `{prefix}`, and the \
                         apply routes it again"
                    ),
                )
        }
    })
}

/// Adds to a failed move that `route` has the prefix now. `None` if the error lists the route.
fn taken_meanwhile(diagnostic: Diagnostic, prefix: &Ipv6Net, route: Option<&Route>) -> Diagnostic {
    let route = route.map_or(String::new(), |route| format!(":\n  - {route}"));
    diagnostic
        .line(format!(
            "another route has `{prefix}` now, and the provider does not touch it{route}"
        ))
        .hint(
            Section::Routes,
            format!(
                "when that route is gone, apply again: the state keeps `{prefix}`. To manage that \
                 route instead, remove this resource from the state and import `{prefix}`"
            ),
        )
}

/// Adds to a refusal that the account shows before the move what to do about it.
async fn foreseen(
    context: &Context,
    new: &NewRoute,
    is_foreseen: bool,
    diagnostic: Diagnostic,
) -> Diagnostic {
    if !is_foreseen {
        return diagnostic;
    }
    let routes = context.client.routed_ipv6();
    let hint = match routes.state(&context.operation).await {
        Ok(account) if account.pool(&new.pool_id).is_none() => pools_hint(&account),
        Ok(account) if account.destination(&new.vps_id).is_none() => {
            servers_hint(&account, &new.vps_id)
        }
        _ => "remove the cause, or choose another server, and apply again".to_owned(),
    };
    diagnostic.hint(Section::Routes, hint)
}

/// Returns the request that creates the route.
///
/// # Errors
/// When a value is missing; validation reports that earlier.
pub(super) fn request(model: &RouteModel) -> Result<NewRoute, Diagnostic> {
    let prefix = model.prefix.as_ref_option().cloned();
    let length = match model.prefix_length {
        Value::Value(Int(length)) => u8::try_from(length).ok(),
        _ => model.network().map(|network| network.prefix_len()),
    };
    let (Some(pool_id), Some(vps_id), Some(prefix_length)) = (
        model.pool_id.as_ref_option(),
        model.vps_id.as_ref_option(),
        length,
    ) else {
        return Err(Diagnostic::without_summary(
            "`pool_id`, `vps_id` and `prefix` or `prefix_length` must be known to create a route",
        )
        .section(Section::Configuration));
    };
    Ok(NewRoute {
        pool_id: pool_id.clone(),
        vps_id: vps_id.clone(),
        prefix_length,
        prefix: prefix.map(|prefix| cidr::canonical(&prefix)),
        label: model
            .label
            .as_ref_option()
            .filter(|label| !label.is_empty())
            .cloned(),
    })
}
