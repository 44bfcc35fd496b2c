//! Serves `hostup_routed_ipv6_route` with tf-provider's own server, for the benchmark `startup`.
//! Only the server differs from the provider: client, model and lifecycle are the same.
//!
//! That server does not support nested attributes, so `timeouts` is an object here, with the same
//! value but without descriptions.

use std::collections::HashMap;

use async_trait::async_trait;
use terraform_provider_hostup::framework::api::Api;
use terraform_provider_hostup::framework::private_state::PrivateState;
use terraform_provider_hostup::framework::resource::{Adapter, Resource as HostupResource};
use terraform_provider_hostup::provider::Hostup;
use terraform_provider_hostup::resources::routed_ipv6_route::RouteResource;
use tf_provider::schema::{Attribute, AttributeType, Schema};
use tf_provider::value::ValueEmpty;
use tf_provider::{AttributePath, Diagnostics, DynamicResource, Provider, Resource};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let api = Api::default();
    let hostup = Hostup::new(api.clone());
    tf_provider::serve("hostup", Peer { hostup, api }).await
}

/// The provider with one resource.
struct Peer {
    hostup: Hostup,
    api: Api,
}

#[async_trait]
impl Provider for Peer {
    type Config<'a> = <Hostup as Provider>::Config<'a>;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        self.hostup.schema(diags)
    }

    async fn configure<'a>(
        &self,
        diags: &mut Diagnostics,
        terraform_version: String,
        config: Self::Config<'a>,
    ) -> Option<()> {
        self.hostup
            .configure(diags, terraform_version, config)
            .await
    }

    fn get_resources(
        &self,
        _: &mut Diagnostics,
    ) -> Option<HashMap<String, Box<dyn DynamicResource>>> {
        let route = Route(Adapter::new(RouteResource::default(), self.api.clone()));
        Some(HashMap::from([(
            "routed_ipv6_route".to_owned(),
            Box::new(route) as Box<dyn DynamicResource>,
        )]))
    }
}

/// The provider's resource with another schema.
struct Route(Adapter<RouteResource>);

type Model = <RouteResource as HostupResource>::Model;

/// Replaces nested attributes by an object.
fn flatten(attribute: &mut Attribute) {
    if let AttributeType::AttributeSingle(members) = &attribute.attr_type {
        let types = members
            .iter()
            .map(|(name, it)| (name.clone(), it.attr_type.clone()));
        attribute.attr_type = AttributeType::Object(types.collect());
    }
}

#[async_trait]
impl Resource for Route {
    type State<'a> = Model;
    type PrivateState<'a> = PrivateState;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        let mut schema = Resource::schema(&self.0, diags)?;
        schema.block.attributes.values_mut().for_each(flatten);
        Some(schema)
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Model) -> Option<()> {
        Resource::validate(&self.0, diags, config).await
    }

    async fn read<'a>(
        &self,
        diags: &mut Diagnostics,
        state: Model,
        private: PrivateState,
        meta: ValueEmpty,
    ) -> Option<(Model, PrivateState)> {
        Resource::read(&self.0, diags, state, private, meta).await
    }

    async fn plan_create<'a>(
        &self,
        diags: &mut Diagnostics,
        proposed: Model,
        config: Model,
        meta: ValueEmpty,
    ) -> Option<(Model, PrivateState)> {
        Resource::plan_create(&self.0, diags, proposed, config, meta).await
    }

    async fn plan_update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: Model,
        proposed: Model,
        config: Model,
        private: PrivateState,
        meta: ValueEmpty,
    ) -> Option<(Model, PrivateState, Vec<AttributePath>)> {
        let planned = Resource::plan_update(&self.0, diags, prior, proposed, config, private, meta);
        planned.await
    }

    async fn plan_destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: Model,
        private: PrivateState,
        meta: ValueEmpty,
    ) -> Option<PrivateState> {
        Resource::plan_destroy(&self.0, diags, prior, private, meta).await
    }

    async fn create<'a>(
        &self,
        diags: &mut Diagnostics,
        planned: Model,
        config: Model,
        private: PrivateState,
        meta: ValueEmpty,
    ) -> Option<(Model, PrivateState)> {
        Resource::create(&self.0, diags, planned, config, private, meta).await
    }

    async fn update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: Model,
        planned: Model,
        config: Model,
        private: PrivateState,
        meta: ValueEmpty,
    ) -> Option<(Model, PrivateState)> {
        let updated = Resource::update(&self.0, diags, prior, planned, config, private, meta);
        updated.await
    }

    async fn destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: Model,
        private: PrivateState,
        meta: ValueEmpty,
    ) -> Option<()> {
        Resource::destroy(&self.0, diags, prior, private, meta).await
    }
}
