//! The provider's service: finds whom a call is for, runs it, and answers whatever happens.
//!
//! A name nobody registered and a panic in provider code are answered with a diagnostic, in a
//! response that keeps what was there before.

mod dispatch;

use std::sync::Arc;

use dispatch::{apply_operation, cannot_move, keep, unknown};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::Plugin;
use super::diagnostics::just;
use super::lifecycle::{CallKind, Lifecycle};
use super::protocol::tfplugin6::provider_server::Provider;
use super::protocol::{
    self, apply, call_function, configure_provider, get_functions, get_metadata,
    get_provider_schema, get_resource_identity_schemas, import, list_resource, move_state, plan,
    read, read_data_source, stop_provider, upgrade_resource_identity, upgrade_resource_state,
    validate_data_resource_config, validate_list_resource_config, validate_provider_config,
    validate_resource_config,
};
use super::provider::NAME;

type Answer<T> = Result<Response<T>, Status>;

/// One provider, served.
pub(super) struct Service {
    pub(super) plugin: Arc<Plugin>,
    pub(super) lifecycle: Arc<Lifecycle>,
}

#[tonic::async_trait]
impl Provider for Service {
    async fn get_metadata(
        &self,
        _: Request<get_metadata::Request>,
    ) -> Answer<get_metadata::Response> {
        Ok(Response::new(self.plugin.metadata()))
    }

    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Answer<get_provider_schema::Response> {
        Ok(Response::new(self.plugin.described().schemas.clone()))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<get_resource_identity_schemas::Request>,
    ) -> Answer<get_resource_identity_schemas::Response> {
        Ok(Response::new(self.plugin.described().identities.clone()))
    }

    async fn get_functions(
        &self,
        _: Request<get_functions::Request>,
    ) -> Answer<get_functions::Response> {
        let schemas = &self.plugin.described().schemas;
        Ok(Response::new(get_functions::Response {
            functions: schemas.functions.clone(),
            diagnostics: schemas.diagnostics.clone(),
        }))
    }

    async fn validate_provider_config(
        &self,
        request: Request<validate_provider_config::Request>,
    ) -> Answer<validate_provider_config::Response> {
        let request = request.into_inner();
        self.run(
            CallKind::Reading,
            "validate",
            NAME,
            Ok(Arc::clone(&self.plugin.provider)),
            |provider| async move { provider.validate(request).await },
            |diagnostics| validate_provider_config::Response { diagnostics },
        )
        .await
    }

