//! Functions on timestamps, which are RFC 3339.

use super::Args;
use crate::value::Value;

/// A moment, and the offset in which it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moment {
    /// Nanoseconds since 1970 in UTC.
    nanos: i128,
    /// Seconds east of UTC.
    offset: i64,
}

/// The parts of a moment in its own offset.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    /// 0 is Sunday.
    weekday: usize,
}

const SECOND: i128 = 1_000_000_000;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, String>> {
    let at = |index: usize| f.text(index).and_then(|t| read(&t));
    Some(match name {
        "formatdate" => f
            .text(0)
            .and_then(|spec| Ok(Value::from(format(&spec, at(1)?)?))),
        "timeadd" => at(0).and_then(|moment| {
            let nanos = moment.nanos + duration(&f.text(1)?)?;
            Ok(Value::from(written(Moment { nanos, ..moment })))
        }),
        "timecmp" => at(0).and_then(|a| {
            let b = at(1)?;
            Ok(Value::from(a.nanos.cmp(&b.nanos) as i64))
        }),
        "timestamp" | "plantimestamp" => Ok(Value::from(written(now()))),
        _ => return None,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "Terraform takes the time of the machine; nothing in the engine depends on it"
)]
fn now() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = since.map(|d| i128::from(d.as_secs())).unwrap_or_default();
    Moment {
        nanos: seconds * SECOND,
        offset: 0,
    }
}

/// Days since 1970 of a date (Howard Hinnant's "days from civil").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil(moment: Moment) -> Civil {
    let seconds = moment.nanos.div_euclid(SECOND) + i128::from(moment.offset);
    let seconds = i64::try_from(seconds).unwrap_or_default();
    let (day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    Civil {
        year: year + era * 400 + i64::from(month <= 2),
        month,
        day: of_year - (153 * shifted + 2) / 5 + 1,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        weekday: usize::try_from((day + 4).rem_euclid(7)).unwrap_or_default(),
    }
}

fn read(text: &str) -> Result<Moment, String> {
    let wrong = || format!("`{text}` is no timestamp of RFC 3339");
    let number = |from: usize, to: usize| -> Result<i64, String> {
        let part = text.get(from..to).ok_or_else(wrong)?;
        if !part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        part.parse().map_err(|_| wrong())
    };
    let sign = |at: usize, expected: &str| (text.get(at..at + 1) == Some(expected)).then_some(());
    for (at, expected) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")] {
        sign(at, expected).ok_or_else(wrong)?;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let fits = (1..=12).contains(&month) && (1..=longest).contains(&day);
    if !fits || hour > 23 || minute > 59 || second > 59 {
        return Err(wrong());
    }
    let mut rest = text.get(19..).ok_or_else(wrong)?;
    let mut nanos = 0i128;
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let digits = fraction.get(..count.min(9)).unwrap_or_default();
        let value: i128 = format!("{digits:0<9}").parse().map_err(|_| wrong())?;
        if count == 0 {
            return Err(wrong());
        }
        nanos = value;
        rest = fraction.get(count..).unwrap_or_default();
    }
    let offset = match (rest, rest.as_bytes()) {
        ("Z", _) => 0,
        (_, [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2])
            if [h1, h2, m1, m2].iter().all(|b| b.is_ascii_digit()) =>
        {
            let digit = |b: &u8| i64::from(b - b'0');
            let minutes = (digit(h1) * 10 + digit(h2)) * 60 + digit(m1) * 10 + digit(m2);
            if *sign == b'-' {
                -minutes * 60
            } else {
                minutes * 60
            }
        }
        _ => return Err(wrong()),
    };
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Ok(Moment {
        nanos: i128::from(seconds) * SECOND + nanos,
        offset,
    })
}

/// `+05:30`.
fn offset_text(offset: i64, colon: &str) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let size = offset.abs();
    format!("{sign}{:02}{colon}{:02}", size / 3600, size / 60 % 60)
}

fn written(moment: Moment) -> String {
    let c = civil(moment);
    let zone = match moment.offset {
        0 => "Z".to_owned(),
        offset => offset_text(offset, ":"),
    };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{zone}",
        c.year, c.month, c.day, c.hour, c.minute, c.second
    )
}

