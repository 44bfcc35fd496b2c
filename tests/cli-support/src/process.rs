//! One run of a program: in a process group of its own, its output collected, its time bounded.

use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};

/// A run that has ended.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
    /// It was killed because its time was up.
    pub timed_out: bool,
}

impl Finished {
    /// The exit code; `-signal` when a signal ended it.
    pub fn code(&self) -> i32 {
        self.status
            .code()
            .unwrap_or_else(|| self.status.signal().map_or(-1, |signal| -signal))
    }

    /// Both streams, for messages and for searching.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A run that goes on. Dropping it kills the whole process group.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Pid,
    started: Instant,
    stdout: Option<JoinHandle<String>>,
    stderr: Option<JoinHandle<String>>,
    ended: bool,
}

impl Running {
    /// Starts `command` with its streams collected.
    ///
    /// # Errors
    /// When the program can't be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| format!("could not start {command:?}"))?;
        let group = i32::try_from(child.id())
            .ok()
            .and_then(Pid::from_raw)
            .context("the process has no usable id")?;
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
        Ok(Self {
            child,
            group,
            started: Instant::now(),
            stdout,
            stderr,
            ended: false,
        })
    }

    /// The process's id, which is also its group's.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What Ctrl-C in a terminal does: `SIGINT` to every process of the group.
    ///
    /// # Errors
    /// When the group is gone.
    pub fn interrupt(&self) -> Result<()> {
        kill_process_group(self.group, Signal::INT).context("could not interrupt the process group")
    }

    /// `SIGKILL` to the program alone; what it started lives on.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn kill_alone(&mut self) -> Result<()> {
        self.child.kill().context("could not kill the process")
    }

    /// Waits for the end, but not longer than `limit`: then the whole group is killed.
    ///
    /// # Errors
    /// When the system can't tell how the process ended.
    pub fn finish(mut self, limit: Duration) -> Result<Finished> {
        let (done, watch) = mpsc::channel::<()>();
        let group = self.group;
        let deadline = limit.saturating_sub(self.started.elapsed());
        let watchdog = thread::spawn(move || {
            let timed_out = watch.recv_timeout(deadline) == Err(mpsc::RecvTimeoutError::Timeout);
            if timed_out {
                let _ = kill_process_group(group, Signal::KILL);
            }
            timed_out
        });
        let status = self
            .child
            .wait()
            .context("could not wait for the process")?;
        let _ = done.send(());
        let timed_out = watchdog.join().unwrap_or(false);
        self.ended = true;
        Ok(Finished {
            status,
            stdout: gather(self.stdout.take()),
            stderr: gather(self.stderr.take()),
            took: self.started.elapsed(),
            timed_out,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            let _ = kill_process_group(self.group, Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A stream that breaks has told all it will; what came is what there is.
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn gather(stream: Option<JoinHandle<String>>) -> String {
    stream
        .and_then(|thread| thread.join().ok())
        .unwrap_or_default()
}
