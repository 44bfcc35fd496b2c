//! The two services every plugin has for the program that started it: how it is ended, and where
//! its output goes.

use std::sync::Arc;

use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::lifecycle::Lifecycle;
use super::protocol::go_plugin::grpc_controller_server::GrpcController;
use super::protocol::go_plugin::grpc_stdio_server::GrpcStdio;
use super::protocol::go_plugin::{Empty, StdioData};

/// Ends the server on demand.
pub(super) struct Controller(pub(super) Arc<Lifecycle>);

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("asked to shut down");
        self.0.core_is_done().await;
        Ok(Response::new(Empty {}))
    }
}

/// Keeps the stream of output open and says nothing on it: the log goes to stderr, and nothing else
/// is printed.
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
            // An open stream would hold the connection, and with it the end of the server.
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = sender.closed() => {}
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}
