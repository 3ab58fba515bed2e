//! How operands and request values are read: numbers, dates, addresses.

use std::cmp::Ordering;

/// A decimal number of any length, never a binary float: 9007199254740993 is not 9007199254740992.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// Digits without leading zeros; empty for zero.
    digits: Vec<u8>,
    /// The power of ten of the first digit's place plus one.
    point: i64,
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |d: &Self| {
            if d.digits.is_empty() {
                0
            } else if d.negative {
                -1
            } else {
                1
            }
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            let size = self
                .point
                .cmp(&other.point)
                .then_with(|| self.digits.cmp(&other.digits));
            if self.negative { size.reverse() } else { size }
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Reads `1`, `+1`, `01`, `1.`, `.5`, `1e0`. Anything else, also NaN and the empty text, is unreadable.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => {
            let exponent = rest.get(at + 1..)?;
            if exponent.len() > 9 {
                return None;
            }
            (rest.get(..at)?, exponent.parse::<i64>().ok()?)
        }
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    if !whole
        .bytes()
        .chain(fraction.bytes())
        .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    let mut point = i64::try_from(whole.len()).ok()? + exponent;
    let leading = digits.iter().take_while(|b| **b == b'0').count();
    digits.drain(..leading);
    point -= i64::try_from(leading).ok()?;
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    if digits.is_empty() {
        point = 0;
    }
    let negative = negative && !digits.is_empty();
    Some(Decimal {
        negative,
        digits,
        point,
    })
}

/// The number that `text` writes, in the one form in which the policy simulator keeps numbers: no plus sign, no leading
/// zeros, the digits behind the point as they are; with an exponent where one was written (`1E+2`). `None` for what is no
/// number.
#[must_use]
pub fn canonical_number(text: &str) -> Option<String> {
    decimal(text)?;
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.parse().ok()?;
    let scale = i64::try_from(fraction.len()).ok()? - exponent;
    let joined = format!("{whole}{fraction}");
    let digits = match joined.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let length = i64::try_from(digits.len()).ok()?;
    let adjusted = length - 1 - scale;
    if scale >= 0 && adjusted >= -6 {
        let scale = usize::try_from(scale).ok()?;
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (head, tail) = padded.split_at_checked(padded.len() - scale)?;
        let point = if tail.is_empty() { "" } else { "." };
        return Some(format!("{sign}{head}{point}{tail}"));
    }
    let (first, more) = digits.split_at_checked(1)?;
    let point = if more.is_empty() { "" } else { "." };
    Some(format!("{sign}{first}{point}{more}E{adjusted:+}"))
}

/// Whether `text` is the address of a request.
#[must_use]
pub fn is_ip_address(text: &str) -> bool {
    ip(text).is_some()
}

/// Whether a text is base64: groups of four, padded at the end, no stray bits in the last group.
#[must_use]
pub fn is_base64(text: &str) -> bool {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let data = text.trim_end_matches('=');
    let last = data
        .chars()
        .last()
        .and_then(|c| DIGITS.find(c))
        .unwrap_or(0);
    let stray = match text.len() - data.len() {
        2 => last & 0b1111,
        1 => last & 0b11,
        _ => 0,
    };
    crate::condition::is_base64(text) && stray == 0
}

/// Reads a date into milliseconds since the epoch: a year, a month of one, a date alone, a date with a time, with or without a zone
/// (none is UTC), or epoch seconds. Fractions count to the millisecond, the rest is cut.
///
/// Four digits are a year, the shortest of the W3C's forms of ISO 8601 that IAM names ("Date condition operators"); as seconds
/// they would be of the first hours of 1970. Neither was recorded.
#[must_use]
pub fn date_ms(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let is_year = text.len() == 4;
    if !is_year
        && !unsigned.is_empty()
        && unsigned.len() <= 12
        && unsigned.bytes().all(|b| b.is_ascii_digit())
    {
        return unsigned.parse::<i64>().ok()?.checked_mul(1000);
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.splitn(3, '-');
    let number = |t: Option<&str>, len: usize| -> Option<i64> {
        let t = t?;
        (t.len() == len && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse().ok())?
    };
    let year = number(parts.next(), 4)?;
    // With a time of day, the day is said.
    let or_first = |part: Option<&str>| match part {
        None if time.is_none() => Some(1),
        part => number(part, 2),
    };
    let (month, day) = (or_first(parts.next())?, or_first(parts.next())?);
    if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let mut ms = days_from_civil(year, month, day) * 86_400_000;
    if let Some(time) = time {
        let (clock, offset_minutes) = zone(time)?;
        let (hms, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let mut parts = hms.splitn(3, ':');
        let (h, m) = (number(parts.next(), 2)?, number(parts.next(), 2)?);
        let s = match parts.next() {
            Some(s) => number(Some(s), 2)?,
            None => 0,
        };
        if h > 23 || m > 59 || s > 59 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        if clock.contains('.') && fraction.is_empty() {
            return None;
        }
        let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
        ms += ((h * 60 + m - offset_minutes) * 60 + s) * 1000 + millis.parse::<i64>().ok()?;
    }
    Some(ms)
}

/// Splits a time from its zone; the zone is returned in minutes east of UTC.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else {
        return Some((time, 0));
    };
    let (clock, zone) = (time.get(..at)?, time.get(at + 1..)?);
    let digits: String = zone.chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..)?.parse().ok()?;
    let total = hours * 60 + minutes;
    Some((
        clock,
        if time.as_bytes().get(at) == Some(&b'-') {
            -total
        } else {
            total
        },
    ))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

