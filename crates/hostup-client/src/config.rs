//! How a client talks to the API.

use std::num::NonZeroUsize;
use std::time::Duration;

use secrecy::SecretString;

use super::endpoint::Endpoint;

/// How a client talks to the API.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the API is.
    pub endpoint: Endpoint,
    /// The API key. It is sent to the endpoint only.
    pub api_key: SecretString,
    /// The program's name and version. HostUp refuses the defaults of some HTTP libraries.
    pub user_agent: String,
    /// How long one request may take, from connecting to the last byte of the response.
    pub request_timeout: Duration,
    /// How often one request is repeated. 0 switches repeats off, also those after a 429. Other
    /// values do not limit the repeats after a 429.
    pub max_retries: u32,
    /// How many requests may be in flight at a time.
    pub max_concurrent_requests: NonZeroUsize,
    /// How long one read of the routed IPv6 state is shared; up to six times as long while it is
    /// used again and again. With zero, each call reads the state itself.
    pub snapshot_lifetime: Duration,
    /// The shortest pause before a repeat, and before reading again an object that does not show
    /// yet. Later pauses are longer.
    pub retry_pause: Duration,
    /// How long the account is read after a write that failed and may have happened.
    pub lost_write_timeout: Duration,
    /// How long an object that was written in the last minute is read again before it counts as
    /// gone.
    pub recent_write_timeout: Duration,
}

impl Config {
    /// Returns the defaults: 30 seconds a request, 4 repeats, 10 requests at a time, a state shared
    /// for 5 seconds.
    pub fn new(endpoint: Endpoint, api_key: SecretString) -> Self {
        Self {
            endpoint,
            api_key,
            user_agent: concat!("hostup-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            request_timeout: Duration::from_secs(30),
            max_retries: 4,
            max_concurrent_requests: NonZeroUsize::new(10).unwrap_or(NonZeroUsize::MIN),
            snapshot_lifetime: Duration::from_secs(5),
            retry_pause: Duration::from_millis(500),
            lost_write_timeout: Duration::from_secs(30),
            recent_write_timeout: Duration::from_secs(15),
        }
    }
}
