//! The handshake: the core passes environment variables, and the server prints one line.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The variable that tells a provider that a core started it.
const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// The version of the protocol that this crate implements.
pub(super) const PROTOCOL: u32 = 6;

/// The environment variables that concern a plugin.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// Whether a core started this process.
    pub(super) has_cookie: bool,
    /// The versions of the protocol that the core supports; empty if it lists none.
    pub(super) protocols: Vec<u32>,
    /// The certificate that the core will present, in PEM.
    pub(super) client_certificate: Option<String>,
    /// The parent of the socket's directory.
    #[cfg_attr(not(unix), expect(dead_code, reason = "used for Unix sockets only"))]
    pub(super) socket_directory: Option<PathBuf>,
    /// The TCP ports that the core allows.
    pub(super) ports: Option<RangeInclusive<u16>>,
    /// Whether the core asks for several services on one connection, which is not supported.
    pub(super) asks_for_multiplexing: bool,
    /// The kind of socket that `TF_PLUGIN_TRANSPORT` names.
    pub(super) transport: Option<String>,
    /// The log level.
    pub(super) log_level: Option<String>,
}

/// Returns the value of a variable that is set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "the plugin protocol passes its settings in the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the variable that sets the log level of one provider: `TF_LOG_PROVIDER_EXAMPLE` for
/// `terraform-provider-example`.
fn own_log_level(plugin: &str) -> String {
    let name = plugin.strip_prefix("terraform-provider-").unwrap_or(plugin);
    let name = name.to_ascii_uppercase().replace('-', "_");
    format!("TF_LOG_PROVIDER_{name}")
}

impl Environment {
    /// Reads the environment of the plugin with this name.
    pub(super) fn read(plugin: &str) -> Self {
        Self::from(plugin, variable)
    }

    fn from(plugin: &str, variable: impl Fn(&str) -> Option<String>) -> Self {
        let port = |name| variable(name).and_then(|port| port.parse::<u16>().ok());
        Self {
            has_cookie: variable(COOKIE.0).as_deref() == Some(COOKIE.1),
            protocols: variable("PLUGIN_PROTOCOL_VERSIONS")
                .map(|list| list.split(',').flat_map(str::parse).collect())
                .unwrap_or_default(),
            client_certificate: variable("PLUGIN_CLIENT_CERT"),
            socket_directory: variable("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            ports: port("PLUGIN_MIN_PORT")
                .zip(port("PLUGIN_MAX_PORT"))
                .map(|(first, last)| first..=last),
            asks_for_multiplexing: variable("PLUGIN_MULTIPLEX_GRPC").is_some(),
            transport: variable("TF_PLUGIN_TRANSPORT"),
            log_level: variable(&own_log_level(plugin))
                .or_else(|| variable("TF_LOG_PROVIDER"))
                .or_else(|| variable("TF_LOG")),
        }
    }

    /// Whether the core supports this version of the protocol.
    pub(super) fn supports_protocol(&self) -> bool {
        self.protocols.is_empty() || self.protocols.contains(&PROTOCOL)
    }
}

/// The line that tells the core where to connect.
pub(super) struct Handshake<'a> {
    pub(super) network: &'a str,
    pub(super) address: &'a str,
    /// The certificate of the server; empty without TLS.
    pub(super) certificate: &'a [u8],
    pub(super) asks_for_multiplexing: bool,
}

impl fmt::Display for Handshake<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let certificate = STANDARD_NO_PAD.encode(self.certificate);
        let (network, address) = (self.network, self.address);
        write!(f, "1|{PROTOCOL}|{network}|{address}|grpc|{certificate}")?;
        if self.asks_for_multiplexing {
            f.write_str("|false")?;
        }
        Ok(())
    }
}

/// Returns the value of `TF_REATTACH_PROVIDERS` with which cores use a server for debugging, for
/// every address that a core may know the provider by. It contains no single quote, so that a shell
/// reads it in single quotes.
pub(super) fn reattach(provider_addresses: &[&str], network: &str, address: &str) -> String {
    let server = serde_json::json!({
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": { "Network": network, "String": address },
    });
    let addresses = provider_addresses.iter().map(|it| (*it).to_owned());
    let servers: serde_json::Map<_, _> = addresses.zip(std::iter::repeat(server)).collect();
    let json = serde_json::Value::Object(servers).to_string();
    json.replace('\'', "\\u0027")
}

#[cfg(test)]
mod tests {
    use super::{COOKIE, Environment, Handshake, reattach};

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::from("terraform-provider-the-example", |name| {
            let found = variables.iter().find(|(one, _)| *one == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn only_the_right_cookie_is_accepted() {
        assert!(!environment(&[]).has_cookie);
        assert!(!environment(&[(COOKIE.0, "another")]).has_cookie);
        assert!(environment(&[COOKIE]).has_cookie);
    }

    #[test]
    fn a_core_that_lists_protocol_versions_must_list_version_6() {
        let listed = |list| environment(&[("PLUGIN_PROTOCOL_VERSIONS", list)]);
        assert!(listed("5,6").supports_protocol());
        assert!(listed("6").supports_protocol());
        assert!(!listed("5").supports_protocol());
        assert!(environment(&[]).supports_protocol());
    }

    #[test]
    fn a_port_range_needs_both_ends() {
        let both = [("PLUGIN_MIN_PORT", "10000"), ("PLUGIN_MAX_PORT", "25000")];
        assert_eq!(environment(&both).ports, Some(10_000..=25_000));
        assert_eq!(environment(&both[..1]).ports, None);
        assert_eq!(
            environment(&[("PLUGIN_MIN_PORT", "x"), both[1]]).ports,
            None
        );
    }

    #[test]
    fn the_most_specific_log_level_wins() {
        let levels = [
            ("TF_LOG", "TRACE"),
            ("TF_LOG_PROVIDER", "WARN"),
            ("TF_LOG_PROVIDER_THE_EXAMPLE", "DEBUG"),
        ];
        for (set, level) in [(1, "TRACE"), (2, "WARN"), (3, "DEBUG")] {
            let found = environment(&levels[..set]).log_level;
            assert_eq!(found.as_deref(), Some(level));
        }
    }

    #[test]
    fn the_value_for_debugging_can_be_quoted_in_a_shell() {
        let value = reattach(&["example.com/a/b"], "unix", "/tmp/it's/socket");
        assert!(!value.contains('\''), "{value}");
        let read: serde_json::Value = serde_json::from_str(&value).unwrap();
        let address = &read["example.com/a/b"]["Addr"]["String"];
        assert_eq!(address, "/tmp/it's/socket");
    }

    #[test]
    fn multiplexing_is_declined_only_when_asked_for() {
        let line = |asks_for_multiplexing| {
            Handshake {
                network: "unix",
                address: "/tmp/s",
                certificate: &[1, 2, 3, 4],
                asks_for_multiplexing,
            }
            .to_string()
        };
        assert_eq!(line(false), "1|6|unix|/tmp/s|grpc|AQIDBA");
        assert_eq!(line(true), "1|6|unix|/tmp/s|grpc|AQIDBA|false");
    }
}
