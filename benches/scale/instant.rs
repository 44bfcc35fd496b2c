//! The provider with a resource that creates and deletes nothing: the same attributes, plans and
//! states, and no API. What it costs is the core's and the protocol's.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use async_trait::async_trait;
use bench_support::task::Candidate;
use serde::Deserialize;
use serde_json::json;
use terraform_provider_hostup::framework::api::Api;
use terraform_provider_hostup::framework::diagnostics::{Diagnostic, Diagnostics};
use terraform_provider_hostup::framework::resource::{Adapter, Context, Planned, Resource};
use terraform_provider_hostup::provider::Hostup;
use terraform_provider_hostup::resources::routed_ipv6_route::RouteResource;
use tf_provider::value::Value;
use tf_provider_server::{Identity, Plugin};

/// Variable that makes this program serve the provider.
pub(crate) const VARIABLE: &str = "HOSTUP_BENCH_INSTANT";

type Model = <RouteResource as Resource>::Model;

/// Returns the candidate.
pub(crate) fn candidate() -> Result<Candidate> {
    Candidate::of_this_program("hostup, no API", VARIABLE, false)
}

/// Returns the provider.
pub(crate) fn serve() -> Plugin {
    let api = Api::default();
    let route = Adapter::new(Instant::default(), api.clone());
    Plugin::new(Hostup::new(api)).resource(RouteResource::TYPE, route)
}

#[derive(Default)]
struct Instant {
    route: RouteResource,
    created: AtomicU64,
}

/// What the configuration sets.
#[derive(Deserialize)]
struct Configured {
    pool_id: String,
    vps_id: String,
}

#[async_trait]
impl Resource for Instant {
    const TYPE: &'static str = RouteResource::TYPE;
    const IDENTITY_DESCRIPTION: &'static str = "The id.";
    const IDENTITY: &'static str = RouteResource::IDENTITY;
    type Model = Model;

    fn id(model: &Model) -> &Value<String> {
        RouteResource::id(model)
    }

    async fn plan_create(
        &self,
        _: Option<&Context>,
        config: &Model,
        proposed: Model,
        diagnostics: &mut Diagnostics,
    ) -> Model {
        let planned = self.route.plan_create(None, config, proposed, diagnostics);
        planned.await
    }

    async fn plan_update(
        &self,
        _: Option<&Context>,
        prior: &Model,
        config: &Model,
        proposed: Model,
        diagnostics: &mut Diagnostics,
    ) -> Planned<Model> {
        let planned = self
            .route
            .plan_update(None, prior, config, proposed, diagnostics);
        planned.await
    }

    async fn create(
        &self,
        _: &Context,
        planned: Model,
        saved: &mut Option<Model>,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let nth = self.created.fetch_add(1, Ordering::Relaxed);
        let created = rmp_serde::to_vec_named(&planned).ok().and_then(|planned| {
            let Configured { pool_id, vps_id } = rmp_serde::from_slice(&planned).ok()?;
            let created = json!({
                "pool_id": pool_id, "vps_id": vps_id, "label": null, "timeouts": null,
                "prefix": format!("2001:db8:1000:{nth:x}::/64"), "prefix_length": 64,
                "id": format!("ripv6rt_{nth:026}"), "next_hop": "2001:db8::10",
                "vps_name": "web-01", "status": "active",
            });
            serde_json::from_value(created).ok()
        });
        *saved = Some(created.ok_or_else(|| Diagnostic::without_summary("not the model"))?);
        Ok(())
    }

    async fn read(
        &self,
        _: &Context,
        state: Model,
        _: &mut Diagnostics,
    ) -> Result<Option<Model>, Diagnostic> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &Context, _: &Model, _: &mut Diagnostics) -> Result<(), Diagnostic> {
        Ok(())
    }

    async fn import(&self, _: &Context, _: &str) -> Result<Model, Diagnostic> {
        Err(Diagnostic::without_summary("there is nothing to import"))
    }

    fn identity(model: &Model) -> Option<Identity> {
        RouteResource::identity(model)
    }
}
