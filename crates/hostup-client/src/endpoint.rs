//! The API's address: the only host that gets the key.

use std::fmt;

use reqwest::Url;

/// HostUp's API.
const DEFAULT: &str = "https://cloud.hostup.se";

/// The paths that mean `/api/v2`.
const PATHS: [&str; 4] = ["", "/api", "/api/v2", "/v2"];

/// The base address of an API: `https`, or `http` on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The origin with the path `/api/v2`.
    base: Url,
}

/// Why a text is not an endpoint: one sentence for the user. It never repeats the text, which may
/// contain a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Not an address.
    #[error("the endpoint must be an address such as `https://cloud.hostup.se`")]
    NotAnAddress,
    /// Neither `https` nor `http`.
    #[error("the endpoint must begin with `https://`")]
    Scheme,
    /// `http` to another machine.
    #[error(
        "the endpoint must begin with `https://`; plain `http://` is for loopback hosts only, such \
         as `127.0.0.1` or `localhost`"
    )]
    Plain,
    /// A user name or a password.
    #[error("the endpoint must not contain a user name or a password")]
    Credentials,
    /// A query or a fragment.
    #[error("the endpoint must not contain `?` or `#`")]
    Query,
    /// A path that is not the API's.
    #[error("the endpoint must be a host, with nothing but `/`, `/api` or `/api/v2` behind it")]
    Path,
}

impl Endpoint {
    /// Parses `https://host[:port]`, with or without `/`, `/api`, `/api/v2` or `/v2` at the end.
    /// `http` is for loopback hosts.
    ///
    /// # Errors
    ///
    /// [`EndpointError`], whose text is one sentence for the user.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        let mut base = Url::parse(text).map_err(|_| EndpointError::NotAnAddress)?;
        if !matches!(base.scheme(), "https" | "http") {
            return Err(EndpointError::Scheme);
        }
        // The parser drops an empty user name, so the text is checked too.
        if !base.username().is_empty() || base.password().is_some() || text.contains('@') {
            return Err(EndpointError::Credentials);
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(EndpointError::Query);
        }
        if !PATHS.contains(&base.path().trim_end_matches('/')) {
            return Err(EndpointError::Path);
        }
        base.set_path("/api/v2");
        let endpoint = Self { base };
        if endpoint.base.scheme() == "http" && !endpoint.is_loopback() {
            return Err(EndpointError::Plain);
        }
        Ok(endpoint)
    }

    /// Whether the API is on this machine: plain `http` is allowed, a proxy is not used.
    pub(super) fn is_loopback(&self) -> bool {
        // The parser has turned every spelling of an IPv4 address into dotted decimals.
        let host = self.base.host_str().unwrap_or_default();
        let bare = host
            .strip_prefix('[')
            .and_then(|it| it.strip_suffix(']'))
            .unwrap_or(host);
        host == "localhost"
            || bare
                .parse::<std::net::IpAddr>()
                .is_ok_and(|it| it.is_loopback())
    }

    pub(super) fn is_plain(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// Returns the address of something below the base. Returns `None` for an empty segment, `.`
    /// and `..`: the URL would address another object, or the whole list.
    pub(super) fn url(&self, segments: &[&str]) -> Option<Url> {
        let mut url = self.base.clone();
        {
            let mut path = url.path_segments_mut().ok()?;
            for segment in segments {
                if matches!(*segment, "" | "." | "..") {
                    return None;
                }
                path.push(segment);
            }
        }
        Some(url)
    }

    /// Returns the address of a job, which is outside the API's version.
    pub(super) fn job(&self, id: &str) -> Option<Url> {
        let mut url = self.url(&[id])?;
        url.set_path(&format!("/api/jobs/{}", url.path_segments()?.next_back()?));
        Some(url)
    }

    /// Resolves a path or a whole URL. Returns `None` when it is not on the API's host: no other
    /// host may get the key.
    pub(super) fn same_host(&self, text: &str) -> Option<Url> {
        let mut root = self.base.clone();
        root.set_path("/");
        let url = root.join(text).ok()?;
        let same = url.origin() == self.base.origin()
            && url.username().is_empty()
            && url.password().is_none();
        same.then_some(url)
    }
}

impl Default for Endpoint {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a constant, parsed by a test")]
        Self::parse(DEFAULT).expect("the default endpoint is one")
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base.origin().ascii_serialization())
    }
}
