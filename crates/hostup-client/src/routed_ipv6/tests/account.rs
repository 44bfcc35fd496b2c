//! The model of the API: one pool, its routes, and faults of the requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::exchange::{FailedAttempt, FakeApi, Received, Request};

pub(super) const POOL: &str = "ripv6_1";

/// Who created a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Creator {
    Process(usize),
    User,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Created {
    pub(super) id: String,
    pub(super) place: u32,
    pub(super) server: String,
    pub(super) label: Option<String>,
    pub(super) creator: Creator,
}

#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) routes: Vec<Created>,
    /// The routes before each change, and when it happened.
    history: Vec<(Instant, Vec<Created>)>,
    count: u32,
    /// They decide about the next requests.
    faults: Vec<u8>,
    next: usize,
    /// How far reads lag behind.
    lag: Duration,
    /// Requests that created nothing and whose response was lost.
    in_vain: Vec<InVain>,
    /// Whether there is a route whose owner no process can tell.
    pub(super) is_undecidable: bool,
    /// Routes that were removed by a process that had not created them.
    pub(super) wrongly_removed: Vec<String>,
}

/// A request for a place that created nothing. Its process does not know that.
#[derive(Debug)]
struct InVain {
    at: Instant,
    by: usize,
    place: u32,
    server: String,
}

impl InVain {
    /// Whether its process may take the route for its own: it reads for half a minute, and a route
    /// to the same server is its own.
    fn may_be(&self, made: &Created) -> bool {
        made.creator != Creator::Process(self.by)
            && (made.place, &made.server) == (self.place, &self.server)
            && self.at.elapsed() < Duration::from_mins(1)
    }
}

/// The account as one process sees it.
#[derive(Debug, Clone)]
pub(super) struct Api {
    pub(super) account: Arc<Mutex<Account>>,
    pub(super) process: usize,
}

/// What happens to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Fine,
    /// No change is made, and the connection breaks.
    CutBefore,
    /// The change is made, and the connection breaks.
    CutAfter,
    /// The change is made later than the response.
    Late,
    Failed,
    /// The change is made, and the response shows the account as it was before.
    OldState,
    /// The response comes late, and shows what happened since.
    LaterState,
}

impl Fate {
    fn of(byte: u8) -> Self {
        match byte % 24 {
            0 => Self::CutBefore,
            1 | 2 => Self::CutAfter,
            3 => Self::Late,
            4 => Self::Failed,
            5 | 6 => Self::OldState,
            7 | 8 => Self::LaterState,
            _ => Self::Fine,
        }
    }
}

pub(super) fn prefix(place: u32) -> String {
    match place {
        0 => "2001:db8:1000::/64".to_owned(),
        place => format!("2001:db8:1000:{place:x}::/64"),
    }
}

fn place(prefix: &str) -> Option<u32> {
    (0..4_096).find(|it| self::prefix(*it) == prefix)
}

impl Account {
    pub(super) fn new(faults: Vec<u8>, lag: u64) -> Self {
        Self {
            faults,
            lag: Duration::from_millis(lag),
            ..Self::default()
        }
    }

    fn remember(&mut self) {
        self.history.push((Instant::now(), self.routes.clone()));
    }

    pub(super) fn create(
        &mut self,
        at: Option<u32>,
        server: &str,
        label: Option<&str>,
        creator: Creator,
    ) -> bool {
        let taken = |place: u32| self.routes.iter().any(|it| it.place == place);
        let free = at.or_else(|| (0..4_096).find(|it| !taken(*it)));
        let Some(place) = free.filter(|it| !taken(*it)) else {
            return false;
        };
        self.remember();
        self.count += 1;
        let made = Created {
            id: format!("ripv6rt_{}", self.count),
            place,
            server: server.to_owned(),
            label: label.map(str::to_owned),
            creator,
        };
        let is_equal = |it: &Created| {
            it.creator != made.creator && (it.place, &it.server) == (made.place, &made.server)
        };
        // Reads may still show an equal route that existed a moment ago.
        if self.in_vain.iter().any(|it| it.may_be(&made)) || self.visible().any(is_equal) {
            self.is_undecidable = true;
        }
        self.routes.push(made);
        true
    }

    /// The routes that a read may show: those of now, and those within the lag.
    fn visible(&self) -> impl Iterator<Item = &Created> {
        let since = Instant::now() - self.lag;
        let recent = self.history.iter().filter(move |(until, _)| *until > since);
        recent.flat_map(|(_, routes)| routes).chain(&self.routes)
    }

    /// A request created nothing, and its response was lost.
    fn lose(&mut self, by: usize, body: Option<&[u8]>) {
        let body: Value = body
            .and_then(|it| serde_json::from_slice(it).ok())
            .unwrap_or_default();
        let Some(place) = body["prefix"].as_str().and_then(place) else {
            return;
        };
        let lost = InVain {
            at: Instant::now(),
            by,
            place,
            server: body["vpsId"].as_str().unwrap_or_default().to_owned(),
        };
        if self.visible().any(|it| lost.may_be(it)) {
            self.is_undecidable = true;
        }
        self.in_vain.push(lost);
    }

