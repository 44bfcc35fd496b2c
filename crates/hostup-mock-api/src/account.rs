//! The account: its keys and objects, and how a request passes through them.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use serde_json::{Value, json};

use crate::call::{Body, Call, Response};
use crate::cidr::Cidr;
use crate::copy::History;
use crate::ids::{self, Ids};
use crate::jobs::Job;
use crate::limits::Windows;
use crate::network::Network;
use crate::problem::Refusal;
use crate::routed_ipv6::{Pool, Route};
use crate::switches::{NotFoundShape, Switches};
use crate::vps::Vps;
use crate::{jobs, private_networks, routed_ipv6, vps, vps_network};

/// Every scope that the mock's endpoints need by default.
pub const ALL_SCOPES: [&str; 3] = ["read:network", "read:vm", "write:network"];

/// The mock's account, with methods for what happens to an account outside the API.
///
/// [`MockApi`](crate::MockApi) has the same methods. Closures of a [`Fault`](crate::Fault) get the
/// account itself.
#[derive(Debug, Default)]
pub struct Account {
    pub(crate) switches: Switches,
    pub(crate) ids: Ids,
    pub(crate) keys: BTreeMap<String, Vec<String>>,
    windows: Windows,
    pub(crate) pools: Vec<Pool>,
    pub(crate) routes: Vec<Route>,
    pub(crate) networks: Vec<Network>,
    pub(crate) vpses: Vec<Vps>,
    pub(crate) jobs: Vec<Job>,
    /// The server limits, once a test has edited them.
    pub(crate) limits: Option<Value>,
    /// Prefixes of deleted routes that are still taken, each with its pool and the time at which
    /// it becomes free.
    pub(crate) held_prefixes: Vec<(String, Cidr, Instant)>,
    /// These counters never go back: a range or an address is not used twice.
    pub(crate) pools_created: u16,
    pub(crate) vpses_created: u16,
    pub(crate) interfaces_created: u32,
    pub(crate) cooldown_until: Option<SystemTime>,
    /// Pools and routes before the last write, for faults that respond with them.
    pub(crate) before_last_write: Option<(Vec<Pool>, Vec<Route>)>,
    /// Earlier copies of the account, for reads that lag behind writes.
    pub(crate) history: History,
    /// When every object shows in reads.
    pub(crate) all_shown_from: Option<Instant>,
    /// Whether a deleted route may still be listed.
    pub(crate) any_removals: bool,
}

