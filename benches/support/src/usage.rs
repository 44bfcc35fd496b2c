//! Reads how much processor time and memory a process used.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike as _};

/// Processor time and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Processor time in user and system mode.
    pub cpu: Duration,
    /// The largest resident memory, in bytes.
    pub peak: u64,
}

impl Usage {
    /// Returns the processor time since `before`.
    pub fn since(self, before: Self) -> Duration {
        self.cpu.saturating_sub(before.cpu)
    }
}

/// Returns the usage of this process so far.
///
/// # Errors
/// When the system call fails.
pub fn own() -> Result<Usage> {
    of(UsageWho::RUSAGE_SELF)
}

/// Returns the usage of the descendants that have ended: their total time, and the peak memory of
/// one process.
///
/// # Errors
/// When the system call fails.
pub fn children() -> Result<Usage> {
    of(UsageWho::RUSAGE_CHILDREN)
}

fn of(who: UsageWho) -> Result<Usage> {
    let usage = getrusage(who).context("could not read the resource usage")?;
    let time = |time: TimeVal| u64::try_from(time.num_microseconds()).unwrap_or_default();
    let micros = time(usage.user_time()) + time(usage.system_time());
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Ok(Usage {
        cpu: Duration::from_micros(micros),
        peak: u64::try_from(usage.max_rss()).unwrap_or_default() * unit,
    })
}

/// Returns the resident memory of a running process, in bytes; `None` on a system without `/proc`.
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
    fn processor_time_and_memory_are_measured() {
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
