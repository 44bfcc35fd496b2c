//! One request: waits for the rate limiter, sends, sorts the response, repeats where that is
//! allowed, and writes one log record for each attempt.

use std::time::SystemTime;

use reqwest::{Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::backoff::backoff;
use super::config::Config;
use super::error::{Error, ErrorKind, Result};
use super::exchange::{FailedAttempt, Http, Received, Request, lossy};
use super::operation::Operation;
use super::problem_details::{self, ProblemDetails};
use super::rate_headers::RateHeaders;
use super::rate_limiter::{Permit, RateLimiter};
use super::retry::{Failure, may_repeat};

/// The longest pause before a repeat. Jitter at most doubles it.
const LONGEST_PAUSE: std::time::Duration = std::time::Duration::from_secs(15);

/// The way to the API: the connections and the rate limiter.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) http: Http,
    pub(super) rate_limiter: RateLimiter,
}

/// A response with a 2xx status.
#[derive(Debug)]
pub(super) struct Response {
    /// Method and path of the request.
    request: String,
    pub(super) status: u16,
    body: Vec<u8>,
    request_id: Option<String>,
    /// Why the body is incomplete. Then only the status can be relied on.
    broken: Option<Error>,
}

impl Response {
    /// Returns the body. Validating it once is faster than validating each string.
    pub(super) fn text(&self) -> std::result::Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(&self.body)
    }
}

impl Transport {
    pub(super) fn new(config: Config) -> Result<Self> {
        let rate_limiter =
            RateLimiter::new(config.max_concurrent_requests.get(), config.retry_pause);
        Ok(Self {
            http: Http::new(config)?,
            rate_limiter,
        })
    }

    pub(super) fn config(&self) -> &Config {
        self.http.config()
    }

    /// Returns the address of something below the base.
    pub(super) fn url(&self, segments: &[&str]) -> Result<Url> {
        self.config()
            .endpoint
            .url(segments)
            .ok_or_else(|| Error::new(ErrorKind::Building, "an id must not be empty"))
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        operation: &Operation,
        url: Url,
    ) -> Result<T> {
        self.decode(&self.read(operation, url, &|| ()).await?)
    }

    /// Sends a GET. `on_send` is called right before each attempt.
    pub(super) async fn read(
        &self,
        operation: &Operation,
        url: Url,
        on_send: &(dyn Fn() + Sync),
    ) -> Result<Response> {
        let request = Request {
            method: Method::GET,
            url,
            body: None,
            on_send,
        };
        self.send(operation, &request).await
    }

    /// Sends a POST. `on_send` is called right before each attempt.
    pub(super) async fn post(
        &self,
        operation: &Operation,
        url: Url,
        body: &(impl Serialize + Sync),
        on_send: &(dyn Fn() + Sync),
    ) -> Result<Response> {
        let body = serde_json::to_vec(body).map_err(|error| {
            Error::new(ErrorKind::Building, "the request could not be written").with_source(error)
        })?;
        let request = Request {
            method: Method::POST,
            url,
            body: Some(body),
            on_send,
        };
        let response = self.send(operation, &request).await?;
        match response.broken {
            Some(error) => Err(error),
            None => Ok(response),
        }
    }

    pub(super) async fn delete(&self, operation: &Operation, url: Url) -> Result<Response> {
        let request = Request {
            method: Method::DELETE,
            url,
            body: None,
            on_send: &|| (),
        };
        self.send(operation, &request).await
    }

    /// Sends the request until it succeeds, must not be repeated, or the time is over.
    async fn send(&self, operation: &Operation, request: &Request<'_>) -> Result<Response> {
        let config = self.config();
        let mut pauses = backoff(config.retry_pause, LONGEST_PAUSE);
        let (mut attempt, mut repeats) = (0, 0);
        let mut ambiguous = false;
        let mut last: Option<Error> = None;
        loop {
            attempt += 1;
            let permit = self.rate_limiter.acquire(operation).await;
            let permit = permit
                .map_err(|error| after(error, last.as_ref()).that_may_have_happened(ambiguous))?;
            (request.on_send)();
            let failed = match self.attempt(operation, request, attempt, &permit).await {
                Ok(response) => return Ok(response),
                Err(failed) => failed,
            };
            drop(permit);

            ambiguous |= request.is_write() && failed.failure.is_ambiguous();
            let error = failed.error.that_may_have_happened(ambiguous);
            if config.max_retries == 0 {
                return Err(error);
            }
            // After a 429 the rate limiter waits.
            if failed.failure != Failure::Status(429) {
                if repeats >= config.max_retries || !may_repeat(&request.method, failed.failure) {
                    return Err(error);
                }
                repeats += 1;
                let pause = pauses.next().unwrap_or(LONGEST_PAUSE);
                let pause = pause.max(failed.retry_after.unwrap_or_default());
                match operation.sleep(pause).await {
                    Ok(()) => {}
                    Err(stopped) if stopped.is_cancelled() => {
                        return Err(after(stopped, Some(&error)).that_may_have_happened(ambiguous));
                    }
                    // The failure says more than that there is no time to repeat the request.
                    Err(_) => return Err(error),
                }
            }
            last = Some(error);
        }
    }

