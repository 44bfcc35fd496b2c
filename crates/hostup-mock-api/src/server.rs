//! The server: HTTP/1.1 on the loopback, in a thread with its own runtime. It delays responses and
//! cuts connections.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::StatusCode;
use hyper::body::{Bytes, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use crate::account::Account;
use crate::call::{Body, Call, Response};
use crate::effect::Cut;
use crate::faults::Faults;
use crate::ids;
use crate::log::Log;

/// The largest body that a request may have.
const MOST_BYTES: usize = 1 << 20;

/// What the server and the handle share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    inner: Mutex<Inner>,
    /// Notified of every request and every response.
    pub(crate) activity: Condvar,
}

/// What the lock guards. A request is handled under the lock.
#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) account: Account,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
}

impl Shared {
    /// Locks the account, and removes the routes that are due.
    pub(crate) fn lock(&self) -> Locked<'_> {
        let mut inner = self.lock_to_wait();
        inner.account.finish_removals();
        Locked(inner)
    }

    /// Locks the log, for a wait on [`activity`](Self::activity). The account must not be changed.
    ///
    /// The lock stays usable after a panic in a test's closure.
    pub(crate) fn lock_to_wait(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The held lock. On release the account saves a copy, for reads that lag behind writes.
#[derive(Debug)]
pub(crate) struct Locked<'a>(MutexGuard<'a, Inner>);

impl Deref for Locked<'_> {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Inner {
        &mut self.0
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.0.account.remember();
    }
}

/// The running server. Dropping it stops it and closes its connections.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(listen: SocketAddr, shared: Arc<Shared>) -> io::Result<Self> {
        if !listen.ip().is_loopback() {
            let message = format!("`{listen}` is not a loopback address");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        // Bound here, so that the caller gets the address or the error.
        let listener = TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("mock-api".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, shared) => {}
                        _ = stopped => {}
                    }
                });
                // Dropping the runtime drops the connections.
            })?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed. Another one in a drop would hide it.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Probably out of file descriptors, which other connections may free.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Otherwise small responses wait for the client's acknowledgements.
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| exchange(&shared, request));
            let mut http = hyper::server::conn::http1::Builder::new();
            // The error is a fault's cut, or a client that went away.
            let _ = http
                .keep_alive(true)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Ends the connection without a response.
#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is cut")
    }
}

impl std::error::Error for Broken {}

/// Handles one request. hyper drops the future when the client goes away.
async fn exchange(
    shared: &Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Sent>, Broken> {
    let (call, whole) = read(request).await?;
    let (ticket, effect, wait) = {
        let mut inner = shared.lock();
        let switches = &inner.account.switches;
        let wait = switches.latency + jitter(switches.latency_jitter);
        let effect = inner.faults.take(&call);
        (inner.log.arrive(&call), effect, wait)
    };
    shared.activity.notify_all();
    pause(wait).await;
    if let Some(wait) = effect.commit_after.filter(|_| whole) {
        tokio::spawn(commit_late(Arc::clone(shared), call.clone(), wait));
    }
    if !effect.after_commit {
        pause(effect.delay).await;
    }
    if effect.cut == Some(Cut::Before) {
        return Err(Broken);
    }
    let mut response = if whole {
        effect.respond(&mut shared.lock().account, &call)
    } else {
        Response::empty(413)
    };
    let late = shared.lock().account.switches.late_201_state;
    if !late.is_zero() && response.status == 201 && call.path == "/api/v2/routed-ipv6" {
        pause(jitter(late)).await;
        response.body = shared.lock().account.state_response(201).body;
    }
    if effect.after_commit {
        pause(effect.delay).await;
    }
    let content_type = shared.lock().account.switches.problem_content_type.clone();
    let response = match effect.cut {
        Some(Cut::Before | Cut::After) => None,
        cut => encode(response, &content_type, cut.is_some()),
    };
    if let Some(response) = &response {
        shared
            .lock()
            .log
            .respond(ticket, response.status().as_u16());
    }
    shared.activity.notify_all();
    response.ok_or(Broken)
}

/// Makes the change of a request after its response.
async fn commit_late(shared: Arc<Shared>, call: Call, wait: Duration) {
    pause(wait).await;
    shared.lock().account.respond(&call);
    shared.activity.notify_all();
}

/// Reads the whole request. `false`: its body is too large, and left out.
async fn read(request: hyper::Request<Incoming>) -> Result<(Call, bool), Broken> {
    let (head, body) = request.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut call = Call {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: Vec::new(),
    };
    match Limited::new(body, MOST_BYTES).collect().await {
        Ok(body) => call.body = body.to_bytes().to_vec(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => return Ok((call, false)),
        Err(_) => return Err(Broken),
    }
    Ok((call, true))
}

async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

fn jitter(most: Duration) -> Duration {
    let nanos = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(ids::random() % nanos.saturating_add(1).max(1))
}

/// Builds the response for the wire. `None` if there is no body to cut, or a fault's header is
/// invalid.
fn encode(
    response: Response,
    problem_type: &str,
    truncated: bool,
) -> Option<hyper::Response<Sent>> {
    let status = StatusCode::from_u16(response.status).ok()?;
    let (bytes, content_type) = match response.body {
        Body::Empty => (Vec::new(), None),
        Body::Raw {
            bytes,
            content_type,
        } => (bytes, Some(content_type)),
        Body::Json(bytes) => {
            let problem = status.is_client_error() || status.is_server_error();
            let content_type = if problem {
                problem_type
            } else {
                "application/json"
            };
            (bytes, Some(content_type.to_owned()))
        }
    };
    if truncated && bytes.is_empty() {
        return None;
    }
    let whole = bytes.len();
    let mut bytes = Bytes::from(bytes);
    if truncated {
        bytes.truncate(whole.div_ceil(2));
    }
    let mut encoded = hyper::Response::new(Sent {
        bytes: Some(bytes),
        truncated,
        polls: 0,
    });
    *encoded.status_mut() = status;
    if let Some(content_type) = content_type {
        encoded
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_str(&content_type).ok()?);
    }
    if truncated {
        encoded
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(whole));
    }
    for (name, value) in response.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        encoded
            .headers_mut()
            .append(name, HeaderValue::from_str(&value).ok()?);
    }
    Some(encoded)
}

/// A body that is sent whole, or cut in its middle.
#[derive(Debug)]
struct Sent {
    bytes: Option<Bytes>,
    truncated: bool,
    polls: u8,
}

impl hyper::body::Body for Sent {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !self.truncated {
            return Poll::Ready(None);
        }
        // hyper sends what it has while the body is not ready. An error at once would drop that.
        self.polls += 1;
        if self.polls < 3 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Broken)))
    }

    fn is_end_stream(&self) -> bool {
        !self.truncated && self.bytes.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        if self.truncated {
            return SizeHint::default();
        }
        let length = self.bytes.as_ref().map_or(0, Bytes::len);
        SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
    }
}
