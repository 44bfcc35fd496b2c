//! The running call: what provider code can learn about it, and how it runs.
//!
//! Every call into provider code runs in a task of its own. A broken connection drops the future
//! that waits for the response, but not the task, so a create that has begun is finished. A panic
//! ends the task, but not the server, and becomes a diagnostic.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use prost::bytes::Bytes;
use serde::de::DeserializeOwned;
use tf_provider::Diagnostic;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::diagnostics::error;
use super::lifecycle::{CallKind, Lifecycle};
use super::protocol::ClientCapabilities;
use super::resource::gone;

tokio::task_local! {
    static CURRENT: Arc<Context>;
}

/// The context of a running call.
struct Context {
    stop: CancellationToken,
    /// Cancelled when the connection that waits for the response is gone.
    disconnected: CancellationToken,
    gone: AtomicBool,
    label: String,
    capabilities: OnceLock<Capabilities>,
}

/// The capabilities of the core, and the data that depends on them.
#[derive(Default)]
struct Capabilities {
    stores_planned_private: bool,
    computed_blocks_allowed: bool,
    planned_private: Bytes,
}

/// Returns a token that is cancelled when the call must stop waiting: the user interrupted the run,
/// the server is ending, or the connection of the call is closed.
///
/// Use it to end waits only. Never cancel a request that changes something: finish it and return
/// what exists. Outside a call, and in tasks that the provider spawns, the token is never
/// cancelled.
pub fn stop() -> CancellationToken {
    CURRENT
        .try_with(|call| call.stop.clone())
        .unwrap_or_default()
}

/// Confirms that `read` found its object gone. A `read` that then returns `None` without an error
/// removes the object from the state; without the confirmation, `None` is an error and the object
/// stays in the state.
pub fn confirm_gone() {
    let _ = CURRENT.try_with(|call| call.gone.store(true, Ordering::Relaxed));
}

/// Whether the core passes the private state of a plan to the second plan, during the apply
/// (protocol 6.11).
///
/// If so, a plan may contain values that do not follow from the configuration, such as a generated
/// name: store them in the private state, and take them from [`planned_private`] in the second
/// plan.
pub fn stores_planned_private() -> bool {
    capability(|core| core.stores_planned_private).unwrap_or_default()
}

/// Returns the private state that the first plan of this change returned; `None` in the first plan,
/// and with cores that do not store it.
pub fn planned_private<T: DeserializeOwned>() -> Option<T> {
    let bytes = capability(|core| core.planned_private.clone())?;
    let (_, private) = gone::unpack(&bytes);
    (!private.is_empty()).then(|| rmp_serde::from_slice(private).ok())?
}

/// Whether the core accepts computed blocks (protocol 6.11,
/// [`Plugin::computed_block`](super::Plugin::computed_block)). Other cores refuse a plan whose
/// blocks differ from the configuration.
pub fn computed_blocks_allowed() -> bool {
    capability(|core| core.computed_blocks_allowed).unwrap_or_default()
}

fn capability<T>(get: impl FnOnce(&Capabilities) -> T) -> Option<T> {
    CURRENT
        .try_with(|call| call.capabilities.get().map(get))
        .ok()?
}

/// Stores the capabilities that a request names, for the code that runs in this call.
pub(super) fn set_core_capabilities(
    capabilities: Option<&ClientCapabilities>,
    planned_private: &Bytes,
) {
    let capabilities = capabilities.copied().unwrap_or_default();
    let capabilities = Capabilities {
        stores_planned_private: capabilities.store_planned_private,
        computed_blocks_allowed: capabilities.computed_blocks_allowed,
        planned_private: planned_private.clone(),
    };
    let _ = CURRENT.try_with(|call| call.capabilities.set(capabilities));
}

/// Whether [`confirm_gone`] was called.
pub(super) fn is_confirmed_gone() -> bool {
    CURRENT
        .try_with(|call| call.gone.load(Ordering::Relaxed))
        .unwrap_or_default()
}

/// Whether the connection of the call is closed, so that its result cannot get into the state.
pub(super) fn is_disconnected() -> bool {
    CURRENT
        .try_with(|call| call.disconnected.is_cancelled())
        .unwrap_or_default()
}

/// Returns the operation and the name of the running call, such as `read of test_item`; `None`
/// outside a call. The panic hook uses it.
pub(super) fn label() -> Option<String> {
    CURRENT.try_with(|call| call.label.clone()).ok()
}

/// A panic in provider code.
pub(super) struct Panicked {
    label: String,
    message: String,
}

impl Panicked {
    /// Returns the diagnostic for the user; the log has the backtrace. `kept` says what the panic
    /// means for the object.
    pub(super) fn diagnostic(self, kept: &str) -> Diagnostic {
        let Self { label, message } = self;
        error(
            format!("The provider crashed in {label}"),
            format!(
                "This is a bug in the provider; {kept}\n\nIt said: {message}\n\n\
                 The log has the backtrace (TF_LOG_PROVIDER=ERROR)."
            ),
        )
    }
}

/// Runs `work` as a call of `operation` on `name`, in a task of its own, and waits for it.
///
/// If the returned future is dropped, the work goes on with its [`stop`] token cancelled.
pub(super) async fn run<T: Send + 'static>(
    lifecycle: &Arc<Lifecycle>,
    kind: CallKind,
    operation: &'static str,
    name: &str,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Panicked> {
    let label = format!("{operation} of `{name}`");
    let running = lifecycle.call(kind);
    let context = Arc::new(Context {
        stop: running.stop(),
        disconnected: CancellationToken::new(),
        gone: AtomicBool::new(false),
        label: label.clone(),
        capabilities: OnceLock::new(),
    });
    // The last guard is dropped first: a call that is stopped by a broken connection already sees
    // that it is disconnected.
    let stop_on_drop = context.stop.clone().drop_guard();
    let disconnect_on_drop = context.disconnected.clone().drop_guard();
    let span = tracing::info_span!("call", tf_rpc = operation, tf_resource_type = name);
    let begun = Instant::now();
    let work = async move {
        let result = work.await;
        tracing::debug!(
            duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "call finished"
        );
        drop(running);
        result
    };
    let task = tokio::spawn(CURRENT.scope(context, work.instrument(span)));
    let result = task.await;
    disconnect_on_drop.disarm();
    stop_on_drop.disarm();
    result.map_err(|failure| Panicked {
        label,
        message: match failure.try_into_panic() {
            Ok(payload) => panic_message(payload.as_ref()),
            Err(_) => "the call was cancelled".to_owned(),
        },
    })
}

/// Runs provider code that is not async, such as a schema, and catches its panics.
pub(super) fn run_sync<T>(
    operation: &'static str,
    name: &str,
    work: impl FnOnce() -> T,
) -> Result<T, Panicked> {
    let label = format!("{operation} of `{name}`");
    let context = Arc::new(Context {
        stop: CancellationToken::new(),
        disconnected: CancellationToken::new(),
        gone: AtomicBool::new(false),
        label: label.clone(),
        capabilities: OnceLock::new(),
    });
    // Unwind safe: `work` owns or only reads what it uses.
    let result = std::panic::catch_unwind(AssertUnwindSafe(|| CURRENT.sync_scope(context, work)));
    result.map_err(|payload| Panicked {
        label,
        message: panic_message(payload.as_ref()),
    })
}

/// Returns the message of a panic.
pub(super) fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(no message)".to_owned())
}
