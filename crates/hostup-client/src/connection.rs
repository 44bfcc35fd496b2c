//! The HTTP client, which keeps the API key on the way to the endpoint.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use rustls_platform_verifier::BuilderVerifierExt as _;
use secrecy::ExposeSecret as _;

use super::config::Config;
use super::error::{Error, ErrorKind, Result};

/// Returns a client that sends the key and the user agent with every request. It connects later.
pub(super) fn open(config: &Config) -> Result<reqwest::Client> {
    let key = config.api_key.expose_secret();
    if key.trim().is_empty() {
        return Err(Error::new(ErrorKind::Building, "the API key is empty"));
    }
    let is_allowed = |character: char| character.is_ascii_graphic();
    let mut key = Some(format!("Bearer {key}"))
        .filter(|_| key.chars().all(is_allowed))
        .and_then(|key| HeaderValue::try_from(key).ok())
        .ok_or_else(|| {
            let text = "the API key contains characters that no key has";
            Error::new(ErrorKind::Building, text)
        })?;
    key.set_sensitive(true);
    let agent = HeaderValue::try_from(&config.user_agent).map_err(|_| {
        Error::new(
            ErrorKind::Building,
            "the user agent contains characters that no header has",
        )
    })?;
    let headers = HeaderMap::from_iter([
        (AUTHORIZATION, key),
        (ACCEPT, HeaderValue::from_static("application/json")),
    ]);

    let mut builder = reqwest::Client::builder()
        .user_agent(agent)
        .default_headers(headers)
        // A redirect would carry the key to another address.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        // Half of the whole, so that a failure to connect differs from a missing response.
        .connect_timeout((config.request_timeout / 2).min(Duration::from_secs(10)))
        .https_only(!config.endpoint.is_plain())
        .tls_backend_preconfigured(tls(config.endpoint.is_plain())?);
    if config.endpoint.is_loopback() {
        // The name must not lead to another machine, whatever the resolver says, nor to a proxy.
        let loopback = [
            ([127, 0, 0, 1], 0).into(),
            ([0, 0, 0, 0, 0, 0, 0, 1], 0).into(),
        ];
        builder = builder.no_proxy().resolve_to_addrs("localhost", &loopback);
    }
    builder.build().map_err(|error| {
        Error::new(ErrorKind::Building, "the HTTP client could not be built")
            .with_source(error.without_url())
    })
}

/// Returns the TLS configuration. It names its crypto provider: the process has more than one user
/// of rustls, so none may rely on a default. Plain `http` never gets to a handshake, so no root
/// certificates are loaded for it.
fn tls(plain: bool) -> Result<rustls::ClientConfig> {
    let failed = |error: rustls::Error| {
        Error::new(
            ErrorKind::Building,
            "TLS could not be set up with the certificates of this system",
        )
        .with_source(error)
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(failed)?;
    Ok(if plain {
        builder
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth()
    } else {
        builder
            .with_platform_verifier()
            .map_err(failed)?
            .with_no_client_auth()
    })
}
