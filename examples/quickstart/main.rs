//! Runs a real `terraform` or `tofu` with the provider: apply, a plan without changes, an update
//! and a destroy. HostUp's API is a mock in this process, so that no account or key is needed.
//!
//! `cargo run --example quickstart -- --help` lists the options.
#![expect(clippy::print_stdout, reason = "a command-line program")]

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, anyhow, ensure};
use cli_support::{Core, Workspace, target_directory};
use hostup_mock_api::MockApi;
use lexopt::{Arg, Parser};

const USAGE: &str = "\
usage: cargo run --example quickstart -- [OPTION]…

  --cli PATH       use this `terraform` or `tofu`
  --provider PATH  use this provider instead of the one built here
  --keep           stop after the apply and keep the mock running, to continue by hand";

#[derive(Default)]
struct Options {
    cli: Option<PathBuf>,
    provider: Option<PathBuf>,
    keep: bool,
    help: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(summary) => {
            println!("\n{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("\nThe quickstart failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    fn read(parser: &mut Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("cli") => options.cli = Some(parser.value()?.into()),
                Arg::Long("provider") => options.provider = Some(parser.value()?.into()),
                Arg::Long("keep") => options.keep = true,
                Arg::Long("help") => options.help = true,
                _ => return Err(argument.unexpected()),
            }
        }
        Ok(options)
    }
}

fn run() -> Result<String> {
    let options =
        Options::read(&mut Parser::from_env()).map_err(|error| anyhow!("{error}\n\n{USAGE}"))?;
    if options.help {
        return Ok(USAGE.to_owned());
    }
    let executable = env::current_exe()?;
    let core = core(&options, &target_directory(&executable)?)?;
    heading(&format!(
        "{core} applies examples/quickstart/main.tf to a mock of HostUp's API"
    ));
    let provider = match &options.provider {
        Some(path) => path.canonicalize()?,
        None => build_provider(&executable)?,
    };

    let mock = MockApi::start();
    let mut workspace = Workspace::new(core, &provider)?;
    workspace.write("main.tf", include_str!("main.tf"))?;
    workspace.set("HOSTUP_API_BASE", mock.endpoint());
    workspace.set("HOSTUP_API_KEY", mock.api_key());
    workspace.set("TF_VAR_web_server", &mock.add_vps("web-01"));
    workspace.set("TF_VAR_db_server", &mock.add_vps("db-01"));

    heading("apply");
    step(&workspace, &["apply", "-auto-approve"])?;
    let applied = count(&mock);
    ensure!(
        applied == 5,
        "the account has {applied} objects after the apply instead of 5"
    );

    heading("plan: no changes");
    step(&workspace, &["plan", "-detailed-exitcode"]).context("the second plan has changes")?;
    print_account(&mock);

    if options.keep {
        return keep(mock, workspace);
    }

    heading("update: another label, the same prefix");
    let prefix = web_prefix(&mock)?;
    workspace.set("TF_VAR_web_label", "front end");
    workspace.set("TF_VAR_deletion_protection", "false"); // for the destroy below
    step(&workspace, &["apply", "-auto-approve"])?;
    ensure!(
        web_prefix(&mock)? == prefix,
        "the update did not keep the prefix {prefix}"
    );
    step(&workspace, &["plan", "-detailed-exitcode"])
        .context("the plan after the update has changes")?;

    heading("destroy");
    step(&workspace, &["destroy", "-auto-approve"])?;
    let left = count(&mock);
    ensure!(
        left == 0,
        "the account still has {left} objects after the destroy"
    );
    Ok(format!(
        "It works: {applied} objects created, 2 changed (a route kept its prefix, and the pool lost \
         its protection), {applied} destroyed."
    ))
}

