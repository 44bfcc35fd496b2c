//! Medians, and the formatting of numbers.

use std::time::Duration;

/// Returns the median; 0 for no numbers.
pub fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let above = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        count if count % 2 == 0 => f64::midpoint(numbers[above - 1], numbers[above]),
        _ => numbers[above],
    }
}

/// Returns the median of times, in seconds.
pub fn median_seconds(times: impl IntoIterator<Item = Duration>) -> f64 {
    median(times.into_iter().map(|time| time.as_secs_f64()))
}

/// Returns the median of counts; of two middle ones the lower.
pub fn median_count<T: Ord + Copy + Default>(counts: impl IntoIterator<Item = T>) -> T {
    let mut counts: Vec<T> = counts.into_iter().collect();
    counts.sort_unstable();
    let middle = counts.len().saturating_sub(1) / 2;
    counts.get(middle).copied().unwrap_or_default()
}

/// Formats a time: `1.23 s`, `45.6 ms`, `789 µs`.
pub fn seconds(seconds: f64) -> String {
    if seconds >= 0.9995 {
        format!("{seconds:.2} s")
    } else if seconds >= 0.000_999_5 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{:.0} µs", seconds * 1e6)
    }
}

/// Formats a size: `6.8 MB`; empty for none.
pub fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(String::new, |bytes| {
        // A `u32` converts to a float without loss.
        let kilobytes = u32::try_from(bytes / 1000).unwrap_or(u32::MAX);
        format!("{:.1} MB", f64::from(kilobytes) / 1e3)
    })
}

/// Formats a ratio: `2.41 ×`.
pub fn times(ratio: f64) -> String {
    format!("{ratio:.2} ×")
}

/// Formats a count: `10,000`.
pub fn count(number: impl TryInto<u64>) -> String {
    let mut rest = number.try_into().unwrap_or(u64::MAX);
    let mut text = String::new();
    while rest >= 1000 {
        text = format!(",{:03}{text}", rest % 1000);
        rest /= 1000;
    }
    format!("{rest}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlier_does_not_change_the_median() {
        assert_eq!(seconds(median([3.0, 1.0, 900.0])), "3.00 s");
        assert_eq!(seconds(median([1.0, 2.0])), "1.50 s");
        assert_eq!(median_count([7_usize, 3, 900]), 7);
        assert_eq!(median_count::<usize>([]), 0);
    }

    #[test]
    fn numbers_have_the_unit_of_their_magnitude() {
        assert_eq!(seconds(0.01234), "12.3 ms");
        assert_eq!(seconds(0.000_042), "42 µs");
        assert_eq!(megabytes(Some(6_812_345)), "6.8 MB");
        assert_eq!(megabytes(None), "");
        assert_eq!(times(2.406), "2.41 ×");
        assert_eq!(count(999_u64), "999");
        assert_eq!(count(1_010_000_u64), "1,010,000");
    }
}