/// An address of a request. An IPv4-mapped IPv6 address is the IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ip {
    V4(u32),
    V6(u128),
}

/// Reads the address of a request.
pub(crate) fn ip(text: &str) -> Option<Ip> {
    if let Some(v4) = ipv4(text) {
        return Some(Ip::V4(v4));
    }
    let lower = text.to_ascii_lowercase();
    if let Some(tail) = lower.strip_prefix("::ffff:")
        && tail.contains('.')
    {
        return ipv4(tail).map(Ip::V4);
    }
    let bits = ipv6(&lower)?;
    if bits >> 32 == 0xffff {
        return Some(Ip::V4((bits & 0xffff_ffff) as u32));
    }
    Some(Ip::V6(bits))
}

fn ipv4(text: &str) -> Option<u32> {
    let octets: Vec<&str> = text.split('.').collect();
    if octets.len() != 4 {
        return None;
    }
    let mut out = 0u32;
    for octet in octets {
        if octet.is_empty() || octet.len() > 3 || !octet.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let value: u32 = octet.parse().ok()?;
        if value > 255 {
            return None;
        }
        out = (out << 8) | value;
    }
    Some(out)
}

/// Reads IPv6 as leniently as was recorded: `2001:db8:::1` is `2001:db8::1`, a trailing colon is dropped.
/// Two runs of colons, four colons, dotted tails, zones and brackets are unreadable.
fn ipv6(text: &str) -> Option<u128> {
    if !text.contains(':') || text.contains("::::") {
        return None;
    }
    let mut text = text.replace(":::", "::");
    if text.ends_with(':') && !text.ends_with("::") {
        text.pop();
    }
    // A single leading colon stands for a zero group.
    if text.starts_with(':') && !text.starts_with("::") {
        text.insert(0, '0');
    }
    let group = |g: &str| -> Option<u128> {
        (!g.is_empty() && g.len() <= 4 && g.bytes().all(|b| b.is_ascii_hexdigit()))
            .then(|| u128::from_str_radix(g, 16).ok())?
    };
    let groups = |part: &str| -> Option<Vec<u128>> {
        if part.is_empty() {
            return Some(Vec::new());
        }
        part.split(':').map(group).collect()
    };
    let mut bits = Vec::new();
    if let Some((head, tail)) = text.split_once("::") {
        if tail.contains("::") {
            return None;
        }
        let (head, tail) = (groups(head)?, groups(tail)?);
        if head.len() + tail.len() > 7 {
            return None;
        }
        let zeros = 8 - head.len() - tail.len();
        bits.extend(head);
        bits.extend(std::iter::repeat_n(0, zeros));
        bits.extend(tail);
    } else {
        bits = groups(&text)?;
        if bits.len() != 8 {
            return None;
        }
    }
    Some(bits.into_iter().fold(0, |acc, g| (acc << 16) | g))
}

/// A network operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IpNet {
    V4 { address: u32, prefix: u32 },
    V6 { address: u128, prefix: u32 },
}

/// Addresses that tell a network from those beside it: its first and last, and the ones before and behind.
pub(crate) fn edges(network: &str) -> Vec<String> {
    let v4 = |n: u32| std::net::Ipv4Addr::from(n).to_string();
    let v6 = |n: u128| std::net::Ipv6Addr::from(n).to_string();
    match IpNet::parse(network) {
        Some(IpNet::V4 { address, prefix }) => {
            let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
            let (first, last) = (address & mask, address | !mask);
            [first, last, first.wrapping_sub(1), last.wrapping_add(1)]
                .map(v4)
                .into()
        }
        Some(IpNet::V6 { address, prefix }) => {
            let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
            let (first, last) = (address & mask, address | !mask);
            [first, last, first.wrapping_sub(1), last.wrapping_add(1)]
                .map(v6)
                .into()
        }
        None => Vec::new(),
    }
}

