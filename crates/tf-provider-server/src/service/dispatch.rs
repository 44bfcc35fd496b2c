//! Runs calls into provider code, and builds the response if that fails.

use std::sync::Arc;

use tf_provider::Diagnostic;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Response, Status};

use super::super::call;
use super::super::diagnostics::{error, error_to_protocol};
use super::super::lifecycle::CallKind;
use super::super::protocol::{self, apply, list_resource};
use super::super::resource::ErasedResource;
use super::super::value::decode::{bytes, is_null};
use super::{RpcResult, Service};

/// How many list events are buffered before the list waits for the core.
const LIST_BUFFER: usize = 16;

/// Returns what a panic during `operation` means for the object.
fn after_panic(operation: &str) -> &'static str {
    match operation {
        "create" => {
            "nothing is in the state, but the object may exist: look for it before you apply again."
        }
        "call" | "configure" => "nothing was changed.",
        _ => "what was in the state is kept.",
    }
}

impl Service {
    /// Runs a call into provider code. `on_error` builds the response if there is no handler or if
    /// it panics.
    pub(super) async fn run<H, T, F>(
        &self,
        kind: CallKind,
        operation: &'static str,
        name: &str,
        handler: Result<Arc<H>, Diagnostic>,
        work: impl FnOnce(Arc<H>) -> F,
        on_error: impl FnOnce(Vec<protocol::Diagnostic>) -> T,
    ) -> RpcResult<T>
    where
        H: ?Sized,
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let result = match handler {
            Ok(handler) => call::run(&self.lifecycle, kind, operation, name, work(handler))
                .await
                .map_err(|panicked| panicked.diagnostic(after_panic(operation))),
            Err(unknown) => Err(unknown),
        };
        Ok(Response::new(
            result.unwrap_or_else(|why| on_error(error_to_protocol(why))),
        ))
    }

    /// Starts a list and returns the stream of its events.
    pub(super) fn stream_list(
        &self,
        request: list_resource::Request,
    ) -> ReceiverStream<Result<list_resource::Event, Status>> {
        let name = request.type_name.clone();
        let (events, stream) = tokio::sync::mpsc::channel(LIST_BUFFER);
        let handler = self.plugin.list_resources.get(&name).cloned();
        let lifecycle = Arc::clone(&self.lifecycle);
        let plugin = Arc::clone(&self.plugin);
        // In a task of its own, because the response is the stream. When the core drops the stream,
        // the waits of the list are cancelled, and it ends at its next event.
        tokio::spawn(async move {
            let failed = match handler {
                Some(resource) => {
                    let identity = plugin.identity_of(&name);
                    let to = events.clone();
                    let work = async move { resource.list(request, identity, to).await };
                    let listing = call::run(&lifecycle, CallKind::Read, "list", &name, work);
                    tokio::select! {
                        result = listing => result.err().map(|panicked| panicked.diagnostic("")),
                        () = events.closed() => None,
                    }
                }
                None => Some(unknown("list resource", &name)),
            };
            if let Some(why) = failed {
                let event = list_resource::Event {
                    diagnostic: error_to_protocol(why),
                    ..Default::default()
                };
                let _ = events.send(Ok(event)).await;
            }
        });
        ReceiverStream::new(stream)
    }

    pub(super) fn resource(&self, name: &str) -> Result<Arc<dyn ErasedResource>, Diagnostic> {
        let found = self.plugin.resources.get(name).cloned();
        found.ok_or_else(|| unknown("resource", name))
    }
}

/// Returns the error for a name that is not registered.
pub(super) fn unknown(what: &str, name: &str) -> Diagnostic {
    error(
        format!("There is no {what} `{name}`"),
        format!("This version of the provider has no {what} of that name."),
    )
}

/// Returns the error for a `moved` block between resource types.
pub(super) fn cannot_move(from: &str, to: &str) -> Diagnostic {
    error(
        format!("`{from}` cannot become `{to}`"),
        format!(
            "This provider takes over the state of no other resource type.\n\n\
             hint: take `{from}` out of the state with a `removed` block, and import the \
             object as `{to}`"
        ),
    )
}

/// Builds the response of an apply that failed before or by a panic: it keeps the object and its
/// identity.
pub(super) fn unchanged_response(
    resource: Option<&dyn ErasedResource>,
    request: apply::Request,
) -> apply::Response {
    let without_handler = apply::Response {
        new_state: request.prior_state.clone(),
        private: request.planned_private.clone(),
        new_identity: request.planned_identity.clone(),
        ..Default::default()
    };
    let name = request.type_name.clone();
    resource
        .and_then(|resource| call::run_sync("identity", &name, || resource.unchanged(request)).ok())
        .unwrap_or(without_handler)
}

/// Returns what an apply is: a create, an update or a destroy.
pub(super) fn apply_operation(request: &apply::Request) -> &'static str {
    let prior = is_null(&bytes(request.prior_state.as_ref()));
    let planned = is_null(&bytes(request.planned_state.as_ref()));
    match (prior, planned) {
        (true, false) => "create",
        (false, true) => "destroy",
        (false, false) => "update",
        (true, true) => "apply",
    }
}
