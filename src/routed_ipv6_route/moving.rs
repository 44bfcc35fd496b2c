//! Moving a route: another server or another label, the same prefix.
//!
//! HostUp can't change a route, and two routes can't share a prefix. So the old one is removed and a new
//! one made with its prefix; in between the prefix belongs to nobody. Nothing may stop the run there,
//! and when the new route is refused the old one is put back. If even that fails, the state keeps the
//! prefix as unrouted, and the next apply routes it again.

use tf_provider::value::Value;

use crate::client::{NewRoute, Operation, Route};
use crate::provider::cidr;
use crate::provider::diagnostics::Problem;
use crate::provider::guide::Section;
use crate::provider::identity::known_id;
use crate::provider::managed::Context;

use super::model::RouteModel;

/// Moves `saved` to what `planned` says, keeping `saved` true at every step.
///
/// # Errors
/// When the old route can't be removed (it stays as it was), when the new one is refused (the old one is
/// back), and when even that failed (`saved` is unrouted then).
pub(super) async fn move_route(
    context: &Context,
    planned: RouteModel,
    saved: &mut RouteModel,
) -> Result<(), Problem> {
    let routes = context.client.routed_ipv6();
    let old = request(saved)?;
    let new = NewRoute {
        prefix: old.prefix.clone(),
        prefix_length: old.prefix_length,
        ..request(&planned)?
    };
    match routes
        .delete_route(&context.operation, known_id(&saved.id)?)
        .await
    {
        Ok(()) => {}
        // Somebody removed it, or it was re-made under another id; what has its prefix now refuses the create.
        Err(error) if error.is_not_found() => {}
        Err(error) => {
            if error.may_have_happened() {
                saved.mark_unrouted();
            }
            return Err(error.into());
        }
    }
    saved.mark_unrouted();
    // From here on the prefix belongs to nobody: Ctrl-C must wait.
    let operation = context.uninterrupted();
    match routes.create_route(&operation, &new).await {
        Ok(route) => {
            *saved = planned.updated_in(&new.pool_id, &route);
            Ok(())
        }
        Err(refused) => Err(put_back(context, &operation, &old, saved, refused.into()).await),
    }
}

async fn put_back(
    context: &Context,
    operation: &Operation,
    old: &NewRoute,
    saved: &mut RouteModel,
    refused: Problem,
) -> Problem {
    let prefix = old.prefix.as_deref().unwrap_or_default();
    let operation = if operation.remaining().is_zero() {
        // The move used its time up; the way back gets a time of its own rather than leaving an outage.
        Operation::new(
            std::time::Duration::from_mins(2),
            tokio_util::sync::CancellationToken::new(),
        )
    } else {
        operation.clone()
    };
    let routes = context.client.routed_ipv6();
    let error = match routes.create_route(&operation, old).await {
        Ok(route) => {
            *saved = saved.clone().updated_in(&old.pool_id, &route);
            return refused
                .continued(format!(
                    "the move did not happen; `{prefix}` is routed to `{}` as before",
                    old.vps_id
                ))
                .see(Section::Routes);
        }
        Err(error) => error,
    };
    // The answer that was thought to be a refusal, or lost, may have been none: somebody has the prefix.
    if let Some(route) = holder(context, &operation, old).await {
        *saved = saved.clone().updated_in(&old.pool_id, &route);
        return refused.continued(format!(
            "the account shows `{prefix}` routed to `{}` now, by the route `{}`; the state has it so",
            route.vps_id, route.id
        )).see(Section::Routes);
    }
    let lost = Problem::from(error);
    refused
        .continued(format!(
            "the old route could not be put back either ({}), so `{prefix}` is routed to nobody now",
            lost.detail()
        ))
        .hint(Section::Routes, format!(
            "apply again as soon as the cause is gone: the state remembers `{prefix}` and the same prefix is routed again"
        ))
}

/// The route that has the prefix of `old` after all.
async fn holder(context: &Context, operation: &Operation, old: &NewRoute) -> Option<Route> {
    let network = cidr::ipv6_network(old.prefix.as_deref()?).ok()?;
    let account = context.client.routed_ipv6().fresh_state(operation).await;
    let account = account.ok()?;
    let found = account.route_by_prefix(network)?;
    (found.pool.id == old.pool_id).then(|| found.route.clone())
}

/// The request that makes the route `model` describes.
///
/// # Errors
/// When the model holds something the API can't be asked for; validation reports that earlier.
pub(super) fn request(model: &RouteModel) -> Result<NewRoute, Problem> {
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
        return Err(Problem::because(
            "`pool_id`, `vps_id` and `prefix` or `prefix_length` must be known to make a route",
        )
        .see(Section::Configuration));
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
