//! When a request may be repeated, and how long to wait before: pure decisions, no waiting.
//!
//! | what happened | GET | DELETE | POST |
//! | --- | --- | --- | --- |
//! | never left this machine | repeat | repeat | repeat |
//! | 429 | when the rate limiter opens | when the rate limiter opens | when the rate limiter opens |
//! | 502, 503, 504, broken connection, time-out | repeat | repeat, then 404 is success | never |
//! | another 5xx | no | repeat, then 404 is success | never |
//! | anything else | no | no | no |
//!
//! `max_retries` bounds the repeats of one request, except those after a 429: in a storm of them an
//! innocent request would use up its tries in the queue. They are bounded by the operation's time.
//! `max_retries` of 0 switches both off.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::Method;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Nobody means a longer one; an `Instant` can hold it.
const LONGEST_WAIT: Duration = Duration::from_hours(24 * 365);

/// The longest pause of our own making.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How a try ended without success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broke {
    /// No connection could be made: the API knows nothing of it.
    NotSent,
    /// It was sent, and no whole answer came back.
    Unanswered,
    /// It was answered with this status.
    Answered(u16),
    /// It was given up, or can never succeed.
    Final,
}

impl Broke {
    /// Whether a write that ended so may have taken effect.
    pub(super) fn is_ambiguous(self) -> bool {
        match self {
            Self::Unanswered => true,
            Self::Answered(status) => status >= 500,
            Self::NotSent | Self::Final => false,
        }
    }
}

/// Whether the same request may be sent once more. 429 is the rate limiter's business.
pub(super) fn may_repeat(method: &Method, broke: Broke) -> bool {
    let read = *method == Method::GET;
    let delete = *method == Method::DELETE;
    match broke {
        Broke::NotSent => true,
        Broke::Unanswered | Broke::Answered(502..=504) => read || delete,
        Broke::Answered(500..) => delete,
        Broke::Answered(_) | Broke::Final => false,
    }
}

/// Growing pauses with jitter, without end. The first is between `shortest` and twice that.
pub(super) fn pauses(shortest: Duration) -> impl Iterator<Item = Duration> {
    let longest = LONGEST_PAUSE.max(shortest);
    let growing = ExponentialBuilder::default()
        .with_min_delay(shortest)
        .with_max_delay(longest)
        .with_factor(2.0)
        .without_max_times()
        .with_jitter();
    growing.build().chain(std::iter::repeat(longest))
}

/// What the headers of any answer say about the rate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RateHeaders {
    /// How long to wait, said in so many words.
    pub(super) retry_after: Option<Duration>,
    /// Requests a window.
    pub(super) limit: Option<usize>,
    /// Requests left in this window.
    pub(super) remaining: Option<usize>,
    /// How far away the end of this window is.
    pub(super) reset: Option<Duration>,
}

impl RateHeaders {
    /// Reads what is there; what cannot be read is not there.
    pub(super) fn read(headers: &HeaderMap, now: SystemTime) -> Self {
        let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim());
        let count = |name: &str| text(name)?.parse().ok();
        let here = OffsetDateTime::from(now);
        // The reset is a time of the API's clock. Its `Date` has whole seconds: use it only when
        // ours is off.
        let date = text(DATE.as_str())
            .and_then(|it| httpdate::parse_http_date(it).ok())
            .map(OffsetDateTime::from);
        let there = date
            .filter(|date| (*date - here).abs() > time::Duration::seconds(2))
            .unwrap_or(here);
        let until = |at: OffsetDateTime| {
            Duration::try_from(at - there)
                .unwrap_or_default()
                .min(LONGEST_WAIT)
        };
        let retry_after = text(RETRY_AFTER.as_str()).and_then(|it| match it.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds).min(LONGEST_WAIT)),
            Err(_) => httpdate::parse_http_date(it)
                .ok()
                .map(|at| until(at.into())),
        });
        let reset =
            text("x-ratelimit-reset").and_then(|it| OffsetDateTime::parse(it, &Rfc3339).ok());
        let reset = reset.map(until);
        Self {
            retry_after,
            limit: count("x-ratelimit-limit"),
            remaining: count("x-ratelimit-remaining"),
            reset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v)))
            .collect()
    }

    /// 2026-06-15T12:00:00Z
    fn noon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_hours(494_868)
    }

    #[test]
    fn a_post_is_never_repeated_once_it_may_have_arrived() {
        for broke in [
            Broke::Unanswered,
            Broke::Answered(500),
            Broke::Answered(502),
            Broke::Answered(503),
        ] {
            assert!(!may_repeat(&Method::POST, broke), "{broke:?}");
            assert!(may_repeat(&Method::DELETE, broke), "{broke:?}");
            assert_eq!(
                may_repeat(&Method::GET, broke),
                broke != Broke::Answered(500),
                "{broke:?}"
            );
        }
        for method in [Method::GET, Method::POST, Method::DELETE] {
            assert!(may_repeat(&method, Broke::NotSent));
            for broke in [
                Broke::Final,
                Broke::Answered(301),
                Broke::Answered(404),
                Broke::Answered(409),
            ] {
                assert!(!may_repeat(&method, broke), "{method} {broke:?}");
            }
        }
    }

    #[test]
    fn pauses_grow_and_never_end() {
        let pauses: Vec<_> = pauses(Duration::from_millis(500)).take(100).collect();
        assert!(pauses[0] >= Duration::from_millis(500) && pauses[0] <= Duration::from_secs(1));
        assert!(pauses[2] >= Duration::from_secs(2));
        assert!(pauses.iter().all(|it| *it <= 2 * LONGEST_PAUSE));
        assert_eq!(pauses.len(), 100);
    }

    #[test]
    fn a_reset_is_a_time_and_not_a_number() {
        let read =
            |pairs: &[(&'static str, &'static str)]| RateHeaders::read(&headers(pairs), noon());
        let rate = read(&[
            ("x-ratelimit-limit", "20"),
            ("x-ratelimit-remaining", "3"),
            ("x-ratelimit-reset", "2026-06-15T12:00:00.250Z"),
        ]);
        assert_eq!(
            (rate.limit, rate.remaining, rate.retry_after),
            (Some(20), Some(3), None)
        );
        assert_eq!(rate.reset.expect("read"), Duration::from_millis(250));
        assert_eq!(read(&[("x-ratelimit-reset", "1781524800")]).reset, None);
        assert_eq!(read(&[("x-ratelimit-remaining", "-1")]).remaining, None);
        let past = read(&[("x-ratelimit-reset", "2020-01-01T00:00:00Z")]);
        assert_eq!(past.reset.expect("read"), Duration::ZERO);
    }

    #[test]
    fn a_reset_is_measured_on_the_clock_of_the_one_who_wrote_it() {
        let rate = RateHeaders::read(
            &headers(&[
                ("date", "Mon, 15 Jun 2026 13:00:00 GMT"),
                ("x-ratelimit-reset", "2026-06-15T13:00:30.000Z"),
            ]),
            noon(),
        );
        assert_eq!(rate.reset.expect("read"), Duration::from_secs(30));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let after =
            |text| RateHeaders::read(&headers(&[("retry-after", text)]), noon()).retry_after;
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            after("Mon, 15 Jun 2026 12:00:09 GMT"),
            Some(Duration::from_secs(9))
        );
        assert_eq!(after("18446744073709551615"), Some(LONGEST_WAIT));
        assert_eq!(after("soon"), None);
    }
}
