//! What a plugin serves, and how it describes itself to the core.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tf_provider::{DataSource, Diagnostics, Function, Provider};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_stream::StreamExt as _;

use super::call::run_now;
use super::data_source::{self, ErasedDataSource};
use super::diagnostics::{error, to_protocol};
use super::function::{self, ErasedFunction};
use super::identity::IdentitySchema;
use super::lifecycle::Lifecycle;
use super::list::{self, ErasedListResource, ListResource};
use super::protocol::{
    ServerCapabilities, get_metadata, get_provider_schema, get_resource_identity_schemas,
};
use super::provider::{self, Announced, ErasedProvider, NAME};
use super::resource::{self, ErasedResource, ManagedResource};
use super::schema::{self, Deprecations, Marks};
use super::serve::services;
use super::transport::Connection;

/// A provider with its resources, data sources, functions and lists, ready to be served.
pub struct Plugin {
    pub(super) provider: Arc<dyn ErasedProvider>,
    pub(super) resources: BTreeMap<String, Arc<dyn ErasedResource>>,
    pub(super) data_sources: BTreeMap<String, Arc<dyn ErasedDataSource>>,
    pub(super) functions: BTreeMap<String, Arc<dyn ErasedFunction>>,
    pub(super) list_resources: BTreeMap<String, Arc<dyn ErasedListResource>>,
    deprecations: BTreeMap<String, Deprecations>,
    computed_blocks: BTreeMap<String, BTreeSet<String>>,
    described: OnceLock<Described>,
}

/// The answers that never change, made once.
pub(super) struct Described {
    pub(super) schemas: get_provider_schema::Response,
    pub(super) identities: get_resource_identity_schemas::Response,
}

impl Plugin {
    /// A plugin for this provider, serving nothing yet.
    ///
    /// What the provider's own `get_resources`, `get_data_sources` and `get_functions` list has to
    /// be registered here as well; the core gets an error for each that is not.
    pub fn new(provider: impl Provider) -> Self {
        Self {
            provider: Arc::new(provider::Adapter::new(provider)),
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            functions: BTreeMap::new(),
            list_resources: BTreeMap::new(),
            deprecations: BTreeMap::new(),
            computed_blocks: BTreeMap::new(),
            described: OnceLock::new(),
        }
    }

    /// Serves a managed resource under its full type name.
    #[must_use]
    pub fn resource(mut self, name: &str, resource: impl ManagedResource) -> Self {
        let adapter = Arc::new(resource::Adapter::new(name, resource));
        self.resources.insert(name.to_owned(), adapter);
        self
    }

    /// Serves a data source under its full type name.
    #[must_use]
    pub fn data_source(mut self, name: &str, data_source: impl DataSource + 'static) -> Self {
        let adapter = Arc::new(data_source::Adapter::new(name, data_source));
        self.data_sources.insert(name.to_owned(), adapter);
        self
    }

    /// Serves a function under its name, without the provider's.
    #[must_use]
    pub fn function(mut self, name: &str, function: impl Function + 'static) -> Self {
        let adapter = Arc::new(function::Adapter::new(name, function));
        self.functions.insert(name.to_owned(), adapter);
        self
    }

    /// Serves the list of a managed resource, under the name of that resource.
    #[must_use]
    pub fn list_resource(mut self, name: &str, resource: impl ListResource) -> Self {
        let adapter = Arc::new(list::Adapter::new(name, resource));
        self.list_resources.insert(name.to_owned(), adapter);
        self
    }

    /// Marks as deprecated what is at a dotted path in the schemas of this name, and says what to
    /// use instead. The empty path is the resource itself. tf-provider's schema has no place
    /// for the message.
    #[must_use]
    pub fn deprecated(mut self, name: &str, path: &str, message: &str) -> Self {
        self.deprecations
            .entry(name.to_owned())
            .or_default()
            .insert(path.to_owned(), message.to_owned());
        self
    }

    /// Marks the blocks at a dotted path in the schemas of this name as computed (protocol 6.11):
    /// the provider may plan blocks that are not configured. Cores of earlier protocols ignore
    /// the mark; what the present one can is told by
    /// [`call::computed_blocks_allowed`](super::call::computed_blocks_allowed).
    #[must_use]
    pub fn computed_block(mut self, name: &str, path: &str) -> Self {
        self.computed_blocks
            .entry(name.to_owned())
            .or_default()
            .insert(path.to_owned());
        self
    }

