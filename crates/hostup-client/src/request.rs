//! One request: wait for the rate limiter, send, read, sort what came back, repeat when the rules
//! allow, one record in the log.

use std::borrow::Cow;
use std::time::SystemTime;

use reqwest::{Method, Url};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::Config;
use super::connection;
use super::error::{Error, ErrorKind, Result};
use super::exchange::{Call, Failed, Received};
use super::operation::Operation;
use super::problem_details::{self, ProblemDetails};
use super::rate_limiter::{Permit, RateLimiter};
use super::redact;
use super::retry::{Broke, RateHeaders, may_repeat, pauses};

/// How much of a body is looked at for an error's text.
const LARGEST_PROBLEM: usize = 64 * 1024;

/// The way to the API: the connections, the rate limiter, the key.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) http: reqwest::Client,
    pub(super) rate_limiter: RateLimiter,
    pub(super) config: Config,
    /// Answers instead of the network.
    #[cfg(test)]
    pub(super) fake: Option<std::sync::Arc<dyn super::exchange::Fake>>,
}

/// A 2xx answer.
#[derive(Debug)]
pub(super) struct Answer {
    what: String,
    pub(super) status: u16,
    body: Vec<u8>,
    request_id: Option<String>,
    /// The body broke off: only the status can be relied on.
    broken: Option<Error>,
}

