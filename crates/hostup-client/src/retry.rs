//! Whether a request may be repeated: decisions only, no waiting.
//!
//! | what happened | GET | DELETE | POST |
//! | --- | --- | --- | --- |
//! | no connection | repeat | repeat | repeat |
//! | 429 | after the rate limiter's wait | the same | the same |
//! | 502, 503, 504, broken connection, time-out | repeat | repeat, then 404 is success | never |
//! | another 5xx | no | repeat, then 404 is success | never |
//! | anything else | no | no | no |
//!
//! `max_retries` bounds the repeats of one request, except those after a 429: when many requests
//! are refused, one that waits in the queue would use up its attempts. The operation's time bounds
//! those. `max_retries = 0` switches off both.

use reqwest::Method;

/// How an attempt ended without success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// No connection could be made: the API has not seen the request.
    NotSent,
    /// It was sent, and no complete response came back.
    NoResponse,
    /// The response has this status.
    Status(u16),
    /// It was given up, or can never succeed.
    Final,
}

impl Failure {
    /// Whether a write that failed like this may have taken effect.
    pub(super) fn is_ambiguous(self) -> bool {
        match self {
            Self::NoResponse => true,
            Self::Status(status) => status >= 500,
            Self::NotSent | Self::Final => false,
        }
    }
}

/// Whether the same request may be sent once more. The rate limiter handles 429.
pub(super) fn may_repeat(method: &Method, failure: Failure) -> bool {
    let read = *method == Method::GET;
    let delete = *method == Method::DELETE;
    match failure {
        Failure::NotSent => true,
        Failure::NoResponse | Failure::Status(502..=504) => read || delete,
        Failure::Status(500..) => delete,
        Failure::Status(_) | Failure::Final => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_never_repeated_once_it_may_have_arrived() {
        for failure in [
            Failure::NoResponse,
            Failure::Status(500),
            Failure::Status(502),
            Failure::Status(503),
        ] {
            assert!(!may_repeat(&Method::POST, failure), "{failure:?}");
            assert!(may_repeat(&Method::DELETE, failure), "{failure:?}");
            assert_eq!(
                may_repeat(&Method::GET, failure),
                failure != Failure::Status(500),
                "{failure:?}"
            );
        }
        for method in [Method::GET, Method::POST, Method::DELETE] {
            assert!(may_repeat(&method, Failure::NotSent));
            for failure in [
                Failure::Final,
                Failure::Status(301),
                Failure::Status(404),
                Failure::Status(409),
            ] {
                assert!(!may_repeat(&method, failure), "{method} {failure:?}");
            }
        }
    }
}
