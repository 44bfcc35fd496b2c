//! Routed IPv6: the account's pools (/48), and routes of their prefixes to servers.
//!
//! The API's quirk: every GET and POST returns the state of the whole account, not an object.

use std::time::{Duration, Instant, SystemTime};

use serde_json::json;

use crate::account::Account;
use crate::body::Fields;
use crate::call::{Call, Response};
use crate::cidr::Cidr;
use crate::ids;
use crate::object::Object;
use crate::problem::{FieldError, Refusal};
use crate::removal::PendingRemoval;
use crate::switches::DeleteResponse;

pub(crate) const LENGTHS: [u8; 3] = [48, 56, 64];

/// The time from the release of a pool to its `cooldownUntil`.
const COOLDOWN: Duration = Duration::from_hours(30 * 24);

/// A /48 of the account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pool {
    pub(crate) object: Object,
    /// When reads start to show it. `None`: at once.
    pub(crate) shows_from: Option<Instant>,
}

/// A prefix of a pool that is routed to a server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Route {
    pub(crate) object: Object,
    pub(crate) pool_id: String,
    /// When reads start to show it. `None`: at once.
    pub(crate) shows_from: Option<Instant>,
    /// When it is removed, once it is deleted.
    pub(crate) removal: Option<PendingRemoval>,
}

pub(crate) fn get(account: &mut Account) -> Response {
    let response = account.as_read(|account| Response::json(200, account.state()));
    account.count_state_read();
    response
}

pub(crate) fn post(account: &mut Account, call: &Call) -> Result<Response, Refusal> {
    let known = [
        "action",
        "poolId",
        "vpsId",
        "prefixLength",
        "prefix",
        "label",
    ];
    let mut fields = Fields::new(call.object()?, &known);
    let before = account.pools_and_routes();
    match fields.required_text("action").as_str() {
        "allocate_pool" => {
            fields.finish()?;
            allocate(account)?;
        }
        "create_route" => create_route(account, fields)?,
        _ => return Err(fields.refuse("action", "`action` must be allocate_pool or create_route.")),
    }
    account.before_last_write = Some(before);
    if account.switches.empty_201_state
        && let Some(response) = account.state_before_last_write(201)
    {
        return Ok(response);
    }
    Ok(account.state_response(201))
}

fn allocate(account: &mut Account) -> Result<(), Refusal> {
    account.refuse_when_unavailable()?;
    if !account.pools.is_empty() {
        let detail = "This account already has a routed /48.";
        return Err(Refusal::conflict("routed_ipv6_pool_exists", detail));
    }
    if let Some(reason) = account.cooldown() {
        return Err(Refusal::conflict("cooldown_active", reason));
    }
    account.add_pool();
    Ok(())
}

fn create_route(account: &mut Account, mut fields: Fields) -> Result<(), Refusal> {
    let pool_id = fields.required_text("poolId");
    let vps_id = fields.required_text("vpsId");
    let length = fields.required_number("prefixLength", &LENGTHS);
    let label = fields.optional_text("label");
    let label = if account.switches.trim_labels {
        label
            .map(|label| label.trim().to_owned())
            .filter(|label| !label.is_empty())
    } else {
        label
    };
    let wanted = fields
        .optional_text("prefix")
        .and_then(|text| match Cidr::v6(&text) {
            Ok(prefix) if length != 0 && prefix.length() != length => {
                fields.invalid("prefix", "`prefix` must have the mask `prefixLength`.");
                None
            }
            Ok(prefix) => Some(prefix),
            Err(reason) => {
                fields.invalid("prefix", format!("`prefix` {reason}."));
                None
            }
        });
    fields.finish()?;
    account.refuse_when_unavailable()?;
    let Some(pool) = account
        .pools
        .iter()
        .find(|pool| pool.object.id() == pool_id)
    else {
        return Err(Refusal::not_found());
    };
    let range = pool.range();
    let vps = account.vps(&vps_id)?;
    if let Some(reason) = vps.cannot_receive_route() {
        return Err(Refusal::conflict("vps_not_ready", reason));
    }
    if wanted.is_some_and(|prefix| !range.is_some_and(|range| range.contains(prefix))) {
        return Err(FieldError::invalid("prefix", "`prefix` must lie in the pool.").into());
    }
    let wanted = wanted.filter(|_| !account.switches.ignore_prefix);
    let prefix = account.free_prefix(&pool_id, length, wanted)?;
    account.insert_route(&pool_id, &vps_id, prefix, label.as_deref());
    Ok(())
}

pub(crate) fn delete_route(account: &mut Account, id: &str) -> Result<Response, Refusal> {
    let Some(index) = account
        .routes
        .iter()
        .position(|route| route.object.id() == id && route.removal.is_none())
    else {
        return Err(Refusal::not_found());
    };
    account.before_last_write = Some(account.pools_and_routes());
    Ok(account.start_removal(index))
}

pub(crate) fn release(account: &mut Account, id: &str) -> Result<Response, Refusal> {
    let Some(index) = account.pools.iter().position(|pool| pool.object.id() == id) else {
        return Err(Refusal::not_found());
    };
    if account.routes.iter().any(|route| route.pool_id == id) {
        let detail = "Delete all routes before releasing this /48.";
        return Err(Refusal::conflict("routed_ipv6_pool_in_use", detail));
    }
    account.before_last_write = Some(account.pools_and_routes());
    account.pools.remove(index);
    account.cooldown_until = Some(ids::after(COOLDOWN));
    Ok(match account.switches.delete_response.clone() {
        DeleteResponse::State => account.state_response(200),
        DeleteResponse::Documented => deleted(&DeleteResponse::Released),
        other => deleted(&other),
    })
}

