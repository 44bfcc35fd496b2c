//! Measures what a user waits for before the first resource: the start of the provider, its size,
//! and the plan of one route.
//!
//! `cargo bench --bench startup` measures; CONTRIBUTING explains the results. The provider is
//! compared with one of its resources on tf-provider's own server, and with other providers given
//! by `--peer PATH`; they take turns. `cargo test` checks in a short form that the measurement
//! works.
#![expect(clippy::print_stdout, reason = "a command-line program")]

mod connect;
#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "the plugin tests' certificates, of which one is used here"
)]
#[path = "../../crates/tf-provider-server/tests/plugin/client/identity.rs"]
mod identity;
mod launch;
mod one_route;
mod short;
mod size;
mod starts;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use bench_support::options::Options;
use bench_support::{record, shipped};
use serde_json::json;

/// The values of `--only`.
const PARTS: [&str; 2] = ["start", "plan"];

/// A provider, with its name in tables and records.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

fn main() -> ExitCode {
    // `cargo bench` passes `--bench`, `cargo test` does not.
    if !env::args().any(|argument| argument == "--bench") {
        return short::run();
    }
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<()> {
    let options = Options::parse(env::args().skip(1), &PARTS)?;
    let ours = shipped::provider(&options)?;
    let on_serve = shipped::build("serve-peer")?;
    let mut measured = json!({});
    if options.wants("start") {
        let mut programs = vec![
            Program {
                name: "hostup".to_owned(),
                path: ours.clone(),
            },
            Program {
                name: "on tf-provider's serve()".to_owned(),
                path: on_serve.clone(),
            },
        ];
        programs.extend(options.peers.iter().map(|path| Program {
            name: path.file_name().unwrap_or_default().display().to_string(),
            path: path.clone(),
        }));
        measured["starts"] = starts::measure(&programs, &options)?;
    }
    if options.wants("plan") {
        measured["one_route"] = one_route::measure(&ours, &on_serve, &options)?;
    }
    let path = record::write("startup", &measured)?;
    println!("every measurement: {}", path.display());
    Ok(())
}
