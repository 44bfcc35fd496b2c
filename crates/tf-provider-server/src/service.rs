//! The provider's gRPC service: finds the handler of each call, runs it, and always responds.
//!
//! For an unregistered name and for a panic in provider code, the response has an error diagnostic
//! and keeps the prior state.

mod dispatch;

use std::sync::Arc;

use dispatch::{apply_operation, cannot_move, unchanged_response, unknown};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::Plugin;
use super::diagnostics::error_to_protocol;
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

type RpcResult<T> = Result<Response<T>, Status>;

/// The service of one provider.
pub(super) struct Service {
    pub(super) plugin: Arc<Plugin>,
    pub(super) lifecycle: Arc<Lifecycle>,
}

#[tonic::async_trait]
impl Provider for Service {
    async fn get_metadata(
        &self,
        _: Request<get_metadata::Request>,
    ) -> RpcResult<get_metadata::Response> {
        Ok(Response::new(self.plugin.metadata()))
    }

    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> RpcResult<get_provider_schema::Response> {
        Ok(Response::new(
            self.plugin.schema_responses().schemas.clone(),
        ))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<get_resource_identity_schemas::Request>,
    ) -> RpcResult<get_resource_identity_schemas::Response> {
        Ok(Response::new(
            self.plugin.schema_responses().identities.clone(),
        ))
    }

    async fn get_functions(
        &self,
        _: Request<get_functions::Request>,
    ) -> RpcResult<get_functions::Response> {
        let schemas = &self.plugin.schema_responses().schemas;
        Ok(Response::new(get_functions::Response {
            functions: schemas.functions.clone(),
            diagnostics: schemas.diagnostics.clone(),
        }))
    }

    async fn validate_provider_config(
        &self,
        request: Request<validate_provider_config::Request>,
    ) -> RpcResult<validate_provider_config::Response> {
        let request = request.into_inner();
        self.run(
            CallKind::Read,
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
    ) -> RpcResult<configure_provider::Response> {
        let request = request.into_inner();
        self.run(
            CallKind::Read,
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
    ) -> RpcResult<validate_resource_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.run(
            CallKind::Read,
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
    ) -> RpcResult<upgrade_resource_state::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.run(
            CallKind::Read,
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
    ) -> RpcResult<upgrade_resource_identity::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.run(
            CallKind::Read,
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

    async fn read_resource(&self, request: Request<read::Request>) -> RpcResult<read::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let unchanged = read::Response {
            new_state: request.current_state.clone(),
            private: request.private.clone(),
            new_identity: request.current_identity.clone(),
            ..Default::default()
        };
        self.run(
            CallKind::Read,
            "read",
            &name,
            self.resource(&name),
            |resource| async move { resource.read(request).await },
            |diagnostics| read::Response {
                diagnostics,
                ..unchanged
            },
        )
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan::Request>,
    ) -> RpcResult<plan::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let unchanged = plan::Response {
            planned_state: request.prior_state.clone(),
            planned_private: request.prior_private.clone(),
            planned_identity: request.prior_identity.clone(),
            ..Default::default()
        };
        self.run(
            CallKind::Read,
            "plan",
            &name,
            self.resource(&name),
            |resource| async move { resource.plan(request).await },
            |diagnostics| plan::Response {
                diagnostics,
                ..unchanged
            },
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply::Request>,
    ) -> RpcResult<apply::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let unchanged = request.clone();
        let operation = apply_operation(&request);
        let handler = self.resource(&name);
        let resource = handler.as_ref().ok().cloned();
        self.run(
            CallKind::Write,
            operation,
            &name,
            handler,
            |resource| async move { resource.apply(request).await },
            |diagnostics| apply::Response {
                diagnostics,
                ..unchanged_response(resource.as_deref(), unchanged)
            },
        )
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<import::Request>,
    ) -> RpcResult<import::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.run(
            CallKind::Read,
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
    ) -> RpcResult<move_state::Response> {
        let request = request.into_inner();
        Ok(Response::new(move_state::Response {
            diagnostics: error_to_protocol(cannot_move(
                &request.source_type_name,
                &request.target_type_name,
            )),
            ..Default::default()
        }))
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<validate_data_resource_config::Request>,
    ) -> RpcResult<validate_data_resource_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let handler = self.plugin.data_sources.get(&name).cloned();
        self.run(
            CallKind::Read,
            "validate",
            &name,
            handler.ok_or_else(|| unknown("data source", &name)),
            |data_source| async move { data_source.validate(request).await },
            |diagnostics| validate_data_resource_config::Response { diagnostics },
        )
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<read_data_source::Request>,
    ) -> RpcResult<read_data_source::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let handler = self.plugin.data_sources.get(&name).cloned();
        self.run(
            CallKind::Read,
            "read",
            &name,
            handler.ok_or_else(|| unknown("data source", &name)),
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
    ) -> RpcResult<call_function::Response> {
        let request = request.into_inner();
        let name = request.name.clone();
        let handler = self.plugin.functions.get(&name).cloned();
        self.run(
            CallKind::Read,
            "call",
            &name,
            handler.ok_or_else(|| unknown("function", &name)),
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
    ) -> RpcResult<validate_list_resource_config::Response> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let handler = self.plugin.list_resources.get(&name).cloned();
        self.run(
            CallKind::Read,
            "validate list",
            &name,
            handler.ok_or_else(|| unknown("list resource", &name)),
            |resource| async move { resource.validate(request).await },
            |diagnostics| validate_list_resource_config::Response { diagnostics },
        )
        .await
    }

    type ListResourceStream = ReceiverStream<Result<list_resource::Event, Status>>;

    async fn list_resource(
        &self,
        request: Request<list_resource::Request>,
    ) -> RpcResult<Self::ListResourceStream> {
        Ok(Response::new(self.stream_list(request.into_inner())))
    }

    async fn stop_provider(
        &self,
        _: Request<stop_provider::Request>,
    ) -> RpcResult<stop_provider::Response> {
        tracing::info!("the core asks to stop");
        self.lifecycle.stop();
        Ok(Response::new(stop_provider::Response::default()))
    }
}
