//! Everything `main` needs: arguments, start by hand, signals, the runtime, serving.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::TlsAcceptor;
use tonic::transport::Server;

use super::Plugin;
use super::controller::{Controller, Stdio};
use super::handshake::{Environment, Handshake, PROTOCOL, reattach};
use super::life::Life;
use super::log;
use super::protocol::go_plugin::grpc_controller_server::GrpcControllerServer;
use super::protocol::go_plugin::grpc_stdio_server::GrpcStdioServer;
use super::protocol::tfplugin6::provider_server::ProviderServer;
use super::service::Service;
use super::tls::{self, TlsError};
use super::transport::{Door, Listener, Transport};

/// The largest message either side may send: the core's own limit.
const MAX_MESSAGE: usize = 256 << 20;

/// How long connections may take to close once all calls have returned.
const CLOSING_TIME: Duration = Duration::from_millis(250);

/// What the program says about itself.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name: `terraform-provider-…`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The provider's addresses: `registry.terraform.io/…/…`, and what other products' cores call it.
    pub provider_addresses: &'static [&'static str],
}

/// What can be chosen about serving. The default is right for a provider in use.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The kind of socket, unless the environment says `TF_PLUGIN_TRANSPORT=tcp` or `=unix`: for a
    /// system on which one of them does not work.
    pub transport: Transport,
    /// How long the server lives without a connection: before the first, and after the last.
    pub idle_limit: Duration,
    /// How long an ending server waits for calls that change something. What is cut is in no state, so
    /// this is longer than any one request of theirs may take.
    pub writing_grace: Duration,
    /// How long a client may take over its TLS handshake.
    pub tls_patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            transport: Transport::default(),
            idle_limit: Duration::from_mins(5),
            writing_grace: Duration::from_secs(90),
            tls_patience: Duration::from_secs(10),
        }
    }
}

/// Does what the arguments say; without any, serves the core that started the program.
///
/// | argument | |
/// | --- | --- |
/// | none | serves the core; without one says so in two sentences and ends with code 1 |
/// | `--debug` | prints the `TF_REATTACH_PROVIDERS` line and serves any core until Ctrl-C |
/// | `--version`, `--help` | says so |
pub fn run(plugin: impl FnOnce() -> Plugin, about: About) -> ExitCode {
    run_with(plugin, about, Options::default())
}

/// [`run`], with a choice.
pub fn run_with(plugin: impl FnOnce() -> Plugin, about: About, options: Options) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(|one| one.to_str()).collect();
    let environment = Environment::read();
    let name = about.name;
    let for_debugging = match arguments.as_slice() {
        [] if environment.has_cookie => false,
        [] => {
            say(
                &mut io::stderr(),
                &format!(
                    "`{name}` is a plugin that Terraform and OpenTofu start by themselves; it does \
                     nothing when started by hand.\nName it in a `required_providers` block and run \
                     `terraform init`, or see `{name} --help`."
                ),
            );
            return ExitCode::FAILURE;
        }
        [Some("-version" | "--version" | "-V")] => {
            say(&mut io::stdout(), &format!("{name} {}", about.version));
            return ExitCode::SUCCESS;
        }
        [Some("-help" | "--help" | "-h")] => {
            say(&mut io::stdout(), &help(&about));
            return ExitCode::SUCCESS;
        }
        [Some("-debug" | "--debug")] => true,
        _ => {
            say(
                &mut io::stderr(),
                &format!(
                    "`{name}` does not know these arguments.\n\n{}",
                    help(&about)
                ),
            );
            return ExitCode::from(2);
        }
    };
    log::hear_panics();
    log::start(environment.log_level.as_deref());
    match serve(plugin, about, options, environment, for_debugging) {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            tracing::error!(%cause, "cannot serve");
            say(
                &mut io::stderr(),
                &format!("`{name}` cannot serve: {cause}"),
            );
            ExitCode::FAILURE
        }
    }
}

fn help(about: &About) -> String {
    let About { name, version, .. } = about;
    format!(
        "{name} {version}\n\n\
         Terraform and OpenTofu start this program by themselves.\n\n\
         \x20 --debug    serve until Ctrl-C and print how Terraform can use this process\n\
         \x20 --version  print the version\n\
         \x20 --help     print this"
    )
}

/// Prints, whether or not anybody reads it.
fn say(to: &mut impl io::Write, text: &str) {
    let _ = writeln!(to, "{text}");
    let _ = to.flush();
}

