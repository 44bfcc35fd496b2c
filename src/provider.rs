//! The provider `hostup`: its configuration, and the list of everything that it serves.

pub mod config;

use async_trait::async_trait;
use tf_provider::Provider;
use tf_provider::schema::Schema;
use tf_provider::value::ValueEmpty;
use tf_provider_server::model::Schema as _;
use tf_provider_server::{About, Plugin};

use crate::framework::api::Api;
use crate::framework::data_source::{self, DataSource};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::function::{self, Function};
use crate::framework::list_resource::{self, ListResource};
use crate::framework::resource::{self, Resource};
use crate::functions::{CanonicalCidr, CidrContains, NextFreePrefix};
use crate::resources::private_network::{
    NetworkDataSource, NetworkList, NetworksDataSource, PrivateNetworkResource,
};
use crate::resources::routed_ipv6::{AccountDataSource, DestinationDataSource};
use crate::resources::routed_ipv6_pool::{PoolDataSource, PoolList, PoolResource};
use crate::resources::routed_ipv6_route::{RouteList, RouteResource};
use crate::resources::vps::{self, InstancesDataSource, VpsDataSource};
use crate::resources::vps_payg_limits::LimitsDataSource;
use crate::resources::vps_private_interface::{InterfaceList, InterfaceResource};

use self::config::ProviderModel;

/// The provider `hostup`.
#[derive(Debug)]
pub struct Hostup {
    api: Api,
}

impl Hostup {
    /// Creates the provider. Configuring it sets `api`.
    pub fn new(api: Api) -> Self {
        Self { api }
    }
}

/// Returns the name, version and addresses of the provider.
pub fn about() -> About {
    About {
        name: "terraform-provider-hostup",
        version: env!("CARGO_PKG_VERSION"),
        provider_addresses: &[
            "registry.terraform.io/hostup/hostup",
            "registry.opentofu.org/hostup/hostup",
        ],
    }
}

/// Returns everything that the provider serves.
pub fn plugin() -> Plugin {
    let api = Api::default();
    let registry = Registry {
        plugin: Plugin::new(Hostup::new(api.clone())),
        api,
    };
    registry
        .resource(PoolResource::default())
        .resource(RouteResource::default())
        .resource(PrivateNetworkResource::default())
        .resource(InterfaceResource::default())
        .data_source(AccountDataSource)
        .data_source(PoolDataSource)
        .data_source(DestinationDataSource)
        .data_source(NetworkDataSource)
        .data_source(NetworksDataSource)
        .data_source(VpsDataSource)
        .data_source(InstancesDataSource)
        .data_source(vps::NetworkDataSource)
        .data_source(LimitsDataSource)
        .function(CanonicalCidr)
        .function(CidrContains)
        .function(NextFreePrefix)
        .list(PoolList)
        .list(RouteList)
        .list(NetworkList)
        .list(InterfaceList)
        .plugin
}

/// A plugin under construction, and the handle that everything in it shares.
struct Registry {
    plugin: Plugin,
    api: Api,
}

impl Registry {
    fn resource<R: Resource>(mut self, resource: R) -> Self {
        let adapter = resource::Adapter::new(resource, self.api.clone());
        self.plugin = self.plugin.resource(R::TYPE, adapter);
        self
    }

    fn data_source<D: DataSource>(mut self, data_source: D) -> Self {
        let adapter = data_source::Adapter::new(data_source, self.api.clone());
        self.plugin = self.plugin.data_source(D::TYPE, adapter);
        self
    }

    fn list<L: ListResource>(mut self, list: L) -> Self {
        let adapter = list_resource::Adapter::new(list, self.api.clone());
        self.plugin = self.plugin.list_resource(L::Of::TYPE, adapter);
        self
    }

    fn function<F: Function>(mut self, function: F) -> Self {
        self.plugin = self.plugin.function(F::NAME, function::Adapter(function));
        self
    }
}

#[async_trait]
impl Provider for Hostup {
    type Config<'a> = ProviderModel;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut tf_provider::Diagnostics) -> Option<Schema> {
        Some(ProviderModel::schema())
    }

    async fn validate<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        config: ProviderModel,
    ) -> Option<()> {
        let mut diagnostics = Diagnostics::default();
        config.validate(&mut diagnostics);
        diagnostics.finish(diags)
    }

    async fn configure<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        terraform_version: String,
        config: ProviderModel,
    ) -> Option<()> {
        match config.access(&terraform_version) {
            Ok(access) => {
                self.api.set(access);
                Some(())
            }
            Err(diagnostic) => {
                let mut diagnostics = Diagnostics::default();
                diagnostics
                    .error(diagnostic.or_summary(|| "Could not configure the provider".to_owned()));
                diagnostics.report(diags);
                None
            }
        }
    }
}
