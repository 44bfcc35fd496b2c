//! The two services that every plugin offers to the program that started it: one ends the plugin,
//! the other streams its output.

use std::sync::Arc;

use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::lifecycle::Lifecycle;
use super::protocol::go_plugin::grpc_controller_server::GrpcController;
use super::protocol::go_plugin::grpc_stdio_server::GrpcStdio;
use super::protocol::go_plugin::{Empty, StdioData};

/// Ends the server when the core asks for it.
pub(super) struct Controller(pub(super) Arc<Lifecycle>);

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("the core shuts the server down");
        self.0.shut_down_for_core().await;
        Ok(Response::new(Empty {}))
    }
}

/// Keeps the stream of output open and sends nothing: the log goes to stderr, and the server prints
/// nothing else.
pub(super) struct Stdio(pub(super) Arc<Lifecycle>);

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = ReceiverStream<Result<StdioData, Status>>;

    async fn stream_stdio(
        &self,
        _: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        let (sender, stream) = tokio::sync::mpsc::channel(1);
        let shutdown = self.0.shutdown();
        tokio::spawn(async move {
            // The stream ends with the server, because an open one would keep the connection open.
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = sender.closed() => {}
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}
