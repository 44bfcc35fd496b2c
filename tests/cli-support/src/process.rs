//! Runs a program in its own process group, collects its output and limits its time.

#[cfg(target_os = "linux")]
use std::fs;
use std::io::{ErrorKind, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// A process that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The exit status.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// The time from start to end.
    pub took: Duration,
    /// Whether it was killed after the time-out.
    pub timed_out: bool,
}

impl Finished {
    /// Returns the exit code, or `-signal` if a signal ended it.
    pub fn code(&self) -> i32 {
        self.status
            .code()
            .unwrap_or_else(|| self.status.signal().map_or(-1, |signal| -signal))
    }

    /// Returns both streams.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A running process. Dropping it kills the whole process group.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Pid,
    started: Instant,
    stdout: Output,
    stderr: Output,
    ended: bool,
}

impl Running {
    /// Starts `command` and collects its streams.
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
        let stdout = Output::collect(child.stdout.take());
        let stderr = Output::collect(child.stderr.take());
        Ok(Self {
            child,
            group,
            started: Instant::now(),
            stdout,
            stderr,
            ended: false,
        })
    }

    /// Returns the id of the process and of its group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns its standard output so far.
    pub fn said(&self) -> String {
        self.stdout.so_far()
    }

    /// Returns its child processes that run the program `name`.
    pub fn children(&self, name: &str) -> Vec<Pid> {
        let is_child = |one: &Listed| one.parent == self.id() && one.command.contains(name);
        let children = processes().into_iter().filter(is_child);
        children.filter_map(|one| Pid::from_raw(one.id)).collect()
    }

    /// Sends `SIGKILL` to its child processes that run the program `name`, to simulate a crash.
    ///
    /// # Errors
    /// When there are none, or one has ended.
    pub fn kill_children(&self, name: &str) -> Result<()> {
        let children = self.children(name);
        ensure!(!children.is_empty(), "no `{name}` is running");
        for child in children {
            kill_process(child, Signal::KILL)
                .with_context(|| format!("could not kill `{name}`"))?;
        }
        Ok(())
    }

    /// Waits until standard output contains `text`. Returns `false` when it ends without, or after
    /// the time-out.
    pub fn says(&self, text: &str, timeout: Duration) -> bool {
        self.stdout.wait_for(text, timeout)
    }

    /// Sends `SIGINT` to every process of the group, as Ctrl-C in a terminal does.
    ///
    /// # Errors
    /// When the group has ended.
    pub fn interrupt(&self) -> Result<()> {
        kill_process_group(self.group, Signal::INT).context("could not interrupt the process group")
    }

    /// Sends `SIGKILL` to the process only. Its child processes keep running.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn kill_alone(&mut self) -> Result<()> {
        self.child.kill().context("could not kill the process")
    }

    /// Waits for the end. After `limit` the whole group is killed.
    ///
    /// # Errors
    /// When waiting fails.
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
            stdout: self.stdout.whole(),
            stderr: self.stderr.whole(),
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

/// A process in the system's list.
struct Listed {
    id: i32,
    parent: u32,
    command: String,
}

/// Returns all processes.
#[cfg(target_os = "linux")]
fn processes() -> Vec<Listed> {
    let listed = |id: i32| {
        let read = |file| fs::read_to_string(format!("/proc/{id}/{file}")).ok();
        let status = read("status")?;
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
        Some(Listed {
            id,
            parent: parent.trim().parse().ok()?,
            command: read("cmdline")?,
        })
    };
    let ids = fs::read_dir("/proc").into_iter().flatten().flatten();
    ids.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(listed)
        .collect()
}

/// Returns all processes.
#[cfg(not(target_os = "linux"))]
fn processes() -> Vec<Listed> {
    let listed = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid=,args="])
        .output();
    let text = listed.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
    text.unwrap_or_default()
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some(Listed {
                id: words.next()?.parse().ok()?,
                parent: words.next()?.parse().ok()?,
                command: words.collect::<Vec<_>>().join(" "),
            })
        })
        .collect()
}

/// Waits for the end of a process that is not a child. Returns `false` if it still runs after the
/// time-out.
///
/// # Errors
/// When waiting fails.
#[cfg(target_os = "linux")]
pub fn ends(process: Pid, timeout: Duration) -> Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{PidfdFlags, pidfd_open};
    let watched = match pidfd_open(process, PidfdFlags::empty()) {
        Ok(watched) => watched,
        Err(rustix::io::Errno::SRCH) => return Ok(true),
        Err(error) => return Err(error).context("could not watch the process"),
    };
    let timeout = Timespec::try_from(timeout).context("the time-out is too long")?;
    let ended = poll(&mut [PollFd::new(&watched, PollFlags::IN)], Some(&timeout));
    Ok(ended.context("could not watch the process")? > 0)
}

/// The output of a process, which a thread reads while it runs.
#[derive(Debug)]
struct Output {
    so_far: Arc<(Mutex<SoFar>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct SoFar {
    bytes: Vec<u8>,
    ended: bool,
}

impl SoFar {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Output {
    fn collect(stream: Option<impl Read + Send + 'static>) -> Self {
        let so_far = Arc::<(Mutex<SoFar>, Condvar)>::default();
        let reader = stream.map(|mut stream| {
            let so_far = Arc::clone(&so_far);
            thread::spawn(move || {
                let mut buffer = [0; 8192];
                loop {
                    let read = match stream.read(&mut buffer) {
                        Ok(read) => read,
                        Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                        // A broken stream is treated as its end.
                        Err(_) => 0,
                    };
                    let mut said = so_far.0.lock().unwrap_or_else(PoisonError::into_inner);
                    said.bytes.extend_from_slice(&buffer[..read]);
                    said.ended = read == 0;
                    so_far.1.notify_all();
                    if said.ended {
                        return;
                    }
                }
            })
        });
        Self { so_far, reader }
    }

    fn wait_for(&self, text: &str, timeout: Duration) -> bool {
        let (said, news) = &*self.so_far;
        let said = said.lock().unwrap_or_else(PoisonError::into_inner);
        let is_missing = |said: &mut SoFar| !said.ended && !said.text().contains(text);
        let (said, _) = news
            .wait_timeout_while(said, timeout, is_missing)
            .unwrap_or_else(PoisonError::into_inner);
        said.text().contains(text)
    }

    /// Waits for the end of the stream and returns all of it.
    fn whole(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        self.so_far()
    }

    fn so_far(&self) -> String {
        let said = self.so_far.0.lock();
        said.unwrap_or_else(PoisonError::into_inner).text()
    }
}
