//! What a process took of the machine.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike as _};

/// Processor time and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// Processor time, the system's on its behalf included.
    pub cpu: Duration,
    /// The most memory that was resident at a time, in bytes.
    pub peak: u64,
}

impl Used {
    /// The processor time since `before`.
    pub fn since(self, before: Self) -> Duration {
        self.cpu.saturating_sub(before.cpu)
    }
}

/// What this process took so far, all of its threads.
///
/// # Errors
/// When the system doesn't tell.
pub fn own() -> Result<Used> {
    of(UsageWho::RUSAGE_SELF)
}

/// What the children took that have ended, and their children. Of memory it is the most that one of
/// them had.
///
/// # Errors
/// When the system doesn't tell.
pub fn children() -> Result<Used> {
    of(UsageWho::RUSAGE_CHILDREN)
}

fn of(who: UsageWho) -> Result<Used> {
    let usage: Usage = getrusage(who).context("the system doesn't tell what was used")?;
    let time = |time: TimeVal| u64::try_from(time.num_microseconds()).unwrap_or_default();
    let micros = time(usage.user_time()) + time(usage.system_time());
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Ok(Used {
        cpu: Duration::from_micros(micros),
        peak: u64::try_from(usage.max_rss()).unwrap_or_default() * unit,
    })
}

/// What a running process has resident now, in bytes; `None` where the system has no `/proc`.
pub fn resident(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_and_memory_show() {
        let before = own().expect("usage");
        let mut memory = vec![0_u8; 32 << 20];
        while own().expect("usage").cpu < before.cpu + Duration::from_millis(20) {
            for byte in &mut memory {
                *byte = byte.wrapping_add(1);
            }
        }
        assert!(own().expect("usage").peak > 32 << 20);
        if cfg!(target_os = "linux") {
            let resident = resident(std::process::id()).expect("memory");
            assert!(resident > 32 << 20, "{resident} with {}", memory.len());
        }
    }
}
