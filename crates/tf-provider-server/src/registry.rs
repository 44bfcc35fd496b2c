//! The plugin: what it serves, and how it describes that to the core.

mod checks;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tf_provider::{DataSource, Diagnostics, Function, Provider};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_stream::StreamExt as _;

use super::announced::{Announced, AnnouncedDataSource, AnnouncedFunction, AnnouncedResource};
use super::call::run_sync;
use super::data_source::{self, ErasedDataSource};
use super::diagnostics::to_protocol;
use super::function::{self, ErasedFunction};
use super::identity::IdentitySchema;
use super::lifecycle::Lifecycle;
use super::list::{self, ErasedListResource, ListResource};
use super::protocol::{
    ServerCapabilities, get_metadata, get_provider_schema, get_resource_identity_schemas,
};
use super::provider::{self, ErasedProvider, NAME};
use super::resource::{self, ErasedResource, ManagedResource};
use super::schema::{self, Annotations, Deprecations};
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
    /// What the provider's own lists contain, by the method that registers it.
    announced: BTreeSet<(&'static str, String)>,
    announcement_diagnostics: Diagnostics,
    registered_twice: Vec<(&'static str, String)>,
    schema_responses: OnceLock<SchemaResponses>,
}

/// The responses that never change.
pub(super) struct SchemaResponses {
    pub(super) schemas: get_provider_schema::Response,
    pub(super) identities: get_resource_identity_schemas::Response,
}

impl Plugin {
    /// Creates a plugin that serves the provider, and everything that its `get_resources`,
    /// `get_data_sources` and `get_functions` return.
    ///
    /// A registration replaces what the provider returns under the same name.
    pub fn new(provider: impl Provider) -> Self {
        let announced = Announced::by(&provider);
        let mut plugin = Self {
            provider: Arc::new(provider::Adapter::new(provider)),
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            functions: BTreeMap::new(),
            list_resources: BTreeMap::new(),
            deprecations: BTreeMap::new(),
            computed_blocks: BTreeMap::new(),
            announced: BTreeSet::new(),
            announcement_diagnostics: announced.diagnostics,
            registered_twice: Vec::new(),
            schema_responses: OnceLock::new(),
        };
        for (name, resource) in announced.resources {
            plugin = plugin.resource(&name, AnnouncedResource(resource));
            plugin.announced.insert(("resource", name));
        }
        for (name, data_source) in announced.data_sources {
            plugin = plugin.data_source(&name, AnnouncedDataSource(data_source));
            plugin.announced.insert(("data_source", name));
        }
        for (name, function) in announced.functions {
            plugin = plugin.function(&name, AnnouncedFunction(function));
            plugin.announced.insert(("function", name));
        }
        plugin
    }

    /// Notes that a registration replaced another, which is an error unless the provider's own list
    /// contains the other.
    fn note_replaced(&mut self, method: &'static str, name: &str) {
        let key = (method, name.to_owned());
        if !self.announced.remove(&key) {
            self.registered_twice.push(key);
        }
    }

    /// Serves a managed resource under its full type name.
    #[must_use]
    pub fn resource(mut self, name: &str, resource: impl ManagedResource) -> Self {
        let adapter = Arc::new(resource::Adapter::new(name, resource));
        if self.resources.insert(name.to_owned(), adapter).is_some() {
            self.note_replaced("resource", name);
        }
        self
    }

    /// Serves a data source under its full type name.
    #[must_use]
    pub fn data_source(mut self, name: &str, data_source: impl DataSource + 'static) -> Self {
        let adapter = Arc::new(data_source::Adapter::new(name, data_source));
        if self.data_sources.insert(name.to_owned(), adapter).is_some() {
            self.note_replaced("data_source", name);
        }
        self
    }

    /// Serves a function under its name, without the provider's name.
    #[must_use]
    pub fn function(mut self, name: &str, function: impl Function + 'static) -> Self {
        let adapter = Arc::new(function::Adapter::new(name, function));
        if self.functions.insert(name.to_owned(), adapter).is_some() {
            self.note_replaced("function", name);
        }
        self
    }

    /// Serves the list of a managed resource, under the resource's full type name.
    #[must_use]
    pub fn list_resource(mut self, name: &str, resource: impl ListResource) -> Self {
        let adapter = Arc::new(list::Adapter::new(name, resource));
        if self
            .list_resources
            .insert(name.to_owned(), adapter)
            .is_some()
        {
            self.note_replaced("list_resource", name);
        }
        self
    }

    /// Marks an attribute or block as deprecated. `path` is its dotted path in the schemas of
    /// this name, or empty for the whole schema. `message` says what to use instead; tf-provider's
    /// schema has no field for it. A path that does not exist is an error in the schema.
    #[must_use]
    pub fn deprecated(mut self, name: &str, path: &str, message: &str) -> Self {
        self.deprecations
            .entry(name.to_owned())
            .or_default()
            .insert(path.to_owned(), message.to_owned());
        self
    }

    /// Marks the blocks at a dotted path in the schemas of this name as computed (protocol
    /// 6.11): the provider may plan blocks that are not configured. Cores of earlier protocols
    /// ignore the mark; [`call::computed_blocks_allowed`](super::call::computed_blocks_allowed)
    /// says whether the current one accepts it. A path that is no block is an error in the schema.
    #[must_use]
    pub fn computed_block(mut self, name: &str, path: &str) -> Self {
        self.computed_blocks
            .entry(name.to_owned())
            .or_default()
            .insert(path.to_owned());
        self
    }

    /// Serves one client over `stream`, without handshake and TLS, until the stream is closed. Use
    /// it in tests.
    ///
    /// # Errors
    /// If the client does not speak HTTP/2.
    pub async fn serve_on(
        self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> io::Result<()> {
        let lifecycle = Lifecycle::new(false, Duration::ZERO);
        let connection = Connection::new(stream, &lifecycle);
        let connections = tokio_stream::once(Ok::<_, io::Error>(connection));
        let connections = connections.chain(tokio_stream::pending());
        services(self, &lifecycle)
            .serve_with_incoming_shutdown(
                connections,
                lifecycle.wait_until_abandoned(Duration::ZERO),
            )
            .await
            .map_err(io::Error::other)
    }

    /// Returns the identity schema of a resource.
    pub(super) fn identity_of(&self, name: &str) -> Option<IdentitySchema> {
        let resource = self.resources.get(name)?;
        run_sync("identity schema", name, || resource.describe())
            .ok()?
            .identity
    }

    /// Returns the names of everything that is served.
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

    /// Returns the schemas, which are built on first use.
    pub(super) fn schema_responses(&self) -> &SchemaResponses {
        self.schema_responses.get_or_init(|| self.describe())
    }

    fn describe(&self) -> SchemaResponses {
        let mut diags = Diagnostics::default();
        let none = (Deprecations::new(), BTreeSet::new());
        let annotations = |name: &str| Annotations {
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
        let to_schema = |schema| schema::schema(schema, annotations(NAME));
        schemas.provider = provider.schema.as_ref().map(to_schema);
        schemas.provider_meta = provider.meta.as_ref().map(to_schema);
        diags.add_diagnostics(self.announcement_diagnostics.clone());
        checks::twice(&mut diags, &self.registered_twice);

        for (name, resource) in &self.resources {
            let described = describe(&mut diags, name, || resource.describe());
            diags.add_diagnostics(described.diagnostics);
            if let Some(schema) = described.schema {
                let schema = schema::schema(&schema, annotations(name));
                schemas.resource_schemas.insert(name.clone(), schema);
            }
            if let Some(identity) = described.identity {
                let identity = identity.to_protocol();
                identities.identity_schemas.insert(name.clone(), identity);
            }
            if let Some(schema) = schemas.resource_schemas.get(name) {
                checks::never_null(&mut diags, name, schema, &described.never_null);
            }
        }
        for (name, data_source) in &self.data_sources {
            let (schema, more) = describe(&mut diags, name, || data_source.describe());
            diags.add_diagnostics(more);
            if let Some(schema) = schema {
                let schema = schema::schema(&schema, annotations(name));
                schemas.data_source_schemas.insert(name.clone(), schema);
            }
        }
        for (name, list) in &self.list_resources {
            let (schema, more) = describe(&mut diags, name, || list.describe());
            diags.add_diagnostics(more);
            if let Some(schema) = schema {
                let schema = schema::schema(
                    &schema,
                    Annotations {
                        deprecations: &none.0,
                        computed_blocks: &none.1,
                    },
                );
                schemas.list_resource_schemas.insert(name.clone(), schema);
            }
            checks::listed(&mut diags, self, name);
        }
        for (name, function) in &self.functions {
            let (schema, more) = describe(&mut diags, name, || function.describe());
            diags.add_diagnostics(more);
            if let Some(schema) = schema {
                let function = schema::function(&schema);
                schemas.functions.insert(name.clone(), function);
            }
        }
        for (name, paths) in &self.deprecations {
            checks::deprecated(&mut diags, &schemas, name, paths.keys());
        }
        for (name, paths) in &self.computed_blocks {
            checks::computed_blocks(&mut diags, &schemas, name, paths);
        }
        schemas.diagnostics = to_protocol(diags);
        SchemaResponses {
            schemas,
            identities,
        }
    }
}

/// Calls provider code for its description. A panic becomes an error.
fn describe<T: Default>(diags: &mut Diagnostics, name: &str, call: impl FnOnce() -> T) -> T {
    run_sync("schema", name, call).unwrap_or_else(|panicked| {
        diags
            .errors
            .push(panicked.diagnostic("nothing was changed."));
        T::default()
    })
}

/// Returns the capabilities of the server.
fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: false,
        generate_resource_config: false,
    }
}