    async fn configure_provider(
        &self,
        request: Request<configure_provider::Request>,
    ) -> Answer<configure_provider::Response> {
        let request = request.into_inner();
        self.lifecycle
            .set_terraform_version(&request.terraform_version);
        self.run(
            CallKind::Reading,
            "configure",
            NAME,
            Ok(Arc::clone(&self.plugin.provider)),
            |provider| async move { provider.configure(request).await },
            |diagnostics| configure_provider::Response { diagnostics },
        )
        .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<validate_resource_config::Request>,
    ) -> Answer<validate_resource_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.run(
            CallKind::Reading,
            "validate",
            &name,
            self.resource(&name),
            |resource| async move { resource.validate(request).await },
            |diagnostics| validate_resource_config::Response { diagnostics },
        )
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Answer<upgrade_resource_state::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.run(
            CallKind::Reading,
            "upgrade state",
            &name,
            self.resource(&name),
            |resource| async move { resource.upgrade_state(request).await },
            |diagnostics| upgrade_resource_state::Response {
                diagnostics,
                ..Default::default()
            },
        )
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<upgrade_resource_identity::Request>,
    ) -> Answer<upgrade_resource_identity::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.run(
            CallKind::Reading,
            "upgrade identity",
            &name,
            self.resource(&name),
            |resource| async move { resource.upgrade_identity(request).await },
            |diagnostics| upgrade_resource_identity::Response {
                diagnostics,
                ..Default::default()
            },
        )
        .await
    }

    async fn read_resource(&self, request: Request<read::Request>) -> Answer<read::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let kept = read::Response {
            new_state: request.current_state.clone(),
            private: request.private.clone(),
            new_identity: request.current_identity.clone(),
            ..Default::default()
        };
        self.run(
            CallKind::Reading,
            "read",
            &name,
            self.resource(&name),
            |resource| async move { resource.read(request).await },
            |diagnostics| read::Response {
                diagnostics,
                ..kept
            },
        )
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan::Request>,
    ) -> Answer<plan::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let kept = plan::Response {
            planned_state: request.prior_state.clone(),
            planned_private: request.prior_private.clone(),
            planned_identity: request.prior_identity.clone(),
            ..Default::default()
        };
        self.run(
            CallKind::Reading,
            "plan",
            &name,
            self.resource(&name),
            |resource| async move { resource.plan(request).await },
            |diagnostics| plan::Response {
                diagnostics,
                ..kept
            },
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply::Request>,
    ) -> Answer<apply::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let kept = request.clone();
        let operation = apply_operation(&request);
        let whom = self.resource(&name);
        let resource = whom.as_ref().ok().cloned();
        self.run(
            CallKind::Writing,
            operation,
            &name,
            whom,
            |resource| async move { resource.apply(request).await },
            |diagnostics| apply::Response {
                diagnostics,
                ..keep(resource.as_deref(), kept)
            },
        )
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<import::Request>,
    ) -> Answer<import::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.run(
            CallKind::Reading,
            "import",
            &name,
            self.resource(&name),
            |resource| async move { resource.import(request).await },
            |diagnostics| import::Response {
                diagnostics,
                ..Default::default()
            },
        )
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<move_state::Request>,
    ) -> Answer<move_state::Response> {
        let request = request.into_inner();
        Ok(Response::new(move_state::Response {
            diagnostics: just(cannot_move(
                &request.source_type_name,
                &request.target_type_name,
            )),
            ..Default::default()
        }))
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<validate_data_resource_config::Request>,
    ) -> Answer<validate_data_resource_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let whom = self.plugin.data_sources.get(&name).cloned();
        self.run(
            CallKind::Reading,
            "validate",
            &name,
            whom.ok_or_else(|| unknown("data source", &name)),
            |data_source| async move { data_source.validate(request).await },
            |diagnostics| validate_data_resource_config::Response { diagnostics },
        )
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<read_data_source::Request>,
    ) -> Answer<read_data_source::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let whom = self.plugin.data_sources.get(&name).cloned();
        self.run(
            CallKind::Reading,
            "read",
            &name,
            whom.ok_or_else(|| unknown("data source", &name)),
            |data_source| async move { data_source.read(request).await },
            |diagnostics| read_data_source::Response {
                diagnostics,
                ..Default::default()
            },
        )
        .await
    }

    async fn call_function(
        &self,
        request: Request<call_function::Request>,
    ) -> Answer<call_function::Response> {
        let request = request.into_inner();
        let name = request.name.clone();
        let whom = self.plugin.functions.get(&name).cloned();
        self.run(
            CallKind::Reading,
            "call",
            &name,
            whom.ok_or_else(|| unknown("function", &name)),
            |function| async move { function.call(request).await },
            |diagnostics| call_function::Response {
                error: diagnostics
                    .into_iter()
                    .next()
                    .map(|diagnostic| protocol::FunctionError {
                        text: format!("{}\n{}", diagnostic.summary, diagnostic.detail),
                        function_argument: None,
                    }),
                result: None,
            },
        )
        .await
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<validate_list_resource_config::Request>,
    ) -> Answer<validate_list_resource_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let whom = self.plugin.list_resources.get(&name).cloned();
        self.run(
            CallKind::Reading,
            "validate list",
            &name,
            whom.ok_or_else(|| unknown("list resource", &name)),
            |resource| async move { resource.validate(request).await },
            |diagnostics| validate_list_resource_config::Response { diagnostics },
        )
        .await
    }

    type ListResourceStream = ReceiverStream<Result<list_resource::Event, Status>>;

    async fn list_resource(
        &self,
        request: Request<list_resource::Request>,
    ) -> Answer<Self::ListResourceStream> {
        Ok(Response::new(self.stream_list(request.into_inner())))
    }

    async fn stop_provider(
        &self,
        _: Request<stop_provider::Request>,
    ) -> Answer<stop_provider::Response> {
        tracing::info!("asked to stop");
        self.lifecycle.stop();
        Ok(Response::new(stop_provider::Response::default()))
    }
}
