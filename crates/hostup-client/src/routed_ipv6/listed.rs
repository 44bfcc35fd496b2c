//! A route of a document, shared with the document before it.
//!
//! Every write responds with the whole account, in which little has changed. A route whose text is
//! the same as before is not decoded again.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Deref;
use std::sync::Arc;

use ipnet::Ipv6Net;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::cidr::parse_ipv6;

use super::snapshot::Snapshot;
use super::wire::{Route, State};

/// How many routes in a row may be missing since the document before for the next one to be
/// recognized. The limit is for documents in which everything is new.
const WINDOW: usize = 1024;

/// A route as a document shows it. Clones share it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Route")]
pub struct ListedRoute(Arc<Listed>);

#[derive(Debug, PartialEq, Eq)]
struct Listed {
    route: Route,
    /// What it was decoded from, or nothing when that is not known.
    text: Box<str>,
    key: u64,
    network: Option<Ipv6Net>,
}

impl ListedRoute {
    fn new(route: Route, text: &str) -> Self {
        Self(Arc::new(Listed {
            text: text.into(),
            key: key(&route.id),
            network: parse_ipv6(&route.prefix),
            route,
        }))
    }

    /// Returns the [`key`] of its id.
    pub(super) fn key(&self) -> u64 {
        self.0.key
    }

    /// Returns its prefix, unless that is malformed.
    pub(super) fn network(&self) -> Option<Ipv6Net> {
        self.0.network
    }
}

impl From<Route> for ListedRoute {
    fn from(route: Route) -> Self {
        Self::new(route, "")
    }
}

impl Deref for ListedRoute {
    type Target = Route;

    fn deref(&self) -> &Route {
        &self.0.route
    }
}

impl fmt::Display for ListedRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.route.fmt(f)
    }
}

/// Returns a number for an id. Numbers are faster to compare, and different ids may have the same.
pub(super) fn key(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// Decodes a state document. Routes that `before` shows with the same text are taken from it.
///
/// # Errors
///
/// When anything in the document is malformed.
pub(super) fn decode(text: &str, before: Option<&Snapshot>) -> serde_json::Result<State> {
    let document: State<&RawValue> = serde_json::from_str(text)?;
    document.try_map_pools(|pool| {
        let mut rest = match before.and_then(|it| it.pool(&pool.id)) {
            Some(before) => &before.routes[..],
            None => &[],
        };
        pool.try_map_routes(|text| {
            let text = text.get();
            let mut next = rest.iter().take(WINDOW);
            match next.position(|it| *it.0.text == *text) {
                Some(place) => {
                    let same = rest[place].clone();
                    rest = &rest[place + 1..];
                    Ok(same)
                }
                None => Ok(ListedRoute::new(serde_json::from_str(text)?, text)),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use tokio::time::Instant;

    use super::*;

    /// A document with these routes. The second number of each changes its label.
    fn document(routes: &[(u8, u8)]) -> String {
        let allowed = json!({ "allowed": true });
        let routes = routes.iter().map(|(nth, label)| {
            json!({
                "id": format!("ripv6rt_{nth}"), "prefix": format!("2001:db8:1000:{nth:x}::/64"),
                "prefixLength": 64, "nextHop": "2001:db8::1", "label": label.to_string(),
                "vpsId": "vps_1", "vpsName": "web-01", "status": "active",
                "actions": { "canDelete": allowed },
            })
        });
        json!({ "pools": [{
            "id": "ripv6_1", "parentCidr": "2001:db8:1000::/48", "prefixLength": 48,
            "status": "active", "routes": routes.collect::<Vec<_>>(),
            "actions": { "canCreateRoute": allowed, "canRelease": allowed },
        }]})
        .to_string()
    }

    fn shown(text: &str) -> Snapshot {
        let state = decode(text, None).expect("a document");
        Snapshot::new(state, Vec::new(), Instant::now())
    }

    proptest! {
        #[test]
        fn a_document_is_the_same_with_and_without_one_before(
            before in prop::collection::vec((0..20_u8, 0..2_u8), 0..100),
            after in prop::collection::vec((0..20_u8, 0..2_u8), 0..100),
        ) {
            let before = shown(&document(&before));
            let text = document(&after);
            let decoded = decode(&text, Some(&before)).expect("a document");
            prop_assert_eq!(decoded, decode(&text, None).expect("a document"));
        }
    }

    #[test]
    fn routes_beside_changes_are_shared() {
        let mut routes: Vec<_> = (0..100).map(|nth| (nth, 0)).collect();
        let before = shown(&document(&routes));
        routes[7].1 = 1;
        routes.drain(20..30);
        routes.extend([(200, 0), (201, 0)]);
        let after = decode(&document(&routes), Some(&before)).expect("a document");
        let is_shared = |route: &&ListedRoute| {
            let mut before = before.pools()[0].routes.iter();
            before.any(|it| Arc::ptr_eq(&it.0, &route.0))
        };
        let routes = &after.pools[0].routes;
        assert_eq!(
            (routes.len(), routes.iter().filter(is_shared).count()),
            (92, 89)
        );
    }
}
