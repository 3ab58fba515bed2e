//! Renderings of a point in time.

use jiff::Timestamp;
use jiff::tz::TimeZone;

fn format(ms: i64, pattern: &str) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned(TimeZone::UTC).strftime(pattern).to_string()
}

/// `2026-09-28T17:33:12Z`.
#[must_use]
pub fn iso(ms: i64) -> String {
    format(ms, "%Y-%m-%dT%H:%M:%SZ")
}

/// `2026-09-28T17:33:12.251Z`.
#[must_use]
pub fn iso_ms(ms: i64) -> String {
    format!(
        "{}.{:03}Z",
        format(ms, "%Y-%m-%dT%H:%M:%S"),
        ms.rem_euclid(1000)
    )
}

/// `Mon, 28 Sep 2026 17:33:12 GMT`, for HTTP headers.
#[must_use]
pub fn http(ms: i64) -> String {
    format(ms, "%a, %d %b %Y %H:%M:%S GMT")
}

/// `Mon Jan 21 20:04:00 UTC 2019`, as in `imageDetail.json`.
#[must_use]
pub fn java(ms: i64) -> String {
    format(ms, "%a %b %d %H:%M:%S UTC %Y")
}

/// Epoch seconds with at most three decimals, as the JSON protocols carry time.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this age fit a double exactly"
)]
pub fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

/// Reads `20260928T173312Z`.
#[must_use]
pub fn parse_amz(text: &str) -> Option<i64> {
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(
        time.to_zoned(TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}

/// Reads an HTTP date.
#[must_use]
pub fn parse_http(text: &str) -> Option<i64> {
    let time = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(time.timestamp().as_millisecond())
}

/// Reads an ISO 8601 date with time and zone.
#[must_use]
pub fn parse_iso(text: &str) -> Option<i64> {
    text.parse::<Timestamp>()
        .ok()
        .map(Timestamp::as_millisecond)
}
