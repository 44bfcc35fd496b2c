//! List resources: the objects that `terraform query` shows, whether or not they are in the state.

use std::sync::OnceLock;

use async_trait::async_trait;
use prost::bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tf_provider::schema::{Block, Schema};
use tf_provider::{Diagnostic, Diagnostics};
use tokio::sync::mpsc;
use tonic::Status;

use super::diagnostics::{error, error_to_protocol, require_error, to_protocol};
use super::identity::{Identity, IdentitySchema};
use super::protocol::{list_resource, validate_list_resource_config};
use super::value::decode::{bytes, decode, decode_config, dynamic, encode_known};

/// Lists the objects of the managed resource that is registered under the same name.
#[async_trait]
pub trait ListResource: Send + Sync + 'static {
    /// The configuration of a `list` block.
    type Config: DeserializeOwned + Send;

    /// Returns the schema of that configuration.
    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema>;

    /// Validates that configuration. `None` without an error is reported as an error.
    async fn validate(&self, diags: &mut Diagnostics, config: Self::Config) -> Option<()> {
        _ = diags;
        _ = config;
        Some(())
    }

    /// Sends the objects to `events`, one by one, and errors and warnings too.
    ///
    /// [`ListSink::send`] fails when the list has ended: return its error with `?`.
    async fn list(
        &self,
        config: Self::Config,
        request: ListRequest,
        events: &mut ListSink,
    ) -> Result<(), ListEnded>;
}

/// The core's request for a list.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ListRequest {
    /// The maximum number of objects. The sink ends the list there, so a resource needs it only to
    /// limit its page size.
    pub limit: usize,
    /// Whether the core wants the objects' states too.
    pub include_resource: bool,
}

/// One object of a list.
#[derive(Debug)]
pub struct ListEvent {
    identity: Identity,
    display_name: String,
    resource: Option<Result<Vec<u8>, String>>,
}

impl ListEvent {
    /// Creates an event for the object with this identity, and a name for people to read.
    pub fn new(identity: Identity, display_name: impl Into<String>) -> Self {
        Self {
            identity,
            display_name: display_name.into(),
            resource: None,
        }
    }

    /// Adds the object's state, for [`ListRequest::include_resource`].
    #[must_use]
    pub fn with_resource(mut self, state: &impl Serialize) -> Self {
        self.resource = Some(rmp_serde::to_vec_named(state).map_err(|cause| cause.to_string()));
        self
    }
}

/// The list has ended, because the limit is reached or the core has closed the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the list has ended")]
pub struct ListEnded;

/// Sends the events of a list to the core. It waits while the core is still reading earlier ones.
pub struct ListSink {
    name: String,
    identity: Option<IdentitySchema>,
    include_resource: bool,
    left: usize,
    events: mpsc::Sender<Result<list_resource::Event, Status>>,
}

impl ListSink {
    /// Sends one object.
    pub async fn send(&mut self, event: ListEvent) -> Result<(), ListEnded> {
        if self.left == 0 {
            return Err(ListEnded);
        }
        let event = self.to_protocol(event);
        self.emit(event).await?;
        self.left -= 1;
        if self.left == 0 {
            return Err(ListEnded);
        }
        Ok(())
    }

    async fn diagnostics(&mut self, diagnostics: Diagnostics) -> Result<(), ListEnded> {
        self.emit(list_resource::Event {
            diagnostic: to_protocol(diagnostics),
            ..Default::default()
        })
        .await
    }

    /// Sends an error that is not about one object. The core ends the list at it.
    pub async fn error(&mut self, error: Diagnostic) -> Result<(), ListEnded> {
        self.emit(list_resource::Event {
            diagnostic: error_to_protocol(error),
            ..Default::default()
        })
        .await
    }

    async fn emit(&mut self, event: list_resource::Event) -> Result<(), ListEnded> {
        self.events.send(Ok(event)).await.map_err(|_| ListEnded)
    }