impl Transport {
    pub(super) fn new(config: Config) -> Result<Self> {
        let http = connection::open(&config)?;
        let rate_limiter =
            RateLimiter::new(config.max_concurrent_requests.get(), config.retry_pause);
        Ok(Self {
            http,
            rate_limiter,
            config,
            #[cfg(test)]
            fake: None,
        })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// The address of something below the base.
    pub(super) fn url(&self, segments: &[&str]) -> Result<Url> {
        self.config
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

    pub(super) async fn read(
        &self,
        operation: &Operation,
        url: Url,
        sent: &(dyn Fn() + Sync),
    ) -> Result<Answer> {
        let answer = self
            .repeat(
                operation,
                &Call {
                    method: Method::GET,
                    url,
                    body: None,
                    sent,
                },
            )
            .await?;
        Ok(answer)
    }

    pub(super) async fn post(
        &self,
        operation: &Operation,
        url: Url,
        body: &(impl Serialize + Sync),
        sent: &(dyn Fn() + Sync),
    ) -> Result<Answer> {
        let body = serde_json::to_vec(body).map_err(|error| {
            Error::new(ErrorKind::Building, "the request could not be written").with_source(error)
        })?;
        let answer = self
            .repeat(
                operation,
                &Call {
                    method: Method::POST,
                    url,
                    body: Some(body),
                    sent,
                },
            )
            .await?;
        match answer.broken {
            Some(error) => Err(error),
            None => Ok(answer),
        }
    }

    pub(super) async fn delete(&self, operation: &Operation, url: Url) -> Result<Answer> {
        let call = Call {
            method: Method::DELETE,
            url,
            body: None,
            sent: &|| (),
        };
        self.repeat(operation, &call).await
    }

    /// Tries until it succeeds, must not be repeated, or the time is over.
    async fn repeat(&self, operation: &Operation, call: &Call<'_>) -> Result<Answer> {
        let mut pauses = pauses(self.config.retry_pause);
        let (mut attempt, mut repeats) = (0, 0);
        let mut ambiguous = false;
        let mut last: Option<Error> = None;
        loop {
            attempt += 1;
            let entered = self.rate_limiter.acquire(operation).await;
            let pass = entered
                .map_err(|error| after(error, last.as_ref()).that_may_have_happened(ambiguous))?;
            (call.sent)();
            let Failed { error, broke, wait } =
                match self.attempt(operation, call, attempt, &pass).await {
                    Ok(answer) => return Ok(answer),
                    Err(failed) => failed,
                };
            drop(pass);

            ambiguous |= call.is_write() && broke.is_ambiguous();
            let error = error.that_may_have_happened(ambiguous);
            if self.config.max_retries == 0 {
                return Err(error);
            }
            // After a 429 the rate limiter does the waiting.
            if broke != Broke::Answered(429) {
                if repeats >= self.config.max_retries || !may_repeat(&call.method, broke) {
                    return Err(error);
                }
                repeats += 1;
                let pause = pauses
                    .next()
                    .unwrap_or_default()
                    .max(wait.unwrap_or_default());
                match operation.sleep(pause).await {
                    Ok(()) => {}
                    Err(stopped) if stopped.is_cancelled() => {
                        return Err(after(stopped, Some(&error)).that_may_have_happened(ambiguous));
                    }
                    // What broke says more than that there is no time to repeat it.
                    Err(_) => return Err(error),
                }
            }
            last = Some(error);
        }
    }

    /// One try.
    async fn attempt(
        &self,
        operation: &Operation,
        call: &Call<'_>,
        attempt: u32,
        pass: &Permit<'_>,
    ) -> std::result::Result<Answer, Failed> {
        let begun = Instant::now();
        let mut received = Received::default();
        let cut = self
            .exchange_in_time(operation, call, &mut received)
            .await
            .err();
        let Received { head, body } = received;

        let (status, headers) = head.unzip();
        let headers = headers.unwrap_or_default();
        let rate = RateHeaders::read(&headers, SystemTime::now());
        match status {
            Some(429) => pass.refused(&rate),
            Some(_) => pass.answered(&rate),
            None => {}
        }

        let success = matches!(status, Some(200..300));
        // The document is read as it came: only what was decoded shows where the key is.
        let (said, document) = if success {
            (String::new(), None)
        } else {
            let said = lossy(&body);
            let document = ProblemDetails::parse(&said);
            let clean = |text: &mut String| *text = self.without_key(text);
            (self.without_key(&said), document.map(|it| it.each(clean)))
        };
        let request_id = document
            .as_ref()
            .and_then(|it| it.request_id.clone())
            .or_else(|| {
                let header = headers.get("x-request-id")?;
                Some(self.text(header.as_bytes()))
            });
        tracing::debug!(
            method = %call.method,
            path = call.url.path(),
            status,
            duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            attempt,
            request_id,
            "request"
        );

        match (status, cut) {
            (None, None) => Err(Failed::unanswered(Error::new(
                ErrorKind::Transport,
                call.unanswered(),
            ))),
            (None, Some(cut)) => Err(cut),
            (Some(status), cut) if success => {
                let cut = cut.map(|it| it.known(status, request_id.clone()));
                match cut {
                    Some(cut) if !call.is_write() => Err(cut),
                    cut => Ok(Answer {
                        what: call.what(),
                        status,
                        body,
                        request_id,
                        broken: cut.map(|it| it.error.that_may_have_happened(true)),
                    }),
                }
            }
            (Some(status), _) => {
                let kind = if status == 429 {
                    ErrorKind::RateLimited
                } else {
                    ErrorKind::Refused
                };
                let error = Error::new(
                    kind,
                    problem_details::describe(status, document.as_ref(), &said),
                )
                .with_status(status)
                .with_problem(ProblemDetails {
                    request_id,
                    ..document.unwrap_or_default()
                });
                Err(Failed {
                    error,
                    broke: Broke::Answered(status),
                    wait: rate.retry_after,
                })
            }
        }
    }

    /// Text from outside, without the key: an error page may repeat the request it complains about.
    pub(super) fn text(&self, bytes: &[u8]) -> String {
        self.without_key(&lossy(bytes))
    }

    fn without_key(&self, text: &str) -> String {
        redact::without(self.config.api_key.expose_secret(), text)
    }

    /// Reads the body of an answer.
    pub(super) fn decode<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T> {
        // Looked at as text as a whole: bit by bit it takes longer.
        std::str::from_utf8(&answer.body)
            .map_err(|error| format!("it is not text: {error}"))
            .and_then(|text| {
                serde_json::from_str(text).map_err(|error| with_place::<T>(text, &error))
            })
            .map_err(|why| self.undecodable(answer, &why))
    }

    /// A 2xx answer that cannot be read, and why.
    pub(super) fn undecodable(&self, answer: &Answer, why: &str) -> Error {
        let came = problem_details::quote(&self.text(&answer.body));
        let text = format!(
            "the answer to `{}` cannot be read: {}; what came is {came}",
            answer.what,
            self.without_key(why)
        );
        Error::new(ErrorKind::Undecodable, text)
            .with_status(answer.status)
            .with_request_id(answer.request_id.clone())
    }
}

/// As much of a body as is looked at.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes.get(..LARGEST_PROBLEM).unwrap_or(bytes))
}

/// The wait after `last` failed: what was waited after is the cause.
fn after(error: Error, last: Option<&Error>) -> Error {
    match last {
        None => error,
        Some(last) if last.status() == Some(429) => error.with_status(429).with_cause(last.clone()),
        Some(last) => error.with_cause(last.clone()),
    }
}

/// Why a body cannot be read, and where. It is read once more for that: noting the place of every
/// value is work that only an error is worth.
fn with_place<T: DeserializeOwned>(body: &str, error: &serde_json::Error) -> String {
    let mut reader = serde_json::Deserializer::from_str(body);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(found) if found.path().to_string() != "." => {
            format!("`{}`: {}", found.path(), found.inner())
        }
        _ => error.to_string(),
    }
}