    fn remove(&mut self, id: &str, by: usize) -> bool {
        let Some(at) = self.routes.iter().position(|it| it.id == id) else {
            return false;
        };
        self.remember();
        let route = self.routes.remove(at);
        if route.creator != Creator::Process(by) {
            self.wrongly_removed.push(id.to_owned());
        }
        true
    }

    fn byte(&mut self) -> u8 {
        self.next += 1;
        self.faults[self.next % self.faults.len()]
    }

    fn shown(&self, at: Instant) -> Value {
        let then = self.history.iter().find(|(until, _)| *until > at);
        document(then.map_or(&self.routes, |(_, routes)| routes))
    }
}

fn document(routes: &[Created]) -> Value {
    let allowed = json!({"allowed": true, "reason": null});
    let routes: Vec<_> = routes
        .iter()
        .map(|it| {
            json!({
                "id": it.id, "prefix": prefix(it.place), "prefixLength": 64,
                "nextHop": "2001:db8::1", "label": it.label, "vpsId": it.server,
                "vpsName": it.server, "status": "active", "allocatedAt": null, "updatedAt": null,
                "actions": {"canDelete": allowed},
            })
        })
        .collect();
    json!({"pools": [{
        "id": POOL, "parentCidr": "2001:db8:1000::/48", "prefixLength": 48, "status": "active",
        "allocatedAt": null, "updatedAt": null, "routes": routes,
        "actions": {"canCreateRoute": allowed, "canRelease": allowed},
    }]})
}

impl Api {
    pub(super) fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the change and returns the status.
    fn change(&self, method: &str, path: &str, body: Option<&[u8]>) -> u16 {
        let mut account = self.lock();
        if method == "DELETE" {
            let id = path.rsplit('/').next().unwrap_or_default();
            return if account.remove(id, self.process) {
                200
            } else {
                404
            };
        }
        let body: Value = body
            .and_then(|it| serde_json::from_slice(it).ok())
            .unwrap_or_default();
        let at = body["prefix"].as_str().map(|it| place(it).expect("a /64"));
        let server = body["vpsId"].as_str().unwrap_or_default();
        let made = account.create(
            at,
            server,
            body["label"].as_str(),
            Creator::Process(self.process),
        );
        if made { 201 } else { 409 }
    }

    fn lose(&self, body: Option<&[u8]>) {
        self.lock().lose(self.process, body);
    }
}

#[async_trait]
impl FakeApi for Api {
    async fn exchange(
        &self,
        request: &Request<'_>,
        received: &mut Received,
    ) -> std::result::Result<(), FailedAttempt> {
        let (method, path) = (request.method.as_str(), request.url.path());
        let broken = || FailedAttempt::no_response(request.connection_broke());
        let (byte, there, back) = {
            let mut account = self.lock();
            (account.byte(), account.byte(), account.byte())
        };
        let pause = |byte: u8| tokio::time::sleep(Duration::from_millis(u64::from(byte) * 4));
        pause(there).await;
        if method == "GET" {
            let (shown, fails) = {
                let account = self.lock();
                (account.shown(Instant::now() - account.lag), byte % 16 == 0)
            };
            pause(back).await;
            let status = if fails { 500 } else { 200 };
            received.head = Some((status, reqwest::header::HeaderMap::new()));
            received.body = if fails {
                Vec::new()
            } else {
                shown.to_string().into_bytes()
            };
            return Ok(());
        }
        let body = request.body.as_deref();
        let fate = Fate::of(byte);
        if fate == Fate::CutBefore {
            self.lose(body);
            return Err(broken());
        }
        if fate == Fate::Late {
            let (api, method, path) = (self.clone(), method.to_owned(), path.to_owned());
            let body = request.body.clone();
            let wait = Duration::from_millis(u64::from(back) * 60);
            // Until then it has created nothing.
            self.lose(request.body.as_deref());
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                if api.change(&method, &path, body.as_deref()) == 409 {
                    api.lose(body.as_deref());
                }
            });
            received.head = Some((504, reqwest::header::HeaderMap::new()));
            return Ok(());
        }
        let before = document(&self.lock().routes);
        let mut status = if fate == Fate::Failed {
            self.lose(body);
            500
        } else {
            self.change(method, path, body)
        };
        if status == 409 && fate == Fate::CutAfter {
            self.lose(body);
        }
        let after = document(&self.lock().routes);
        pause(back).await;
        let later = document(&self.lock().routes);
        let state = match fate {
            Fate::CutAfter => return Err(broken()),
            Fate::OldState => before,
            Fate::LaterState => later,
            _ => after,
        };
        if status == 200 && fate == Fate::OldState {
            status = 202;
        }
        received.head = Some((status, reqwest::header::HeaderMap::new()));
        if (200..300).contains(&status) {
            received.body = state.to_string().into_bytes();
        }
        Ok(())
    }
}
