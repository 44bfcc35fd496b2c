//! One run of a program: in a process group of its own, its output collected, its time bounded.

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
    stdout: Output,
    stderr: Output,
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

    /// The process's id, which is also its group's.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to standard output so far.
    pub fn said(&self) -> String {
        self.stdout.so_far()
    }

    /// The processes it started that run the program `name`.
    pub fn children(&self, name: &str) -> Vec<Pid> {
        let is_child = |one: &Listed| one.parent == self.id() && one.command.contains(name);
        let children = processes().into_iter().filter(is_child);
        children.filter_map(|one| Pid::from_raw(one.id)).collect()
    }

    /// `SIGKILL` to the processes it started that run the program `name`: a crash of theirs.
    ///
    /// # Errors
    /// When there are none, or one is gone.
    pub fn kill_children(&self, name: &str) -> Result<()> {
        let children = self.children(name);
        ensure!(!children.is_empty(), "no `{name}` is running");
        for child in children {
            kill_process(child, Signal::KILL)
                .with_context(|| format!("could not kill `{name}`"))?;
        }
        Ok(())
    }

    /// Waits until standard output holds `text`, or has ended; `false` when it never does, or not
    /// in time.
    pub fn says(&self, text: &str, most: Duration) -> bool {
        self.stdout.wait_for(text, most)
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

/// A process as the system lists it.
struct Listed {
    id: i32,
    parent: u32,
    command: String,
}

/// Every process there is.
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

/// Every process there is.
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

/// Waits for the end of a process that is not ours; `false` when it still runs after `most`.
///
/// # Errors
/// When it can't be watched, for another reason than that it is gone already.
#[cfg(target_os = "linux")]
pub fn ends(process: Pid, most: Duration) -> Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{PidfdFlags, pidfd_open};
    let watched = match pidfd_open(process, PidfdFlags::empty()) {
        Ok(watched) => watched,
        Err(rustix::io::Errno::SRCH) => return Ok(true),
        Err(error) => return Err(error).context("could not watch the process"),
    };
    let most = Timespec::try_from(most).context("a time")?;
    let ended = poll(&mut [PollFd::new(&watched, PollFlags::IN)], Some(&most));
    Ok(ended.context("could not watch the process")? > 0)
}

/// What a stream has said so far, read beside the run.
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
                let mut piece = [0; 8192];
                loop {
                    let read = match stream.read(&mut piece) {
                        Ok(read) => read,
                        Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                        // A stream that breaks has told all it will; what came is what there is.
                        Err(_) => 0,
                    };
                    let mut said = so_far.0.lock().unwrap_or_else(PoisonError::into_inner);
                    said.bytes.extend_from_slice(&piece[..read]);
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

    fn wait_for(&self, text: &str, most: Duration) -> bool {
        let (said, news) = &*self.so_far;
        let said = said.lock().unwrap_or_else(PoisonError::into_inner);
        let going_on = |said: &mut SoFar| !said.ended && !said.text().contains(text);
        let (said, _) = news
            .wait_timeout_while(said, most, going_on)
            .unwrap_or_else(PoisonError::into_inner);
        said.text().contains(text)
    }

    /// Everything, once the stream has ended.
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
