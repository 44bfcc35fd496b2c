//! The provider block and the environment variables that complete it.
//!
//! Configuration takes precedence over the environment. No other module reads the environment.

use std::env;
use std::fs;
use std::io::{self, Read as _};
use std::num::NonZeroUsize;

use hostup_client::{Client, Config, Endpoint, EndpointError};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tf_provider::value::Value;
use tf_provider_server::model::Schema;
use tf_provider_server::value::Int;

use crate::framework::api::Access;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;
use crate::framework::timeouts::{check_duration, duration};

const KEY: &str = "HOSTUP_API_KEY";
const KEY_FILE: &str = "HOSTUP_API_KEY_FILE";
const BASE: &str = "HOSTUP_API_BASE";
const APPEND_USER_AGENT: &str = "TF_APPEND_USER_AGENT";

/// The largest key file. Keys are much shorter.
const MAX_KEY_FILE: u64 = 64 * 1024;

/// Manages the networks of virtual servers at HostUp: the account's routed IPv6 /48, the prefixes
/// that are routed to each server, and private networks between servers.
#[derive(Clone, Serialize, Deserialize, Schema)]
#[schema(optional)]
pub struct ProviderModel {
    /// The API key. Can also be set by the environment variable `HOSTUP_API_KEY`, or in a file
    /// (`api_key_file`).
    #[schema(sensitive)]
    api_key: Value<String>,
    /// The path of a file that contains only the API key. Can also be set by the environment
    /// variable `HOSTUP_API_KEY_FILE`.
    api_key_file: Value<String>,
    /// The base address of the API, with or without `/api/v2` at its end. `http` is for loopback
    /// hosts only. Can also be set by the environment variable `HOSTUP_API_BASE`. Default
    /// `https://cloud.hostup.se`.
    endpoint: Value<String>,
    /// How long one request may take, as a duration such as `30s`. Default `30s`.
    request_timeout: Value<String>,
    /// How often the provider retries a failed request that is safe to retry. Retries after a 429
    /// are not counted: the operation's time-out limits them. Default 4; 0 also switches
    /// off the retries after a 429.
    max_retries: Value<Int>,
    /// How many requests may be in flight at once, at least 1. Default 10, as many as
    /// Terraform and OpenTofu work on at once.
    max_concurrent_requests: Value<Int>,
}

impl ProviderModel {
    /// Checks the configured values. No key is needed.
    pub fn validate(&self, diagnostics: &mut Diagnostics) {
        if self.api_key.is_value() && self.api_key_file.is_value() {
            diagnostics.error(
                Diagnostic::new("Two API keys", "`api_key` and `api_key_file` are both set")
                    .at_attribute("api_key_file")
                    .hint(Section::Key, "remove one of them"),
            );
        }
        if matches!(&self.api_key, Value::Value(key) if key.trim().is_empty()) {
            diagnostics.error(
                Diagnostic::new("Empty API key", "`api_key` is empty")
                    .at_attribute("api_key")
                    .hint(
                        Section::Key,
                        "leave `api_key` out to use the environment variable HOSTUP_API_KEY",
                    ),
            );
        }
        if matches!(&self.api_key_file, Value::Value(path) if path.trim().is_empty()) {
            diagnostics.error(
                Diagnostic::new("Empty path", "`api_key_file` is empty")
                    .at_attribute("api_key_file")
                    .hint(
                        Section::Key,
                        "leave `api_key_file` out to use the environment variable \
                         HOSTUP_API_KEY_FILE",
                    ),
            );
        }
        if let Value::Value(endpoint) = &self.endpoint
            && let Err(error) = Endpoint::parse(endpoint)
        {
            diagnostics.error(bad_endpoint(endpoint, error).at_attribute("endpoint"));
        }
        if let Value::Value(text) = &self.request_timeout
            && let Err(diagnostic) = check_duration("request_timeout", text, 's')
        {
            diagnostics.error(diagnostic.at_attribute("request_timeout"));
        }
        if let Value::Value(Int(retries)) = self.max_retries
            && u32::try_from(retries).is_err()
        {
            diagnostics.error(
                Diagnostic::new(
                    "Invalid number of retries",
                    format!(
                        "{retries} is not a whole number from 0 to {}; 0 switches retries off, and \
                         4 is the default",
                        u32::MAX
                    ),
                )
                .at_attribute("max_retries")
                .section(Section::Configuration),
            );
        }
        if let Value::Value(Int(requests)) = self.max_concurrent_requests
            && !usize::try_from(requests).is_ok_and(|requests| requests > 0)
        {
            diagnostics.error(
                Diagnostic::new(
                    "Invalid number of concurrent requests",
                    format!("{requests} is less than 1; 8 is the default"),
                )
                .at_attribute("max_concurrent_requests")
                .section(Section::Configuration),
            );
        }
    }

