//! Routed IPv6 as the API sends and receives it.
//!
//! Networks and times stay text: one malformed value must not make the account unreadable. A field
//! that the API's pages call required is required here. A missing nullable field is null.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::integer::{list_or_null, whole, wholes_or_null};

use super::listed::ListedRoute;

/// The whole account state: the response to GET and to every POST. `R` is what its routes are
/// decoded into.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State<R = ListedRoute> {
    /// Whether the account can use routed IPv6.
    pub available: Option<bool>,
    /// Why it cannot.
    pub reason: Option<String>,
    /// The lengths a route may have.
    #[serde(default, deserialize_with = "wholes_or_null")]
    pub allowed_prefix_lengths: Vec<u8>,
    /// The account's /48s. The schema calls it optional, but a document without it proves nothing.
    pub pools: Vec<Pool<R>>,
    /// The account's servers as targets of routes.
    #[serde(default, deserialize_with = "list_or_null")]
    pub destinations: Vec<Destination>,
    /// What is allowed now.
    pub actions: Option<AccountActions>,
}

impl<R> State<R> {
    /// Converts the pools.
    pub(super) fn try_map_pools<S, E>(
        self,
        convert: impl FnMut(Pool<R>) -> Result<Pool<S>, E>,
    ) -> Result<State<S>, E> {
        Ok(State {
            available: self.available,
            reason: self.reason,
            allowed_prefix_lengths: self.allowed_prefix_lengths,
            pools: self
                .pools
                .into_iter()
                .map(convert)
                .collect::<Result<_, E>>()?,
            destinations: self.destinations,
            actions: self.actions,
        })
    }
}

/// Whether an action is allowed now, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Capability {
    /// Whether it is allowed.
    pub allowed: bool,
    /// Why it is not.
    pub reason: Option<String>,
}

/// What is allowed in the account now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountActions {
    /// Allocate a pool.
    pub can_allocate_pool: Capability,
    /// Create a route in some pool.
    pub can_create_route: Capability,
}

/// A /48 of the account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pool<R = ListedRoute> {
    /// `ripv6_…`
    pub id: String,
    /// The network, such as `2001:db8:1000::/48`.
    pub parent_cidr: String,
    /// 48.
    #[serde(deserialize_with = "whole")]
    pub prefix_length: u8,
    /// `active`
    pub status: String,
    /// When it was allocated.
    pub allocated_at: Option<String>,
    /// When it last changed.
    pub updated_at: Option<String>,
    /// Its routes. Required, for the same reason as [`State::pools`].
    pub routes: Vec<R>,
    /// What is allowed with it now.
    pub actions: PoolActions,
}

impl<R> Pool<R> {
    /// Converts the routes.
    pub(super) fn try_map_routes<S, E>(
        self,
        convert: impl FnMut(R) -> Result<S, E>,
    ) -> Result<Pool<S>, E> {
        Ok(Pool {
            id: self.id,
            parent_cidr: self.parent_cidr,
            prefix_length: self.prefix_length,
            status: self.status,
            allocated_at: self.allocated_at,
            updated_at: self.updated_at,
            routes: self
                .routes
                .into_iter()
                .map(convert)
                .collect::<Result<_, E>>()?,
            actions: self.actions,
        })
    }
}

/// What is allowed with a pool now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolActions {
    /// Create a route in it.
    pub can_create_route: Capability,
    /// Release it.
    pub can_release: Capability,
}

/// A network that is routed to a server. The API does not send its pool: see
/// [`RouteInPool`](super::RouteInPool).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Route {
    /// `ripv6rt_…`
    pub id: String,
    /// The network, such as `2001:db8:1000:10::/64`.
    pub prefix: String,
    /// 48, 56 or 64.
    #[serde(deserialize_with = "whole")]
    pub prefix_length: u8,
    /// The server's address that gets the traffic, without a mask.
    pub next_hop: String,
    /// The customer's label.
    pub label: Option<String>,
    /// `vps_…`
    pub vps_id: String,
    /// The server's name.
    pub vps_name: String,
    /// `active`
    pub status: String,
    /// When it was created.
    pub allocated_at: Option<String>,
    /// When it last changed.
    pub updated_at: Option<String>,
    /// What is allowed with it now.
    pub actions: RouteActions,
}

impl fmt::Display for Route {
    /// Writes what a person recognizes it by: prefix, server, id, label and age.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            prefix,
            vps_name,
            vps_id,
            id,
            ..
        } = self;
        write!(
            f,
            "`{prefix}` to `{vps_name}` (server `{vps_id}`, route `{id}`"
        )?;
        if let Some(label) = self.label.as_deref().filter(|it| !it.is_empty()) {
            write!(f, ", label `{label}`")?;
        }
        if let Some(since) = &self.allocated_at {
            write!(f, ", since {since}")?;
        }
        f.write_str(")")
    }
}

/// What is allowed with a route now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteActions {
    /// Delete it.
    pub can_delete: Capability,
}

/// A server of the account as a target of routes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Destination {
    /// `vps_…`
    pub vps_id: String,
    /// The server's name.
    pub name: String,
    /// Its public IPv4 address.
    pub primary_ip: Option<String>,
    /// The address that routes to it would get.
    pub next_hop: Option<String>,
    /// `active`, `suspended`, …
    pub service_status: String,
    /// What is allowed with it now.
    pub actions: DestinationActions,
}

/// What is allowed with a destination now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DestinationActions {
    /// Create a route to it.
    pub can_receive_route: Capability,
}

/// A route to create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewRoute {
    /// The pool of its prefix.
    pub pool_id: String,
    /// The server it goes to.
    pub vps_id: String,
    /// 48, 56 or 64.
    pub prefix_length: u8,
    /// A network of that length in the pool; the first free one when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The customer's label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// The body of a POST: one of two actions.
#[derive(Debug, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub(super) enum Action<'a> {
    AllocatePool,
    CreateRoute(&'a NewRoute),
}

/// The response to the release of a pool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Released {
    /// Until when no new pool can be allocated, when the API says so.
    pub cooldown_until: Option<String>,
}
