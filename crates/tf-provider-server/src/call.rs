//! The running call: what provider code may ask about it, and how it is run.
//!
//! Every call into a provider runs in a task of its own. A connection that breaks drops the future
//! that answers, not that task: a create that has begun is finished, whoever still listens. And a
//! panic ends the task, not the server: it is handed back and becomes a diagnostic.

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

/// What is known about a running call.
struct Context {
    stop: CancellationToken,
    /// Cancelled when the connection that waits for the response is gone.
    disconnected: CancellationToken,
    gone: AtomicBool,
    terraform_version: Arc<str>,
    label: String,
    core: OnceLock<Core>,
}

/// What the core says in a request about what it can do.
#[derive(Default)]
struct Core {
    stores_planned_private: bool,
    computed_blocks_allowed: bool,
    planned_private: Bytes,
}

/// Cancelled when the call shall stop waiting: the user interrupted the run, the provider is
/// ending, or nobody is connected any more who would hear the answer.
///
/// It is about waiting only. A request that changes something is finished, what exists is returned.
/// Outside a call, and in tasks the provider spawns, the token is never cancelled.
pub fn stop() -> CancellationToken {
    CURRENT
        .try_with(|call| call.stop.clone())
        .unwrap_or_default()
}

/// Says that `read` found its object gone. Only then does returning `None` without an error remove
/// the object from the state; without this call it is reported as an error and the object is kept.
pub fn confirm_gone() {
    let _ = CURRENT.try_with(|call| call.gone.store(true, Ordering::Relaxed));
}

/// The version of the core, as it named it when it configured the provider; empty before and
/// outside a call.
pub fn terraform_version() -> String {
    CURRENT
        .try_with(|call| call.terraform_version.to_string())
        .unwrap_or_default()
}

/// Whether the core hands the private state of a plan to the plan that follows while applying
/// (protocol 6.11). Then a plan may hold values that cannot be derived from the configuration, such
/// as a generated name: [`planned_private`] brings back what they were.
pub fn stores_planned_private() -> bool {
    core(|core| core.stores_planned_private).unwrap_or_default()
}

/// The private state that the first plan of this change returned; `None` in the first plan, and
/// with cores that do not keep it.
pub fn planned_private<T: DeserializeOwned>() -> Option<T> {
    let bytes = core(|core| core.planned_private.clone())?;
    let (_, private) = gone::unpack(&bytes);
    (!private.is_empty()).then(|| rmp_serde::from_slice(private).ok())?
}

/// Whether the core takes computed blocks (protocol 6.11,
/// [`Plugin::computed_block`](super::Plugin::computed_block)). Other cores refuse a plan with other
/// blocks than the configuration has.
pub fn computed_blocks_allowed() -> bool {
    core(|core| core.computed_blocks_allowed).unwrap_or_default()
}

fn core<T>(ask: impl FnOnce(&Core) -> T) -> Option<T> {
    CURRENT.try_with(|call| call.core.get().map(ask)).ok()?
}

/// Keeps what a request says about its core, for the code that runs in this call.
pub(super) fn learn(capabilities: Option<&ClientCapabilities>, planned_private: &Bytes) {
    let capabilities = capabilities.copied().unwrap_or_default();
    let core = Core {
        stores_planned_private: capabilities.store_planned_private,
        computed_blocks_allowed: capabilities.computed_blocks_allowed,
        planned_private: planned_private.clone(),
    };
    let _ = CURRENT.try_with(|call| call.core.set(core));
}

/// Whether [`confirm_gone`] was called.
pub(super) fn is_confirmed_gone() -> bool {
    CURRENT
        .try_with(|call| call.gone.load(Ordering::Relaxed))
        .unwrap_or_default()
}

/// Whether the connection that waited for the response is gone, so that what the call changed is in
/// no state.
pub(super) fn is_disconnected() -> bool {
    CURRENT
        .try_with(|call| call.disconnected.is_cancelled())
        .unwrap_or_default()
}

/// Which call this is, `read of hostup_thing`, if provider code is running: for the panic hook.
pub(super) fn label() -> Option<String> {
    CURRENT.try_with(|call| call.label.clone()).ok()
}

/// Provider code panicked.
pub(super) struct Panicked {
    label: String,
    message: String,
}

impl Panicked {
    /// What the user is told. The backtrace is in the log.
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
/// If the waiting is given up, the work goes on, with its [`stop`] token cancelled.
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
        terraform_version: lifecycle.terraform_version(),
        label: label.clone(),
        core: OnceLock::new(),
    });
    // Dropped from the last to the first: a call that a broken connection stops can ask about that.
    let waiting = context.stop.clone().drop_guard();
    let heard = context.disconnected.clone().drop_guard();
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
    heard.disarm();
    waiting.disarm();
    result.map_err(|failure| Panicked {
        label,
        message: match failure.try_into_panic() {
            Ok(payload) => payload_text(payload.as_ref()),
            Err(_) => "the call was cancelled".to_owned(),
        },
    })
}

/// Runs provider code that is not async, a schema mostly, and survives its panics.
pub(super) fn run_now<T>(
    operation: &'static str,
    name: &str,
    work: impl FnOnce() -> T,
) -> Result<T, Panicked> {
    let label = format!("{operation} of `{name}`");
    let context = Arc::new(Context {
        stop: CancellationToken::new(),
        disconnected: CancellationToken::new(),
        gone: AtomicBool::new(false),
        terraform_version: "".into(),
        label: label.clone(),
        core: OnceLock::new(),
    });
    // Nothing of ours is left half changed: what `work` borrows is dropped with the panic.
    let result = std::panic::catch_unwind(AssertUnwindSafe(|| CURRENT.sync_scope(context, work)));
    result.map_err(|payload| Panicked {
        label,
        message: payload_text(payload.as_ref()),
    })
}

/// What a panic said.
pub(super) fn payload_text(payload: &(dyn std::any::Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(nothing that could be shown)".to_owned())
}