impl std::fmt::Display for IpNet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::V4 { address, prefix } => {
                write!(f, "{}/{prefix}", std::net::Ipv4Addr::from(address))
            }
            Self::V6 { address, prefix } => {
                write!(f, "{}/{prefix}", std::net::Ipv6Addr::from(address))
            }
        }
    }
}

impl IpNet {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => {
                let digits = prefix.strip_prefix('+').unwrap_or(prefix);
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
                (address, Some(digits.parse::<u32>().ok()?))
            }
            None => (text, None),
        };
        if let Some(v4) = ipv4(address) {
            let prefix = prefix.unwrap_or(32);
            return (prefix <= 32).then_some(Self::V4 {
                address: v4,
                prefix,
            });
        }
        let v6 = ipv6(&address.to_ascii_lowercase())?;
        let prefix = prefix.unwrap_or(128);
        (prefix <= 128).then_some(Self::V6 {
            address: v6,
            prefix,
        })
    }

    /// The network without the bits that its mask takes away.
    pub(crate) fn first(self) -> Self {
        match self {
            Self::V4 { address, prefix } => Self::V4 {
                address: address & u32::MAX.checked_shl(32 - prefix).unwrap_or(0),
                prefix,
            },
            Self::V6 { address, prefix } => Self::V6 {
                address: address & u128::MAX.checked_shl(128 - prefix).unwrap_or(0),
                prefix,
            },
        }
    }

    /// The two networks of which it consists; one address has none.
    pub(crate) fn halves(self) -> Option<[Self; 2]> {
        match self.first() {
            Self::V4 { address, prefix } if prefix < 32 => {
                let half = |address| Self::V4 {
                    address,
                    prefix: prefix + 1,
                };
                Some([half(address), half(address | 1 << (31 - prefix))])
            }
            Self::V6 { address, prefix } if prefix < 128 => {
                let half = |address| Self::V6 {
                    address,
                    prefix: prefix + 1,
                };
                Some([half(address), half(address | 1 << (127 - prefix))])
            }
            _ => None,
        }
    }

    /// Whether every address of `inner` is one of its own.
    pub(crate) fn holds(self, inner: Self) -> bool {
        match (self, inner) {
            (
                Self::V4 { prefix, .. },
                Self::V4 {
                    address,
                    prefix: narrow,
                },
            ) => prefix <= narrow && self.contains(Ip::V4(address)),
            (
                Self::V6 { prefix, .. },
                Self::V6 {
                    address,
                    prefix: narrow,
                },
            ) => prefix <= narrow && self.contains(Ip::V6(address)),
            _ => false,
        }
    }

    /// Whether IAM stores it: an IPv6 network must not have host bits.
    pub(crate) fn is_network(self) -> bool {
        match self {
            Self::V4 { .. } => true,
            Self::V6 { address, prefix } => {
                let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
                address & !mask == 0
            }
        }
    }

    /// IPv4 networks ignore host bits; an IPv6 network with host bits matches nothing (recorded on AWS).
    pub(crate) fn contains(self, ip: Ip) -> bool {
        match (self, ip) {
            (Self::V4 { address, prefix }, Ip::V4(ip)) => {
                let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
                address & mask == ip & mask
            }
            (Self::V6 { address, prefix }, Ip::V6(ip)) => {
                let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
                address & !mask == 0 && address == ip & mask
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for same in ["1", "01", "+1", "1.0", "1e0", "1.", "10e-1"] {
            assert_eq!(decimal(same), decimal("1"), "{same}");
        }
        assert!(decimal("9007199254740992") < decimal("9007199254740993"));
        assert!(decimal("-2") < decimal("-1.5"));
        assert!(decimal("NaN").is_none() && decimal("").is_none() && decimal(".").is_none());
    }

    #[test]
    fn dates() {
        assert_eq!(date_ms("1970-01-02"), Some(86_400_000));
        assert_eq!(
            date_ms("2026-09-12T00:00:00Z"),
            date_ms("2026-09-12T02:00:00+02:00")
        );
        assert_eq!(
            date_ms("2020-01-01T00:00:00.1231Z"),
            date_ms("2020-01-01T00:00:00.1239Z")
        );
        assert_eq!(date_ms("86400"), date_ms("+86400"));
        assert_eq!(date_ms("2021-02-29"), None);
        // With a time of day, the day is said.
        assert_eq!(date_ms("2021"), date_ms("2021-01-01"));
        assert_eq!(date_ms("2021T00:00:00Z"), None);
        assert_eq!(date_ms("2021-01T00:00:00Z"), None);
    }

    #[test]
    fn the_calendar() {
        let day = |text: &str| date_ms(text).map(|ms| ms / 86_400_000);
        for (text, days) in [
            ("1970-01-31", 30),
            ("1970-12-31", 364),
            ("1972-02-29", 789),
            ("2000-02-29", 11_016),
            ("2000-03-01", 11_017),
            ("1969-12-31", -1),
        ] {
            assert_eq!(day(text), Some(days), "{text}");
        }
        for text in [
            "1970-04-31",
            "1970-06-31",
            "1970-09-31",
            "1970-11-31",
            "1970-01-32",
            "1970-00-01",
            "1970-13-01",
            "1970-01-00",
            "1900-02-29",
            "2001-02-29",
            "2004-02-30",
            "70-01-01",
            "1970-1-1",
            "",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
        // 100 years without a leap day, 400 with one.
        assert_eq!(day("2100-03-01").unwrap() - day("2100-02-28").unwrap(), 1);
        assert_eq!(day("2000-03-01").unwrap() - day("2000-02-28").unwrap(), 2);
    }

    #[test]
    fn the_clock() {
        let at = |clock: &str| date_ms(&format!("1970-01-01T{clock}"));
        for (clock, ms) in [
            ("00:00:00Z", 0),
            ("23:59:59Z", 86_399_000),
            ("01:02:03Z", 3_723_000),
            ("01:02Z", 3_720_000),
            ("00:00:00.5Z", 500),
            ("00:00:00.0019", 1),
            ("00:00:00", 0),
            ("01:30:00+01:30", 0),
            ("01:30:00+0130", 0),
            ("00:00:00-01:30", 5_400_000),
            ("00:00:01-00:00", 1_000),
        ] {
            assert_eq!(at(clock), Some(ms), "{clock}");
        }
        for clock in [
            "24:00:00Z",
            "00:60:00Z",
            "00:00:60Z",
            "00:00:00.Z",
            "00:00:00.xZ",
            "0:00:00Z",
            "00Z",
            "00:00:00+1",
            "00:00:00+01:3x",
            "00:00:00+01:300",
            "00:00:00ZZ",
            "",
        ] {
            assert_eq!(at(clock), None, "{clock}");
        }
        // Eight digits are epoch seconds as any others are, and no date.
        assert_eq!(date_ms("20200101"), Some(20_200_101_000));
        assert_eq!(date_ms("1577836800"), date_ms("2020-01-01"));
        assert_eq!(date_ms("1234567890123"), None);
    }

    /// As the policy simulator shows numbers (`spec/conditions.md` fact 9).
    #[test]
    fn numbers_have_one_form() {
        for (text, form) in [
            ("5", "5"),
            ("+5", "5"),
            ("-5", "-5"),
            ("005", "5"),
            ("0", "0"),
            ("-0", "-0"),
            ("00.50", "0.50"),
            ("12.345", "12.345"),
            (".5", "0.5"),
            ("1e2", "1E+2"),
            ("12e1", "1.2E+2"),
            ("1.5e1", "15"),
            ("1e-3", "0.001"),
            ("1e-6", "0.000001"),
            ("1e-7", "1E-7"),
            ("1.25e-8", "1.25E-8"),
            ("123e-9", "1.23E-7"),
        ] {
            assert_eq!(canonical_number(text).as_deref(), Some(form), "{text}");
        }
        assert_eq!(canonical_number("x"), None);
        assert_eq!(canonical_number(""), None);
    }

    #[test]
    fn texts_of_a_type() {
        assert!(is_ip_address("10.0.0.1"));
        assert!(is_ip_address("2001:db8::1"));
        assert!(!is_ip_address("10.0.0.0/8"));
        assert!(!is_ip_address("x"));
        for good in ["", "aGk=", "aGVs", "YQ==", "YWI=", "+/+/"] {
            assert!(is_base64(good), "{good}");
        }
        // The last digit's bits that no byte has must be zero.
        for bad in [
            "a", "aGk", "aGl=", "YR==", "Yf==", "YWJ=", "YWL=", "aG k=", "=", "YQ=a",
        ] {
            assert!(!is_base64(bad), "{bad}");
        }
    }

    #[test]
    fn the_edges_of_a_network() {
        let of = |network: &str| edges(network);
        assert_eq!(
            of("10.1.2.3/24"),
            ["10.1.2.0", "10.1.2.255", "10.1.1.255", "10.1.3.0"]
        );
        assert_eq!(
            of("10.0.0.7"),
            ["10.0.0.7", "10.0.0.7", "10.0.0.6", "10.0.0.8"]
        );
        assert_eq!(
            of("2001:db8::5/64"),
            [
                "2001:db8::",
                "2001:db8::ffff:ffff:ffff:ffff",
                "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
                "2001:db8:0:1::"
            ]
        );
        assert_eq!(of("::1/128"), ["::1", "::1", "::", "::2"]);
    }

    #[test]
    fn numbers_order() {
        let order = [
            "-10", "-9.5", "-1e-2", "0", "0.001", "9e-1", "1", "1.5", "9", "10", "1e3", "12345",
        ];
        for (i, a) in order.iter().enumerate() {
            for (j, b) in order.iter().enumerate() {
                assert_eq!(decimal(a).cmp(&decimal(b)), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(decimal("-0"), decimal("0.00"));
        assert_eq!(decimal("00.10e1"), decimal("1"));
        for bad in [
            "e1",
            "1e",
            "1e+",
            "1e1234567890",
            "--1",
            "1.2.3",
            "1 ",
            "0x1",
            "-",
            "+",
        ] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
        assert!(decimal("1e123456789") > decimal("9e99999"));
    }

    #[test]
    fn octets() {
        for bad in [
            "1.2.3",
            "1.2.3.4.5",
            "1..2.3",
            "256.0.0.0",
            "0001.2.3.4",
            "a.2.3.4",
            "-1.2.3.4",
            "",
        ] {
            assert_eq!(ip(bad), None, "{bad}");
        }
        assert_eq!(ip("1.2.3.4"), Some(Ip::V4(0x0102_0304)));
        assert_eq!(ip("255.255.255.255"), Some(Ip::V4(u32::MAX)));
        assert_eq!(ip("::1"), Some(Ip::V6(1)));
        assert_eq!(
            ip("1:2:3:4:5:6:7:8"),
            Some(Ip::V6(0x0001_0002_0003_0004_0005_0006_0007_0008))
        );
        for bad in [
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1::2:3:4:5:6:7:8",
            "12345::",
            "g::",
            "1",
        ] {
            assert_eq!(ip(bad), None, "{bad}");
        }
        assert_eq!(
            ip("1:2:3:4:5:6::8"),
            Some(Ip::V6(0x0001_0002_0003_0004_0005_0006_0000_0008))
        );
        for bad in [
            "1.2.3.4/",
            "1.2.3.4/x",
            "1.2.3.4/33",
            "::/129",
            "1.2.3.4/-1",
            "1.2.3.4/1/2",
            "1.2.3.4/++24",
        ] {
            assert_eq!(IpNet::parse(bad), None, "{bad}");
        }
        let all = IpNet::parse("1.2.3.4/0").unwrap();
        assert!(
            all.contains(Ip::V4(0)) && all.contains(Ip::V4(u32::MAX)) && !all.contains(Ip::V6(0))
        );
        let one = IpNet::parse("1.2.3.4").unwrap();
        assert!(one.contains(Ip::V4(0x0102_0304)) && !one.contains(Ip::V4(0x0102_0305)));
        let half = IpNet::parse("8000::/1").unwrap();
        assert!(half.contains(Ip::V6(u128::MAX)) && !half.contains(Ip::V6(1)));
    }

    #[test]
    fn addresses() {
        assert!(
            IpNet::parse("192.0.2.5/24")
                .unwrap()
                .contains(ip("192.0.2.1").unwrap())
        );
        assert!(
            !IpNet::parse("2001:db8::5/64")
                .unwrap()
                .contains(ip("2001:db8::5").unwrap())
        );
        assert!(
            IpNet::parse("2001:db8::4/127")
                .unwrap()
                .contains(ip("2001:db8::5").unwrap())
        );
        assert_eq!(ip("::ffff:192.0.2.1"), ip("192.0.2.1"));
        assert!(
            !IpNet::parse("::/0")
                .unwrap()
                .contains(ip("192.0.2.1").unwrap())
        );
        assert_eq!(ip("192.0.513"), None);
    }
}

#[cfg(test)]
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_panics(text in "[-+0-9a-fA-F.:eTZ/ ]{0,40}") {
            let _ = (decimal(&text), date_ms(&text), ip(&text), IpNet::parse(&text));
        }

        #[test]
        fn numbers_order_as_integers_do(a in -10_000i64..10_000, b in -10_000i64..10_000) {
            prop_assert_eq!(decimal(&a.to_string()).cmp(&decimal(&b.to_string())), a.cmp(&b));
        }
    }
}
