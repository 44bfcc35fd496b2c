//! What the provider serves, as a core reads it over the plugin protocol.

use std::collections::BTreeMap;

use crate::protocol::tfplugin6::provider_client::ProviderClient;
use crate::protocol::tfplugin6::{get_provider_schema, get_resource_identity_schemas};
use hyper_util::rt::TokioIo;
use terraform_provider_hostup::provider;
use tonic::transport::{Channel, Endpoint};

/// The schemas of everything that the provider serves.
pub(crate) fn schemas() -> get_provider_schema::Response {
    ask(async |mut provider| {
        let request = get_provider_schema::Request {};
        provider.get_provider_schema(request).await
    })
}

/// The schemas of the resources' identities.
pub(crate) fn identities() -> get_resource_identity_schemas::Response {
    ask(async |mut provider| {
        let request = get_resource_identity_schemas::Request {};
        provider.get_resource_identity_schemas(request).await
    })
}

/// Asks the provider, and returns what it responds.
fn ask<T>(
    question: impl AsyncFnOnce(ProviderClient<Channel>) -> Result<tonic::Response<T>, tonic::Status>,
) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        tokio::spawn(provider::plugin().serve_on(theirs));
        let mut ours = Some(ours);
        let connect = move |_| {
            let stream = ours.take().expect("one connection");
            async move { Ok::<_, std::io::Error>(TokioIo::new(stream)) }
        };
        // The address is not used: the connector returns the stream.
        let channel = Endpoint::from_static("http://provider")
            .connect_with_connector(tower::service_fn(connect))
            .await
            .expect("a channel");
        let provider = ProviderClient::new(channel).max_decoding_message_size(usize::MAX);
        question(provider).await.expect("a response").into_inner()
    })
}

/// The names of what is served.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// Types of resources.
    pub(crate) resources: Vec<String>,
    /// Types of data sources.
    pub(crate) data_sources: Vec<String>,
    /// Types of resources that can be listed.
    pub(crate) lists: Vec<String>,
    /// Functions.
    pub(crate) functions: Vec<String>,
}

impl Names {
    /// The names of everything that the provider serves, sorted.
    pub(crate) fn served() -> Self {
        let schemas = schemas();
        Self {
            resources: sorted(schemas.resource_schemas),
            data_sources: sorted(schemas.data_source_schemas),
            lists: sorted(schemas.list_resource_schemas),
            functions: sorted(schemas.functions),
        }
    }

    /// The paths of their examples below `examples/`.
    pub(crate) fn examples(&self) -> Vec<String> {
        [
            paths(&self.resources, "resources", "resource.tf"),
            paths(&self.data_sources, "data-sources", "data-source.tf"),
            paths(&self.lists, "list-resources", "list-resource.tfquery.hcl"),
            paths(&self.functions, "functions", "function.tf"),
        ]
        .concat()
    }
}

fn sorted<T>(schemas: impl IntoIterator<Item = (String, T)>) -> Vec<String> {
    let schemas: BTreeMap<_, _> = schemas.into_iter().collect();
    assert!(!schemas.is_empty(), "the provider serves none of a kind");
    schemas.into_keys().collect()
}

fn paths(names: &[String], folder: &str, file: &str) -> Vec<String> {
    names
        .iter()
        .map(|name| format!("{folder}/{name}/{file}"))
        .collect()
}
