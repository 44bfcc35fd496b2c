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

/// The time limit for each step, which is long enough for slow machines.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Returns the path of the test target `plugin-server`, which is built next to this one.
pub(crate) fn program() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = ["src", "tests/plugin/server"].map(|directory| root.join(directory));
    cli_support::built::beside_this_test("plugin-server", &sources).unwrap()
}

/// The handshake line of the server.
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

/// The command that starts the server.
pub(crate) struct Setup {
    command: Command,
}

impl Setup {
    /// Returns the command for a start without a core: without a cookie.
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

    /// Returns the command with which a core starts the server.
    pub(crate) fn from_core() -> Self {
        Self::manual(&[])
            .with("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .with("PLUGIN_PROTOCOL_VERSIONS", "6")
            .with("PLUGIN_MIN_PORT", "10000")
            .with("PLUGIN_MAX_PORT", "25000")
            .with("PLUGIN_CLIENT_CERT", Core::trusted().pem())
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs the server until it ends.
    pub(crate) async fn output(mut self) -> std::process::Output {
        let output = self.command.output();
        tokio::time::timeout(TIMEOUT, output)
            .await
            .expect("the server does not end")
            .unwrap()
    }

    /// Starts the server and reads the handshake.
    pub(crate) async fn start(self) -> Server {
        use std::os::unix::fs::PermissionsExt as _;
        // Most tests kill their server, so they have to remove its socket. The mode is open, so
        // that only the server's own directory refuses other users.
        let directory = tempfile::Builder::new()
            .permissions(std::fs::Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        let temporary = directory.path().to_str().unwrap().to_owned();
        self.with("TMPDIR", &temporary).start_in(directory).await
    }

    /// Starts the server with the current `TMPDIR` and reads the handshake. Removes `directory`
    /// when the server is dropped.
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

    /// Starts the server and reads its first line.
    pub(crate) async fn start_and_read(mut self) -> (Child, BufReader<ChildStdout>, String) {
        let mut child = self.command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        tokio::time::timeout(TIMEOUT, stdout.read_line(&mut text))
            .await
            .expect("the server prints nothing")
            .unwrap();
        (child, stdout, text)
    }
}

/// A running server, which is killed on drop.
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

    /// Connects as the core that started the server.
    pub(crate) async fn connect(&self) -> Provider {
        provider(connect(&self.line, &Core::trusted()).await.unwrap())
    }

    pub(crate) fn socket(&self) -> &Path {
        Path::new(&self.line.address)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id().unwrap(), name);
    }

    /// Waits for the end, and returns the text of stderr.
    pub(crate) async fn end(mut self) -> (ExitStatus, String) {
        let mut stderr = self.child.stderr.take().unwrap();
        let mut log = String::new();
        let ended = async {
            stderr.read_to_string(&mut log).await.unwrap();
            self.child.wait().await.unwrap()
        };
        let status = tokio::time::timeout(TIMEOUT, ended)
            .await
            .expect("the server does not end");
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

/// Starts a server and connects to it.
pub(crate) async fn served() -> (Server, Provider) {
    let server = Server::start().await;
    let provider = server.connect().await;
    (server, provider)
}
