//! `format`: verbs, flags, widths and precisions as Go's `fmt` has them, as far as Terraform takes them.

use super::json;
use crate::convert::{to_bool, to_number, to_string};
use crate::number::Number;
use crate::value::Value;

/// A verb with what stands before it: `%[2]-8.3f`.
#[derive(Default)]
struct Spec {
    left: bool,
    plus: bool,
    blank: bool,
    sharp: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// A width that nobody means.
const MAX_WIDTH: usize = 10_000;

/// `pattern` with the arguments in it.
pub(super) fn format_text(pattern: &str, args: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    let (mut next, mut indexed, mut highest) = (0usize, false, 0usize);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = Spec::default();
        let mut number: Option<usize> = None;
        let verb = loop {
            let c = chars.next().ok_or("format: the pattern ends in a verb")?;
            match c {
                '-' => spec.left = true,
                '+' => spec.plus = true,
                ' ' => spec.blank = true,
                '#' => spec.sharp = true,
                '0' if number.is_none() => spec.zero = true,
                '.' => {
                    spec.width = number.take();
                    let mut precision = 0usize;
                    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                        precision = precision * 10 + digit as usize;
                        if precision > MAX_WIDTH {
                            return Err("format: the precision is too large".to_owned());
                        }
                        chars.next();
                    }
                    spec.precision = Some(precision);
                }
                '[' => {
                    let digits: String =
                        std::iter::from_fn(|| chars.next_if(char::is_ascii_digit)).collect();
                    let index: usize = digits.parse().map_err(|_| "format: a bad index")?;
                    if chars.next() != Some(']') || index == 0 {
                        return Err("format: a bad index".to_owned());
                    }
                    next = index - 1;
                    indexed = true;
                }
                digit if digit.is_ascii_digit() => {
                    let digit = digit.to_digit(10).unwrap_or_default() as usize;
                    number = Some(number.unwrap_or_default() * 10 + digit);
                    if number > Some(MAX_WIDTH) {
                        return Err("format: the width is too large".to_owned());
                    }
                }
                verb => break verb,
            }
        };
        if spec.width.is_none() {
            spec.width = number;
        }
        if verb == '%' {
            out.push('%');
            continue;
        }
        let value = args
            .get(next)
            .ok_or("format: there are too few arguments")?;
        next += 1;
        highest = highest.max(next);
        out.push_str(&spec.write(verb, value)?);
    }
    if !indexed && highest < args.len() {
        return Err("format: there are too many arguments".to_owned());
    }
    Ok(out)
}

impl Spec {
    fn write(&self, verb: char, value: &Value) -> Result<String, String> {
        let needs = |what: &str| format!("format: %{verb} needs {what}, not {value}");
        let number = || to_number(value).ok_or_else(|| needs("a number"));
        Ok(match verb {
            'v' if self.sharp => self.padded(json::encode(value)),
            'v' => match value {
                Value::String(text) => self.padded(self.cut(text)),
                Value::Bool(b) => self.padded(b.to_string()),
                Value::Number(number) => self.float(number.to_f64(), 'g'),
                Value::Null(_) => self.padded("null".to_owned()),
                other => self.padded(json::encode(other)),
            },
            // Terraform pads no Boolean.
            't' => to_bool(value)
                .ok_or_else(|| needs("true or false"))?
                .to_string(),
            's' | 'q' => {
                let text = to_string(value).ok_or_else(|| needs("a text"))?;
                let text = self.cut(&text);
                self.padded(if verb == 'q' {
                    json::encode(&text.into())
                } else {
                    text
                })
            }
            'd' | 'b' | 'o' | 'x' | 'X' => self
                .integer(&number()?, verb)
                .ok_or_else(|| needs("a whole number"))?,
            'e' | 'E' | 'f' | 'g' | 'G' => self.float(number()?.to_f64(), verb),
            other => return Err(format!("format: %{other} is no verb")),
        })
    }

    /// The first characters of a text, as the precision says.
    fn cut(&self, text: &str) -> String {
        text.chars()
            .take(self.precision.unwrap_or(usize::MAX))
            .collect()
    }

    fn padded(&self, text: String) -> String {
        let fill = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if self.zero && !self.left {
            "0".repeat(fill) + &text
        } else if self.left {
            text + &" ".repeat(fill)
        } else {
            " ".repeat(fill) + &text
        }
    }

    /// Sign, prefix and digits, filled with zeros between them where that is asked for.
    fn signed(&self, negative: bool, prefix: &str, digits: &str) -> String {
        let sign = match (negative, self.plus, self.blank) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        let taken = sign.len() + prefix.len() + digits.len();
        let fill = self.width.unwrap_or(0).saturating_sub(taken);
        if self.zero && !self.left {
            return format!("{sign}{prefix}{}{digits}", "0".repeat(fill));
        }
        self.padded(format!("{sign}{prefix}{digits}"))
    }

    /// None if it is not whole.
    fn integer(&self, n: &Number, verb: char) -> Option<String> {
        let (base, prefix) = match verb {
            'b' => (2, "0b"),
            'o' => (8, "0"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            _ => (10, ""),
        };
        let digits = n.digits(base)?;
        let digits = format!("{digits:0>0$}", self.precision.unwrap_or(0));
        let digits = match verb {
            'X' => digits.to_uppercase(),
            _ => digits,
        };
        let prefix = if self.sharp { prefix } else { "" };
        Some(self.signed(n.is_negative(), prefix, &digits))
    }

    fn float(&self, n: f64, verb: char) -> String {
        let size = n.abs();
        let digits = match verb {
            'f' => format!("{size:.*}", self.precision.unwrap_or(6)),
            'e' | 'E' => exponent(&format!("{size:.*e}", self.precision.unwrap_or(6))),
            _ => shortest(size, self.precision),
        };
        let digits = if verb.is_ascii_uppercase() {
            digits.to_uppercase()
        } else {
            digits
        };
        self.signed(n < 0.0, "", &digits)
    }
}

/// `1e5` as Go writes it: `1e+05`.
fn exponent(text: &str) -> String {
    let Some((digits, exponent)) = text.split_once('e') else {
        return text.to_owned();
    };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// A number in ten digits, as Go's `%.10g` has it.
pub(crate) fn ten_digits(number: &Number) -> String {
    shortest(number.to_f64(), Some(10))
}

/// `%g`: without an exponent where that is short, which is up to six digits without a precision.
fn shortest(n: f64, precision: Option<usize>) -> String {
    let scientific = match precision {
        Some(precision) => format!("{n:.*e}", precision.saturating_sub(1)),
        None => format!("{n:e}"),
    };
    let Some((mantissa, power)) = scientific.split_once('e') else {
        return scientific;
    };
    let power: i32 = power.parse().unwrap_or_default();
    let limit = match precision {
        Some(precision) => i32::try_from(precision.max(1)).unwrap_or(i32::MAX),
        None => 6,
    };
    let trimmed = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    if power < -4 || power >= limit {
        return exponent(&format!("{}e{power}", trimmed(mantissa)));
    }
    match precision {
        Some(precision) => {
            let behind = i32::try_from(precision).unwrap_or(i32::MAX) - 1 - power;
            trimmed(&format!(
                "{n:.*}",
                usize::try_from(behind).unwrap_or_default()
            ))
        }
        None => n.to_string(),
    }
}
