//! List resources: what `terraform query` shows of the objects that exist, state or no state.

use std::sync::OnceLock;

use async_trait::async_trait;
use prost::bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tf_provider::schema::{Block, Schema};
use tf_provider::{Diagnostic, Diagnostics};
use tokio::sync::mpsc;
use tonic::Status;

use super::diagnostics::{demand_reason, error, just, to_protocol};
use super::identity::{Identity, IdentitySchema};
use super::protocol::{list_resource, validate_list_resource_config};
use super::value::decode::{bytes, decode, decode_config, dynamic, encode_known};

/// Lists the objects of one managed resource, which is registered under the same name.
#[async_trait]
pub trait ListResource: Send + Sync + 'static {
    /// The configuration of a `list` block.
    type Config: DeserializeOwned + Send;

    /// The schema of that configuration.
    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema>;

    /// Checks that configuration. `None` without an error is reported as an error.
    async fn validate(&self, diags: &mut Diagnostics, config: Self::Config) -> Option<()> {
        _ = diags;
        _ = config;
        Some(())
    }

    /// Sends what there is to `events`, one by one; errors and warnings as well.
    ///
    /// [`ListSink::send`] fails when nobody wants more: pass that on with `?`.
    async fn list(
        &self,
        config: Self::Config,
        request: ListRequest,
        events: &mut ListSink,
    ) -> Result<(), ListEnded>;
}

/// What the core wants to see.
#[derive(Clone, Copy, Debug)]
pub struct ListRequest {
    /// No more objects than this. The sink ends the list there; who pages may read less.
    pub limit: usize,
    /// Whether the objects' states are wanted too.
    pub include_resource: bool,
}

/// One object.
#[derive(Debug)]
pub struct ListEvent {
    identity: Identity,
    display_name: String,
    resource: Option<Result<Vec<u8>, String>>,
    diagnostics: Diagnostics,
}

impl ListEvent {
    /// An object by its identity, and how a person would call it.
    pub fn new(identity: Identity, display_name: impl Into<String>) -> Self {
        Self {
            identity,
            display_name: display_name.into(),
            resource: None,
            diagnostics: Diagnostics::default(),
        }
    }

    /// Adds the object's state, for [`ListRequest::include_resource`].
    #[must_use]
    pub fn with_resource(mut self, state: &impl Serialize) -> Self {
        self.resource = Some(rmp_serde::to_vec_named(state).map_err(|cause| cause.to_string()));
        self
    }

    /// Adds errors and warnings about this object.
    #[must_use]
    pub fn with_diagnostics(mut self, diagnostics: Diagnostics) -> Self {
        self.diagnostics.add_diagnostics(diagnostics);
        self
    }
}

/// Nobody wants more: the limit is reached, or the receiver is gone. Not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the list has ended")]
pub struct ListEnded;

/// Where events go. They are streamed: sending waits until the core has taken the ones before.
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

    /// Sends errors and warnings that are about no object. An error ends the list at the core.
    pub async fn diagnostics(&mut self, diagnostics: Diagnostics) -> Result<(), ListEnded> {
        self.emit(list_resource::Event {
            diagnostic: to_protocol(diagnostics),
            ..Default::default()
        })
        .await
    }

    /// Sends one error that is about no object.
    pub async fn error(&mut self, error: Diagnostic) -> Result<(), ListEnded> {
        self.emit(list_resource::Event {
            diagnostic: just(error),
            ..Default::default()
        })
        .await
    }

    async fn emit(&mut self, event: list_resource::Event) -> Result<(), ListEnded> {
        self.events.send(Ok(event)).await.map_err(|_| ListEnded)
    }

    fn to_protocol(&self, event: ListEvent) -> list_resource::Event {
        let mut diags = event.diagnostics;
        let identity = if let Some(schema) = &self.identity {
            schema.encode(&mut diags, &event.identity, &self.name)
        } else {
            diags.errors.push(error(
                format!("`{}` has no identity", self.name),
                "This is a bug in the provider: only what has an identity can be listed.",
            ));
            None
        };
        let resource = match event.resource.filter(|_| self.include_resource) {
            Some(Ok(bytes)) => super::value::wire::Tree::parse(&bytes)
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

/// What the stream of a list carries to the core.
pub(super) type Events = mpsc::Sender<Result<list_resource::Event, Status>>;

/// A list resource without its types: messages in, messages out.
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

/// A list resource, its name and its schema, asked for once.
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
                demand_reason(&mut diags, "list schema", &self.name);
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
            demand_reason(&mut diags, "validation", &self.name);
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
        // No limit arrives as zero.
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
        // Both ends are good ends.
        let _ = self.resource.list(config, request, &mut sink).await;
    }
}