    /// Returns the access to the API that the configuration and the environment allow.
    ///
    /// # Errors
    /// When a key file can't be read, or a value from the environment is invalid.
    pub fn access(&self, terraform_version: &str) -> Result<Access, Diagnostic> {
        for (name, unknown) in [
            ("api_key", self.api_key.is_unknown()),
            ("api_key_file", self.api_key_file.is_unknown()),
            ("endpoint", self.endpoint.is_unknown()),
            ("request_timeout", self.request_timeout.is_unknown()),
            ("max_retries", self.max_retries.is_unknown()),
            (
                "max_concurrent_requests",
                self.max_concurrent_requests.is_unknown(),
            ),
        ] {
            if unknown {
                return Ok(Access::NotKnownYet(name));
            }
        }
        let endpoint = self.endpoint()?;
        let Some(key) = self.key()? else {
            return Ok(Access::NoKey);
        };
        check_characters(&key)?;
        let mut config = Config::new(endpoint, key);
        config.user_agent = user_agent(terraform_version);
        if let Value::Value(text) = &self.request_timeout
            && let Ok(timeout) = duration(text)
        {
            config.request_timeout = timeout;
        }
        if let Value::Value(Int(retries)) = self.max_retries
            && let Ok(retries) = u32::try_from(retries)
        {
            config.max_retries = retries;
        }
        if let Value::Value(Int(requests)) = self.max_concurrent_requests
            && let Some(requests) = usize::try_from(requests).ok().and_then(NonZeroUsize::new)
        {
            config.max_concurrent_requests = requests;
        }
        Ok(Access::Ready(Client::new(config)?))
    }

    fn endpoint(&self) -> Result<Endpoint, Diagnostic> {
        if let Value::Value(endpoint) = &self.endpoint {
            return Endpoint::parse(endpoint)
                .map_err(|error| bad_endpoint(endpoint, error).at_attribute("endpoint"));
        }
        let Some(endpoint) = variable(BASE) else {
            return Ok(Endpoint::default());
        };
        Endpoint::parse(&endpoint).map_err(|error| {
            bad_endpoint(&endpoint, error)
                .line(format!("It comes from the environment variable {BASE}."))
        })
    }

    /// Returns the key, or `None` if none was given.
    fn key(&self) -> Result<Option<SecretString>, Diagnostic> {
        let key = if let Value::Value(key) = &self.api_key {
            key.trim().into()
        } else if let Value::Value(path) = &self.api_key_file {
            read_key(path).map_err(|diagnostic| diagnostic.at_attribute("api_key_file"))?
        } else if let Some(key) = variable(KEY) {
            key.trim().into()
        } else if let Some(path) = variable(KEY_FILE) {
            read_key(&path)?
        } else {
            return Ok(None);
        };
        Ok(Some(key))
    }
}

/// Checks that the key consists of characters that an `Authorization` header allows.
fn check_characters(key: &SecretString) -> Result<(), Diagnostic> {
    let is_allowed = |character: char| character.is_ascii_graphic();
    if key.expose_secret().chars().all(is_allowed) {
        return Ok(());
    }
    Err(Diagnostic::new(
        "Invalid API key",
        "the key contains a space, a line break or another character that no key has",
    )
    .hint(
        Section::Key,
        "copy the key again, in one line and without what surrounds it",
    ))
}

