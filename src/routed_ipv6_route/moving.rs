//! Moving a route: another server or another label, the same prefix.
//!
//! HostUp can't change a route, and two routes can't share a prefix. So the old one is removed and a new
//! one made with its prefix; in between the prefix belongs to nobody. Nothing may stop the run there,
//! and when the new route is refused the old one is put back. If even that fails, the state keeps the
//! prefix as unrouted, and the next apply routes it again.

use std::time::Duration;

use tf_provider::value::Value;
use tokio_util::sync::CancellationToken;

use crate::client::{Moving, NewRoute, Operation, RouteInPool, Snapshot};
use crate::provider::cidr;
use crate::provider::diagnostics::Problem;
use crate::provider::guide::Section;
use crate::provider::identity::known_id;
use crate::provider::managed::Context;

use super::model::RouteModel;

/// What putting the old route back may take at least.
const WAY_BACK: Duration = Duration::from_mins(2);

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
    let old = request(saved)?;
    let new = NewRoute {
        prefix: old.prefix.clone(),
        prefix_length: old.prefix_length,
        ..request(&planned)?
    };
    let moving = context
        .client
        .routed_ipv6()
        .begin_move(&context.operation)
        .await?;
    if saved.is_unrouted() {
        let routes = context.client.routed_ipv6();
        let account = routes.fresh_state(&context.operation).await?;
        let found = with_prefix_of(&account, &new).filter(|found| new.is_met_by(*found));
        if let Some(RouteInPool { route, .. }) = found {
            // An earlier run's create came through after all.
            *saved = planned.updated_in(&new.pool_id, route);
            return Ok(());
        }
    }
    match moving
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
    match moving.create_route(&context.uninterrupted(), &new).await {
        Ok(route) => {
            *saved = planned.updated_in(&new.pool_id, &route);
            Ok(())
        }
        Err(refused) => Err(put_back(context, &moving, [&old, &new], saved, refused.into()).await),
    }
}

async fn put_back(
    context: &Context,
    moving: &Moving<'_>,
    [old, new]: [&NewRoute; 2],
    saved: &mut RouteModel,
    refused: Problem,
) -> Problem {
    let prefix = old.prefix.as_deref().unwrap_or_default();
    // What the move has left may be too little; the way back gets time of its own rather than leaving an outage.
    let operation = Operation::new(
        context.operation.remaining().max(WAY_BACK),
        CancellationToken::new(),
    );
    let error = match moving.create_route(&operation, old).await {
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
    let account = context.client.routed_ipv6().fresh_state(&operation).await;
    let account = account.ok();
    match account.as_deref().and_then(|it| with_prefix_of(it, old)) {
        // The answer that was thought to be a refusal, or lost, may have been none: the route is there.
        Some(found) if old.is_met_by(found) || new.is_met_by(found) => {
            let route = found.route;
            *saved = saved.clone().updated_in(&old.pool_id, route);
            return refused
                .continued(format!(
                    "the account shows `{prefix}` routed to `{}` now, by the route `{}`; the state has it so",
                    route.vps_id, route.id
                ))
                .see(Section::Routes);
        }
        Some(RouteInPool { route, .. }) => {
            return refused
                .continued(format!(
                    "the old route could not be put back either: `{prefix}` went to the route `{}` to `{}`, which \
                     somebody else has made meanwhile",
                    route.id, route.vps_id
                ))
                .hint(
                    Section::Routes,
                    format!("when that route is gone, apply again: the state remembers `{prefix}`"),
                );
        }
        None => {}
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

/// What has the prefix now.
fn with_prefix_of<'a>(account: &'a Snapshot, request: &NewRoute) -> Option<RouteInPool<'a>> {
    let network = cidr::ipv6_network(request.prefix.as_deref()?).ok()?;
    account.route_by_prefix(network)
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
