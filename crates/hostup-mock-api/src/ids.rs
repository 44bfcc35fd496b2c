//! Ids and times as the API documents them: `<prefix>_<26 lower-case ULID characters>`, and
//! RFC 3339 in UTC with milliseconds and `Z`.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Crockford's alphabet in lower case: no `i`, `l`, `o` or `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The random part of a ULID is 80 bits wide.
const RANDOM_BITS: u32 = 80;

/// Creates ids that sort by the time of their creation, also within a millisecond. The mock's lists
/// are sorted by id, and their cursors rely on it.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    millis: u128,
    random: u128,
}

impl Ids {
    /// Returns the next id, such as `vps_01hxa3b4c5d6e7f8g9h0j1k2m5`.
    pub(crate) fn next(&mut self, prefix: &str) -> String {
        format!("{prefix}_{}", self.ulid())
    }

    fn ulid(&mut self) -> String {
        let now = millis(SystemTime::now());
        if now > self.millis {
            self.millis = now;
            // The top bit stays zero, so that counting within a millisecond never overflows.
            let drawn = u128::from(random()) << 64 | u128::from(random());
            self.random = drawn & ((1 << (RANDOM_BITS - 1)) - 1);
        } else {
            self.random += 1;
        }
        let value = self.millis << RANDOM_BITS | self.random;
        (0..26)
            .rev()
            .map(|place| {
                let digit = usize::try_from(value >> (place * 5) & 31).unwrap_or_default();
                char::from(ALPHABET[digit])
            })
            .collect()
    }
}

/// Returns a random UUID, the other form of `requestId` in the documents.
pub(crate) fn uuid() -> String {
    let (high, low) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0x0fff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

/// Returns 64 random bits. The standard library seeds each `RandomState` differently, which is
/// random enough for a mock.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Returns the current time as the API writes it: `2026-06-15T12:00:00.000Z`.
pub(crate) fn now() -> String {
    timestamp(SystemTime::now())
}

/// Formats a time as the API does.
pub(crate) fn timestamp(at: SystemTime) -> String {
    let millis = millis(at);
    let seconds = millis / 1000;
    let (year, month, day) = civil(seconds / 86_400);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60,
        millis % 1000
    )
}

/// Returns the time after a wait, for `X-RateLimit-Reset` and `cooldownUntil`.
pub(crate) fn after(wait: Duration) -> SystemTime {
    let now = SystemTime::now();
    now.checked_add(wait).unwrap_or(now)
}

fn millis(at: SystemTime) -> u128 {
    at.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis()
}

/// Returns year, month and day for a count of days since 1970-01-01 (Howard Hinnant's
/// `civil_from_days`, for days after the epoch only).
fn civil(days: u128) -> (u128, u128, u128) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + u128::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_documented_form_and_sort_by_age() {
        let mut ids = Ids::default();
        let created: Vec<String> = (0..1000).map(|_| ids.next("pnet")).collect();
        for id in &created {
            let tail = id.strip_prefix("pnet_").expect("the prefix");
            assert_eq!(tail.len(), 26, "{id}");
            assert!(tail.bytes().all(|byte| ALPHABET.contains(&byte)), "{id}");
        }
        assert!(created.is_sorted_by(|earlier, later| earlier < later));
    }

    #[test]
    fn times_are_rfc_3339_in_utc_with_milliseconds() {
        #[track_caller]
        fn check(millis: u64, expected: &str) {
            assert_eq!(
                timestamp(UNIX_EPOCH + Duration::from_millis(millis)),
                expected
            );
        }
        check(0, "1970-01-01T00:00:00.000Z");
        check(951_782_400_000, "2000-02-29T00:00:00.000Z");
        check(1_777_293_296_789, "2026-04-27T12:34:56.789Z");
        check(1_798_761_599_999, "2026-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_uuid_has_version_4() {
        let uuid = uuid();
        let groups: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{uuid}");
        assert_eq!(uuid.as_bytes()[14], b'4', "{uuid}");
    }
}
