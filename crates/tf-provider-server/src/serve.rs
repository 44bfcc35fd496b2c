//! Serving: where the server listens, what it announces, and how it ends.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::TlsAcceptor;
use tonic::transport::Server;
use tonic::transport::server::Router;

use super::controller::{Controller, Stdio};
use super::handshake::{Environment, Handshake, PROTOCOL, reattach};
use super::lifecycle::Lifecycle;
use super::protocol::go_plugin::grpc_controller_server::GrpcControllerServer;
use super::protocol::go_plugin::grpc_stdio_server::GrpcStdioServer;
use super::protocol::tfplugin6::provider_server::ProviderServer;
use super::run::print;
use super::service::Service;
use super::tls::{self, TlsError};
use super::transport::{Listener, TlsGuard, Transport};
use super::{About, Options, Plugin};

/// The largest message either side may send: the core's own limit.
const MAX_MESSAGE: usize = 256 << 20;

/// How many calls may be cancelled before the server has accepted them. The library closes the
/// connection at 20, to be safe from strangers. Here the only client is the core, and with the
/// connection it would lose the responses to its other calls.
const MAX_CANCELLED_CALLS: usize = 100_000;

/// How long connections may take to close once all calls have returned.
const CLOSING_TIME: Duration = Duration::from_millis(250);

