//! The mock as a program: for trying the provider by hand, without an account at HostUp.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use hostup_mock_api::{MockApi, Options, VpsOptions};

const HELP: &str = "\
A stateful mock of HostUp's API. Runs until Ctrl-C; forgets everything then.

Usage: hostup-mock-api [OPTIONS]

Options:
  --listen 127.0.0.1:PORT     Where to listen, on the loopback only [default: any free port]
  --api-key KEY               The key to accept [default: made up]
  --vps NAME                  Start with a VPS of this name; may be repeated
  --suspended NAME            Start with a suspended VPS, to which nothing can be routed
  --held-back CIDR            A prefix HostUp keeps back, though no state shows it; may be repeated
  --copy-lag-ms N             Milliseconds by which reads lag behind writes [default: 0]
  --provisioning-reads N      Reads of a new private network that show `provisioning` [default: 1]
  --deprovisioning-reads N    Reads of a deleted one that show `deprovisioning` [default: 1]
  --latency-ms N              Milliseconds every request takes [default: 0]
  -h, --help                  Print this help
";

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)) {
        Ok(Some(options)) => match run(options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("could not run the mock: {error}"), 1),
        },
        Ok(None) => match io::stdout().write_all(HELP.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(mistake) => fail(
            &format!("{mistake}\n\nFor more, try `hostup-mock-api --help`"),
            2,
        ),
    }
}

/// Says what is wrong; nothing can be done when nobody listens.
fn fail(message: &str, status: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {message}");
    ExitCode::from(status)
}

/// The options asked for; `None` when it was help.
fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        // `--name=value` and `--name value` are the same.
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        if matches!(name.as_str(), "-h" | "--help") {
            return Ok(None);
        }
        let mut value = || {
            attached
                .clone()
                .or_else(|| arguments.next())
                .ok_or(format!("`{name}` needs a value"))
        };
        match name.as_str() {
            "--listen" => options.listen = address(&value()?)?,
            "--api-key" => options.api_key = Some(value()?).filter(|key| !key.is_empty()),
            "--vps" => {
                options.vpses.push(VpsOptions {
                    name: value()?,
                    ..VpsOptions::default()
                });
            }
            "--suspended" => {
                options.vpses.push(VpsOptions {
                    name: value()?,
                    status: "suspended".to_owned(),
                    ..VpsOptions::default()
                });
            }
            "--held-back" => options.switches.held_back.push(value()?),
            "--copy-lag-ms" => {
                let millis = number(&name, &value()?)?;
                options.switches.copy_lag = Duration::from_millis(millis.into());
            }
            "--provisioning-reads" => {
                options.switches.provisioning_reads = number(&name, &value()?)?;
            }
            "--deprovisioning-reads" => {
                options.switches.deprovisioning_reads = number(&name, &value()?)?;
            }
            "--latency-ms" => {
                let millis = number(&name, &value()?)?;
                options.switches.latency = Duration::from_millis(millis.into());
            }
            _ => return Err(format!("unknown argument `{name}`")),
        }
    }
    Ok(Some(options))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text
        .parse()
        .map_err(|_| format!("`--listen` needs an address and a port, not `{text}`"))?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err(format!(
        "`--listen {address}` is refused: the mock listens on the loopback only"
    ))
}

fn number(name: &str, text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| format!("`{name}` needs a whole number, not `{text}`"))
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

/// For a shell: as it is when nothing in it could be misread, else in single quotes.
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

    fn arguments(text: &str) -> Result<Option<Options>, String> {
        parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_option_is_understood_in_both_spellings() {
        let text = "--listen 127.0.0.1:4010 --api-key=k --vps a --vps=b --provisioning-reads 3 \
                    --deprovisioning-reads=0 --latency-ms 5 --suspended=c --copy-lag-ms 900 \
                    --held-back 2001:db8:1000::/64 --held-back=2001:db8:1000:1::/64";
        let options = arguments(text).expect("good arguments").expect("no help");
        assert_eq!(options.listen.to_string(), "127.0.0.1:4010");
        assert_eq!(options.api_key.as_deref(), Some("k"));
        let names: Vec<&str> = options.vpses.iter().map(|vps| vps.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let statuses = options.vpses.iter().map(|vps| vps.status.as_str());
        assert!(statuses.eq(["active", "active", "suspended"]));
        assert_eq!(options.switches.copy_lag, Duration::from_millis(900));
        let held_back = ["2001:db8:1000::/64", "2001:db8:1000:1::/64"];
        assert_eq!(options.switches.held_back, held_back);
        assert_eq!(options.switches.provisioning_reads, 3);
        assert_eq!(options.switches.deprovisioning_reads, 0);
        assert_eq!(options.switches.latency, Duration::from_millis(5));
    }

    #[test]
    fn a_mistake_is_named() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            let mistake = arguments(text).expect_err(text);
            assert!(mistake.contains(expected), "{mistake}");
        }
        check("--port 1", "unknown argument `--port`");
        check("web-01", "unknown argument `web-01`");
        check("--vps", "`--vps` needs a value");
        check("--listen 4010", "needs an address and a port");
        check("--listen 0.0.0.0:4010", "loopback only");
        check("--latency-ms fast", "needs a whole number");
        check("--copy-lag-ms 1.5", "needs a whole number");
        check("--suspended", "`--suspended` needs a value");
    }

    #[test]
    fn a_key_is_quoted_for_the_shell_only_when_it_must_be() {
        assert_eq!(quoted("hostup_mock-01"), "hostup_mock-01");
        assert_eq!(quoted("a b'c"), r"'a b'\''c'");
        assert_eq!(quoted(""), "''");
    }
}
