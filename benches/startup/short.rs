//! Checks for `cargo test` that the measurement works.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Builder;

use crate::launch::Start;

/// Runs the checks as tests, which `cargo test` can list and filter.
pub(crate) fn run() -> ExitCode {
    type Check = fn() -> Result<()>;
    let checks: [(&str, Check); 2] = [
        ("a_start_is_measured_in_all_its_parts", parts),
        ("a_program_that_is_not_a_provider_is_named", no_provider),
    ];
    let trials = checks.map(|(name, check)| {
        Trial::test(name, move || {
            check().map_err(|error| format!("{error:#}").into())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

fn start(program: &str) -> Result<Start> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(Start::of(&PathBuf::from(program)))
}

fn parts() -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "set by tools/windows-under-wine")]
    let other = std::env::var("HOSTUP_TEST_PROVIDER").ok();
    let ours = env!("CARGO_BIN_EXE_terraform-provider-hostup");
    let start = start(other.as_deref().unwrap_or(ours))?;
    for part in [start.handshake, start.connect, start.schema, start.cpu] {
        ensure!(!part.is_zero(), "a part took no time");
    }
    ensure!(
        start.ready() >= start.handshake + start.schema,
        "the total is less than its parts"
    );
    // Four times what it needs, optimised or not. Wine needs more.
    let most = if other.is_some() { u64::MAX } else { 32 << 20 };
    ensure!(
        start
            .resident
            .is_none_or(|resident| (1 << 20..most).contains(&resident)),
        "it has {:?} bytes resident",
        start.resident
    );
    Ok(())
}

fn no_provider() -> Result<()> {
    let Err(error) = start("/bin/echo") else {
        anyhow::bail!("`echo` is not a provider");
    };
    let text = format!("{error:#}");
    ensure!(
        text.contains("`/bin/echo`") && text.contains("its first line is \"\\n\""),
        "{text}"
    );
    Ok(())
}