/// Why the server cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServeError {
    #[error("Terraform or OpenTofu does not support plugin protocol {PROTOCOL}; upgrade it")]
    Protocol,
    #[error(
        "`TF_PLUGIN_TRANSPORT` is `{0}`, and there is no such transport here; `tcp` always works"
    )]
    Transport(String),
    #[cfg(unix)]
    #[error("it cannot listen on a Unix socket: {0}; set `TMPDIR` to a short, writable path")]
    Unix(#[source] io::Error),
    #[error("it cannot listen on a TCP port: {0}")]
    Tcp(#[source] io::Error),
    #[cfg(unix)]
    #[error(
        "it cannot listen on a Unix socket: {unix}; nor on a TCP port: {tcp}; set `TMPDIR` to a \
         short, writable path"
    )]
    UnixAndTcp {
        unix: io::Error,
        #[source]
        tcp: io::Error,
    },
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(
        "the core sent no certificate (`PLUGIN_CLIENT_CERT`), and a TCP port is not safe without"
    )]
    PlainTcp,
    #[error("the runtime failed: {0}")]
    Runtime(#[source] io::Error),
    #[error("the handshake could not be printed: {0}")]
    Handshake(#[source] io::Error),
    #[error("serving failed: {0}")]
    Serve(#[from] tonic::transport::Error),
}

/// Serves on a new runtime until the core shuts the server down; with `for_debugging`, until
/// Ctrl-C.
pub(super) fn serve_blocking(
    plugin: impl FnOnce() -> Plugin,
    about: About,
    options: Options,
    environment: Environment,
    for_debugging: bool,
) -> Result<(), ServeError> {
    // One thread is enough: a provider waits for its API.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(ServeError::Runtime)?;
    let serving = serve_on_current_runtime(plugin, about, options, environment, for_debugging);
    let result = runtime.block_on(serving);
    // The grace period of what still runs is over.
    runtime.shutdown_background();
    result
}

/// Serves like [`serve_blocking`], on the runtime of the caller.
pub(super) async fn serve_on_current_runtime(
    plugin: impl FnOnce() -> Plugin,
    about: About,
    options: Options,
    environment: Environment,
    for_debugging: bool,
) -> Result<(), ServeError> {
    if !for_debugging && !environment.supports_protocol() {
        return Err(ServeError::Protocol);
    }
    let lifecycle = Lifecycle::new(for_debugging, options.write_grace);
    watch_signals(&lifecycle, for_debugging).map_err(ServeError::Runtime)?;
    let plugin = plugin();
    // For debugging no core has started the server, so there is no certificate to demand.
    let tls = match &environment.client_certificate {
        Some(pem) if !for_debugging => Some(tls::for_pinned_client(pem)?),
        _ => None,
    };
    let transport = match &environment.transport {
        Some(name) => {
            Transport::from_name(name).ok_or_else(|| ServeError::Transport(name.clone()))?
        }
        None => options.transport,
    };
    let listener = listen(transport, &environment, tls.is_some(), for_debugging).await?;
    let listener = Arc::new(listener);
    let announcement = if for_debugging {
        if listener.network() == "tcp" {
            print(
                &mut io::stderr(),
                "Any program on this machine can use the provider until it ends: debugging over \
                 TCP has no TLS.",
            );
        }
        let value = reattach(
            about.provider_addresses,
            listener.network(),
            listener.address(),
        );
        format!("TF_REATTACH_PROVIDERS='{value}'")
    } else {
        Handshake {
            network: listener.network(),
            address: listener.address(),
            certificate: tls.as_ref().map_or(&[], |tls| &tls.certificate),
            asks_for_multiplexing: environment.asks_for_multiplexing,
        }
        .to_string()
    };
    tracing::debug!(network = listener.network(), "listening");
    let tls_guard = tls.map(|tls| TlsGuard {
        acceptor: TlsAcceptor::from(tls.config),
        handshake_timeout: options.tls_handshake_timeout,
    });
    let connections = Arc::clone(&listener).connections(tls_guard, Arc::clone(&lifecycle));
    let shutdown = lifecycle.shutdown();
    let serving = services(plugin, &lifecycle)
        .serve_with_incoming_shutdown(connections, shutdown.cancelled());
    // The socket listens already, because a core connects as soon as it has read the line.
    let mut stdout = io::stdout();
    writeln!(stdout, "{announcement}")
        .and_then(|()| stdout.flush())
        .map_err(ServeError::Handshake)?;
    let wait_until_abandoned = async {
        if for_debugging {
            std::future::pending::<()>().await;
        } else {
            lifecycle.wait_until_abandoned(options.idle_limit).await;
        }
    };
    tokio::pin!(serving);
    tokio::select! {
        result = &mut serving => return Ok(result?),
        () = shutdown.cancelled() => {}
        () = wait_until_abandoned => {
            tracing::info!("no client is connected any more, ending");
            lifecycle.end();
        }
    }
    // Connections stay open for the responses of the calls that are still running.
    let closed = tokio::select! {
        result = &mut serving => Some(result),
        () = lifecycle.wait_for_calls() => None,
    };
    // Calls whose connection broke are still running without one.
    lifecycle.wait_for_calls().await;
    let closed = match closed {
        Some(result) => Some(result),
        None => tokio::time::timeout(CLOSING_TIME, serving).await.ok(),
    };
    Ok(closed.unwrap_or(Ok(()))?)
}

/// Returns all services that a connection offers.
pub(super) fn services(plugin: Plugin, lifecycle: &Arc<Lifecycle>) -> Router {
    let service = Service {
        plugin: Arc::new(plugin),
        lifecycle: Arc::clone(lifecycle),
    };
    Server::builder()
        .initial_stream_window_size(4 << 20)
        .initial_connection_window_size(16 << 20)
        .http2_max_pending_accept_reset_streams(Some(MAX_CANCELLED_CALLS))
        .add_service(
            ProviderServer::new(service)
                .max_decoding_message_size(MAX_MESSAGE)
                .max_encoding_message_size(MAX_MESSAGE),
        )
        .add_service(GrpcControllerServer::new(Controller(Arc::clone(lifecycle))))
        .add_service(GrpcStdioServer::new(Stdio(Arc::clone(lifecycle))))
}

/// Listens on the kind of socket that `transport` names. If a Unix socket fails, a server with TLS
/// listens on a loopback port instead.
///
/// TCP without TLS is for debugging only: any user of the machine can reach a loopback port.
async fn listen(
    transport: Transport,
    environment: &Environment,
    has_tls: bool,
    for_debugging: bool,
) -> Result<Listener, ServeError> {
    #[cfg(unix)]
    if transport == Transport::Unix {
        let unix = match Listener::unix(environment.socket_directory.as_deref()) {
            Ok(listener) => return Ok(listener),
            Err(cause) if !has_tls => return Err(ServeError::Unix(cause)),
            Err(cause) => cause,
        };
        tracing::warn!(cause = %unix, "cannot listen on a Unix socket, using TCP");
        let listener = Listener::tcp(environment.ports.clone()).await;
        return listener.map_err(|tcp| ServeError::UnixAndTcp { unix, tcp });
    }
    match transport {
        Transport::Tcp if has_tls || for_debugging => Listener::tcp(environment.ports.clone())
            .await
            .map_err(ServeError::Tcp),
        _ => Err(ServeError::PlainTcp),
    }
}

/// Ends the server in an orderly way on SIGTERM and SIGHUP, and for debugging on Ctrl-C.
///
/// Otherwise Ctrl-C is ignored: it goes to the whole process group, and the core, which gets it
/// too, tells the server what to do.
#[cfg(unix)]
fn watch_signals(lifecycle: &Arc<Lifecycle>, for_debugging: bool) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let lifecycle = Arc::clone(lifecycle);
    tokio::spawn(async move {
        loop {
            let name = tokio::select! {
                _ = interrupt.recv(), if for_debugging => "SIGINT",
                _ = terminate.recv() => "SIGTERM",
                _ = hangup.recv() => "SIGHUP",
            };
            tracing::info!(signal = name, "ending");
            lifecycle.end();
        }
    });
    Ok(())
}

/// Ends the server on Ctrl-C for debugging, and ignores it otherwise, as on Unix.
#[cfg(not(unix))]
fn watch_signals(lifecycle: &Arc<Lifecycle>, for_debugging: bool) -> io::Result<()> {
    let lifecycle = Arc::clone(lifecycle);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if for_debugging {
                lifecycle.end();
            }
        }
    });
    Ok(())
}
