//! A web server on loopback, over TLS, for one directory.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::{fs, mem};

use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The server, which ends on drop.
pub(crate) struct Server {
    address: SocketAddr,
    certificate: String,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    directory: PathBuf,
    tls: Arc<ServerConfig>,
    requests: Mutex<Vec<String>>,
    ended: AtomicBool,
}

impl Server {
    /// Serves `directory` as it is at each request.
    pub(crate) fn start(directory: &Path) -> Self {
        let key = rcgen::KeyPair::generate().expect("a key");
        let parameters = rcgen::CertificateParams::new(["localhost".to_owned()]);
        let certificate = parameters.and_then(|it| it.self_signed(&key));
        let certificate = certificate.expect("a certificate");
        let private = PrivatePkcs8KeyDer::from(key.serialize_der());
        let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| {
                let config = config.with_no_client_auth();
                config.with_single_cert(vec![certificate.der().clone()], private.into())
            });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            directory: directory.to_owned(),
            tls: Arc::new(tls.expect("TLS")),
            requests: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        let for_thread = Arc::clone(&shared);
        let thread = thread::spawn(move || for_thread.accept(&listener));
        Self {
            address,
            certificate: certificate.pem(),
            shared,
            thread: Some(thread),
        }
    }

    /// Returns its address, with a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}/", self.address.port())
    }

    /// Returns its certificate in PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Returns the paths of the requests since the last call, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        mem::take(&mut self.shared.requests.lock().expect("a list"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Wakes the thread, so that it ends.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Serves one client after the other: there is one core.
    fn accept(&self, listener: &TcpListener) {
        for client in listener.incoming() {
            if self.ended.load(Ordering::SeqCst) {
                return;
            }
            // A client may close the connection early; the core reports what it misses.
            let _ = client.and_then(|client| self.answer(client));
        }
    }

    fn answer(&self, client: TcpStream) -> io::Result<()> {
        let tls = ServerConnection::new(Arc::clone(&self.tls)).map_err(io::Error::other)?;
        let mut client = BufReader::new(StreamOwned::new(tls, client));
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if client.read_until(b'\n', &mut head)? == 0 {
                return Ok(());
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.requests.lock().expect("a list").push(path.clone());
        let file = fs::read(self.directory.join(path.trim_start_matches('/')));
        let kind = match Path::new(&path).extension() {
            Some(extension) if extension == "json" => "application/json",
            _ => "application/octet-stream",
        };
        let (status, body) = file.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
        let client = client.get_mut();
        write!(
            client,
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            body.len()
        )?;
        client.write_all(&body)?;
        client.conn.send_close_notify();
        client.flush()
    }
}
