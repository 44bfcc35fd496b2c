//! Why the account does not allow a route, as far as the state document says.

use crate::error::{Error, ErrorKind};

use super::{NewRoute, Snapshot};

/// Returns why the account does not allow a route to this server in this pool.
pub(super) fn refusal(account: &Snapshot, new: &NewRoute) -> Option<Error> {
    let because = |text: String| Some(Error::new(ErrorKind::Refused, text));
    let why = |reason: &Option<String>| reason.clone().unwrap_or("it gives no reason".to_owned());
    let state = account.state();
    if state.available == Some(false) {
        let why = why(&state.reason);
        return because(format!(
            "HostUp says that routed IPv6 is not available: {why}"
        ));
    }
    if account.pool(&new.pool_id).is_none() {
        return because(format!("the account has no pool `{}`", new.pool_id));
    }
    match account.destination(&new.vps_id) {
        Some(server) if !server.actions.can_receive_route.allowed => {
            let why = why(&server.actions.can_receive_route.reason);
            because(format!(
                "HostUp says that `{}` cannot receive a route: {why}",
                server.name
            ))
        }
        // A document without servers says nothing about this one.
        None if !state.destinations.is_empty() => because(format!(
            "HostUp does not list `{}` among the servers that can receive a route",
            new.vps_id
        )),
        _ => None,
    }
}
