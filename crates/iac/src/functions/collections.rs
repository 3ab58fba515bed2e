//! Functions on lists, sets and maps.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Args, sorted, text::texts};
use crate::convert::{number, to_string};

pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, String>> {
    Some(match name {
        "chunklist" => chunklist(f),
        "coalescelist" => coalescelist(f),
        "index" => index(f),
        "matchkeys" => matchkeys(f),
        "range" => range(f),
        "setintersection" => set(f, |all, one| all.retain(|v| one.contains(v))),
        "setunion" => set(f, |all, one| all.extend(one.iter().cloned())),
        "setsubtract" => set(f, |all, one| all.retain(|v| !one.contains(v))),
        "setproduct" => setproduct(f),
        "sum" => sum(f),
        "transpose" => transpose(f),
        _ => return None,
    })
}

fn chunklist(f: &Args<'_>) -> Result<Value, String> {
    let size = usize::try_from(f.int(1)?).map_err(|_| "chunklist: the size is negative")?;
    let list = f.list(0)?;
    if size == 0 {
        return Ok(json!([list]));
    }
    Ok(list.chunks(size).map(|c| json!(c)).collect())
}

fn coalescelist(f: &Args<'_>) -> Result<Value, String> {
    f.args
        .iter()
        .find(|a| a.as_array().is_some_and(|l| !l.is_empty()))
        .cloned()
        .ok_or_else(|| "coalescelist: all lists are empty".to_owned())
}

fn index(f: &Args<'_>) -> Result<Value, String> {
    let value = f.value(1)?;
    let at = f.list(0)?.iter().position(|v| v == value);
    at.map(|at| json!(at))
        .ok_or_else(|| "index: the list does not hold the value".to_owned())
}

fn matchkeys(f: &Args<'_>) -> Result<Value, String> {
    let (values, keys, wanted) = (f.list(0)?, f.list(1)?, f.list(2)?);
    if values.len() != keys.len() {
        return Err("matchkeys: there are not as many values as keys".to_owned());
    }
    let pairs = values.iter().zip(keys);
    Ok(pairs
        .filter(|(_, key)| wanted.contains(key))
        .map(|(value, _)| value.clone())
        .collect())
}

/// `range(end)`, `range(start, end)`, `range(start, end, step)`.
fn range(f: &Args<'_>) -> Result<Value, String> {
    const MOST: usize = 1024;
    let (start, end) = match f.args.len() {
        1 => (0.0, f.number(0)?),
        _ => (f.number(0)?, f.number(1)?),
    };
    let step = match f.args.get(2) {
        Some(_) => f.number(2)?,
        None if end < start => -1.0,
        None => 1.0,
    };
    if step == 0.0 || (end > start && step < 0.0) || (end < start && step > 0.0) {
        return Err("range: the step leads away from the end".to_owned());
    }
    let mut out = Vec::new();
    let mut at = start;
    while if step > 0.0 { at < end } else { at > end } {
        if out.len() >= MOST {
            return Err(format!("range: more than {MOST} elements"));
        }
        out.push(number(at).ok_or("range: not a number")?);
        at += step;
    }
    Ok(json!(out))
}

/// Sets are kept as lists in order, without repetitions.
fn set(f: &Args<'_>, mut combine: impl FnMut(&mut Vec<Value>, &[Value])) -> Result<Value, String> {
    let mut all = f.list(0)?.clone();
    for at in 1..f.args.len() {
        combine(&mut all, f.list(at)?);
    }
    all.sort_by_key(|v| to_string(v).unwrap_or_else(|| v.to_string()));
    all.dedup();
    Ok(json!(all))
}

fn setproduct(f: &Args<'_>) -> Result<Value, String> {
    const MOST: usize = 100_000;
    let mut out: Vec<Vec<Value>> = vec![Vec::new()];
    for at in 0..f.args.len() {
        let list = f.list(at)?;
        if out.len().saturating_mul(list.len()) > MOST {
            return Err(format!("setproduct: more than {MOST} elements"));
        }
        out = out
            .iter()
            .flat_map(|head| {
                list.iter()
                    .map(move |v| [head.as_slice(), std::slice::from_ref(v)].concat())
            })
            .collect();
    }
    Ok(json!(out))
}

fn sum(f: &Args<'_>) -> Result<Value, String> {
    let list = f.list(0)?;
    if list.is_empty() {
        return Err("sum: the list is empty".to_owned());
    }
    let mut total = 0.0;
    for value in list {
        let value = crate::convert::to_number(value).and_then(|n| n.as_f64());
        total += value.ok_or("sum: an element is not a number")?;
    }
    number(total).ok_or_else(|| "sum: not a number".to_owned())
}

/// A map of lists turned round.
fn transpose(f: &Args<'_>) -> Result<Value, String> {
    let mut out: Map<String, Value> = Map::new();
    for (key, value) in sorted(f.map(0)?) {
        let inner = [value.clone()];
        let list = texts(
            &Args {
                name: f.name,
                args: inner.first().map(std::slice::from_ref).unwrap_or_default(),
            },
            0,
        )?;
        for text in list {
            if let Some(keys) = out.entry(text).or_insert_with(|| json!([])).as_array_mut() {
                keys.push(json!(key));
            }
        }
    }
    let ordered = sorted(&out)
        .into_iter()
        .map(|(k, v)| (k.clone(), v.clone()));
    Ok(Value::Object(ordered.collect()))
}

/// The elements of a list, all of one type: where texts, numbers and Booleans meet, all become texts.
pub(super) fn alike(items: &[Value]) -> Vec<Value> {
    let plain = |v: &Value| {
        matches!(
            v,
            Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null
        )
    };
    let kinds: BTreeSet<_> = items.iter().filter(|v| !v.is_null()).map(kind).collect();
    if kinds.len() < 2 || !items.iter().all(plain) {
        return items.to_vec();
    }
    let text = |v: &Value| crate::convert::to_string(v).map_or(Value::Null, Value::String);
    items.iter().map(text).collect()
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

/// A map whose values are all of one type.
pub(super) fn alike_map(map: &Map<String, Value>) -> Result<Value, String> {
    let values: Vec<Value> = map.values().cloned().collect();
    let values = alike(&values);
    let kinds: BTreeSet<_> = values.iter().filter(|v| !v.is_null()).map(kind).collect();
    if kinds.len() > 1 {
        return Err("tomap: all values must have the same type".to_owned());
    }
    Ok(Value::Object(map.keys().cloned().zip(values).collect()))
}
