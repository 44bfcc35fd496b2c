//! Starts a provider as a core does: the process, the handshake line, mutual TLS, the first call.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bench_support::usage;
use serde_json::{Value, json};
use tonic::client::Grpc;
use tonic::codec::ProstCodec;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;

use crate::connect::Server;
use crate::identity::Core;

/// The cookie that every core passes to every provider.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// The times and the memory of one start.
pub(crate) struct Start {
    /// The time from the start of the process to the handshake line.
    pub(crate) handshake: Duration,
    /// The time for socket and TLS.
    pub(crate) connect: Duration,
    /// The time for the first call, which returns all schemas.
    pub(crate) schema: Duration,
    /// Resident memory after that, in bytes; `None` on a system without `/proc`.
    pub(crate) resident: Option<u64>,
    /// The provider's processor time for all that.
    pub(crate) cpu: Duration,
}

impl Start {
    /// Starts `program`, measures and kills it.
    ///
    /// # Errors
    /// When it does not respond as a provider does.
    pub(crate) async fn of(program: &Path) -> Result<Self> {
        let start = start(program).await;
        start.with_context(|| format!("`{}` does not start as a provider", program.display()))
    }

    /// Returns the time that a core waits before it can do anything else.
    pub(crate) fn ready(&self) -> Duration {
        self.handshake + self.connect + self.schema
    }

    pub(crate) fn record(&self) -> Value {
        json!({
            "handshake_seconds": self.handshake.as_secs_f64(),
            "connect_seconds": self.connect.as_secs_f64(),
            "schema_seconds": self.schema.as_secs_f64(),
            "resident_bytes": self.resident,
            "cpu_seconds": self.cpu.as_secs_f64(),
        })
    }
}

async fn start(program: &Path) -> Result<Start> {
    let before = usage::children()?;
    // It is killed, and can't remove its socket.
    let directory = tempfile::tempdir()?;
    let started = Instant::now();
    let mut child = Running(
        Command::new(program)
            .env_clear()
            .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .env("PLUGIN_CLIENT_CERT", Core::trusted().pem())
            .env("TMPDIR", directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?,
    );
    let stdout = child.0.stdout.take().context("a stream")?;
    let mut text = String::new();
    BufReader::new(stdout).read_line(&mut text)?;
    let handshake = started.elapsed();

    let (server, schema_call) = read(&text)?;
    let started = Instant::now();
    let channel = server.connect().await?;
    let connected = started.elapsed();

    let started = Instant::now();
    call(channel, schema_call).await?;
    let schema = started.elapsed();

    let resident = usage::resident(child.0.id());
    drop(child);
    Ok(Start {
        handshake,
        connect: connected,
        schema,
        resident,
        cpu: usage::children()?.since(before),
    })
}

/// A process that is killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads the handshake line. Returns the server and the path of the call for the schemas.
fn read(text: &str) -> Result<(Server, &'static str)> {
    let parts: Vec<_> = text.trim_end().split('|').collect();
    let [_, protocol, network, address, _, certificate, ..] = parts[..] else {
        bail!("its first line is {text:?}");
    };
    let call = match protocol {
        "5" => "/tfplugin5.Provider/GetSchema",
        "6" => "/tfplugin6.Provider/GetProviderSchema",
        other => bail!("it speaks protocol {other}"),
    };
    let server = Server {
        network: network.to_owned(),
        address: address.to_owned(),
        certificate: STANDARD_NO_PAD.decode(certificate)?.into(),
    };
    Ok((server, call))
}

/// Makes a call with an empty request. The response is not decoded, because that is the core's
/// work.
async fn call(channel: Channel, name: &'static str) -> Result<()> {
    let mut client = Grpc::new(channel).max_decoding_message_size(512 << 20);
    client.ready().await?;
    let codec = ProstCodec::<(), ()>::default();
    let call = PathAndQuery::from_static(name);
    client.unary(tonic::Request::new(()), call, codec).await?;
    Ok(())
}
