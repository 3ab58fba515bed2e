//! Numbers as Terraform has them: binary, of 512 bits, written as the shortest decimal that means the same.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::{BigInt, Sign};

/// Bits of a number, as in `go-cty`, which parses decimals so.
const PRECISION: u64 = 512;
/// Decimal digits that 512 bits keep whatever they are, and as many as tell all numbers apart.
const DIGITS: std::ops::RangeInclusive<i64> = 153..=157;
/// No size or smallness beyond 2 to the power of this is taken.
const MAX_POWER: i64 = 1 << 15;
/// The longest text of a number.
const MAX_TEXT: usize = 10_000;

/// A number: `significand` times 2 to the power of `power`.
///
/// **Invariant:** the significand is odd, or all is zero: equal numbers are the same. It has 512 bits at most.
#[derive(Clone, PartialEq, Eq)]
pub struct Number {
    significand: BigInt,
    power: i64,
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Half of what is left out, rounded up where it is more, or where the last digit that is kept is odd.
fn rounds_up(kept_is_odd: bool, half: Ordering) -> bool {
    half == Ordering::Greater || half == Ordering::Equal && kept_is_odd
}

/// The quotient, rounded to the nearest whole number, and to the even one of two.
fn nearest(dividend: &BigInt, divisor: &BigInt) -> BigInt {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    let half = (rest.magnitude() * 2u8).cmp(divisor.magnitude());
    if !rounds_up(quotient.bit(0), half) {
        return quotient;
    }
    let below = (dividend.sign() == Sign::Minus) != (divisor.sign() == Sign::Minus);
    if below { quotient - 1 } else { quotient + 1 }
}

fn two_to(power: i64) -> BigInt {
    BigInt::from(1) << power.unsigned_abs()
}

impl Number {
    /// Reads a decimal number, which may have a sign and an exponent; none if it is no number, or too large or small.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent),
            None => (rest, "0"),
        };
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
        let points = mantissa.bytes().filter(|b| *b == b'.').count();
        if digits == 0 || points > 1 || digits + points != mantissa.len() || text.len() > MAX_TEXT {
            return None;
        }
        let exponent: i64 = exponent.parse().ok()?;
        if exponent.abs() > MAX_POWER / 4 {
            return None;
        }
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let significand: BigInt = format!("{whole}{fraction}").parse().ok()?;
        let significand = match text.starts_with('-') {
            true => -significand,
            false => significand,
        };
        let power = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let ten = BigInt::from(10).pow(u32::try_from(power.unsigned_abs()).ok()?);
        if power < 0 {
            Self::ratio(&significand, &ten, 0)
        } else {
            Self::rounded(significand * ten, 0)
        }
    }

    /// A number as a computer has it, as it would be written; none if it is infinite or no number.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        let text = number.is_finite().then(|| format!("{number:e}"))?;
        Self::parse(&text)
    }

    /// `significand` times 2 to the power of `power`, rounded; none if that is too large or small.
    fn rounded(significand: BigInt, power: i64) -> Option<Self> {
        let extra = significand.bits().saturating_sub(PRECISION);
        let extra = i64::try_from(extra).ok()?;
        let mut number = Self {
            significand: match extra {
                0 => significand,
                _ => nearest(&significand, &two_to(extra)),
            },
            power: power.checked_add(extra)?,
        };
        match number.significand.trailing_zeros() {
            None => number.power = 0,
            Some(zeros) => {
                number.significand >>= zeros;
                number.power = number.power.checked_add(i64::try_from(zeros).ok()?)?;
            }
        }
        let size = i64::try_from(number.significand.bits()).ok()?;
        let ends = [number.power, number.power.checked_add(size)?];
        ends.iter()
            .all(|end| end.abs() <= MAX_POWER)
            .then_some(number)
    }

    /// A quotient of whole numbers, times 2 to the power of `power`; none where the divisor is zero.
    fn ratio(dividend: &BigInt, divisor: &BigInt, power: i64) -> Option<Self> {
        if divisor.sign() == Sign::NoSign {
            return None;
        }
        // Two bits more than are kept, and one that says whether anything is left.
        let (have, need) = (dividend.bits(), divisor.bits() + PRECISION + 2);
        let shift = need.saturating_sub(have);
        let dividend = dividend << shift;
        let (quotient, rest) = (&dividend / divisor, &dividend % divisor);
        let left = match rest.sign() {
            Sign::NoSign => BigInt::from(0),
            _ if (dividend.sign() == Sign::Minus) != (divisor.sign() == Sign::Minus) => {
                BigInt::from(-1)
            }
            _ => BigInt::from(1),
        };
        let shift = i64::try_from(shift).ok()?;
        Self::rounded(quotient * 2 + left, power.checked_sub(shift + 1)?)
    }

    /// Both significands at the lower of the two powers, and that.
    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i64) {
        let power = self.power.min(other.power);
        let at = |n: &Self| &n.significand << (n.power - power).unsigned_abs();
        (at(self), at(other), power)
    }

    /// The whole number in it, without what comes behind the point.
    fn whole(&self) -> BigInt {
        match self.power {
            power if power < 0 => &self.significand / two_to(power),
            power => &self.significand << power.unsigned_abs(),
        }
    }

    /// Whether it has no fraction.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.power >= 0
    }

    /// The number as an integer of 64 bits, if it is one.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.is_whole().then(|| i64::try_from(self.whole()).ok())?
    }

    /// The number as a count or index, if it is one.
    #[must_use]
    pub fn as_usize(&self) -> Option<usize> {
        usize::try_from(self.as_i64()?).ok()
    }

    /// The nearest that 64 bits of floating point can be.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::INFINITY)
    }

    /// Its digits in a base from 2 to 36 without a sign, if it is whole.
    pub(crate) fn digits(&self, base: u32) -> Option<String> {
        let whole = self.is_whole().then(|| self.whole())?;
        Some(whole.magnitude().to_str_radix(base))
    }

    /// A whole number from digits of a base from 2 to 36.
    pub(crate) fn from_digits(text: &str, base: u32) -> Option<Self> {
        if text.len() > MAX_TEXT || text.contains('_') {
            return None;
        }
        Self::rounded(BigInt::parse_bytes(text.as_bytes(), base)?, 0)
    }

    /// Whether it is below zero.
    pub(crate) fn is_negative(&self) -> bool {
        self.significand.sign() == Sign::Minus
    }

    pub(crate) fn negated(&self) -> Self {
        Self {
            significand: -&self.significand,
            power: self.power,
        }
    }

    /// The whole number at or below it.
    pub(crate) fn floor(&self) -> Option<Self> {
        let below = self.is_negative() && !self.is_whole();
        Self::rounded(self.whole() - i32::from(below), 0)
    }

    pub(crate) fn plus(&self, other: &Self) -> Option<Self> {
        let (a, b, power) = self.aligned(other);
        Self::rounded(a + b, power)
    }

    pub(crate) fn times(&self, other: &Self) -> Option<Self> {
        let significand = &self.significand * &other.significand;
        Self::rounded(significand, self.power.checked_add(other.power)?)
    }

    /// None also where the divisor is zero.
    pub(crate) fn divided_by(&self, other: &Self) -> Option<Self> {
        let power = self.power.checked_sub(other.power)?;
        Self::ratio(&self.significand, &other.significand, power)
    }

    /// What is left of a division, with the sign of the dividend; none where the divisor is zero.
    pub(crate) fn modulo(&self, other: &Self) -> Option<Self> {
        // As Terraform does it: of the rounded quotient, so that 0.1 goes into 36 without a rest.
        let whole = Self::rounded(self.divided_by(other)?.whole(), 0)?;
        self.plus(&whole.times(other)?.negated())
    }

    /// Rounded to this many decimal digits, without an exponent.
    fn decimal(&self, digits: i64) -> String {
        let (dividend, divisor) = match self.power {
            power if power < 0 => (self.significand.clone(), two_to(power)),
            _ => (self.whole(), BigInt::from(1)),
        };
        let length = |n: &BigInt| i64::try_from(n.magnitude().to_string().len()).unwrap_or(0);
        let mut places = digits - (length(&dividend) - length(&divisor));
        loop {
            let ten = BigInt::from(10).pow(u32::try_from(places.unsigned_abs()).unwrap_or(0));
            let rounded = match places {
                places if places < 0 => nearest(&dividend, &(&divisor * ten)),
                _ => nearest(&(&dividend * ten), &divisor),
            };
            if length(&rounded) <= digits {
                return positional(&rounded.to_string(), -places);
            }
            places -= 1;
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b, _) = self.aligned(other);
        a.cmp(&b)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self::rounded(BigInt::from(number), 0).unwrap_or_else(|| Self {
            significand: BigInt::from(0),
            power: 0,
        })
    }
}

