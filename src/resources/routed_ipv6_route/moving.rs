//! The move of a route: the state after each outcome, and the message to the user.

use hostup_client::{FailedMove, NewRoute, PrefixState};
use tf_provider::value::Value;
use tf_provider_server::value::Int;

use crate::framework::cidr;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::resource::Context;

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
    let diagnostic = Diagnostic::from(error);
    Err(match routed {
        PrefixState::Unchanged => diagnostic.line(format!(
            "nothing was deleted; `{prefix}` is routed as before"
        )),
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
            diagnostic
                .line(format!(
                    "another route has `{prefix}` now, and the provider does not touch it{}",
                    if is_listed {
                        String::new()
                    } else {
                        format!(":\n  - {route}")
                    }
                ))
                .hint(
                    Section::Routes,
                    format!(
                        "when that route is gone, apply again: the state keeps `{prefix}`. To \
                         manage that route instead, remove this resource from the state and import \
                         `{prefix}`"
                    ),
                )
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
