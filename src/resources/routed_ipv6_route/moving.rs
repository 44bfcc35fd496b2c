//! Moving a route, as Terraform sees it: what the state holds after each outcome, and what the user
//! is told.

use hostup_client::{FailedMove, NewRoute, PrefixState};
use tf_provider::value::Value;

use crate::framework::cidr;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::resource::Context;

use super::model::RouteModel;

/// Moves `saved` to what `planned` says, keeping `saved` true whatever happens.
///
/// # Errors
/// When the old route can't be removed (it stays as it was), when the new one is refused (the old
/// one is back), and when even that failed (`saved` is unrouted then).
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
    let FailedMove { error, prefix: routed } = match moved {
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
            "nothing was removed; `{prefix}` is as it was before"
        )),
        PrefixState::Routed(route) => {
            *saved = saved.clone().updated_from(&known.pool_id, &route);
            let server = &route.vps_id;
            diagnostic
                .line(if Some(server) == known.vps_id.as_ref() {
                    format!(
                        "the move did not happen; `{prefix}` is routed to `{server}` as before, by the route `{}`",
                        route.id
                    )
                } else {
                    format!(
                        "`{prefix}` is routed to `{server}` after all, by the route `{}`; the state has it so",
                        route.id
                    )
                })
                .section(Section::Routes)
        }
        PrefixState::Foreign(route) => {
            saved.mark_taken();
            diagnostic
                .line(if is_listed {
                    format!("`{prefix}` has gone to somebody else's route, which is left alone")
                } else {
                    format!(
                        "`{prefix}` has gone to somebody else's route, which is left alone:\n  - {route}"
                    )
                })
                .hint(
                    Section::Routes,
                    format!(
                        "when that route is gone, apply again: the state remembers `{prefix}`. To manage that route \
                         instead, remove this resource from the state and import `{prefix}`"
                    ),
                )
        }
        PrefixState::Unknown => {
            saved.mark_unrouted();
            diagnostic
                .line(format!(
                    "whether `{prefix}` is still routed is not known; the state remembers the prefix"
                ))
                .hint(
                    Section::Routes,
                    "apply again: what exists is found by its prefix, and what is gone is routed again",
                )
        }
        PrefixState::Unrouted(why) => {
            saved.mark_unrouted();
            let why = Diagnostic::from(why);
            diagnostic
                .line(format!(
                    "the old route could not be put back either ({}), so `{prefix}` is routed to nobody now",
                    why.detail()
                ))
                .hint(
                    Section::Routes,
                    format!(
                        "apply again as soon as the cause is gone: the state remembers `{prefix}` and the same prefix is \
                         routed again"
                    ),
                )
        }
    })
}

/// The request that makes the route `model` describes.
///
/// # Errors
/// When the model holds something the API can't be asked for; validation reports that earlier.
pub(super) fn request(model: &RouteModel) -> Result<NewRoute, Diagnostic> {
    let prefix = model.prefix.as_ref_option().cloned();
    let length = match (&model.prefix_length, &prefix) {
        (Value::Value(length), _) => u8::try_from(length.0).ok(),
        (_, Some(prefix)) => prefix
            .rsplit('/')
            .next()
            .and_then(|length| length.parse().ok()),
        (_, None) => None,
    };
    let (Some(pool_id), Some(vps_id), Some(prefix_length)) = (
        model.pool_id.as_ref_option(),
        model.vps_id.as_ref_option(),
        length,
    ) else {
        return Err(Diagnostic::without_summary(
            "`pool_id`, `vps_id` and `prefix` or `prefix_length` must be known to make a route",
        )
        .section(Section::Configuration));
    };
    Ok(NewRoute {
        pool_id: pool_id.clone(),
        vps_id: vps_id.clone(),
        prefix_length,
        // The API is given the canonical text, whatever spelling the configuration keeps.
        prefix: prefix.map(|prefix| cidr::canonical(&prefix)),
        label: model
            .label
            .as_ref_option()
            .filter(|label| !label.is_empty())
            .cloned(),
    })
}
