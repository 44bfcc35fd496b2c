//! The provider itself: the adapter over tf-provider's trait.

use std::sync::OnceLock;

use async_trait::async_trait;
use tf_provider::schema::{Block, Schema};
use tf_provider::{Diagnostics, Provider};

use super::diagnostics::{require_error, to_protocol};
use super::protocol::{configure_provider, validate_provider_config};
use super::value::decode::{bytes, decode, decode_config};

/// How messages name the provider.
pub(super) const NAME: &str = "provider";

/// A provider with its types erased.
#[async_trait]
pub(super) trait ErasedProvider: Send + Sync {
    fn describe(&self) -> Description;
    async fn validate(
        &self,
        request: validate_provider_config::Request,
    ) -> validate_provider_config::Response;
    async fn configure(&self, request: configure_provider::Request)
    -> configure_provider::Response;
}

/// The description of a provider.
#[derive(Clone, Default)]
pub(super) struct Description {
    pub(super) schema: Option<Schema>,
    pub(super) meta: Option<Schema>,
    pub(super) diagnostics: Diagnostics,
}

/// A provider and its cached description.
pub(super) struct Adapter<P> {
    provider: P,
    description: OnceLock<Description>,
}

impl<P: Provider> Adapter<P> {
    pub(super) fn new(provider: P) -> Self {
        Self {
            provider,
            description: OnceLock::new(),
        }
    }

    fn description(&self) -> &Description {
        self.description.get_or_init(|| {
            let mut diagnostics = Diagnostics::default();
            let schema = self.provider.schema(&mut diagnostics);
            if schema.is_none() {
                require_error(&mut diagnostics, "schema", NAME);
            }
            // tf-provider's default is an empty schema with the description "empty". A provider
            // without metadata must not send it.
            let meta = self
                .provider
                .meta_schema(&mut diagnostics)
                .filter(|meta| !meta.block.attributes.is_empty() || !meta.block.blocks.is_empty());
            Description {
                schema,
                meta,
                diagnostics,
            }
        })
    }

    fn block(&self) -> Option<&Block> {
        Some(&self.description().schema.as_ref()?.block)
    }

    fn config<'a>(&self, diags: &mut Diagnostics, bytes: &'a [u8]) -> Option<P::Config<'a>> {
        decode(diags, bytes, self.block(), NAME)
    }
}

#[async_trait]
impl<P: Provider> ErasedProvider for Adapter<P> {
    fn describe(&self) -> Description {
        self.description().clone()
    }

    async fn validate(
        &self,
        request: validate_provider_config::Request,
    ) -> validate_provider_config::Response {
        let mut diags = Diagnostics::default();
        let config = bytes(request.config.as_ref());
        if let Some(config) = decode_config(&mut diags, &config, self.block(), NAME)
            && self.provider.validate(&mut diags, config).await.is_none()
        {
            require_error(&mut diags, "validation", NAME);
        }
        validate_provider_config::Response {
            diagnostics: to_protocol(diags),
        }
    }

    async fn configure(
        &self,
        request: configure_provider::Request,
    ) -> configure_provider::Response {
        let mut diags = Diagnostics::default();
        let config = bytes(request.config.as_ref());
        if let Some(config) = self.config(&mut diags, &config)
            && self
                .provider
                .configure(&mut diags, request.terraform_version, config)
                .await
                .is_none()
        {
            require_error(&mut diags, "configuration", NAME);
        }
        configure_provider::Response {
            diagnostics: to_protocol(diags),
        }
    }
}
