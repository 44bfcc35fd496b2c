//! The provider with a client that does not share snapshots of the account between reads. There is
//! no setting for that, so the benchmark serves this provider itself.

use std::time::Duration;

use anyhow::Result;
use async_trait::async_trait;
use bench_support::task::Candidate;
use hostup_client::Client;
use terraform_provider_hostup::framework::api::{Access, Api};
use terraform_provider_hostup::framework::resource::{Adapter, Resource as _};
use terraform_provider_hostup::provider::Hostup;
use terraform_provider_hostup::resources::routed_ipv6_route::RouteResource;
use tf_provider::schema::Schema;
use tf_provider::value::ValueEmpty;
use tf_provider::{Diagnostics, Provider};
use tf_provider_server::Plugin;

/// Variable that makes this program serve the provider.
pub(crate) const VARIABLE: &str = "HOSTUP_BENCH_UNSHARED";

/// Returns the candidate.
pub(crate) fn candidate() -> Result<Candidate> {
    Candidate::of_this_program("hostup, nothing shared", VARIABLE, true)
}

/// Returns the provider.
pub(crate) fn serve() -> Plugin {
    let api = Api::default();
    let route = Adapter::new(RouteResource::default(), api.clone());
    let hostup = Hostup::new(api.clone());
    Plugin::new(Unshared { hostup, api }).resource(RouteResource::TYPE, route)
}

struct Unshared {
    hostup: Hostup,
    api: Api,
}

#[async_trait]
impl Provider for Unshared {
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
        let configured = self.hostup.configure(diags, terraform_version, config);
        configured.await?;
        let mut config = self.api.client().ok()?.config().clone();
        config.snapshot_lifetime = Duration::ZERO;
        self.api.set(Access::Ready(Client::new(config).ok()?));
        Some(())
    }
}
