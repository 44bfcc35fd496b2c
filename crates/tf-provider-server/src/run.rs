//! Everything `main` needs: arguments, start by hand, and what is said when nothing can be served.

use std::ffi::OsString;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;
use std::time::Duration;

use super::call::payload_text;
use super::handshake::Environment;
use super::serve::{ServeError, serve_blocking, serve_here};
use super::transport::Transport;
use super::{Plugin, log};

/// What the program says about itself.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name: `terraform-provider-…`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The provider's addresses: `registry.terraform.io/…/…`, and what other products' cores call
    /// it.
    pub provider_addresses: &'static [&'static str],
}

/// What can be chosen about serving. The default is right for a provider in use.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The kind of socket, unless the environment says `TF_PLUGIN_TRANSPORT=tcp` or `=unix`. Where
    /// a Unix socket does not work, a server with TLS uses TCP by itself.
    pub transport: Transport,
    /// How long the server lives without a connection: before the first, and after the last.
    pub idle_limit: Duration,
    /// How long an ending server waits for calls that change something. What is cut is in no
    /// state, so this is longer than any one request of theirs may take.
    pub writing_grace: Duration,
    /// How long a client may take over its TLS handshake.
    pub tls_handshake_timeout: Duration,
    /// Whether panics are logged by a hook of the server, in place of the one that is there.
    pub panic_hook: bool,
    /// Whether the server installs its subscriber for `tracing`, which writes the log the core
    /// reads. One that is installed already stays in any case.
    pub subscriber: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            transport: Transport::default(),
            idle_limit: Duration::from_mins(5),
            writing_grace: Duration::from_secs(90),
            tls_handshake_timeout: Duration::from_secs(10),
            panic_hook: true,
            subscriber: true,
        }
    }
}

/// Does what the arguments say; without any, serves the core that started the program.
///
/// | argument | |
/// | --- | --- |
/// | none | serves the core; without one says so in two sentences and ends with code 1 |
/// | `--debug` | prints the `TF_REATTACH_PROVIDERS` line and serves any core until Ctrl-C |
/// | `--version`, `--help` | says so |
///
/// What keeps it from serving is printed as one line on stdout, which every core shows.
pub fn run(plugin: impl FnOnce() -> Plugin, about: About) -> ExitCode {
    run_with(plugin, about, Options::default())
}

/// [`run`], with a choice.
pub fn run_with(plugin: impl FnOnce() -> Plugin, about: About, options: Options) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(|one| one.to_str()).collect();
    let environment = Environment::read(about.name);
    let name = about.name;
    let for_debugging = match arguments.as_slice() {
        [] if environment.has_cookie => false,
        [] => {
            say(
                &mut io::stderr(),
                &format!(
                    "`{name}` is a plugin that Terraform and OpenTofu start by themselves; it does \
                     nothing when started by hand.\nName it in a `required_providers` block and run \
                     `terraform init`, or see `{name} --help`."
                ),
            );
            return ExitCode::FAILURE;
        }
        [Some("-version" | "--version" | "-V")] => {
            say(&mut io::stdout(), &format!("{name} {}", about.version));
            return ExitCode::SUCCESS;
        }
        [Some("-help" | "--help" | "-h")] => {
            say(&mut io::stdout(), &help(&about));
            return ExitCode::SUCCESS;
        }
        [Some("-debug" | "--debug")] => true,
        _ => {
            say(
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
        log::hear_panics();
    }
    if options.subscriber {
        log::start(environment.log_level.as_deref());
    }
    let served = catch_unwind(AssertUnwindSafe(|| {
        serve_blocking(plugin, about, options, environment, for_debugging)
    }));
    let cause = match served {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(cause)) => cause,
        Err(panic) => {
            if !for_debugging {
                let cause = payload_text(panic.as_ref());
                say_to_core(&format!("`{name}` crashed at its start: {cause}"));
            }
            resume_unwind(panic);
        }
    };
    let text = report(name, &cause, for_debugging);
    say(&mut io::stderr(), &text);
    ExitCode::FAILURE
}

/// Serves the core that started the program, on the runtime of the caller. Arguments, panic hook
/// and subscriber are the caller's as well.
///
/// # Errors
/// When no core started the program, or when it cannot be served; the core is told why.
pub async fn serve(plugin: Plugin, about: About, options: Options) -> io::Result<()> {
    let environment = Environment::read(about.name);
    if !environment.has_cookie {
        return Err(io::Error::other(format!(
            "`{}` was not started by Terraform or OpenTofu",
            about.name
        )));
    }
    serve_here(|| plugin, about, options, environment, false)
        .await
        .map_err(|cause| io::Error::other(report(about.name, &cause, false)))
}

/// Logs why nothing can be served, and tells the core.
fn report(name: &str, cause: &ServeError, for_debugging: bool) -> String {
    tracing::error!(%cause, "cannot serve");
    let text = format!("`{name}` cannot serve: {cause}");
    if !for_debugging {
        say_to_core(&text);
    }
    text
}

/// Tells the core why there is no handshake. It hides stderr, but shows a line on stdout that is
/// not a handshake: one with fewer than three `|`.
fn say_to_core(text: &str) {
    let words: Vec<&str> = text.split_whitespace().collect();
    say(&mut io::stdout(), &words.join(" ").replace('|', "/"));
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

/// Prints, whether or not anybody reads it.
pub(super) fn say(to: &mut impl io::Write, text: &str) {
    let _ = writeln!(to, "{text}");
    let _ = to.flush();
}
