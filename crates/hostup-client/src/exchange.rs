//! One exchange: a request is sent and its response received, under one time-out.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Url};
use secrecy::ExposeSecret as _;

use super::config::Config;
use super::connection;
use super::error::{Error, ErrorKind, Result};
use super::operation::{Operation, in_words};
use super::problem_details;
use super::redact;
use super::retry::Failure;

/// Far more than any response of this API has.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// How much of a body is read for an error's text.
const LARGEST_QUOTE: usize = 64 * 1024;

/// The connections to the API.
#[derive(Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    config: Config,
    /// Answers instead of the network.
    #[cfg(test)]
    pub(super) fake: Option<std::sync::Arc<dyn FakeApi>>,
}

/// A request, which may be sent several times.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Vec<u8>>,
    /// Called right before each attempt.
    pub(super) on_send: &'a (dyn Fn() + Sync),
}

/// An attempt without success.
pub(super) struct FailedAttempt {
    pub(super) error: Error,
    pub(super) failure: Failure,
    /// The shortest wait before the next attempt.
    pub(super) retry_after: Option<Duration>,
}

/// What has been received so far. It is kept when the attempt fails.
#[derive(Default)]
pub(super) struct Received {
    pub(super) head: Option<(u16, HeaderMap)>,
    pub(super) body: Vec<u8>,
}

/// An API without a network, for tests with a virtual clock.
#[cfg(test)]
#[async_trait::async_trait]
pub(super) trait FakeApi: std::fmt::Debug + Send + Sync {
    /// Responds to one request, or breaks the connection.
    async fn exchange(
        &self,
        request: &Request<'_>,
        received: &mut Received,
    ) -> std::result::Result<(), FailedAttempt>;
}

impl Http {
    pub(super) fn new(config: Config) -> Result<Self> {
        Ok(Self {
            client: connection::open(&config)?,
            config,
            #[cfg(test)]
            fake: None,
        })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Sends the request and receives the response within the request's time-out. A read also ends
    /// when the operation is stopped.
    pub(super) async fn exchange(
        &self,
        operation: &Operation,
        request: &Request<'_>,
        received: &mut Received,
    ) -> std::result::Result<(), FailedAttempt> {
        let limit = self.config.request_timeout.min(operation.remaining());
        let exchange = tokio::time::timeout(limit, self.send(request, received));
        let done = if request.is_write() {
            // Never cancel a write: its object would be orphaned.
            exchange.await
        } else {
            tokio::select! {
                biased;
                done = exchange => done,
                () = operation.stop().cancelled() => {
                    return Err(FailedAttempt::given_up(Operation::stopped()));
                }
            }
        };
        done.unwrap_or_else(|_| {
            let text = self.too_slow(request, limit, received);
            let mut error = Error::new(ErrorKind::TimedOut, text);
            if limit < self.config.request_timeout {
                error = error.of_operation_over();
            }
            Err(FailedAttempt::no_response(error))
        })
    }

    async fn send(
        &self,
        request: &Request<'_>,
        received: &mut Received,
    ) -> std::result::Result<(), FailedAttempt> {
        #[cfg(test)]
        if let Some(fake) = &self.fake {
            return fake.exchange(request, received).await;
        }
        let mut builder = self
            .client
            .request(request.method.clone(), request.url.clone());
        if let Some(body) = &request.body {
            builder = builder
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let mut response = builder
            .send()
            .await
            .map_err(|error| self.unsent(request, error))?;
        received.head = Some((
            response.status().as_u16(),
            std::mem::take(response.headers_mut()),
        ));
        // With room for all of it, the body is not copied as it grows.
        let length = response.content_length().unwrap_or_default();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        received.body.reserve(length.min(LARGEST_BODY));
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(()),
                Ok(Some(chunk)) if received.body.len() + chunk.len() > LARGEST_BODY => {
                    let text = format!(
                        "the response to `{}` is larger than {} MiB",
                        request.name(),
                        LARGEST_BODY >> 20
                    );
                    let error = Error::new(ErrorKind::Undecodable, text);
                    return Err(FailedAttempt::given_up(error));
                }
                Ok(Some(chunk)) => received.body.extend_from_slice(&chunk),
                Err(error) => {
                    let came = self.quote(&received.body);
                    let text = format!(
                        "the connection broke within the response to `{}`; what came is {came}",
                        request.name()
                    );
                    let error =
                        Error::new(ErrorKind::Transport, text).with_source(error.without_url());
                    return Err(FailedAttempt::no_response(error));
                }
            }
        }
    }

    fn unsent(&self, request: &Request<'_>, error: reqwest::Error) -> FailedAttempt {
        let error = error.without_url();
        if error.is_connect() {
            let text = format!("no connection to `{}` could be made", self.config.endpoint);
            let kind = if error.is_timeout() {
                ErrorKind::TimedOut
            } else {
                ErrorKind::Transport
            };
            let error = Error::new(kind, text).with_source(error);
            let failure = if error.is_plain_http() {
                Failure::Final
            } else {
                Failure::NotSent
            };
            FailedAttempt {
                error,
                failure,
                retry_after: None,
            }
        } else if error.is_builder() {
            let text = "the request could not be built";
            FailedAttempt::given_up(Error::new(ErrorKind::Building, text).with_source(error))
        } else {
            FailedAttempt::no_response(request.connection_broke().with_source(error))
        }
    }

    fn too_slow(&self, request: &Request<'_>, limit: Duration, received: &Received) -> String {
        let (name, limit) = (request.name(), in_words(limit));
        if received.head.is_none() {
            format!("`{name}` got no response within {limit}")
        } else {
            let came = self.quote(&received.body);
            format!("the response to `{name}` was not complete after {limit}; what came is {came}")
        }
    }

    /// Returns the start of a body as a quote for an error's text, without the key.
    pub(super) fn quote(&self, body: &[u8]) -> String {
        problem_details::quote(&self.without_key(&lossy(body)))
    }

    /// Removes the key: an error page may repeat the request that it complains about.
    pub(super) fn without_key(&self, text: &str) -> String {
        redact::without(self.config.api_key.expose_secret(), text)
    }
}

/// Returns as much of a body as an error's text may need.
pub(super) fn lossy(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.get(..LARGEST_QUOTE).unwrap_or(body))
}

impl Request<'_> {
    pub(super) fn is_write(&self) -> bool {
        self.method != Method::GET
    }

    /// Method and path, for messages.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.url.path())
    }

    pub(super) fn connection_broke(&self) -> Error {
        let text = format!(
            "the connection broke before the response to `{}`",
            self.name()
        );
        Error::new(ErrorKind::Transport, text)
    }
}

impl FailedAttempt {
    pub(super) fn no_response(error: Error) -> Self {
        Self {
            error,
            failure: Failure::NoResponse,
            retry_after: None,
        }
    }

    pub(super) fn given_up(error: Error) -> Self {
        Self {
            error,
            failure: Failure::Final,
            retry_after: None,
        }
    }

    /// Adds what was received before the attempt failed.
    pub(super) fn with_status(mut self, status: u16, request_id: Option<String>) -> Self {
        self.error = self.error.with_status(status).with_request_id(request_id);
        self
    }
}
