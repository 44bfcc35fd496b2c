//! The model of the API: one pool, routes, and what goes wrong with the requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::error::{Error, ErrorKind};
use crate::exchange::{Call, Failed, Fake, Received};

pub(super) const POOL: &str = "ripv6_1";

/// Who has made a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    Process(usize),
    Person,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) id: String,
    pub(super) place: u32,
    pub(super) server: String,
    pub(super) label: Option<String>,
    pub(super) maker: Maker,
}

#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) routes: Vec<Made>,
    /// Before each change: since when the routes were other ones.
    history: Vec<(Instant, Vec<Made>)>,
    count: u32,
    /// Decides about the next requests.
    faults: Vec<u8>,
    next: usize,
    /// Reads show the account as it was so long ago.
    lag: Duration,
    /// Requests whose answer was lost, and which have made nothing.
    in_vain: Vec<InVain>,
    /// There is a route of which no process can tell whose it is.
    pub(super) is_undecidable: bool,
    /// What was removed by someone who had not made it.
    pub(super) wrongly_removed: Vec<String>,
}

/// A request for a place that has made nothing, which its process does not know.
#[derive(Debug)]
struct InVain {
    at: Instant,
    by: usize,
    place: u32,
    server: String,
}

impl InVain {
    /// Whether its process may take this for its own: it looks for half a minute, and a route that
    /// is made anew to the same server is its own.
    fn may_be(&self, made: &Made) -> bool {
        made.maker != Maker::Process(self.by)
            && (made.place, &made.server) == (self.place, &self.server)
            && self.at.elapsed() < Duration::from_mins(1)
    }
}

/// The account as one process reaches it.
#[derive(Debug, Clone)]
pub(super) struct Api {
    pub(super) account: Arc<Mutex<Account>>,
    pub(super) process: usize,
}

/// What happens to a request that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Fine,
    /// Nothing is changed, and the connection breaks.
    CutBefore,
    /// The change is made, and the connection breaks.
    CutAfter,
    /// The change is made so much later than the answer.
    Late,
    Failed,
    /// The change is made, and the answer shows the account as it was before.
    OldState,
    /// The answer comes late, and shows what has happened since.
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

    fn changes(&mut self) {
        self.history.push((Instant::now(), self.routes.clone()));
    }

    pub(super) fn make(
        &mut self,
        at: Option<u32>,
        server: &str,
        label: Option<&str>,
        maker: Maker,
    ) -> bool {
        let taken = |place: u32| self.routes.iter().any(|it| it.place == place);
        let free = at.or_else(|| (0..4_096).find(|it| !taken(*it)));
        let Some(place) = free.filter(|it| !taken(*it)) else {
            return false;
        };
        self.changes();
        self.count += 1;
        let made = Made {
            id: format!("ripv6rt_{}", self.count),
            place,
            server: server.to_owned(),
            label: label.map(str::to_owned),
            maker,
        };
        let is_equal = |it: &Made| {
            it.maker != made.maker && (it.place, &it.server) == (made.place, &made.server)
        };
        // An equal route that was there a moment ago still shows in its place.
        if self.in_vain.iter().any(|it| it.may_be(&made)) || self.visible().any(is_equal) {
            self.is_undecidable = true;
        }
        self.routes.push(made);
        true
    }

    /// The routes that a reading may show: those of now, and those of as long ago as reads lag
    /// behind.
    fn visible(&self) -> impl Iterator<Item = &Made> {
        let since = Instant::now() - self.lag;
        let recent = self.history.iter().filter(move |(until, _)| *until > since);
        recent.flat_map(|(_, routes)| routes).chain(&self.routes)
    }

    /// Nothing was made for a request, and nothing says so.
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
        self.changes();
        let route = self.routes.remove(at);
        if route.maker != Maker::Process(by) {
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

fn document(routes: &[Made]) -> Value {
    let gate = json!({"allowed": true, "reason": null});
    let routes: Vec<_> = routes
        .iter()
        .map(|it| {
            json!({
                "id": it.id, "prefix": prefix(it.place), "prefixLength": 64, "nextHop": "2001:db8::1",
                "label": it.label, "vpsId": it.server, "vpsName": it.server, "status": "active",
                "allocatedAt": null, "updatedAt": null, "actions": {"canDelete": gate},
            })
        })
        .collect();
    json!({"pools": [{
        "id": POOL, "parentCidr": "2001:db8:1000::/48", "prefixLength": 48, "status": "active",
        "allocatedAt": null, "updatedAt": null, "routes": routes,
        "actions": {"canCreateRoute": gate, "canRelease": gate},
    }]})
}

impl Api {
    pub(super) fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the change; the status.
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
        let made = account.make(
            at,
            server,
            body["label"].as_str(),
            Maker::Process(self.process),
        );
        if made { 201 } else { 409 }
    }

    fn lose(&self, body: Option<&[u8]>) {
        self.lock().lose(self.process, body);
    }
}

#[async_trait]
impl Fake for Api {
    async fn exchange(
        &self,
        call: &Call<'_>,
        received: &mut Received,
    ) -> std::result::Result<(), Failed> {
        let (method, path) = (call.method.as_str(), call.url.path());
        let broken = || Failed::unanswered(Error::new(ErrorKind::Transport, call.unanswered()));
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
        let body = call.body.as_deref();
        let fate = Fate::of(byte);
        if fate == Fate::CutBefore {
            self.lose(body);
            return Err(broken());
        }
        if fate == Fate::Late {
            let (api, method, path) = (self.clone(), method.to_owned(), path.to_owned());
            let body = call.body.clone();
            let wait = Duration::from_millis(u64::from(back) * 60);
            // Until then it has made nothing.
            self.lose(call.body.as_deref());
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
