//! A scripted server, whose responses are given byte by byte.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hostup_client::{Client, Config, KnownRoute};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::{KEY, config};

/// A request as it was received.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// How the server responds.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Sends these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// Sends these bytes and keeps the connection open.
    Stall(Vec<u8>),
    /// Responds after a pause.
    Late(Duration, Box<Self>),
}

/// Returns a complete response.
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut text = format!(
        "HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    Reply::Bytes(format!("{text}\r\n{body}").into_bytes())
}

pub(crate) fn json_reply(status: u16, body: &Value) -> Reply {
    reply(
        status,
        &[("content-type", "application/json")],
        &body.to_string(),
    )
}

pub(crate) fn problem(status: u16, code: &str) -> Reply {
    let detail = format!("The detail of {code}.");
    let body = serde_json::json!({ "status": status, "code": code, "detail": detail });
    reply(
        status,
        &[("content-type", "application/problem+json")],
        &body.to_string(),
    )
}

/// Breaks the connection.
pub(crate) fn cut() -> Reply {
    Reply::Bytes(Vec::new())
}

/// Returns a state document with these pools.
pub(crate) fn state(pools: &Value) -> Value {
    serde_json::json!({ "pools": pools })
}

/// Returns a pool with these routes.
pub(crate) fn pool(id: &str, routes: &Value) -> Value {
    let gate = serde_json::json!({ "allowed": true, "reason": null });
    serde_json::json!({
        "id": id, "parentCidr": "2001:db8:1000::/48", "prefixLength": 48, "status": "active",
        "allocatedAt": "2026-06-15T12:00:00.000Z", "updatedAt": null, "routes": routes,
        "actions": { "canCreateRoute": gate, "canRelease": gate },
    })
}

/// Returns a route of the nth /64 of its pool to `vps_1`, created in the nth second.
pub(crate) fn route(id: &str, nth: u16) -> Value {
    serde_json::json!({
        "id": id, "prefix": format!("2001:db8:1000:{nth:x}::/64"), "prefixLength": 64,
        "nextHop": "2001:db8::10", "label": null, "vpsId": "vps_1", "vpsName": "web-01",
        "status": "active",
        "allocatedAt": format!("2026-06-15T12:01:{nth:02}.000Z"), "updatedAt": null,
        "actions": { "canDelete": { "allowed": true, "reason": null } },
    })
}

/// Returns what a state knows of [`route`]`("ripv6rt_1", 1)` in the pool `ripv6_1`.
pub(crate) fn known_1() -> KnownRoute {
    KnownRoute {
        id: "ripv6rt_1".to_owned(),
        pool_id: "ripv6_1".to_owned(),
        prefix: "2001:db8:1000:1::/64".parse().expect("a network"),
        vps_id: Some("vps_1".to_owned()),
        label: None,
    }
}

/// A running server, stopped on drop.
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Responds to each request as `script` says, which gets the request and the number of earlier
    /// ones.
    pub(crate) async fn start(
        script: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let script = Arc::new(script);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        Self {
            address,
            requests,
            task,
        }
    }

    /// Responds to the nth request with the nth reply, and to all later ones with the last.
    pub(crate) async fn saying(replies: Vec<Reply>) -> Self {
        Self::start(move |_, nth| replies[nth.min(replies.len() - 1)].clone()).await
    }

    /// Responds to the nth DELETE with the nth reply, and to all later ones with the last. The
    /// state shows the pool `ripv6_1` with the route `ripv6rt_1` until `gone_after` DELETEs came,
    /// and is empty afterwards.
    pub(crate) async fn deleting(replies: Vec<Reply>, gone_after: usize) -> Self {
        let deletes = AtomicUsize::new(0);
        Self::start(move |request, _| {
            if request.method == "DELETE" {
                let nth = deletes.fetch_add(1, Ordering::SeqCst);
                return replies[nth.min(replies.len() - 1)].clone();
            }
            let pools = if deletes.load(Ordering::SeqCst) < gone_after {
                serde_json::json!([pool("ripv6_1", &serde_json::json!([route("ripv6rt_1", 1)]))])
            } else {
                serde_json::json!([])
            };
            json_reply(200, &state(&pools))
        })
        .await
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn config(&self) -> Config {
        config(&self.endpoint(), KEY)
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.config()).expect("a client")
    }

    pub(crate) fn client_with(&self, change: impl FnOnce(&mut Config)) -> Client {
        let mut config = self.config();
        change(&mut config);
        Client::new(config).expect("a client")
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("not poisoned").clone()
    }

    /// Returns how many requests with this method came.
    pub(crate) fn count(&self, method: &str) -> usize {
        self.requests()
            .iter()
            .filter(|it| it.method == method)
            .count()
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<impl Fn(&Request, usize) -> Reply>,
    seen: Arc<Mutex<Vec<Request>>>,
) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    let nth = {
        let mut seen = seen.lock().expect("not poisoned");
        seen.push(request.clone());
        seen.len() - 1
    };
    let mut reply = script(&request, nth);
    loop {
        match reply {
            Reply::Late(pause, then) => {
                tokio::time::sleep(pause).await;
                reply = *then;
            }
            Reply::Bytes(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Reply::Stall(bytes) => {
                let _ = stream.write_all(&bytes).await;
                // Until the client gives up.
                let _ = stream.read(&mut [0]).await;
                return;
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut words = head.split(' ');
            let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
            let mut request = Request {
                method,
                target,
                head,
                body: String::new(),
            };
            let length: usize = request
                .header("content-length")
                .map_or(0, |it| it.parse().expect("a length"));
            while bytes.len() < end + 4 + length {
                if stream.read_buf(&mut bytes).await.ok()? == 0 {
                    return None;
                }
            }
            request.body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
            return Some(request);
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
