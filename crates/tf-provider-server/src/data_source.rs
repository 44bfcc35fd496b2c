//! Data sources: the adapter that serves tf-provider's trait.

use std::sync::OnceLock;

use async_trait::async_trait;
use tf_provider::schema::{Block, Schema};
use tf_provider::{DataSource, Diagnostics};

use super::diagnostics::{require_error, to_protocol};
use super::protocol::{read_data_source, validate_data_resource_config};
use super::value::decode::{bytes, decode, decode_config, dynamic, encode_known};

/// A data source with its types erased.
#[async_trait]
pub(super) trait ErasedDataSource: Send + Sync {
    fn describe(&self) -> (Option<Schema>, Diagnostics);
    async fn validate(
        &self,
        request: validate_data_resource_config::Request,
    ) -> validate_data_resource_config::Response;
    async fn read(&self, request: read_data_source::Request) -> read_data_source::Response;
}

/// A data source with its name and its cached schema.
pub(super) struct Adapter<D> {
    data_source: D,
    name: String,
    schema: OnceLock<(Option<Schema>, Diagnostics)>,
}

impl<D: DataSource + 'static> Adapter<D> {
    pub(super) fn new(name: &str, data_source: D) -> Self {
        Self {
            data_source,
            name: name.to_owned(),
            schema: OnceLock::new(),
        }
    }

    fn schema(&self) -> &(Option<Schema>, Diagnostics) {
        self.schema.get_or_init(|| {
            let mut diags = Diagnostics::default();
            let schema = self.data_source.schema(&mut diags);
            if schema.is_none() {
                require_error(&mut diags, "schema", &self.name);
            }
            (schema, diags)
        })
    }

    fn block(&self) -> Option<&Block> {
        Some(&self.schema().0.as_ref()?.block)
    }

    fn config<'a>(&self, diags: &mut Diagnostics, bytes: &'a [u8]) -> Option<D::State<'a>> {
        decode(diags, bytes, self.block(), &self.name)
    }

    async fn found(
        &self,
        diags: &mut Diagnostics,
        request: &read_data_source::Request,
    ) -> Option<prost::bytes::Bytes> {
        let config = bytes(request.config.as_ref());
        let meta = bytes(request.provider_meta.as_ref());
        let config = self.config(diags, &config)?;
        let meta = decode(
            diags,
            &meta,
            None,
            &format!("{} (provider_meta)", self.name),
        )?;
        let state = self.data_source.read(diags, config, meta).await?;
        encode_known(diags, &state, &self.name, "read")
    }
}

#[async_trait]
impl<D: DataSource + 'static> ErasedDataSource for Adapter<D> {
    fn describe(&self) -> (Option<Schema>, Diagnostics) {
        self.schema().clone()
    }

    async fn validate(
        &self,
        request: validate_data_resource_config::Request,
    ) -> validate_data_resource_config::Response {
        let mut diags = Diagnostics::default();
        let config = bytes(request.config.as_ref());
        if let Some(config) = decode_config(&mut diags, &config, self.block(), &self.name)
            && self
                .data_source
                .validate(&mut diags, config)
                .await
                .is_none()
        {
            require_error(&mut diags, "validation", &self.name);
        }
        validate_data_resource_config::Response {
            diagnostics: to_protocol(diags),
        }
    }

    async fn read(&self, request: read_data_source::Request) -> read_data_source::Response {
        let mut diags = Diagnostics::default();
        let state = self.found(&mut diags, &request).await;
        if state.is_none() {
            require_error(&mut diags, "read", &self.name);
        }
        read_data_source::Response {
            state: state.filter(|_| diags.errors.is_empty()).map(dynamic),
            diagnostics: to_protocol(diags),
            deferred: None,
        }
    }
}
