//! One start of a provider, as a core does it: exec, the handshake line, TLS with a certificate on
//! both sides, the first call.

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

use crate::connect::Place;
use crate::identity::Core;

/// What every core says to every provider.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// What one start took.
pub(crate) struct Start {
    /// From exec to the line.
    pub(crate) handshake: Duration,
    /// Socket and TLS.
    pub(crate) connect: Duration,
    /// The first call, which asks for all schemas.
    pub(crate) schema: Duration,
    /// Resident memory then, in bytes, where the system tells.
    pub(crate) resident: Option<u64>,
    /// Processor time of all that.
    pub(crate) cpu: Duration,
}

impl Start {
    /// Starts `program` and ends it.
    ///
    /// # Errors
    /// When it does not answer as a provider.
    pub(crate) async fn of(program: &Path) -> Result<Self> {
        let start = start(program).await;
        start.with_context(|| format!("`{}` does not start as a provider", program.display()))
    }

    /// What a core waits for before anything else.
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
    // Its socket lies in here; it is killed, and can't clean up.
    let directory = tempfile::tempdir()?;
    let begun = Instant::now();
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
    let handshake = begun.elapsed();

    let (place, schema_call) = read(&text)?;
    let begun = Instant::now();
    let channel = place.connect().await?;
    let connected = begun.elapsed();

    let begun = Instant::now();
    call(channel, schema_call).await?;
    let schema = begun.elapsed();

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

/// Killed and waited for when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where to connect, and what the call for the schemas is called in the protocol it speaks.
fn read(text: &str) -> Result<(Place, &'static str)> {
    let parts: Vec<_> = text.trim_end().split('|').collect();
    let [_, protocol, network, address, _, certificate, ..] = parts[..] else {
        bail!("its first line is {text:?}");
    };
    let call = match protocol {
        "5" => "/tfplugin5.Provider/GetSchema",
        "6" => "/tfplugin6.Provider/GetProviderSchema",
        other => bail!("it speaks protocol {other}"),
    };
    let place = Place {
        network: network.to_owned(),
        address: address.to_owned(),
        certificate: STANDARD_NO_PAD.decode(certificate)?.into(),
    };
    Ok((place, call))
}

/// Calls without a question, and takes the answer without looking into it: what it costs to read is
/// the core's.
async fn call(channel: Channel, name: &'static str) -> Result<()> {
    let mut client = Grpc::new(channel).max_decoding_message_size(512 << 20);
    client.ready().await?;
    let codec = ProstCodec::<(), ()>::default();
    let call = PathAndQuery::from_static(name);
    client.unary(tonic::Request::new(()), call, codec).await?;
    Ok(())
}
