//! How a call into provider code is run, and what is answered when that goes wrong.

use std::sync::Arc;

use tf_provider::Diagnostic;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Response, Status};

use super::super::call;
use super::super::diagnostics::{error, just};
use super::super::lifecycle::CallKind;
use super::super::protocol::{self, apply, list_resource};
use super::super::resource::ErasedResource;
use super::super::value::decode::{bytes, is_null};
use super::{Answer, Service};

/// How many list events wait for the core before the list itself has to wait.
const LIST_BUFFER: usize = 16;

/// What a crash means for the object.
fn after_crash(operation: &str) -> &'static str {
    match operation {
        "create" => {
            "nothing is in the state, but the object may exist: look for it before you apply again."
        }
        "call" | "configure" => "nothing was changed.",
        _ => "what was in the state is kept.",
    }
}

impl Service {
    /// Runs a call into provider code; `otherwise` makes the answer if there is nobody of that
    /// name, or if the code panics.
    pub(super) async fn run<H, T, F>(
        &self,
        kind: CallKind,
        operation: &'static str,
        name: &str,
        whom: Result<Arc<H>, Diagnostic>,
        work: impl FnOnce(Arc<H>) -> F,
        otherwise: impl FnOnce(Vec<protocol::Diagnostic>) -> T,
    ) -> Answer<T>
    where
        H: ?Sized,
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let result = match whom {
            Ok(handler) => call::run(&self.lifecycle, kind, operation, name, work(handler))
                .await
                .map_err(|panicked| panicked.diagnostic(after_crash(operation))),
            Err(unknown) => Err(unknown),
        };
        Ok(Response::new(
            result.unwrap_or_else(|why| otherwise(just(why))),
        ))
    }

    /// Lists, and gives the stream of what is found.
    pub(super) fn stream_list(
        &self,
        request: list_resource::Request,
    ) -> ReceiverStream<Result<list_resource::Event, Status>> {
        let name = request.type_name.clone();
        let (events, stream) = tokio::sync::mpsc::channel(LIST_BUFFER);
        let whom = self.plugin.list_resources.get(&name).cloned();
        let lifecycle = Arc::clone(&self.lifecycle);
        let plugin = Arc::clone(&self.plugin);
        // Beside the answer, which is the stream. A receiver that is gone ends the list at its next
        // event; until then its waits are cancelled.
        tokio::spawn(async move {
            let failed = match whom {
                Some(resource) => {
                    let identity = plugin.identity_of(&name);
                    let to = events.clone();
                    let work = async move { resource.list(request, identity, to).await };
                    let listing = call::run(&lifecycle, CallKind::Reading, "list", &name, work);
                    tokio::select! {
                        result = listing => result.err().map(|panicked| panicked.diagnostic("")),
                        () = events.closed() => None,
                    }
                }
                None => Some(unknown("list resource", &name)),
            };
            if let Some(why) = failed {
                let event = list_resource::Event {
                    diagnostic: just(why),
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

pub(super) fn unknown(what: &str, name: &str) -> Diagnostic {
    error(
        format!("There is no {what} `{name}`"),
        format!("This version of the provider has no {what} of that name."),
    )
}

/// The state of one resource type cannot become another's.
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

/// Answers an apply that did not get anywhere: the object is kept, with its identity.
pub(super) fn keep(
    resource: Option<&dyn ErasedResource>,
    request: apply::Request,
) -> apply::Response {
    let otherwise = apply::Response {
        new_state: request.prior_state.clone(),
        private: request.planned_private.clone(),
        new_identity: request.planned_identity.clone(),
        ..Default::default()
    };
    let name = request.type_name.clone();
    resource
        .and_then(|resource| call::run_now("identity", &name, || resource.keep(request)).ok())
        .unwrap_or(otherwise)
}

/// Create, update or destroy: what an apply is going to be.
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
