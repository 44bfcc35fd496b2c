//! The server as a process.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::identity::Core;
use super::{Provider, connect, provider};

pub(crate) const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Nothing here takes this long, on any machine.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The server's program: the test target `plugin-server`, next to this one.
pub(crate) fn program() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = ["src", "tests/plugin/server"].map(|directory| root.join(directory));
    cli_support::built::beside_this_test("plugin-server", &sources).unwrap()
}

/// What the server says first.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) network: String,
    pub(crate) address: String,
    pub(crate) certificate: Vec<u8>,
}

impl Line {
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.trim_end_matches('\n').to_owned();
        let parts: Vec<&str> = text.split('|').collect();
        assert!(parts.len() >= 6, "no handshake: {text:?}");
        Self {
            network: parts[2].to_owned(),
            address: parts[3].to_owned(),
            certificate: STANDARD_NO_PAD.decode(parts[5]).unwrap(),
            text,
        }
    }
}

/// How the server is to be started.
pub(crate) struct Setup {
    command: Command,
}

impl Setup {
    /// As if by hand: no cookie.
    pub(crate) fn manual(arguments: &[&str]) -> Self {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .env_clear()
            .env("PLUGIN_SERVER_FOR_TESTS", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self { command }
    }

    /// As a core does it.
    pub(crate) fn from_core() -> Self {
        Self::manual(&[])
            .with("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .with("PLUGIN_PROTOCOL_VERSIONS", "6")
            .with("PLUGIN_MIN_PORT", "10000")
            .with("PLUGIN_MAX_PORT", "25000")
            .with("PLUGIN_CLIENT_CERT", Core::right().pem())
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs it to its end.
    pub(crate) async fn output(mut self) -> std::process::Output {
        let output = self.command.output();
        tokio::time::timeout(TIMEOUT, output)
            .await
            .expect("it does not end")
            .unwrap()
    }

    /// Starts it and reads the handshake.
    pub(crate) async fn start(self) -> Server {
        use std::os::unix::fs::PermissionsExt as _;
        // Most tests kill their server, which leaves its socket. Open to others, so that it is the
        // server's own directory that keeps them out.
        let directory = tempfile::Builder::new()
            .permissions(std::fs::Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        let temporary = directory.path().to_str().unwrap().to_owned();
        self.with("TMPDIR", &temporary).start_in(directory).await
    }

    /// Starts it with whatever `TMPDIR` there is, reads the handshake and keeps `directory` as
    /// long.
    pub(crate) async fn start_in(self, directory: tempfile::TempDir) -> Server {
        let setup = self;
        let (child, stdout, text) = setup.start_and_read().await;
        Server {
            line: Line::parse(&text),
            child,
            _stdout: stdout,
            _directory: directory,
        }
    }

    /// Starts it and reads whatever it says first.
    pub(crate) async fn start_and_read(mut self) -> (Child, BufReader<ChildStdout>, String) {
        let mut child = self.command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        tokio::time::timeout(TIMEOUT, stdout.read_line(&mut text))
            .await
            .expect("it says nothing")
            .unwrap();
        (child, stdout, text)
    }
}

/// A server that runs. It is killed when this is dropped.
pub(crate) struct Server {
    pub(crate) line: Line,
    pub(crate) child: Child,
    _stdout: BufReader<ChildStdout>,
    _directory: tempfile::TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Setup::from_core().start().await
    }

    /// Connects as the core that started it.
    pub(crate) async fn connect(&self) -> Provider {
        provider(connect(&self.line, &Core::right()).await.unwrap())
    }

    pub(crate) fn socket(&self) -> &Path {
        Path::new(&self.line.address)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id().unwrap(), name);
    }

    /// Waits for the end, and gives what it left on stderr.
    pub(crate) async fn end(mut self) -> (ExitStatus, String) {
        let mut stderr = self.child.stderr.take().unwrap();
        let mut log = String::new();
        let ended = async {
            stderr.read_to_string(&mut log).await.unwrap();
            self.child.wait().await.unwrap()
        };
        let status = tokio::time::timeout(TIMEOUT, ended)
            .await
            .expect("it does not end");
        (status, log)
    }
}

/// Sends a signal to a process.
pub(crate) fn signal(process: u32, name: &str) {
    let status = std::process::Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

/// Starts a server and connects: what most tests begin with.
pub(crate) async fn served() -> (Server, Provider) {
    let server = Server::start().await;
    let provider = server.connect().await;
    (server, provider)
}
