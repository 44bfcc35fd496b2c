//! What a response's headers say about the rate limit.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// No header means a longer wait, and an `Instant` can hold it.
const LONGEST_WAIT: Duration = Duration::from_hours(24 * 365);

/// The rate limit, as far as the headers say it. HostUp documents them for a 429.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RateHeaders {
    /// How long to wait before the next request.
    pub(super) retry_after: Option<Duration>,
    /// Requests in each window.
    pub(super) limit: Option<usize>,
    /// How long until this window ends.
    pub(super) reset: Option<Duration>,
}

impl RateHeaders {
    /// Reads the headers. One that cannot be read counts as missing.
    pub(super) fn read(headers: &HeaderMap, now: SystemTime) -> Self {
        let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim());
        let here = OffsetDateTime::from(now);
        // The reset is a time on the API's clock. `Date` has whole seconds: it is used only when
        // the clocks differ.
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
        Self {
            retry_after,
            limit: text("x-ratelimit-limit").and_then(|it| it.parse().ok()),
            reset: reset.map(until),
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    /// Reads the headers at 2026-06-15T12:00:00Z.
    fn read(pairs: &[(&'static str, &'static str)]) -> RateHeaders {
        let headers = pairs
            .iter()
            .map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v)))
            .collect();
        let noon = SystemTime::UNIX_EPOCH + Duration::from_hours(494_868);
        RateHeaders::read(&headers, noon)
    }

    #[test]
    fn a_reset_is_a_time_and_not_a_number() {
        let reset = |text| read(&[("x-ratelimit-reset", text)]).reset;
        assert_eq!(
            reset("2026-06-15T12:00:00.250Z"),
            Some(Duration::from_millis(250))
        );
        assert_eq!(reset("2020-01-01T00:00:00Z"), Some(Duration::ZERO));
        assert_eq!(reset("1781524800"), None);
        let limit = |text| read(&[("x-ratelimit-limit", text)]).limit;
        assert_eq!((limit("20"), limit("-1")), (Some(20), None));
    }

    #[test]
    fn a_reset_is_measured_on_the_clock_of_the_api() {
        let rate = read(&[
            ("date", "Mon, 15 Jun 2026 13:00:00 GMT"),
            ("x-ratelimit-reset", "2026-06-15T13:00:30.000Z"),
        ]);
        assert_eq!(rate.reset, Some(Duration::from_secs(30)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let after = |text| read(&[("retry-after", text)]).retry_after;
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            after("Mon, 15 Jun 2026 12:00:09 GMT"),
            Some(Duration::from_secs(9))
        );
        assert_eq!(after("18446744073709551615"), Some(LONGEST_WAIT));
        assert_eq!(after("soon"), None);
    }
}
