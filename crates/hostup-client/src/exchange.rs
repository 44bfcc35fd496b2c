//! One exchange: a request goes out, an answer comes in, all of it under one time-out.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Url};

use super::error::{Error, ErrorKind};
use super::operation::{Operation, in_words};
use super::problem_details;
use super::request::Transport;
use super::retry::Broke;

/// No document of this API comes near it.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// One request as it is repeated.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Vec<u8>>,
    /// Told right before each try: whatever was seen until now was there before it.
    pub(super) sent: &'a (dyn Fn() + Sync),
}

/// A try without success.
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) broke: Broke,
    /// The least to wait before the next try.
    pub(super) wait: Option<Duration>,
}

/// What has come of an answer so far; survives the try that is cut off.
#[derive(Default)]
pub(super) struct Received {
    pub(super) head: Option<(u16, HeaderMap)>,
    pub(super) body: Vec<u8>,
}

/// An API without a network, for tests under a clock of their own.
#[cfg(test)]
#[async_trait::async_trait]
pub(super) trait Fake: std::fmt::Debug + Send + Sync {
    /// Answers one request, or breaks the connection.
    async fn exchange(
        &self,
        call: &Call<'_>,
        received: &mut Received,
    ) -> std::result::Result<(), Failed>;
}

impl Transport {
    /// Sends and reads under the request's time-out; a read also ends when the operation is
    /// stopped.
    pub(super) async fn exchange_in_time(
        &self,
        operation: &Operation,
        call: &Call<'_>,
        received: &mut Received,
    ) -> std::result::Result<(), Failed> {
        let limit = self.config.request_timeout.min(operation.remaining());
        let exchange = tokio::time::timeout(limit, self.exchange(call, received));
        let done = if call.is_write() {
            // An answer nobody hears is an object nobody knows.
            exchange.await
        } else {
            tokio::select! {
                biased;
                done = exchange => done,
                () = operation.stop().cancelled() => return Err(Failed::given_up(Operation::stopped())),
            }
        };
        done.unwrap_or_else(|_| {
            let mut error = Error::new(ErrorKind::TimedOut, self.too_slow(call, limit, received));
            if limit < self.config.request_timeout {
                error = error.of_operation_over();
            }
            Err(Failed::unanswered(error))
        })
    }

    async fn exchange(
        &self,
        call: &Call<'_>,
        received: &mut Received,
    ) -> std::result::Result<(), Failed> {
        #[cfg(test)]
        if let Some(fake) = &self.fake {
            return fake.exchange(call, received).await;
        }
        let mut request = self.http.request(call.method.clone(), call.url.clone());
        if let Some(body) = &call.body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let mut response = request
            .send()
            .await
            .map_err(|error| self.unsent(call, error))?;
        received.head = Some((
            response.status().as_u16(),
            std::mem::take(response.headers_mut()),
        ));
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(()),
                Ok(Some(chunk)) if received.body.len() + chunk.len() > LARGEST_BODY => {
                    let text = format!(
                        "the answer to `{}` is larger than {} MiB",
                        call.what(),
                        LARGEST_BODY >> 20
                    );
                    return Err(Failed::given_up(Error::new(ErrorKind::Undecodable, text)));
                }
                Ok(Some(chunk)) => received.body.extend_from_slice(&chunk),
                Err(error) => {
                    let came = problem_details::quote(&self.text(&received.body));
                    let text = format!(
                        "the connection broke within the answer to `{}`; what came is {came}",
                        call.what()
                    );
                    let error =
                        Error::new(ErrorKind::Transport, text).with_source(error.without_url());
                    return Err(Failed::unanswered(error));
                }
            }
        }
    }

    fn unsent(&self, call: &Call<'_>, error: reqwest::Error) -> Failed {
        let error = error.without_url();
        if error.is_connect() {
            let text = format!("no connection to `{}` could be made", self.config.endpoint);
            let kind = if error.is_timeout() {
                ErrorKind::TimedOut
            } else {
                ErrorKind::Transport
            };
            Failed {
                error: Error::new(kind, text).with_source(error),
                broke: Broke::NotSent,
                wait: None,
            }
        } else if error.is_builder() {
            Failed::given_up(
                Error::new(ErrorKind::Building, "the request could not be built")
                    .with_source(error),
            )
        } else {
            Failed::unanswered(
                Error::new(ErrorKind::Transport, call.unanswered()).with_source(error),
            )
        }
    }

    fn too_slow(&self, call: &Call<'_>, limit: Duration, received: &Received) -> String {
        let (what, limit) = (call.what(), in_words(limit));
        if received.head.is_none() {
            format!("`{what}` was not answered within {limit}")
        } else {
            let came = problem_details::quote(&self.text(&received.body));
            format!("the answer to `{what}` was not complete after {limit}; what came is {came}")
        }
    }
}

impl Call<'_> {
    pub(super) fn is_write(&self) -> bool {
        self.method != Method::GET
    }

    pub(super) fn what(&self) -> String {
        format!("{} {}", self.method, self.url.path())
    }

    pub(super) fn unanswered(&self) -> String {
        format!("the connection broke before `{}` was answered", self.what())
    }
}

impl Failed {
    pub(super) fn unanswered(error: Error) -> Self {
        Self {
            error,
            broke: Broke::Unanswered,
            wait: None,
        }
    }

    pub(super) fn given_up(error: Error) -> Self {
        Self {
            error,
            broke: Broke::Final,
            wait: None,
        }
    }

    /// The status came before it broke.
    pub(super) fn known(mut self, status: u16, request_id: Option<String>) -> Self {
        self.error = self.error.with_status(status).with_request_id(request_id);
        self
    }
}