/// A duration as Go writes it: `1h30m`, `-1.5h`, `300ms`; in nanoseconds.
fn duration(text: &str) -> Result<i128, String> {
    let wrong = || format!("`{text}` is no duration");
    let (negative, mut rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    let mut total = 0f64;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        let number: f64 = rest
            .get(..digits)
            .and_then(|n| n.parse().ok())
            .ok_or_else(wrong)?;
        rest = rest.get(digits..).unwrap_or_default();
        let units = [
            ("ns", 1.0),
            ("us", 1e3),
            ("µs", 1e3),
            ("μs", 1e3),
            ("ms", 1e6),
            ("s", 1e9),
            ("m", 6e10),
            ("h", 3.6e12),
        ];
        let found = units.iter().find(|(unit, _)| rest.starts_with(unit));
        let (unit, size) = found.ok_or_else(wrong)?;
        total += number * size;
        rest = rest.get(unit.len()..).unwrap_or_default();
    }
    if total > 9.2e18 {
        return Err(wrong());
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it was held to the limit of Go's durations"
    )]
    let nanos = total.round() as i128;
    Ok(if negative { -nanos } else { nanos })
}

fn format(spec: &str, moment: Moment) -> Result<String, String> {
    let c = civil(moment);
    let chars: Vec<char> = spec.chars().collect();
    let mut out = String::new();
    let mut index = 0;
    while let Some(&letter) = chars.get(index) {
        if letter == '\'' {
            index = quoted(&chars, index, &mut out)?;
            continue;
        }
        let count = chars
            .iter()
            .skip(index)
            .take_while(|c| **c == letter)
            .count();
        index += count;
        if !letter.is_ascii_alphabetic() {
            out.extend(std::iter::repeat_n(letter, count));
            continue;
        }
        out.push_str(&part(&c, moment.offset, letter, count)?);
    }
    Ok(out)
}

/// A literal part, and the index behind it. Two quotes in it are one.
fn quoted(chars: &[char], start: usize, out: &mut String) -> Result<usize, String> {
    let mut index = start + 1;
    loop {
        match (chars.get(index), chars.get(index + 1)) {
            (Some('\''), Some('\'')) => {
                out.push('\'');
                index += 2;
            }
            (Some('\''), _) => return Ok(index + 1),
            (Some(c), _) => {
                out.push(*c);
                index += 1;
            }
            (None, _) => return Err("formatdate: a quote is not closed".to_owned()),
        }
    }
}

fn part(c: &Civil, offset: i64, letter: char, count: usize) -> Result<String, String> {
    let month = MONTHS
        .get(usize::try_from(c.month - 1).unwrap_or_default())
        .unwrap_or(&"");
    let day = DAYS.get(c.weekday).unwrap_or(&"");
    let short = |name: &str| name.chars().take(3).collect::<String>();
    let half = if c.hour % 12 == 0 { 12 } else { c.hour % 12 };
    Ok(match (letter, count) {
        ('Y', 4) => format!("{:04}", c.year),
        ('Y', 2) => format!("{:02}", c.year % 100),
        ('M', 4) => (*month).to_owned(),
        ('M', 3) => short(month),
        ('M', 2) => format!("{:02}", c.month),
        ('M', 1) => c.month.to_string(),
        ('D', 2) => format!("{:02}", c.day),
        ('D', 1) => c.day.to_string(),
        ('E', 4) => (*day).to_owned(),
        ('E', 3) => short(day),
        ('h', 2) => format!("{:02}", c.hour),
        ('h', 1) => c.hour.to_string(),
        ('H', 2) => format!("{half:02}"),
        ('H', 1) => half.to_string(),
        ('A', 2) => if c.hour < 12 { "AM" } else { "PM" }.to_owned(),
        ('a', 2) => if c.hour < 12 { "am" } else { "pm" }.to_owned(),
        ('m', 2) => format!("{:02}", c.minute),
        ('m', 1) => c.minute.to_string(),
        ('s', 2) => format!("{:02}", c.second),
        ('s', 1) => c.second.to_string(),
        ('Z', 5) => offset_text(offset, ":"),
        ('Z', 4) => offset_text(offset, ""),
        ('Z', 3) if offset == 0 => "UTC".to_owned(),
        ('Z', 3) => offset_text(offset, ""),
        ('Z', 1) if offset == 0 => "Z".to_owned(),
        ('Z', 1) => offset_text(offset, ":"),
        _ => {
            let verb = letter.to_string().repeat(count);
            return Err(format!("formatdate: `{verb}` is no part of a date"));
        }
    })
}