    /// Serves one client over `stream`, without handshake and TLS, until the stream is closed: for
    /// tests.
    ///
    /// # Errors
    /// When the client does not speak HTTP/2.
    pub async fn serve_on(
        self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> io::Result<()> {
        let lifecycle = Lifecycle::new(false, Duration::ZERO);
        let connection = Connection::new(stream, &lifecycle);
        let connections = tokio_stream::once(Ok::<_, io::Error>(connection));
        let connections = connections.chain(tokio_stream::pending());
        services(self, &lifecycle)
            .serve_with_incoming_shutdown(connections, lifecycle.abandoned(Duration::ZERO))
            .await
            .map_err(io::Error::other)
    }

    /// The identity schema of a resource.
    pub(super) fn identity_of(&self, name: &str) -> Option<IdentitySchema> {
        let resource = self.resources.get(name)?;
        run_now("identity schema", name, || resource.describe())
            .ok()?
            .identity
    }

    /// The names alone.
    pub(super) fn metadata(&self) -> get_metadata::Response {
        get_metadata::Response {
            server_capabilities: Some(capabilities()),
            diagnostics: vec![],
            data_sources: self
                .data_sources
                .keys()
                .cloned()
                .map(|type_name| get_metadata::DataSourceMetadata { type_name })
                .collect(),
            resources: self
                .resources
                .keys()
                .cloned()
                .map(|type_name| get_metadata::ResourceMetadata { type_name })
                .collect(),
            functions: self
                .functions
                .keys()
                .cloned()
                .map(|name| get_metadata::FunctionMetadata { name })
                .collect(),
            list_resources: self
                .list_resources
                .keys()
                .cloned()
                .map(|type_name| get_metadata::ListResourceMetadata { type_name })
                .collect(),
        }
    }

    /// The schemas, made on first use.
    pub(super) fn described(&self) -> &Described {
        self.described.get_or_init(|| self.describe())
    }

    fn describe(&self) -> Described {
        let mut diags = Diagnostics::default();
        let none = (Deprecations::new(), BTreeSet::new());
        let marks = |name: &str| Marks {
            deprecations: self.deprecations.get(name).unwrap_or(&none.0),
            computed_blocks: self.computed_blocks.get(name).unwrap_or(&none.1),
        };
        let mut schemas = get_provider_schema::Response {
            server_capabilities: Some(capabilities()),
            ..Default::default()
        };
        let mut identities = get_resource_identity_schemas::Response::default();

        let provider = describe(&mut diags, NAME, || self.provider.describe());
        diags.add_diagnostics(provider.diagnostics);
        let to_schema = |schema| schema::schema(schema, marks(NAME));
        schemas.provider = provider.schema.as_ref().map(to_schema);
        schemas.provider_meta = provider.meta.as_ref().map(to_schema);
        self.refuse_unregistered(&mut diags, &provider.announced);

        for (name, resource) in &self.resources {
            let described = describe(&mut diags, name, || resource.describe());
            diags.add_diagnostics(described.diagnostics);
            if let Some(schema) = described.schema {
                let schema = schema::schema(&schema, marks(name));
                schemas.resource_schemas.insert(name.clone(), schema);
            }
            if let Some(identity) = described.identity {
                let identity = identity.to_protocol();
                identities.identity_schemas.insert(name.clone(), identity);
            }
        }
        for (name, data_source) in &self.data_sources {
            let (schema, more) = describe(&mut diags, name, || data_source.describe());
            diags.add_diagnostics(more);
            if let Some(schema) = schema {
                let schema = schema::schema(&schema, marks(name));
                schemas.data_source_schemas.insert(name.clone(), schema);
            }
        }
        for (name, list) in &self.list_resources {
            let (schema, more) = describe(&mut diags, name, || list.describe());
            diags.add_diagnostics(more);
            if let Some(schema) = schema {
                let schema = schema::schema(
                    &schema,
                    Marks {
                        deprecations: &none.0,
                        computed_blocks: &none.1,
                    },
                );
                schemas.list_resource_schemas.insert(name.clone(), schema);
            }
        }
        for (name, function) in &self.functions {
            let (schema, more) = describe(&mut diags, name, || function.describe());
            diags.add_diagnostics(more);
            if let Some(schema) = schema {
                let function = schema::function(&schema);
                schemas.functions.insert(name.clone(), function);
            }
        }
        schemas.diagnostics = to_protocol(diags);
        Described {
            schemas,
            identities,
        }
    }

    /// What the provider announces and nothing serves.
    fn refuse_unregistered(&self, diags: &mut Diagnostics, announced: &Announced) {
        let resources = announced
            .resources
            .iter()
            .filter(|name| !self.resources.contains_key(*name))
            .map(|name| ("resource", name));
        let data_sources = announced
            .data_sources
            .iter()
            .filter(|name| !self.data_sources.contains_key(*name))
            .map(|name| ("data_source", name));
        let functions = announced
            .functions
            .iter()
            .filter(|name| !self.functions.contains_key(*name))
            .map(|name| ("function", name));
        for (kind, name) in resources.chain(data_sources).chain(functions) {
            diags.errors.push(error(
                format!("`{name}` is announced by the provider and not served"),
                format!(
                    "This is a bug in the provider: it lists `{name}` without registering it with \
                     `Plugin::{kind}`."
                ),
            ));
        }
    }
}

/// Asks provider code for its description, and survives if that panics.
fn describe<T: Default>(diags: &mut Diagnostics, name: &str, ask: impl FnOnce() -> T) -> T {
    run_now("schema", name, ask).unwrap_or_else(|panicked| {
        diags
            .errors
            .push(panicked.diagnostic("nothing was changed."));
        T::default()
    })
}

/// What the server can do beyond the first version of the protocol.
fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: false,
        generate_resource_config: false,
    }
}
