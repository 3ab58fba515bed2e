//! Functions on numbers.

use serde_json::{Value, json};

use super::Args;
use crate::convert::number;

pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, String>> {
    Some(match name {
        "log" => two(f, f64::log),
        "parseint" => parseint(f),
        "pow" => two(f, f64::powf),
        "signum" => f.number(0).map(|n| {
            json!(match n {
                n if n > 0.0 => 1,
                n if n < 0.0 => -1,
                _ => 0,
            })
        }),
        _ => return None,
    })
}

fn two(f: &Args<'_>, operation: impl Fn(f64, f64) -> f64) -> Result<Value, String> {
    let result = operation(f.number(0)?, f.number(1)?);
    number(result).ok_or_else(|| format!("{}: not a number", f.name))
}

fn parseint(f: &Args<'_>) -> Result<Value, String> {
    let (text, base) = (f.text(0)?, f.int(1)?);
    let base = u32::try_from(base)
        .ok()
        .filter(|b| (2..=36).contains(b))
        .ok_or("parseint: the base must be from 2 to 36")?;
    i64::from_str_radix(&text, base)
        .map(|n| json!(n))
        .map_err(|_| format!("parseint: \"{text}\" is no number of base {base}"))
}
