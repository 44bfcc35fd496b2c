//! What every HostUp resource shares: configuration, access to the API, and the bridge to the framework.

pub mod api;
pub mod attributes;
pub mod called;
pub mod cidr;
pub mod config;
pub mod diagnostics;
pub mod gate;
pub mod guide;
pub mod identity;
pub mod listed;
pub mod looked_up;
pub mod managed;
pub mod private;
#[cfg(test)]
pub(crate) mod spellings;
pub mod timeouts;
pub mod wait;

use async_trait::async_trait;
use tf_provider::schema::Schema;
use tf_provider::value::ValueEmpty;
use tf_provider::{Diagnostics, Provider};

use crate::functions::{CanonicalCidr, CidrContains, NextFreePrefix};
use crate::plugin::model::Schema as _;
use crate::plugin::{About, Plugin};
use crate::private_network::{
    NetworkDataSource, NetworkList, NetworksDataSource, PrivateNetworkResource,
};
use crate::routed_ipv6::{AccountDataSource, DestinationDataSource};
use crate::routed_ipv6_pool::{PoolDataSource, PoolList, PoolResource};
use crate::routed_ipv6_route::{RouteList, RouteResource};
use crate::vps_payg_limits::LimitsDataSource;

use self::api::Api;
use self::called::Called;
use self::config::ProviderModel;
use self::diagnostics::Findings;
use self::listed::Listed;
use self::looked_up::LookedUp;
use self::managed::Managed;

/// The provider `hostup`.
#[derive(Debug)]
pub struct Hostup {
    api: Api,
}

/// What the program says of itself.
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

/// Everything the provider serves.
pub fn plugin() -> Plugin {
    let api = Api::default();
    let served = Served {
        plugin: Plugin::new(Hostup { api: api.clone() }),
        api,
    };
    served
        .resource(PoolResource::default())
        .resource(RouteResource)
        .resource(PrivateNetworkResource)
        .data_source(AccountDataSource)
        .data_source(PoolDataSource)
        .data_source(DestinationDataSource)
        .data_source(NetworkDataSource)
        .data_source(NetworksDataSource)
        .data_source(LimitsDataSource)
        .function(CanonicalCidr)
        .function(CidrContains)
        .function(NextFreePrefix)
        .list(PoolList)
        .list(RouteList)
        .list(NetworkList)
        .plugin
}

/// What is served so far, and the one handle that all of it reaches HostUp through.
struct Served {
    plugin: Plugin,
    api: Api,
}

impl Served {
    fn resource<R: Managed>(mut self, resource: R) -> Self {
        let bridge = managed::Bridge::new(resource, self.api.clone());
        self.plugin = self.plugin.resource(R::TYPE, bridge);
        self
    }

    fn data_source<D: LookedUp>(mut self, data_source: D) -> Self {
        let bridge = looked_up::Bridge::new(data_source, self.api.clone());
        self.plugin = self.plugin.data_source(D::TYPE, bridge);
        self
    }

    fn list<L: Listed>(mut self, list: L) -> Self {
        let bridge = listed::Bridge::new(list, self.api.clone());
        self.plugin = self.plugin.list_resource(L::Of::TYPE, bridge);
        self
    }

    fn function<F: Called>(mut self, function: F) -> Self {
        self.plugin = self.plugin.function(F::NAME, called::Bridge(function));
        self
    }
}

#[async_trait]
impl Provider for Hostup {
    type Config<'a> = ProviderModel;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        Some(ProviderModel::schema())
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: ProviderModel) -> Option<()> {
        let mut findings = Findings::default();
        config.validate(&mut findings);
        let passed = !findings.has_errors();
        findings.report(diags);
        passed.then_some(())
    }

    async fn configure<'a>(
        &self,
        diags: &mut Diagnostics,
        terraform_version: String,
        config: ProviderModel,
    ) -> Option<()> {
        match config.access(&terraform_version) {
            Ok(access) => {
                self.api.set(access);
                Some(())
            }
            Err(problem) => {
                let mut findings = Findings::default();
                findings.error(problem.titled(|| "Could not configure the provider".to_owned()));
                findings.report(diags);
                None
            }
        }
    }
}