    fn to_protocol(&self, event: ListEvent) -> list_resource::Event {
        let mut diags = Diagnostics::default();
        let identity = if let Some(schema) = &self.identity {
            schema.encode(&mut diags, &event.identity, &self.name)
        } else {
            diags.errors.push(error(
                format!("`{}` has no identity", self.name),
                "This is a bug in the provider: only resources with an identity can be listed.",
            ));
            None
        };
        let resource = match event.resource.filter(|_| self.include_resource) {
            Some(Ok(bytes)) => super::value::msgpack::Tree::parse(&bytes)
                .ok()
                .and_then(|tree| encode_known(&mut diags, &tree, &self.name, "list")),
            Some(Err(cause)) => {
                diags.errors.push(error(
                    format!("`{}`: the object cannot be sent", self.name),
                    format!("This is a bug in the provider: {cause}."),
                ));
                None
            }
            None => None,
        };
        list_resource::Event {
            identity,
            display_name: event.display_name,
            resource_object: resource.map(|bytes: Bytes| dynamic(bytes)),
            diagnostic: to_protocol(diags),
        }
    }
}

/// The sender of a list's stream.
pub(super) type Events = mpsc::Sender<Result<list_resource::Event, Status>>;

/// A list resource with its types erased.
#[async_trait]
pub(super) trait ErasedListResource: Send + Sync {
    fn describe(&self) -> (Option<Schema>, Diagnostics);
    async fn validate(
        &self,
        request: validate_list_resource_config::Request,
    ) -> validate_list_resource_config::Response;
    async fn list(
        &self,
        request: list_resource::Request,
        identity: Option<IdentitySchema>,
        events: Events,
    );
}

/// A list resource with its name and its cached schema.
pub(super) struct Adapter<L> {
    resource: L,
    name: String,
    schema: OnceLock<(Option<Schema>, Diagnostics)>,
}

impl<L: ListResource> Adapter<L> {
    pub(super) fn new(name: &str, resource: L) -> Self {
        Self {
            resource,
            name: name.to_owned(),
            schema: OnceLock::new(),
        }
    }

    fn schema(&self) -> &(Option<Schema>, Diagnostics) {
        self.schema.get_or_init(|| {
            let mut diags = Diagnostics::default();
            let schema = self.resource.schema(&mut diags);
            if schema.is_none() {
                require_error(&mut diags, "list schema", &self.name);
            }
            (schema, diags)
        })
    }

    fn block(&self) -> Option<&Block> {
        Some(&self.schema().0.as_ref()?.block)
    }

    fn config(&self, diags: &mut Diagnostics, bytes: &[u8]) -> Option<L::Config> {
        decode(diags, bytes, self.block(), &self.name)
    }
}

#[async_trait]
impl<L: ListResource> ErasedListResource for Adapter<L> {
    fn describe(&self) -> (Option<Schema>, Diagnostics) {
        self.schema().clone()
    }

    async fn validate(
        &self,
        request: validate_list_resource_config::Request,
    ) -> validate_list_resource_config::Response {
        let mut diags = Diagnostics::default();
        let config = bytes(request.config.as_ref());
        if let Some(config) = decode_config(&mut diags, &config, self.block(), &self.name)
            && self.resource.validate(&mut diags, config).await.is_none()
        {
            require_error(&mut diags, "validation", &self.name);
        }
        validate_list_resource_config::Response {
            diagnostics: to_protocol(diags),
        }
    }

    async fn list(
        &self,
        request: list_resource::Request,
        identity: Option<IdentitySchema>,
        events: Events,
    ) {
        // Zero means no limit.
        let limit = match usize::try_from(request.limit) {
            Ok(0) | Err(_) => usize::MAX,
            Ok(limit) => limit,
        };
        let mut sink = ListSink {
            name: self.name.clone(),
            identity,
            include_resource: request.include_resource_object,
            left: limit,
            events,
        };
        let mut diags = Diagnostics::default();
        let config = bytes(request.config.as_ref());
        let Some(config) = self.config(&mut diags, &config) else {
            let _ = sink.diagnostics(diags).await;
            return;
        };
        let request = ListRequest {
            limit,
            include_resource: request.include_resource_object,
        };
        // `ListEnded` is no error either.
        let _ = self.resource.list(config, request, &mut sink).await;
    }
}
