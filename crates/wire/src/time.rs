//! Times as the protocols write them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

fn timestamp(seconds: f64) -> Timestamp {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds of this age fit"
    )]
    let ms = (seconds * 1000.0).round() as i64;
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn format(seconds: f64, pattern: &str) -> String {
    timestamp(seconds)
        .to_zoned(TimeZone::UTC)
        .strftime(pattern)
        .to_string()
}

/// `2026-09-28T17:33:12Z`.
pub(crate) fn iso(seconds: f64) -> String {
    format(seconds, "%Y-%m-%dT%H:%M:%SZ")
}

/// `2026-09-28T17:33:12.000Z`, as S3 writes it.
pub(crate) fn iso_ms(seconds: f64) -> String {
    format!(
        "{}.{:03}Z",
        format(seconds, "%Y-%m-%dT%H:%M:%S"),
        timestamp(seconds).as_millisecond().rem_euclid(1000)
    )
}

/// `Mon, 28 Sep 2026 17:33:12 GMT`.
pub(crate) fn http(seconds: f64) -> String {
    format(seconds, "%a, %d %b %Y %H:%M:%S GMT")
}

/// Reads any of the three forms into epoch seconds.
pub(crate) fn parse(text: &str) -> Option<f64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return seconds.is_finite().then_some(seconds);
    }
    let time = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|z| z.timestamp()))?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of this age fit a double exactly"
    )]
    Some(time.as_millisecond() as f64 / 1000.0)
}
