//! The socket that the server listens on, and the connections that it accepts.

use std::io;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
#[cfg(unix)]
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::lifecycle::{Lifecycle, OpenConnection};

/// The kind of socket that the server listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// A Unix socket that only its owner can connect to.
    #[cfg(unix)]
    Unix,
    /// A port on the loopback interface, always with TLS except for debugging.
    Tcp,
}

impl Transport {
    /// Returns the transport of this name: `unix` or `tcp`.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            #[cfg(unix)]
            "unix" => Some(Self::Unix),
            "tcp" => Some(Self::Tcp),
            _ => None,
        }
    }
}

impl Default for Transport {
    fn default() -> Self {
        #[cfg(unix)]
        return Self::Unix;
        #[cfg(not(unix))]
        return Self::Tcp;
    }
}

/// Authenticates clients by TLS.
#[derive(Clone)]
pub(super) struct TlsGuard {
    pub(super) acceptor: TlsAcceptor,
    /// The connection of a client whose TLS handshake takes longer is dropped.
    pub(super) handshake_timeout: Duration,
}

/// A listening socket. Dropping it removes the Unix socket and its directory.
pub(super) struct Listener {
    socket: Socket,
    network: &'static str,
    address: String,
    _directory: Option<TempDir>,
}

enum Socket {
    #[cfg(unix)]
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    /// Listens on a Unix socket of mode 0600 in a new directory of mode 0700 below `parent`.
    #[cfg(unix)]
    pub(super) fn unix(parent: Option<&Path>) -> io::Result<Self> {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt as _;
        let parent = parent.map_or_else(std::env::temp_dir, Path::to_owned);
        let directory = tempfile::Builder::new()
            .prefix("plugin")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)?;
        let path = directory.path().join("socket");
        let address = path
            .to_str()
            .ok_or_else(|| io::Error::other("the socket's path is not UTF-8"))?
            .to_owned();
        // The handshake is one line with its fields separated by `|`.
        if address.contains(|it: char| it == '|' || it.is_control()) {
            let why = format!("{address:?} contains `|` or a control character");
            return Err(io::Error::other(why));
        }
        let socket = UnixListener::bind(&path)
            .map_err(|cause| io::Error::new(cause.kind(), format!("`{address}`: {cause}")))?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Self {
            socket: Socket::Unix(socket),
            network: "unix",
            address,
            _directory: Some(directory),
        })
    }

    /// Listens on the first free loopback port of those that the core allows.
    pub(super) async fn tcp(ports: Option<RangeInclusive<u16>>) -> io::Result<Self> {
        let mut last = None;
        for port in ports.unwrap_or(0..=0) {
            match TcpListener::bind(("127.0.0.1", port)).await {
                Ok(listener) => {
                    return Ok(Self {
                        network: "tcp",
                        address: listener.local_addr()?.to_string(),
                        socket: Socket::Tcp(listener),
                        _directory: None,
                    });
                }
                Err(cause) => last = Some(cause),
            }
        }
        Err(last.unwrap_or_else(|| io::Error::other("the core allows no port")))
    }

    /// Returns the kind of socket, as the handshake names it.
    pub(super) fn network(&self) -> &'static str {
        self.network
    }

    /// Returns the address, as the handshake names it.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    async fn accept(&self) -> io::Result<Box<dyn Io>> {
        match &self.socket {
            #[cfg(unix)]
            Socket::Unix(listener) => Ok(Box::new(listener.accept().await?.0)),
            Socket::Tcp(listener) => {
                let (stream, _): (_, SocketAddr) = listener.accept().await?;
                // With Nagle's algorithm, the first call of each process stalls for 40 ms.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }

    /// Accepts connections until the returned stream is dropped, which is when the server ends.
    pub(super) fn connections(
        self: Arc<Self>,
        tls_guard: Option<TlsGuard>,
        lifecycle: Arc<Lifecycle>,
    ) -> ReceiverStream<io::Result<Connection>> {
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = self.accept() => accepted,
                    () = sender.closed() => return,
                };
                let io = match accepted {
                    Ok(io) => io,
                    Err(cause) => {
                        // Mostly a lack of file descriptors: wait for other connections to close.
                        tracing::warn!(%cause, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                };
                let (sender, tls_guard, lifecycle) =
                    (sender.clone(), tls_guard.clone(), Arc::clone(&lifecycle));
                // In a task of its own: a slow handshake must not block other connections.
                tokio::spawn(async move {
                    if let Some(io) = accept_tls(io, tls_guard).await {
                        let _ = sender.send(Ok(Connection::new(io, &lifecycle))).await;
                    }
                });
            }
        });
        ReceiverStream::new(receiver)
    }
}

async fn accept_tls(io: Box<dyn Io>, tls_guard: Option<TlsGuard>) -> Option<Box<dyn Io>> {
    let Some(TlsGuard {
        acceptor,
        handshake_timeout,
    }) = tls_guard
    else {
        return Some(io);
    };
    match tokio::time::timeout(handshake_timeout, acceptor.accept(io)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        Ok(Err(cause)) => {
            tracing::warn!(%cause, "a client was refused");
            None
        }
        Err(_) => {
            tracing::warn!("a client's TLS handshake took too long, its connection was dropped");
            None
        }
    }
}

/// A bidirectional stream of bytes.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// The connection of an accepted client.
pub(super) struct Connection {
    io: Box<dyn Io>,
    _open: OpenConnection,
}

impl Connection {
    /// Wraps `io`. `lifecycle` counts the connection as open until it is dropped.
    pub(super) fn new(
        io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        lifecycle: &Arc<Lifecycle>,
    ) -> Self {
        Self {
            io: Box::new(io),
            _open: lifecycle.connection(),
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