impl From<usize> for Number {
    fn from(number: usize) -> Self {
        i64::try_from(number).unwrap_or(i64::MAX).into()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(small) = self.as_i64() {
            return write!(f, "{small}");
        }
        for digits in DIGITS {
            let text = self.decimal(digits);
            if digits == *DIGITS.end() || Self::parse(&text).as_ref() == Some(self) {
                return f.write_str(&text);
            }
        }
        Ok(())
    }
}

/// A decimal without an exponent.
fn positional(significand: &str, power: i64) -> String {
    let (sign, digits) = match significand.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", significand),
    };
    let places = usize::try_from(power.unsigned_abs()).unwrap_or(0);
    if power >= 0 {
        return format!("{sign}{digits}{}", "0".repeat(places));
    }
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded
        .split_at_checked(padded.len() - places)
        .unwrap_or((&padded, ""));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn n(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    /// As `terraform console` (1.11.4) answers.
    #[test]
    fn arithmetic_as_terraform_has_it() {
        let third = n("1").divided_by(&n("3")).unwrap();
        assert_eq!(third.to_string(), format!("0.{}5", "3".repeat(154)));
        let two_thirds = n("2").divided_by(&n("3")).unwrap();
        assert_eq!(two_thirds.to_string(), format!("0.{}7", "6".repeat(153)));
        assert_eq!(n("0.1").plus(&n("0.2")), Some(n("0.3")));
        let back = n("10").divided_by(&n("3")).unwrap().times(&n("3"));
        assert_eq!(back, Some(n("10")));
        let long = "123456789012345678901234567890";
        assert_eq!(
            n(long).times(&n(long)).unwrap().to_string(),
            "15241578753238836750495351562536198787501905199875019052100"
        );
        assert_eq!(n("1.5e-7").to_string(), "0.00000015");
        assert_eq!(n("1.0e-2").to_string(), "0.01");
        assert_eq!(n("1e50").to_string(), format!("1{}", "0".repeat(50)));
        assert_eq!(n("-7.5").modulo(&n("2")), Some(n("-1.5")));
        assert_eq!(n("7.5").modulo(&n("2")), Some(n("1.5")));
        assert_eq!(n("1").divided_by(&n("0")), None);
        assert_eq!(n("-7.5").floor(), Some(n("-8")));
        assert_eq!(Number::parse("1e999999999"), None);
        assert_eq!(Number::parse("1_000"), None);
        assert_eq!(Number::parse("0x1f"), None);
        assert_eq!(n("255").digits(16).as_deref(), Some("ff"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(whole in any::<i64>(), power in -60isize..60) {
            let number = n(&format!("{whole}e{power}"));
            prop_assert_eq!(n(&number.to_string()), number);
        }

        #[test]
        fn nothing_panics(text in "[-+0-9.eE_x ]{0,12}", other in "[-0-9.eE]{0,9}") {
            if let (Some(a), Some(b)) = (Number::parse(&text), Number::parse(&other)) {
                let all = [a.plus(&b), a.times(&b), a.divided_by(&b), a.modulo(&b), a.floor()];
                for number in all.into_iter().flatten() {
                    let _ = (number.to_string(), number.to_f64(), number.as_i64());
                }
            }
        }

        #[test]
        fn it_is_what_a_computer_has(number in any::<f64>().prop_filter("it is a number", |n| n.is_finite())) {
            prop_assert_eq!(Number::from_f64(number).unwrap().to_f64(), number);
        }
    }
}
