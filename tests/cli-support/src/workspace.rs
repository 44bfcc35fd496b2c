//! A directory in which a configuration is applied, with its own state, CLI settings and
//! environment, so that runs don't depend on the machine.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::core::Core;
use crate::process::{Finished, Running};

/// A run of the tests or the quickstart that takes longer hangs.
const LIMIT: Duration = Duration::from_mins(3);

/// A working directory. Dropping it removes the directory.
#[derive(Debug)]
pub struct Workspace {
    core: Core,
    directory: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Workspace {
    /// Creates a directory in which `core` uses the program `provider` for `hostup/hostup`.
    ///
    /// # Errors
    /// When the directory can't be written.
    pub fn new(core: Core, provider: &Path) -> Result<Self> {
        Self::with_provider(core, "hostup/hostup", provider)
    }

    /// Creates a directory for a provider with another address, such as `test/test`.
    ///
    /// # Errors
    /// When the directory can't be written.
    pub fn with_provider(core: Core, address: &str, provider: &Path) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("hostup-").tempdir()?;
        let root = directory.path();
        // The plugin has a directory of its own, because cores start any file whose name begins
        // with the plugin's.
        let plugins = root.join(".plugins");
        fs::create_dir(&plugins)?;
        let name = address.rsplit('/').next().unwrap_or(address);
        let plugin = plugins.join(format!("terraform-provider-{name}"));
        std::os::unix::fs::symlink(provider, plugin)?;
        fs::create_dir(root.join(".home"))?;
        let workspace = Self {
            core,
            directory,
            environment: Vec::new(),
        };
        let plugins = plugins.display().to_string();
        workspace.install_from(&format!(
            "dev_overrides {{\n \"{address}\" = {plugins:?}\n }}"
        ))?;
        Ok(workspace)
    }

    /// Installs providers only by this method, such as a `filesystem_mirror` block, instead of the
    /// development override. Then the workspace needs `init`.
    ///
    /// # Errors
    /// When the settings can't be written.
    pub fn install_from(&self, method: &str) -> Result<()> {
        let settings = format!("provider_installation {{\n {method}\n}}\n");
        fs::write(self.settings(), settings).context("could not write the settings")
    }

    /// Returns the core.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Uses another core from now on, as after an upgrade.
    pub fn use_core(&mut self, core: Core) {
        self.core = core;
    }

    /// Returns the directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Sets an environment variable of later runs.
    pub fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Removes an environment variable of later runs.
    pub fn unset(&mut self, name: &str) {
        self.environment.retain(|(known, _)| known != name);
    }

    /// Writes a file of the configuration.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(&self, name: &str, content: &str) -> Result<()> {
        fs::write(self.path().join(name), content)
            .with_context(|| format!("could not write `{name}`"))
    }

    /// Runs the core to its end and returns its output.
    ///
    /// # Errors
    /// When the program can't be started.
    pub fn run<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Result<Finished> {
        self.start(arguments)?.finish(LIMIT)
    }

    /// Starts the core.
    ///
    /// # Errors
    /// When the program can't be started.
    pub fn start<I: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = I>,
    ) -> Result<Running> {
        Running::start(self.command().args(arguments))
    }

    /// Runs the core to its end with the output of this process.
    ///
    /// # Errors
    /// When the program can't be started.
    pub fn show<I: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = I>,
    ) -> Result<ExitStatus> {
        self.command()
            .args(arguments)
            .stdin(Stdio::null())
            .status()
            .with_context(|| format!("could not start `{}`", self.core.program.display()))
    }

    /// Returns the state as `show -json` prints it.
    ///
    /// # Errors
    /// When the core fails.
    pub fn state(&self) -> Result<Value> {
        let shown = self.run(["show", "-json"])?;
        serde_json::from_str(&shown.stdout)
            .with_context(|| format!("`show -json` printed: {}", shown.text()))
    }

    /// Returns the environment variables that are needed to continue by hand in this directory.
    pub fn exports(&self) -> Vec<(String, String)> {
        let mut exports = vec![(
            "TF_CLI_CONFIG_FILE".to_owned(),
            self.settings().display().to_string(),
        )];
        exports.extend(self.environment.iter().cloned());
        exports
    }

    /// Keeps the directory and returns its path.
    pub fn keep(self) -> PathBuf {
        self.directory.keep()
    }

    fn settings(&self) -> PathBuf {
        self.path().join(".cli.tfrc")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.core.program);
        command.current_dir(self.path()).env_clear();
        // Programs need these to start. Others would make runs depend on the machine.
        #[expect(
            clippy::disallowed_methods,
            reason = "passes on the variables that programs need"
        )]
        for name in ["PATH", "TMPDIR", "LANG", "TERM"] {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", self.path().join(".home"))
            .env("TF_CLI_CONFIG_FILE", self.settings())
            .env("CHECKPOINT_DISABLE", "1")
            // Developers often set it. Messages must not change then.
            .env("RUST_BACKTRACE", "1")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}