/// Returns the responses to a DELETE that are the same for all kinds of objects.
pub(crate) fn deleted(response: &DeleteResponse) -> Response {
    match response {
        DeleteResponse::NoContent => Response::empty(204),
        DeleteResponse::Accepted(operation) => Response::json(202, json!({"operation": operation})),
        DeleteResponse::Released => {
            let until = ids::timestamp(ids::after(COOLDOWN));
            Response::json(200, json!({"released": true, "cooldownUntil": until}))
        }
        // The callers handle the first two.
        DeleteResponse::Documented | DeleteResponse::State | DeleteResponse::Empty => {
            Response::empty(200)
        }
    }
}

impl Pool {
    pub(crate) fn range(&self) -> Option<Cidr> {
        Cidr::v6(self.object.text("parentCidr")).ok()
    }
}

impl Account {
    pub(crate) fn insert_route(
        &mut self,
        pool_id: &str,
        vps_id: &str,
        prefix: Cidr,
        label: Option<&str>,
    ) -> String {
        let id = self.ids.next("ripv6rt");
        let now = ids::now();
        let vps = self.vpses.iter().find(|vps| vps.object.id() == vps_id);
        let object = Object::new(json!({
            "id": id,
            "prefix": prefix.to_string(),
            "prefixLength": prefix.length(),
            "nextHop": vps.and_then(|vps| vps.next_hop).map(|hop| hop.to_string()),
            "label": label,
            "vpsId": vps_id,
            "vpsName": vps.map(|vps| vps.object.text("name")),
            "status": "active",
            "allocatedAt": now,
            "updatedAt": now,
        }));
        let shows_from = self.shows_from();
        self.routes.push(Route {
            object,
            pool_id: pool_id.to_owned(),
            shows_from,
            removal: None,
        });
        id
    }

    /// Adds a pool, also when the account has one: migrated accounts have several. Returns its id.
    pub fn add_pool(&mut self) -> String {
        let id = self.ids.next("ripv6");
        let now = ids::now();
        let third = 0x1000 + self.pools_created % 0xe000;
        self.pools_created += 1;
        let object = Object::new(json!({
            "id": id,
            "parentCidr": format!("2001:db8:{third:x}::/48"),
            "prefixLength": 48,
            "status": "active",
            "allocatedAt": now,
            "updatedAt": now,
        }));
        let shows_from = self.shows_from();
        self.pools.push(Pool { object, shows_from });
        id
    }

    /// Adds this many /64 routes, from the pool's first /64. The pool must have no other routes.
    ///
    /// # Panics
    /// When there is no such pool.
    #[track_caller]
    pub fn add_routes(&mut self, pool_id: &str, vps_id: &str, count: u16) {
        let pool = self.pools.iter().find(|pool| pool.object.id() == pool_id);
        let range = pool.and_then(Pool::range).expect("a pool of the account");
        for nth in 0..u128::from(count) {
            let prefix = range.child(64, nth).expect("a /64 of the pool");
            self.insert_route(pool_id, vps_id, prefix, None);
        }
    }

    fn refuse_when_unavailable(&self) -> Result<(), Refusal> {
        match &self.switches.routed_ipv6_unavailable {
            None => Ok(()),
            Some(reason) => Err(Refusal::conflict("routed_ipv6_unavailable", reason)),
        }
    }

    /// Returns why a released /48 prevents a new one. `None` unless the strict switch is on.
    fn cooldown(&self) -> Option<String> {
        let until = self
            .cooldown_until
            .filter(|until| *until > SystemTime::now())?;
        let reason = format!(
            "A released /48 is in cooldown until {}.",
            ids::timestamp(until)
        );
        self.switches.strict_pool_cooldown.then_some(reason)
    }

    pub(crate) fn cannot_allocate(&self) -> Option<String> {
        if let Some(reason) = &self.switches.routed_ipv6_unavailable {
            return Some(reason.clone());
        }
        if self.pools.is_empty() {
            return self.cooldown();
        }
        Some("This account already has a routed /48.".to_owned())
    }

    pub(crate) fn cannot_create_route(&self) -> Option<String> {
        if self.pools.is_empty() {
            return Some("Add a routed /48 before creating routes.".to_owned());
        }
        let mut reasons = self
            .pools
            .iter()
            .map(|pool| self.cannot_create_route_in(pool));
        // Allowed if one pool allows it.
        reasons
            .try_fold(None, |_, reason| reason.map(Some))
            .flatten()
    }

    pub(crate) fn cannot_create_route_in(&self, pool: &Pool) -> Option<String> {
        if let Some(reason) = &self.switches.routed_ipv6_unavailable {
            return Some(reason.clone());
        }
        if !self
            .vpses
            .iter()
            .any(|vps| vps.cannot_receive_route().is_none())
        {
            return Some("No VPS can receive a route.".to_owned());
        }
        let free = self.free_prefix(pool.object.id(), 64, None);
        free.is_err()
            .then(|| "No capacity remains in this /48.".to_owned())
    }
}
