//! Everything that `main` needs: the arguments, a start without a core, and start-up errors.

use std::ffi::OsString;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;
use std::time::Duration;

use super::call::panic_message;
use super::handshake::Environment;
use super::serve::{ServeError, serve_blocking, serve_on_current_runtime};
use super::transport::Transport;
use super::{Plugin, log};

/// The program's name, version and provider addresses.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The program's name: `terraform-provider-…`.
    pub name: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// The provider's address in each registry: `registry.terraform.io/…/…`.
    pub provider_addresses: &'static [&'static str],
}

/// Options of the server. The defaults suit a provider in production.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The kind of socket, unless `TF_PLUGIN_TRANSPORT` is `tcp` or `unix`. A server with TLS falls
    /// back to TCP if it cannot listen on a Unix socket.
    pub transport: Transport,
    /// How long the server runs without a connection, before the first and after the last.
    pub idle_limit: Duration,
    /// How long an ending server waits for calls that write. The result of a call that is cut off
    /// is lost, so this must be longer than any single request to the provider's API.
    pub write_grace: Duration,
    /// How long a client may take over its TLS handshake.
    pub tls_handshake_timeout: Duration,
    /// Whether the server replaces the panic hook with one that logs panics.
    pub panic_hook: bool,
    /// Whether the server installs a subscriber for `tracing` that writes the log for the core. A
    /// subscriber that is installed already stays in any case.
    pub subscriber: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            transport: Transport::default(),
            idle_limit: Duration::from_mins(5),
            write_grace: Duration::from_secs(90),
            tls_handshake_timeout: Duration::from_secs(10),
            panic_hook: true,
            subscriber: true,
        }
    }
}

/// Serves the core that started the program, or does what the arguments say.
///
/// | argument | |
/// | --- | --- |
/// | none | serves the core; without a core, prints an explanation and returns exit code 1 |
/// | `--debug` | prints the `TF_REATTACH_PROVIDERS` line and serves any core until Ctrl-C |
/// | `--version`, `--help` | prints it |
///
/// An error that prevents serving is printed as one line on stdout, which every core shows.
pub fn run(plugin: impl FnOnce() -> Plugin, about: About) -> ExitCode {
    run_with(plugin, about, Options::default())
}

/// Does what [`run`] does, with other options.
pub fn run_with(plugin: impl FnOnce() -> Plugin, about: About, options: Options) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(|one| one.to_str()).collect();
    let environment = Environment::read(about.name);
    let name = about.name;
    let for_debugging = match arguments.as_slice() {
        [] if environment.has_cookie => false,
        [] => {
            print(
                &mut io::stderr(),
                &format!(
                    "`{name}` is a plugin that Terraform and OpenTofu start by themselves; it does \
                     nothing when started by hand.\nName it in a `required_providers` block and \
                     run `terraform init`, or see `{name} --help`."
                ),
            );
            return ExitCode::FAILURE;
        }
        [Some("-version" | "--version" | "-V")] => {
            print(&mut io::stdout(), &format!("{name} {}", about.version));
            return ExitCode::SUCCESS;
        }
        [Some("-help" | "--help" | "-h")] => {
            print(&mut io::stdout(), &help(&about));
            return ExitCode::SUCCESS;
        }
        [Some("-debug" | "--debug")] => true,
        _ => {
            print(
                &mut io::stderr(),
                &format!(
                    "`{name}` does not know these arguments.\n\n{}",
                    help(&about)
                ),
            );
            return ExitCode::from(2);
        }
    };
    if options.panic_hook {
        log::set_panic_hook();
    }
    if options.subscriber {
        log::init(environment.log_level.as_deref());
    }
    let served = catch_unwind(AssertUnwindSafe(|| {
        serve_blocking(plugin, about, options, environment, for_debugging)
    }));
    let cause = match served {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(cause)) => cause,
        Err(panic) => {
            if !for_debugging {
                let cause = panic_message(panic.as_ref());
                print_for_core(&format!("`{name}` crashed at its start: {cause}"));
            }
            resume_unwind(panic);
        }
    };
    let text = report(name, &cause, for_debugging);
    print(&mut io::stderr(), &text);
    ExitCode::FAILURE
}

/// Serves the core that started the program, on the caller's runtime.
///
/// It ignores the program's arguments, and installs neither panic hook nor subscriber.
///
/// # Errors
/// If no core started the program, or if serving fails. The core shows why.
pub async fn serve(plugin: Plugin, about: About, options: Options) -> io::Result<()> {
    let environment = Environment::read(about.name);
    if !environment.has_cookie {
        return Err(io::Error::other(format!(
            "`{}` was not started by Terraform or OpenTofu",
            about.name
        )));
    }
    serve_on_current_runtime(|| plugin, about, options, environment, false)
        .await
        .map_err(|cause| io::Error::other(report(about.name, &cause, false)))
}

/// Logs an error that prevents serving, and prints it for the core. Returns its text.
fn report(name: &str, cause: &ServeError, for_debugging: bool) -> String {
    tracing::error!(%cause, "cannot serve");
    let text = format!("`{name}` cannot serve: {cause}");
    if !for_debugging {
        print_for_core(&text);
    }
    text
}

/// Prints a line on stdout that the core shows in place of a handshake.
///
/// A core hides stderr, but shows a line that is no handshake: one with fewer than three `|`.
fn print_for_core(text: &str) {
    let words: Vec<&str> = text.split_whitespace().collect();
    print(&mut io::stdout(), &words.join(" ").replace('|', "/"));
}

fn help(about: &About) -> String {
    let About { name, version, .. } = about;
    format!(
        "{name} {version}\n\n\
         Terraform and OpenTofu start this program by themselves.\n\n\
         \x20 --debug    serve until Ctrl-C and print how Terraform can use this process\n\
         \x20 --version  print the version\n\
         \x20 --help     print this"
    )
}

/// Prints a line and ignores errors: the stream may be closed.
pub(super) fn print(to: &mut impl io::Write, text: &str) {
    let _ = writeln!(to, "{text}");
    let _ = to.flush();
}
