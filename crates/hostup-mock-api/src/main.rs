//! Runs the mock as a program: for trying the provider by hand, without an account at HostUp.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use hostup_mock_api::{MockApi, Options, VpsOptions};
use lexopt::{Arg, Parser, ValueExt as _};

const HELP: &str = "\
Runs a stateful mock of HostUp's API until Ctrl-C. Nothing is saved.

Usage: hostup-mock-api [OPTIONS]

Options:
  --listen 127.0.0.1:PORT     Listen here, on the loopback only [default: any free port]
  --api-key KEY               Accept this key [default: a random one]
  --vps NAME                  Start with a server of this name; may be repeated
  --stopped NAME              Start with a stopped server; may be repeated
  --suspended NAME            Start with a suspended server, which cannot receive routes;
                              may be repeated
  --held-back CIDR            Refuse this prefix, although no route has it; may be repeated
  --cooldown                  Refuse a new pool after a release, until the cooldown ends
  --copy-lag-ms N             Let reads lag N milliseconds behind writes [default: 0]
  --provisioning-reads N      Show a new private network as `provisioning` N times [default: 1]
  --deprovisioning-reads N    Show a deleted one as `deprovisioning` N times [default: 1]
  --job-reads N               Show a job as `queued` N times, then as `in_progress` N times
                              [default: 1]
  --reserved-reads N          Keep a detached address reserved for N reads of its private
                              network [default: 0]
  --latency-ms N              Let every request take N milliseconds [default: 0]
  -h, --help                  Print this help
";

fn main() -> ExitCode {
    match parse(Parser::from_env()) {
        Ok(Some(options)) => match run(options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("could not run the mock: {error}"), 1),
        },
        Ok(None) => match io::stdout().write_all(HELP.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(error) => fail(&format!("{error}\n\nTry `hostup-mock-api --help`"), 2),
    }
}

/// Prints an error. When that fails too, only the exit status is left.
fn fail(message: &str, status: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {message}");
    ExitCode::from(status)
}

/// Returns the options, or `None` for `--help`.
fn parse(mut parser: Parser) -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options::default();
    while let Some(argument) = parser.next()? {
        let switches = &mut options.switches;
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("listen") => options.listen = parser.value()?.parse_with(address)?,
            Arg::Long("api-key") => options.api_key = Some(parser.value()?.string()?),
            Arg::Long("vps") => options.vpses.push(server(parser.value()?)?),
            Arg::Long("stopped") => options.vpses.push(VpsOptions {
                power_state: Some("stopped".to_owned()),
                ..server(parser.value()?)?
            }),
            Arg::Long("suspended") => options.vpses.push(VpsOptions {
                status: "suspended".to_owned(),
                ..server(parser.value()?)?
            }),
            Arg::Long("held-back") => switches.held_back.push(parser.value()?.string()?),
            Arg::Long("cooldown") => switches.strict_pool_cooldown = true,
            Arg::Long("copy-lag-ms") => switches.copy_lag = millis(&mut parser)?,
            Arg::Long("provisioning-reads") => {
                switches.provisioning_reads = parser.value()?.parse()?;
            }
            Arg::Long("deprovisioning-reads") => {
                switches.deprovisioning_reads = parser.value()?.parse()?;
            }
            Arg::Long("job-reads") => switches.job_reads = parser.value()?.parse()?,
            Arg::Long("reserved-reads") => {
                switches.interfaces.reserved_reads = parser.value()?.parse()?;
            }
            Arg::Long("latency-ms") => switches.latency = millis(&mut parser)?,
            _ => return Err(argument.unexpected()),
        }
    }
    options.api_key = options.api_key.filter(|key| !key.is_empty());
    Ok(Some(options))
}

fn server(name: OsString) -> Result<VpsOptions, lexopt::Error> {
    Ok(VpsOptions {
        name: name.string()?,
        ..VpsOptions::default()
    })
}

fn millis(parser: &mut Parser) -> Result<Duration, lexopt::Error> {
    Ok(Duration::from_millis(
        parser.value()?.parse::<u32>()?.into(),
    ))
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let address: SocketAddr = text.parse().map_err(|_| "not an address with a port")?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the mock listens on the loopback only")
    }
}

fn run(options: Options) -> io::Result<()> {
    let mock = MockApi::try_start(options)?;
    let mut out = io::stdout().lock();
    writeln!(out, "export HOSTUP_API_BASE={}", mock.endpoint())?;
    writeln!(out, "export HOSTUP_API_KEY={}", quoted(mock.api_key()))?;
    for vps in mock.vpses() {
        let text = |field: &str| vps[field].as_str().unwrap_or_default().to_owned();
        writeln!(out, "# VPS {} {}", text("id"), text("name"))?;
    }
    writeln!(out, "# Ctrl-C stops the mock")?;
    out.flush()?;
    drop(out);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(tokio::signal::ctrl_c())
}

/// Quotes a text for a shell, when it needs quotes.
fn quoted(text: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "_-.:/".contains(char);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Result<Option<Options>, lexopt::Error> {
        parse(Parser::from_args(text.split_whitespace()))
    }

    #[test]
    fn every_option_is_parsed() {
        let text = "--listen 127.0.0.1:4010 --api-key=k --vps a --vps=b --provisioning-reads 3 \
                    --deprovisioning-reads=0 --latency-ms 5 --suspended=c --stopped d \
                    --copy-lag-ms 900 --held-back 2001:db8:1000::/64 --job-reads 4 \
                    --held-back=2001:db8:1000:1::/64 --reserved-reads=2 --cooldown";
        let options = arguments(text).expect("good arguments").expect("no help");
        assert_eq!(options.listen.to_string(), "127.0.0.1:4010");
        assert_eq!(options.api_key.as_deref(), Some("k"));
        let names: Vec<&str> = options.vpses.iter().map(|vps| vps.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        let statuses = options.vpses.iter().map(|vps| vps.status.as_str());
        assert!(statuses.eq(["active", "active", "suspended", "active"]));
        assert_eq!(options.vpses[3].power_state.as_deref(), Some("stopped"));
        let switches = options.switches;
        assert!(switches.strict_pool_cooldown);
        assert_eq!(switches.copy_lag, Duration::from_millis(900));
        let held_back = ["2001:db8:1000::/64", "2001:db8:1000:1::/64"];
        assert_eq!(switches.held_back, held_back);
        assert_eq!(switches.provisioning_reads, 3);
        assert_eq!(switches.deprovisioning_reads, 0);
        assert_eq!(switches.job_reads, 4);
        assert_eq!(switches.interfaces.reserved_reads, 2);
        assert_eq!(switches.latency, Duration::from_millis(5));
        assert!(arguments("-h").expect("good arguments").is_none());
    }

    #[test]
    fn errors_name_the_argument() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            let error = arguments(text).expect_err(text).to_string();
            assert!(error.contains(expected), "{error}");
        }
        check("--port 1", "'--port'");
        check("web-01", "\"web-01\"");
        check("--vps", "'--vps'");
        check("--listen 4010", "not an address with a port");
        check("--listen 0.0.0.0:4010", "loopback only");
        check("--latency-ms fast", "\"fast\"");
        check("--copy-lag-ms 1.5", "\"1.5\"");
        check("--suspended", "'--suspended'");
    }

    #[test]
    fn a_key_is_quoted_for_the_shell_only_when_it_must_be() {
        assert_eq!(quoted("hostup_mock-01"), "hostup_mock-01");
        assert_eq!(quoted("a b'c"), r"'a b'\''c'");
        assert_eq!(quoted(""), "''");
    }
}
