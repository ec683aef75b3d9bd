//! Sizes, durations and rates as people write them: `16MiB`, `5s`, `1000/s`.

use std::time::Duration;

/// JSON Schema pattern of a size.
pub(super) const SIZE_PATTERN: &str = "^[0-9]+(B|KiB|MiB|GiB)$";
/// JSON Schema pattern of a duration.
pub(super) const DURATION_PATTERN: &str = "^[0-9]+(ms|s|m)$";
/// JSON Schema pattern of a rate.
pub(super) const RATE_PATTERN: &str = "^[0-9]+/(s|m)$";

/// JSON Schema pattern of a percentage.
pub(super) const PERCENT_PATTERN: &str = "^[0-9]+(\\.[0-9]{1,2})?%$";

/// At most so many calls in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many; at least 1.
    pub calls: u32,
    /// In which time.
    pub per: Duration,
}

fn split_number(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit))
}

/// Bytes of a size such as `64MiB`.
pub(super) fn parse_size(text: &str) -> Option<usize> {
    let (number, unit) = split_number(text)?;
    let factor = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    usize::try_from(number.checked_mul(factor)?).ok()
}

/// A duration such as `500ms`, `30s` or `2m`; zero is none.
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_number(text)?;
    let milliseconds = match unit {
        "ms" => number,
        "s" => number.checked_mul(1000)?,
        "m" => number.checked_mul(60_000)?,
        _ => return None,
    };
    // A day is already beyond what a page waits for, and keeps clocks from overflowing.
    (1..=86_400_000).contains(&milliseconds).then(|| Duration::from_millis(milliseconds))
}

/// A rate such as `1000/s`; zero is none.
pub(super) fn parse_rate(text: &str) -> Option<Rate> {
    let (number, unit) = split_number(text)?;
    let per = match unit {
        "/s" => Duration::from_secs(1),
        "/m" => Duration::from_secs(60),
        _ => return None,
    };
    let calls = u32::try_from(number).ok().filter(|calls| *calls > 0)?;
    Some(Rate { calls, per })
}

/// Hundredths of a percent of a share such as `33.33%`, up to 100%.
pub(super) fn parse_percent(text: &str) -> Option<u16> {
    let number = text.strip_suffix('%')?;
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > 2 {
        return None;
    }
    let part: u32 = format!("{part:0<2}").parse().ok()?;
    let hundredths = whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(part)?;
    u16::try_from(hundredths).ok().filter(|hundredths| *hundredths <= 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_as_written() {
        assert_eq!(parse_size("16MiB"), Some(16 << 20));
        assert_eq!(parse_size("0B"), Some(0));
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("2m"), Some(Duration::from_secs(120)));
        assert_eq!(parse_rate("60/m"), Some(Rate { calls: 60, per: Duration::from_secs(60) }));
    }

    #[test]
    fn guesses_are_refused() {
        assert_eq!(parse_percent("33.3%"), Some(3330));
        assert_eq!(parse_percent("100%"), Some(10_000));
        for bad in ["100.01%", "%", "1.%", ".5%", "-1%", "1.234%", "50"] {
            assert_eq!(parse_percent(bad), None, "{bad}");
        }
        for bad in [
            "",
            "16",
            "16MB",
            "16 MiB",
            "-1B",
            "1.5MiB",
            "99999999999999999999B",
            "18446744073709551615GiB",
        ] {
            assert_eq!(parse_size(bad), None, "{bad}");
        }
        for bad in ["0s", "1", "1h", "s", "99999999999999999m", "1441m"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
        for bad in ["0/s", "10", "10/h", "/s", "5000000000/s"] {
            assert_eq!(parse_rate(bad), None, "{bad}");
        }
    }
}