/// Reports an invalid address and suggests a valid one. Repeats the address unless it may contain
/// a secret.
fn bad_endpoint(endpoint: &str, error: EndpointError) -> Diagnostic {
    if endpoint.trim().is_empty() || endpoint.contains(['@', '?', '#']) {
        return Diagnostic::new("Invalid endpoint", error.to_string()).section(Section::Network);
    }
    let diagnostic = Diagnostic::new("Invalid endpoint", format!("`{endpoint}`: {error}"));
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("", endpoint));
    let host = rest.split('/').next().unwrap_or_default();
    // Plain `http` is valid for a loopback host only, where few servers speak `https`.
    let schemes = match scheme {
        "https" => &["https"][..],
        _ => &["http", "https"],
    };
    let meant = schemes
        .iter()
        .find_map(|scheme| Endpoint::parse(&format!("{scheme}://{host}")).ok());
    match meant {
        Some(meant) => diagnostic.hint(Section::Network, format!("did you mean `{meant}`?")),
        None => diagnostic.section(Section::Network),
    }
}

fn read_key(path: &str) -> Result<SecretString, Diagnostic> {
    let content = small_text(path).map_err(|error| {
        Diagnostic::new(
            "Unreadable API key file",
            format!("could not read `{path}`: {error}"),
        )
        .section(Section::Key)
    })?;
    let key = content.trim();
    if key.is_empty() {
        return Err(
            Diagnostic::new("Empty API key file", format!("`{path}` contains no key"))
                .section(Section::Key),
        );
    }
    Ok(key.into())
}

/// Reads a small text file. Anything but a regular file could block the reader, or never end.
fn small_text(path: &str) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path)?;
    file.take(MAX_KEY_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_KEY_FILE {
        let limit = MAX_KEY_FILE >> 10;
        let text = format!("it is larger than {limit} KiB, so it contains more than a key");
        return Err(io::Error::other(text));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not text"))
}

/// Returns `terraform-provider-hostup/0.1.0 Terraform/1.15.5`, followed by what the user appends.
fn user_agent(terraform_version: &str) -> String {
    let mut agent = format!("terraform-provider-hostup/{}", env!("CARGO_PKG_VERSION"));
    if !terraform_version.is_empty() {
        agent = format!("{agent} Terraform/{terraform_version}");
    }
    if let Some(more) = variable(APPEND_USER_AGENT) {
        agent = format!("{agent} {}", more.trim());
    }
    // A header value holds visible ASCII; anything else would make every request fail.
    agent.retain(|character| character == ' ' || character.is_ascii_graphic());
    agent
}

/// Returns an environment variable unless it is empty.
fn variable(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the only place where the provider reads the environment"
    )]
    let value = env::var(name).ok()?;
    (!value.trim().is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check(content: &[u8], expected: Result<&str, &str>) {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), content).expect("written");
        let read = small_text(file.path().to_str().expect("text"));
        let read = read.map_err(|error| error.to_string());
        assert_eq!(read.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn a_key_file_holds_text_of_64_kib_at_most() {
        check(b"hu_1\n", Ok("hu_1\n"));
        check(b"", Ok(""));
        check(b"hu_\xff", Err("it is not text"));
        let largest = "x".repeat(64 * 1024);
        check(largest.as_bytes(), Ok(&largest));
        check(
            format!("{largest}x").as_bytes(),
            Err("it is larger than 64 KiB, so it contains more than a key"),
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_is_not_a_regular_file_is_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        let created = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(created.expect("mkfifo").success());
        let (sender, receiver) = mpsc::channel();
        for path in [pipe, folder.path().to_owned(), "/dev/zero".into()] {
            let sender = sender.clone();
            thread::spawn(move || sender.send(small_text(path.to_str().expect("text"))));
            let read = receiver.recv_timeout(Duration::from_secs(10));
            let error = read.expect("a response").expect_err("no file");
            assert_eq!(error.to_string(), "it is not a regular file");
        }
    }
}
