//! Functions on numbers.

use super::Args;
use crate::number::Number;
use crate::value::Value;

pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, String>> {
    let too_large = || format!("{name}: the number is too large");
    let value = |number: Option<Number>| number.map(Value::from).ok_or_else(too_large);
    Some(match name {
        "abs" => f.number(0).map(|n| match n.is_negative() {
            true => n.negated().into(),
            false => n.into(),
        }),
        "ceil" => f
            .number(0)
            .and_then(|n| value(n.negated().floor().map(|n| n.negated()))),
        "floor" => f.number(0).and_then(|n| value(n.floor())),
        "log" => two(f, f64::log),
        "max" => best(f, |all| all.into_iter().max()),
        "min" => best(f, |all| all.into_iter().min()),
        "parseint" => parseint(f),
        "pow" => two(f, f64::powf),
        "signum" => f.int(0).map(|n| n.signum().into()),
        _ => return None,
    })
}

/// These two are computed with 64 bits by Terraform as well.
fn two(f: &Args<'_>, operation: impl Fn(f64, f64) -> f64) -> Result<Value, String> {
    let result = operation(f.number(0)?.to_f64(), f.number(1)?.to_f64());
    let number = Number::from_f64(result).map(Value::from);
    number.ok_or_else(|| format!("{}: not a number", f.name))
}

fn best(f: &Args<'_>, choose: fn(Vec<Number>) -> Option<Number>) -> Result<Value, String> {
    let numbers = (0..f.args.len()).map(|at| f.number(at));
    let best = choose(numbers.collect::<Result<_, _>>()?);
    best.map(Value::from)
        .ok_or_else(|| format!("{}: at least one number is required", f.name))
}

/// Above base 36 the capital letters are digits of their own, behind the small ones.
fn parseint(f: &Args<'_>) -> Result<Value, String> {
    let text = f.value(0)?.as_str();
    let text = text.ok_or("parseint: the first argument must be a text")?;
    let base = u32::try_from(f.int(1)?)
        .ok()
        .filter(|b| (2..=62).contains(b))
        .ok_or("parseint: the base must be from 2 to 62")?;
    let wrong = || format!("parseint: \"{text}\" is no number of base {base}");
    if base <= 36 {
        return Number::from_digits(text, base)
            .map(Value::from)
            .ok_or_else(wrong);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mut total, step) = (Number::from(0i64), Number::from(i64::from(base)));
    for c in digits.chars() {
        let digit = match c {
            '0'..='9' => u32::from(c) - u32::from('0'),
            'a'..='z' => u32::from(c) - u32::from('a') + 10,
            'A'..='Z' => u32::from(c) - u32::from('A') + 36,
            _ => return Err(wrong()),
        };
        if digit >= base {
            return Err(wrong());
        }
        let digit = Number::from(i64::from(digit));
        let next = total.times(&step).and_then(|n| n.plus(&digit));
        total = next.ok_or_else(wrong)?;
    }
    match (digits.is_empty(), text.starts_with('-')) {
        (true, _) => Err(wrong()),
        (_, true) => Ok(total.negated().into()),
        _ => Ok(total.into()),
    }
}
