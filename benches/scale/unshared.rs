//! The provider with a client that shares no reading of the account: what each read costs then. The
//! benchmark serves it itself, as there is no setting for it.

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use async_trait::async_trait;
use bench_support::task::{self, Contestant};
use hostup_client::Client;
use terraform_provider_hostup::framework::api::{Access, Api};
use terraform_provider_hostup::framework::resource::{Adapter, Resource as _};
use terraform_provider_hostup::provider::config::ProviderModel;
use terraform_provider_hostup::resources::routed_ipv6_route::RouteResource;
use tf_provider::schema::Schema;
use tf_provider::value::ValueEmpty;
use tf_provider::{Diagnostics, Provider};
use tf_provider_server::Plugin;
use tf_provider_server::model::Schema as _;

const ASKED_FOR: &str = "HOSTUP_BENCH_UNSHARED";

/// Who it is.
pub(crate) fn contestant() -> Result<Contestant> {
    Ok(Contestant {
        name: "hostup, nothing shared",
        provider: Some(task::Provider {
            program: env::current_exe()?,
            variable: Some(ASKED_FOR),
            is_metered: true,
        }),
    })
}

/// Serves it, when this process was started to do that.
pub(crate) fn stand_in() -> Option<ExitCode> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how the benchmark speaks to itself"
    )]
    env::var_os(ASKED_FOR)?;
    let about = terraform_provider_hostup::provider::about();
    Some(tf_provider_server::run(serve, about))
}

fn serve() -> Plugin {
    let api = Api::default();
    let route = Adapter::new(RouteResource::default(), api.clone());
    Plugin::new(Unshared(api)).resource(RouteResource::TYPE, route)
}

struct Unshared(Api);

#[async_trait]
impl Provider for Unshared {
    type Config<'a> = ProviderModel;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        Some(ProviderModel::schema())
    }

    async fn configure<'a>(
        &self,
        diags: &mut Diagnostics,
        terraform_version: String,
        config: ProviderModel,
    ) -> Option<()> {
        let Ok(Access::Ready(client)) = config.access(&terraform_version) else {
            diags.root_error_short("The benchmark has configured the provider wrongly");
            return None;
        };
        let mut config = client.config().clone();
        config.snapshot_lifetime = Duration::ZERO;
        self.0.set(Access::Ready(Client::new(config).ok()?));
        Some(())
    }
}