/// The object of a request.
enum Endpoint<'a> {
    RoutedIpv6,
    Pool(&'a str),
    Route(&'a str),
    PrivateNetworks,
    PrivateNetwork(&'a str),
    Vpses,
    Vps(&'a str),
    VpsLimits,
    VpsNetwork(&'a str),
    Job(&'a str),
}

impl<'a> Endpoint<'a> {
    fn of(path: &'a str) -> Option<Self> {
        if let Some(id) = path.strip_prefix("/api/jobs/") {
            return Some(Self::Job(id));
        }
        let segments: Vec<&str> = path.strip_prefix("/api/v2/")?.split('/').collect();
        Some(match segments.as_slice() {
            ["routed-ipv6"] => Self::RoutedIpv6,
            ["routed-ipv6", id] => Self::Pool(id),
            ["routed-ipv6", "routes", id] => Self::Route(id),
            ["private-networks"] => Self::PrivateNetworks,
            ["private-networks", id] => Self::PrivateNetwork(id),
            ["vps"] => Self::Vpses,
            ["vps", "payg", "limits"] => Self::VpsLimits,
            ["vps", id] => Self::Vps(id),
            ["vps", id, "network"] => Self::VpsNetwork(id),
            _ => return None,
        })
    }

    /// Returns the methods of an endpoint, each with the scopes that it needs.
    fn methods(&self) -> &'static [(&'static str, &'static [&'static str])] {
        match self {
            Self::RoutedIpv6 => &[
                ("GET", &["read:network", "read:vm"]),
                ("POST", &["write:network"]),
            ],
            Self::Pool(_) | Self::Route(_) => &[("DELETE", &["write:network"])],
            Self::PrivateNetworks => &[("GET", &["read:network"]), ("POST", &["write:network"])],
            Self::PrivateNetwork(_) => {
                &[("GET", &["read:network"]), ("DELETE", &["write:network"])]
            }
            Self::Vpses | Self::Vps(_) | Self::VpsLimits => &[("GET", &["read:vm"])],
            // The scopes of the POST are a switch.
            Self::VpsNetwork(_) => &[("GET", &["read:vm"]), ("POST", &[])],
            Self::Job(_) => &[("GET", &[])],
        }
    }
}

impl Account {
    pub(crate) fn request_id(&mut self) -> String {
        if self.switches.uuid_request_ids {
            ids::uuid()
        } else {
            self.ids.next("req")
        }
    }

    /// Responds to one request. Checks, in this order: the edge, the rate limit, the key, the
    /// endpoint, the scopes, the rules.
    pub(crate) fn respond(&mut self, call: &Call) -> Response {
        if self.switches.refuse_default_agents && has_default_agent(call) {
            return Response::html(403);
        }
        match self.admit(call).and_then(|()| self.dispatch(call)) {
            Ok(response) => self.vary(response),
            Err(refusal) => self.refuse(refusal, call),
        }
    }

    /// Returns the response to a refused request.
    pub(crate) fn refuse(&mut self, refusal: Refusal, call: &Call) -> Response {
        if refusal.status() == 404 {
            match self.switches.not_found_shape {
                NotFoundShape::Problem => {}
                NotFoundShape::NoCode => {
                    return refusal.without_code().into_response(self, &call.path);
                }
                NotFoundShape::Empty => return Response::empty(404),
                NotFoundShape::Html => return Response::html(404),
            }
        }
        let bodiless = self.switches.conflict_without_body
            && refusal.status() == 409
            && call.path.starts_with("/api/v2/routed-ipv6");
        if bodiless {
            return Response::empty(409);
        }
        refusal.into_response(self, &call.path)
    }

    fn admit(&mut self, call: &Call) -> Result<(), Refusal> {
        let key = call.key().unwrap_or_default();
        if let Some(limit) = self.switches.rate_limit {
            let code = &self.switches.rate_limit_code;
            self.windows.admit(limit, code, key, Instant::now())?;
        }
        if self.keys.contains_key(key) {
            Ok(())
        } else {
            Err(Refusal::unauthorized())
        }
    }

    fn dispatch(&mut self, call: &Call) -> Result<Response, Refusal> {
        let endpoint = Endpoint::of(&call.path).ok_or_else(Refusal::not_found)?;
        let methods = endpoint.methods();
        let Some((_, needed)) = methods.iter().find(|(method, _)| *method == call.method) else {
            let allowed: Vec<&str> = methods.iter().map(|(method, _)| *method).collect();
            return Err(Refusal::new(
                405,
                "method_not_allowed",
                "The method is not allowed for this resource.",
            )
            .header("Allow", &allowed.join(", ")));
        };
        let has = call.key().and_then(|key| self.keys.get(key));
        let lacks = |scope: &str| !has.is_some_and(|has| has.iter().any(|one| one == scope));
        let switched = match (&endpoint, call.method.as_str()) {
            (Endpoint::VpsNetwork(_), "POST") => self.switches.interfaces.scopes.as_slice(),
            _ => &[],
        };
        let mut needed = needed.iter().copied();
        if needed.any(lacks) || switched.iter().any(|scope| lacks(scope)) {
            return Err(Refusal::forbidden());
        }
        match (endpoint, call.method.as_str()) {
            (Endpoint::RoutedIpv6, "GET") => Ok(routed_ipv6::get(self)),
            (Endpoint::RoutedIpv6, _) => routed_ipv6::post(self, call),
            (Endpoint::Pool(id), _) => routed_ipv6::release(self, id),
            (Endpoint::Route(id), _) => routed_ipv6::delete_route(self, id),
            (Endpoint::PrivateNetworks, "GET") => private_networks::list(self, call),
            (Endpoint::PrivateNetworks, _) => private_networks::create(self, call),
            (Endpoint::PrivateNetwork(id), "GET") => private_networks::get(self, id),
            (Endpoint::PrivateNetwork(id), _) => private_networks::delete(self, id),
            (Endpoint::Vpses, _) => self.as_read(|account| vps::list(account, call)),
            (Endpoint::Vps(id), _) => self.as_read(|account| vps::get(account, id)),
            (Endpoint::VpsLimits, _) => Ok(Response::json(200, self.payg_limits())),
            (Endpoint::VpsNetwork(id), "GET") => vps_network::get(self, id),
            (Endpoint::VpsNetwork(id), _) => vps_network::post(self, id, call),
            (Endpoint::Job(id), _) => jobs::get(self, id),
        }
    }

    /// Applies the switches that change the form of every success.
    fn vary(&self, mut response: Response) -> Response {
        let Switches {
            extra_fields,
            numbers_as_floats,
            ..
        } = self.switches;
        if let Body::Json(text) = &response.body
            && (extra_fields || numbers_as_floats)
        {
            let mut document =
                serde_json::from_slice(text).expect("JSON that the mock has written");
            if extra_fields {
                add_fields(&mut document);
            }
            if numbers_as_floats {
                write_floats(&mut document);
            }
            response.body = Response::json(response.status, document).body;
        }
        response
    }
}

/// Returns whether the agent is missing or a library's default, which edges are known to refuse.
fn has_default_agent(call: &Call) -> bool {
    const DEFAULTS: [&str; 8] = [
        "reqwest",
        "hyper",
        "curl",
        "wget",
        "python",
        "go-http-client",
        "ureq",
        "node",
    ];
    let agent = call
        .header("user-agent")
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    agent.is_empty() || DEFAULTS.iter().any(|default| agent.starts_with(default))
}

fn add_fields(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(add_fields);
            object.insert(
                "addedLater".to_owned(),
                json!({"by": "the API", "count": 1}),
            );
        }
        Value::Array(items) => items.iter_mut().for_each(add_fields),
        _ => {}
    }
}

fn write_floats(value: &mut Value) {
    match value {
        Value::Object(object) => object.values_mut().for_each(write_floats),
        Value::Array(items) => items.iter_mut().for_each(write_floats),
        Value::Number(number) => {
            if let Some(float) = number.as_f64() {
                *value = json!(float);
            }
        }
        _ => {}
    }
}
