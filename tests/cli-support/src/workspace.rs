//! A directory in which a configuration is applied: with its own state, its own CLI settings and a
//! clean environment, so that nothing of the machine shines through.

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

/// No run of the tests or the quickstart takes longer unless it hangs.
const LIMIT: Duration = Duration::from_mins(3);

/// One working directory for one core. It is removed when dropped, unless kept.
#[derive(Debug)]
pub struct Workspace {
    core: Core,
    directory: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Workspace {
    /// Makes a directory in which `core` uses the provider executable `provider` for
    /// `hostup/hostup`.
    ///
    /// # Errors
    /// When the directory can't be written.
    pub fn new(core: Core, provider: &Path) -> Result<Self> {
        Self::with_provider(core, "hostup/hostup", provider)
    }

    /// As [`new`](Self::new), for a provider with another address, such as `test/test`.
    ///
    /// # Errors
    /// When the directory can't be written.
    pub fn with_provider(core: Core, address: &str, provider: &Path) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("hostup-").tempdir()?;
        let root = directory.path();
        // A directory with nothing but the plugin in it: cores take any file that begins with its
        // name.
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

    /// Has providers installed by this method alone, such as a `filesystem_mirror` block, and no
    /// longer run where they were built. What is installed needs `init`.
    ///
    /// # Errors
    /// When the settings can't be written.
    pub fn install_from(&self, method: &str) -> Result<()> {
        let settings = format!("provider_installation {{\n {method}\n}}\n");
        fs::write(self.settings(), settings).context("could not write the settings")
    }

    /// The core that works here.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Goes on with another core, as after an upgrade.
    pub fn use_core(&mut self, core: Core) {
        self.core = core;
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Sets a variable for the runs to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a variable back.
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

    /// Runs the core to its end and collects what it says.
    ///
    /// # Errors
    /// When the program can't be started.
    pub fn run<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Result<Finished> {
        self.start(arguments)?.finish(LIMIT)
    }

    /// Starts the core and leaves it running.
    ///
    /// # Errors
    /// When the program can't be started.
    pub fn start<I: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = I>,
    ) -> Result<Running> {
        Running::start(self.command().args(arguments))
    }

    /// Runs the core with the caller's own terminal, for a person to watch.
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

    /// The state as `show -json` tells it; `null` when there is none.
    ///
    /// # Errors
    /// When the core can't show it.
    pub fn state(&self) -> Result<Value> {
        let shown = self.run(["show", "-json"])?;
        serde_json::from_str(&shown.stdout)
            .with_context(|| format!("`show -json` said: {}", shown.text()))
    }

    /// The variables a person would export to go on by hand in this directory.
    pub fn exports(&self) -> Vec<(String, String)> {
        let mut exports = vec![(
            "TF_CLI_CONFIG_FILE".to_owned(),
            self.settings().display().to_string(),
        )];
        exports.extend(self.environment.iter().cloned());
        exports
    }

    /// Leaves the directory on the disk and says where it is.
    pub fn keep(self) -> PathBuf {
        self.directory.keep()
    }

    fn settings(&self) -> PathBuf {
        self.path().join(".cli.tfrc")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.core.program);
        command.current_dir(self.path()).env_clear();
        // What a program needs to start at all; everything else would make a run depend on the
        // machine.
        #[expect(
            clippy::disallowed_methods,
            reason = "a test tool that passes the environment's bare minimum on"
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
            // Messages must stay readable on a developer's machine, where this is often set.
            .env("RUST_BACKTRACE", "1")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}
