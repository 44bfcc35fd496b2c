//! The main job on a fresh machine: a real `apply`, a plan that must be empty, a change, a destroy
//! — against a mock of HostUp's API that lives in this process. No account, no key, no other step.
//!
//! `cargo run --example quickstart`            all of it
//! `cargo run --example quickstart -- --keep`  apply only; leaves the mock running to go on by hand
//! `cargo run --example quickstart -- --cli PATH`  with a certain `terraform` or `tofu`
#![expect(clippy::print_stdout, reason = "a program for a person to watch")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use cli_support::{Core, Workspace, core, target_directory};
use hostup_mock_api::MockApi;

const USAGE: &str = "usage: cargo run --example quickstart -- [--keep] [--cli PATH]";

struct Options {
    keep: bool,
    cli: Option<PathBuf>,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
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

fn options() -> Result<Options> {
    let mut options = Options {
        keep: false,
        cli: None,
    };
    let mut arguments = env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--keep") => options.keep = true,
            Some("--cli") => {
                let path = arguments
                    .next()
                    .with_context(|| format!("`--cli` needs a path; {USAGE}"))?;
                options.cli = Some(path.into());
            }
            _ => bail!("unknown argument `{}`; {USAGE}", argument.display()),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<String> {
    let executable = env::current_exe()?;
    let core = pick(options, &target_directory(&executable)?)?;
    say(&format!(
        "{core} applies examples/quickstart/main.tf on a mock of HostUp's API"
    ));

    let mock = MockApi::start();
    let mut workspace = Workspace::new(core, &provider(&executable)?)?;
    workspace.write("main.tf", include_str!("main.tf"))?;
    workspace.set("HOSTUP_API_BASE", mock.endpoint());
    workspace.set("HOSTUP_API_KEY", mock.api_key());
    workspace.set("TF_VAR_web_server", &mock.add_vps("web-01"));
    workspace.set("TF_VAR_db_server", &mock.add_vps("db-01"));

    say("apply");
    step(&workspace, &["apply", "-auto-approve"])?;
    let applied = count(&mock);
    ensure!(
        applied == 4,
        "the account holds {applied} objects after the apply, not 4"
    );

    say("plan: nothing is left to do");
    step(&workspace, &["plan", "-detailed-exitcode"]).context("the second plan is not empty")?;
    inventory(&mock);

    if options.keep {
        return keep(mock, workspace);
    }

    say("a change: another label, the same prefix");
    let prefix = web_prefix(&mock)?;
    workspace.set("TF_VAR_web_label", "front end");
    workspace.set("TF_VAR_deletion_protection", "false"); // for the destroy below
    step(&workspace, &["apply", "-auto-approve"])?;
    ensure!(
        web_prefix(&mock)? == prefix,
        "the change did not keep the prefix {prefix}"
    );
    step(&workspace, &["plan", "-detailed-exitcode"])
        .context("the plan after the change is not empty")?;

    say("destroy");
    step(&workspace, &["destroy", "-auto-approve"])?;
    let left = count(&mock);
    ensure!(
        left == 0,
        "the account still holds {left} objects after the destroy"
    );
    Ok(format!(
        "It works: {applied} objects applied, 1 changed with its prefix kept, {applied} destroyed, {left} left."
    ))
}

/// The program that was asked for, else the first on `PATH`, else one that is fetched.
fn pick(options: &Options, target: &Path) -> Result<Core> {
    if let Some(path) = &options.cli {
        return Core::at(path);
    }
    if let Some(core) = core::on_path().into_iter().next() {
        return Ok(core);
    }
    say("neither `terraform` nor `tofu` is on PATH: fetching Terraform into target/");
    cli_support::fetch::terraform(target, &cli_support::fetch::RELEASES[0])
}

/// The provider executable beside this example, built by the cargo that runs it: `cargo run
/// --example` alone does not build it.
fn provider(executable: &Path) -> Result<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo names itself to what it runs"
    )]
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let directory = executable
        .parent()
        .and_then(Path::parent)
        .context("the example does not lie in a target directory")?;
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
    let status = workspace.show(arguments)?;
    ensure!(
        status.success(),
        "`{}` ended with {status}",
        arguments.join(" ")
    );
    Ok(())
}

fn say(what: &str) {
    println!("\n=== {what}");
}

fn count(mock: &MockApi) -> usize {
    mock.pools().len() + mock.routes().len() + mock.networks().len()
}

fn inventory(mock: &MockApi) {
    println!("\nThe mock account now holds:");
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
}

fn web_prefix(mock: &MockApi) -> Result<String> {
    mock.routes()
        .iter()
        .find(|route| text(route, "vpsName") == "web-01")
        .map(|route| text(route, "prefix").to_owned())
        .context("nothing is routed to web-01")
}

fn text<'a>(document: &'a serde_json::Value, key: &str) -> &'a str {
    document[key].as_str().unwrap_or_default()
}

/// Leaves everything as it is and says how to go on.
fn keep(mock: MockApi, workspace: Workspace) -> Result<String> {
    let exports = workspace.exports();
    let program = workspace.core().program.display().to_string();
    let directory = workspace.keep();
    say("the mock keeps running until Ctrl-C; go on in another terminal:");
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
        "The mock has stopped; the configuration stays in {}.",
        directory.display()
    ))
}