/// Why there is nothing to serve.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error("the core does not speak version {PROTOCOL} of the plugin protocol; take a later one")]
    Protocol,
    #[error(
        "`TF_PLUGIN_TRANSPORT` is `{0}`, and there is no such transport here; `tcp` always works"
    )]
    Transport(String),
    #[error("no socket to listen on: {0}")]
    Listen(#[source] io::Error),
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

fn serve(
    plugin: impl FnOnce() -> Plugin,
    about: About,
    options: Options,
    environment: Environment,
    for_debugging: bool,
) -> Result<(), ServeError> {
    if !for_debugging && !environment.speaks_our_protocol() {
        return Err(ServeError::Protocol);
    }
    // One thread is enough: a provider waits for its API.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(ServeError::Runtime)?;
    let result = runtime.block_on(async {
        let life = Life::new(for_debugging, options.writing_grace);
        watch_signals(&life, for_debugging).map_err(ServeError::Runtime)?;
        serve_until_the_end(plugin(), about, options, environment, life, for_debugging).await
    });
    // Whatever still runs has had its time.
    runtime.shutdown_background();
    result
}

async fn serve_until_the_end(
    plugin: Plugin,
    about: About,
    options: Options,
    environment: Environment,
    life: Arc<Life>,
    for_debugging: bool,
) -> Result<(), ServeError> {
    // For debugging there is no core yet whose certificate could be asked for.
    let tls = match &environment.client_certificate {
        Some(pem) if !for_debugging => Some(tls::for_client(pem)?),
        _ => None,
    };
    let transport = match environment.transport {
        Some(name) => Transport::named(&name).ok_or(ServeError::Transport(name))?,
        None => options.transport,
    };
    let listener = match transport {
        #[cfg(unix)]
        Transport::Unix => Listener::unix(environment.socket_directory.as_deref()),
        Transport::Tcp if tls.is_none() => return Err(ServeError::PlainTcp),
        Transport::Tcp => Listener::tcp(environment.ports.clone()).await,
    };
    let listener = Arc::new(listener.map_err(ServeError::Listen)?);
    let announcement = if for_debugging {
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
    let service = Service {
        plugin: Arc::new(plugin),
        life: Arc::clone(&life),
    };
    let door = tls.map(|tls| Door {
        acceptor: TlsAcceptor::from(tls.config),
        patience: options.tls_patience,
    });
    let connections = Arc::clone(&listener).connections(door, Arc::clone(&life));
    let shutdown = life.shutdown();
    let serving = Server::builder()
        .initial_stream_window_size(4 << 20)
        .initial_connection_window_size(16 << 20)
        .add_service(
            ProviderServer::new(service)
                .max_decoding_message_size(MAX_MESSAGE)
                .max_encoding_message_size(MAX_MESSAGE),
        )
        .add_service(GrpcControllerServer::new(Controller(Arc::clone(&life))))
        .add_service(GrpcStdioServer::new(Stdio(Arc::clone(&life))))
        .serve_with_incoming_shutdown(connections, shutdown.cancelled());
    // The socket listens already: whoever reads the line may connect at once.
    let mut stdout = io::stdout();
    writeln!(stdout, "{announcement}")
        .and_then(|()| stdout.flush())
        .map_err(ServeError::Handshake)?;
    let abandoned = async {
        if for_debugging {
            std::future::pending::<()>().await;
        } else {
            life.abandoned(options.idle_limit).await;
        }
    };
    tokio::pin!(serving);
    tokio::select! {
        result = &mut serving => return Ok(result?),
        () = shutdown.cancelled() => {}
        () = abandoned => {
            tracing::info!("nobody is connected any more, ending");
            life.end();
        }
    }
    // Connections stay open for the answers of the calls that are still running.
    let closed = tokio::select! {
        result = &mut serving => Some(result),
        () = life.calls_returned() => None,
    };
    // Also for those calls whose connection broke.
    life.calls_returned().await;
    let closed = match closed {
        Some(result) => Some(result),
        None => tokio::time::timeout(CLOSING_TIME, serving).await.ok(),
    };
    Ok(closed.unwrap_or(Ok(()))?)
}

/// Ctrl-C goes to the whole process group: the core hears it too and says what to do, so it is heard
/// here and ignored, except for debugging. SIGTERM and SIGHUP end the server in an orderly way.
#[cfg(unix)]
fn watch_signals(life: &Arc<Life>, for_debugging: bool) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let life = Arc::clone(life);
    tokio::spawn(async move {
        loop {
            let name = tokio::select! {
                _ = interrupt.recv(), if for_debugging => "SIGINT",
                _ = terminate.recv() => "SIGTERM",
                _ = hangup.recv() => "SIGHUP",
            };
            tracing::info!(signal = name, "ending");
            life.end();
        }
    });
    Ok(())
}

/// Ctrl-C, as on Unix.
#[cfg(not(unix))]
fn watch_signals(life: &Arc<Life>, for_debugging: bool) -> io::Result<()> {
    let life = Arc::clone(life);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if for_debugging {
                life.end();
            }
        }
    });
    Ok(())
}