    /// Sends the request once.
    async fn attempt(
        &self,
        operation: &Operation,
        request: &Request<'_>,
        attempt: u32,
        permit: &Permit<'_>,
    ) -> std::result::Result<Response, FailedAttempt> {
        let begun = Instant::now();
        let mut received = Received::default();
        let exchange = self.http.exchange(operation, request, &mut received).await;
        let failed = exchange.err();
        let Received { head, body } = received;

        let (status, headers) = head.unzip();
        let headers = headers.unwrap_or_default();
        let rate = RateHeaders::read(&headers, SystemTime::now());
        match status {
            Some(429) => permit.was_refused(&rate),
            Some(_) => permit.got_through(),
            None => {}
        }

        let is_success = matches!(status, Some(200..300));
        // Parsed before the key is removed: JSON can spell the key in several ways.
        let document = (!is_success)
            .then(|| ProblemDetails::parse(&lossy(&body)))
            .flatten();
        let document = document.map(|it| it.map_texts(|text| *text = self.http.without_key(text)));
        let request_id = document
            .as_ref()
            .and_then(|it| it.request_id.clone())
            .or_else(|| {
                let header = headers.get("x-request-id")?;
                Some(self.http.without_key(&lossy(header.as_bytes())))
            });
        tracing::debug!(
            method = %request.method,
            path = request.url.path(),
            status,
            duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            attempt,
            request_id,
            "request"
        );

        match (status, failed) {
            (None, None) => Err(FailedAttempt::no_response(request.connection_broke())),
            (None, Some(failed)) => Err(failed),
            (Some(status), Some(failed)) if is_success && !request.is_write() => {
                Err(failed.with_status(status, request_id))
            }
            (Some(status), failed) if is_success => {
                let failed = failed.map(|it| it.with_status(status, request_id.clone()));
                Ok(Response {
                    request: request.name(),
                    status,
                    body,
                    request_id,
                    broken: failed.map(|it| it.error.that_may_have_happened(true)),
                })
            }
            (Some(status), _) => {
                let quote = self.http.quote(&body);
                let text = problem_details::describe(status, document.as_ref(), &quote);
                let kind = if status == 429 {
                    ErrorKind::RateLimited
                } else {
                    ErrorKind::Refused
                };
                let problem = ProblemDetails {
                    request_id,
                    ..document.unwrap_or_default()
                };
                Err(FailedAttempt {
                    error: Error::new(kind, text)
                        .with_status(status)
                        .with_problem(problem),
                    failure: Failure::Status(status),
                    retry_after: rate.retry_after,
                })
            }
        }
    }

    /// Decodes the body of a response.
    pub(super) fn decode<T: DeserializeOwned>(&self, response: &Response) -> Result<T> {
        response
            .text()
            .map_err(|error| format!("it is not text: {error}"))
            .and_then(|text| {
                serde_json::from_str(text).map_err(|error| with_place::<T>(text, &error))
            })
            .map_err(|why| self.undecodable(response, &why))
    }

    /// Returns the error of a response with a 2xx status that cannot be decoded, and why.
    pub(super) fn undecodable(&self, response: &Response, why: &str) -> Error {
        let text = format!(
            "the response to `{}` cannot be read: {}; what came is {}",
            response.request,
            self.http.without_key(why),
            self.http.quote(&response.body)
        );
        Error::new(ErrorKind::Undecodable, text)
            .with_status(response.status)
            .with_request_id(response.request_id.clone())
    }
}

/// Returns the error of a wait that followed another error.
fn after(error: Error, last: Option<&Error>) -> Error {
    match last {
        None => error,
        Some(last) if last.status() == Some(429) => error.with_status(429).with_cause(last.clone()),
        Some(last) => error.with_cause(last.clone()),
    }
}

/// Returns why a body cannot be decoded, and where. It is decoded once more for that: tracking the
/// place of each value costs time that is worth spending only on an error.
fn with_place<T: DeserializeOwned>(body: &str, error: &serde_json::Error) -> String {
    let mut reader = serde_json::Deserializer::from_str(body);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(found) if found.path().to_string() != "." => {
            format!("`{}`: {}", found.path(), found.inner())
        }
        _ => error.to_string(),
    }
}