/// Returns the `terraform` or `tofu` of `--cli`, else the first on `PATH`, else a downloaded one.
fn core(options: &Options, target: &Path) -> Result<Core> {
    if let Some(path) = &options.cli {
        return Core::at(path);
    }
    if let Some(core) = cli_support::core::on_path().into_iter().next() {
        return Ok(core);
    }
    heading("neither `terraform` nor `tofu` is on PATH: downloading Terraform to target/");
    cli_support::fetch::terraform(target, &cli_support::fetch::RELEASES[0])
}

/// Builds the provider with the profile of this example and returns its path. `cargo run --example`
/// does not build it.
fn build_provider(executable: &Path) -> Result<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo sets it for the programs it runs"
    )]
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let directory = executable
        .parent()
        .and_then(Path::parent)
        .context("the example is not in a target directory")?;
    let mut build = Command::new(cargo);
    build
        .args(["build", "--quiet", "--bin", "terraform-provider-hostup"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if directory.ends_with("release") {
        build.arg("--release");
    }
    ensure!(build.status()?.success(), "could not build the provider");
    Ok(directory.join("terraform-provider-hostup"))
}

fn step(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let mut arguments = arguments.to_vec();
    if !io::stdout().is_terminal() {
        // A file or a pipe gets no colour codes.
        arguments.push("-no-color");
    }
    let status = workspace.show(&arguments)?;
    ensure!(
        status.success(),
        "`{}` failed: {status}",
        arguments.join(" ")
    );
    Ok(())
}

fn heading(text: &str) {
    println!("\n=== {text}");
}

fn count(mock: &MockApi) -> usize {
    mock.pools().len() + mock.routes().len() + mock.networks().len() + private_addresses(mock).len()
}

/// The servers' names with their private addresses.
fn private_addresses(mock: &MockApi) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for vps in mock.vpses() {
        let network = mock.vps_network(text(&vps, "id"));
        let interfaces = network["interfaces"].as_array().into_iter().flatten();
        let addresses = interfaces.filter_map(|interface| interface["ip"].as_array());
        for address in addresses.flatten() {
            if address["isPrivate"] == true {
                found.push((
                    text(&vps, "name").to_owned(),
                    text(address, "ip").to_owned(),
                ));
            }
        }
    }
    found
}

fn print_account(mock: &MockApi) {
    println!("\nThe mock account now has:");
    for pool in mock.pools() {
        println!(
            "  pool     {} ({})",
            text(&pool, "parentCidr"),
            text(&pool, "id")
        );
    }
    for route in mock.routes() {
        println!(
            "  route    {} to {} ({})",
            text(&route, "prefix"),
            text(&route, "vpsName"),
            text(&route, "id")
        );
    }
    for network in mock.networks() {
        println!(
            "  network  {} {} ({})",
            text(&network, "name"),
            text(&network, "parentCidr"),
            text(&network, "id")
        );
    }
    for (name, address) in private_addresses(mock) {
        println!("  private  {address} of {name}");
    }
}

fn web_prefix(mock: &MockApi) -> Result<String> {
    mock.routes()
        .iter()
        .find(|route| text(route, "vpsName") == "web-01")
        .map(|route| text(route, "prefix").to_owned())
        .context("no prefix is routed to web-01")
}

fn text<'a>(document: &'a serde_json::Value, key: &str) -> &'a str {
    document[key].as_str().unwrap_or_default()
}

/// Keeps the mock running until Ctrl-C and prints how to continue by hand.
fn keep(mock: MockApi, workspace: Workspace) -> Result<String> {
    let exports = workspace.exports();
    let program = workspace.core().program.display().to_string();
    let directory = workspace.keep();
    heading("the mock runs until Ctrl-C; continue in another terminal:");
    println!("cd {}", directory.display());
    for (name, value) in exports {
        println!("export {name}='{value}'");
    }
    println!("{program} plan");
    println!("TF_VAR_deletion_protection=false {program} apply # then destroy is allowed");
    println!("{program} destroy");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(tokio::signal::ctrl_c())?;
    drop(mock);
    Ok(format!(
        "The mock has stopped; the configuration is in {}.",
        directory.display()
    ))
}
