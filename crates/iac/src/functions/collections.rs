//! Functions on lists, sets and maps.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Args;
use crate::Reason;
use crate::convert::convert;
use crate::number::Number;
use crate::unify::unify;
use crate::value::{OPEN, Type, Value};

pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, Reason>> {
    Some(match name {
        "alltrue" => alltrue(f),
        "anytrue" => anytrue(f),
        "chunklist" => chunklist(f),
        "coalesce" => coalesce(f),
        "coalescelist" => coalescelist(f),
        "compact" => compact(f),
        "concat" => concat(f),
        "contains" => contains(f),
        "distinct" => distinct(f),
        "element" => element(f),
        "flatten" => flatten(f),
        "index" => index(f),
        "keys" => keys(f),
        "length" => length(f),
        "lookup" => lookup(f),
        "matchkeys" => matchkeys(f),
        "merge" => merge(f),
        "one" => one(f),
        "range" => range(f),
        "reverse" => reverse(f),
        "setintersection" => set(f, |all, one| all.retain(|v| one.contains(v))),
        "setproduct" => setproduct(f),
        "setsubtract" => set(f, |all, one| all.retain(|v| !one.contains(v))),
        "setunion" => set(f, |all, one| all.extend(one.iter().cloned())),
        "slice" => slice(f),
        "sort" => sort(f),
        "sum" => sum(f),
        "transpose" => transpose(f),
        "values" => values(f),
        "zipmap" => zipmap(f),
        _ => return None,
    })
}

fn alltrue(f: &Args<'_>) -> Result<Value, Reason> {
    Ok(f.bools(0)?.iter().all(|b| *b == Some(true)).into())
}

fn anytrue(f: &Args<'_>) -> Result<Value, Reason> {
    Ok(f.bools(0)?.contains(&Some(true)).into())
}

fn chunklist(f: &Args<'_>) -> Result<Value, Reason> {
    let size = f.int(1)?;
    let size = usize::try_from(size).map_err(|_| "chunklist: the size is negative")?;
    let (of, items) = f.list(0)?;
    let inner = Type::List(Arc::new(of.clone()));
    let chunks = match size {
        0 if !items.is_empty() => vec![Value::list(of, items)],
        0 => Vec::new(),
        size => items
            .chunks(size)
            .map(|c| Value::list(of.clone(), c.to_vec()))
            .collect(),
    };
    Ok(Value::list(inner, chunks))
}

fn coalesce(f: &Args<'_>) -> Result<Value, Reason> {
    let kinds: Vec<Type> = f.args.iter().map(Value::kind).collect();
    // Beside a null, whose type is not known, Terraform does not ask for one type.
    let kind = match unify(&kinds) {
        None if kinds.contains(&Type::Any) => Type::Any,
        kind => kind.ok_or("coalesce: all arguments must have the same type")?,
    };
    let empty = |v: &Value| v.is_null() || v.as_str() == Some("");
    for value in f.args {
        let value = convert(value, &kind).map_err(|e| e.within("coalesce"))?;
        if !empty(&value) {
            return Ok(value);
        }
    }
    Err("coalesce: all arguments are null or empty texts".into())
}

fn coalescelist(f: &Args<'_>) -> Result<Value, Reason> {
    // A list that is null is passed over.
    let list = |v: &Value| matches!(v.kind(), Type::List(_) | Type::Tuple(_));
    if !f.args.iter().all(list) {
        return Err("coalescelist: all arguments must be lists".into());
    }
    let full = |v: &&Value| v.as_items().is_some_and(|items| !items.is_empty());
    if let Some(found) = f.args.iter().find(full) {
        return Ok(found.clone());
    }
    Err("coalescelist: all lists are empty".into())
}

fn compact(f: &Args<'_>) -> Result<Value, Reason> {
    let texts = f.nullable_texts(0)?.into_iter().flatten();
    Ok(Value::texts(texts.filter(|t| !t.is_empty())))
}

fn concat(f: &Args<'_>) -> Result<Value, Reason> {
    let mut all = Vec::new();
    let mut kinds = Vec::new();
    for value in f.args {
        match value {
            Value::List(of, items) => {
                kinds.push((**of).clone());
                all.extend(items.iter().cloned());
            }
            Value::Tuple(items) => all.extend(items.iter().cloned()),
            other => {
                let kind = other.kind();
                return Err(
                    format!("concat: all arguments must be lists or tuples, not {kind}").into(),
                );
            }
        }
    }
    if kinds.len() == f.args.len()
        && let Some(of) = unify(&kinds)
        && let Ok(list) = convert(&Value::tuple(all.clone()), &Type::List(Arc::new(of)))
    {
        return Ok(list);
    }
    Ok(Value::tuple(all))
}

fn contains(f: &Args<'_>) -> Result<Value, Reason> {
    let value = f.value(1)?;
    Ok(f.items(0)?.iter().any(|item| item.equals(value)).into())
}

fn distinct(f: &Args<'_>) -> Result<Value, Reason> {
    let (of, items) = f.list(0)?;
    let mut out: Vec<Value> = Vec::new();
    for item in items {
        if !out.contains(&item) {
            out.push(item);
        }
    }
    Ok(Value::list(of, out))
}

fn element(f: &Args<'_>) -> Result<Value, Reason> {
    let (Value::List(_, items) | Value::Tuple(items)) = f.value(0)? else {
        return Err(format!("element: a list is required, not {}", f.value(0)?.kind()).into());
    };
    let length = i64::try_from(items.len()).map_err(|_| "element: the list is too long")?;
    let at = f.int(1)?;
    // As Terraform has it: the type of a tuple's element is looked for by what Go leaves of a division.
    let left = at.checked_rem(length).unwrap_or(0);
    if left < 0 && matches!(f.value(0)?, Value::Tuple(_)) {
        return Err("element: the index into a tuple is negative".into());
    }
    let at = at.checked_rem_euclid(length);
    let at = at.ok_or("element: the list is empty")?;
    let at = usize::try_from(at).unwrap_or_default();
    Ok(items.get(at).cloned().unwrap_or(Value::null()))
}

fn flatten(f: &Args<'_>) -> Result<Value, Reason> {
    fn flat(items: &[Value], out: &mut Vec<Value>) {
        for item in items {
            match item.as_items() {
                Some(inner) => flat(inner, out),
                None => out.push(item.clone()),
            }
        }
    }
    let mut out = Vec::new();
    flat(f.items(0)?, &mut out);
    Ok(Value::tuple(out))
}

fn index(f: &Args<'_>) -> Result<Value, Reason> {
    let value = f.value(1)?;
    if matches!(f.value(0)?, Value::Set(..)) {
        return Err("index: the elements of a set have no index".into());
    }
    let at = f.items(0)?.iter().position(|v| v == value);
    at.map(Value::from)
        .ok_or_else(|| "index: the list does not hold the value".into())
}

fn keys(f: &Args<'_>) -> Result<Value, Reason> {
    if let Some(unsaid) = f.value(0)?.unsaid("(some other)") {
        return Err(unsaid.within("keys"));
    }
    let keys = f.members(0)?.keys();
    let keys = keys.map(|k| Value::from(k.as_str()));
    Ok(match f.value(0)? {
        Value::Object(_) => Value::tuple(keys.collect()),
        _ => Value::texts(keys),
    })
}

fn values(f: &Args<'_>) -> Result<Value, Reason> {
    let members = f.members(0)?.iter().filter(|(k, _)| *k != OPEN);
    let values = members.map(|(_, v)| v.clone()).collect();
    Ok(match f.value(0)? {
        Value::Map(of, _) => Value::list((**of).clone(), values),
        _ => Value::tuple(values),
    })
}

fn length(f: &Args<'_>) -> Result<Value, Reason> {
    use unicode_segmentation::UnicodeSegmentation as _;
    let value = f.value(0)?;
    let items = value.as_items().map(<[Value]>::len);
    let members = || {
        let members = value.as_members()?.keys();
        Some(members.filter(|key| *key != OPEN).count())
    };
    let text = || value.as_str().map(|t| t.graphemes(true).count());
    let length = items.or_else(members).or_else(text);
    let needs = || {
        format!(
            "length: a list, map or text is required, not {}",
            value.kind()
        )
    };
    length.map(Value::from).ok_or_else(|| needs().into())
}

fn lookup(f: &Args<'_>) -> Result<Value, Reason> {
    let key = f.text(1)?;
    match (f.members(0)?.get(&key), f.args.get(2), f.value(0)?) {
        (found, Some(default), Value::Map(of, _)) => {
            let default = convert(default, of)
                .map_err(|_| "lookup: the default must have the type of the map's elements")?;
            Ok(found.cloned().unwrap_or(default))
        }
        (Some(found), ..) => Ok(found.clone()),
        (None, default, object) => match (object.unsaid(&key), default) {
            (Some(unsaid), _) => Err(unsaid),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Err(format!("lookup: there is no key {key}").into()),
        },
    }
}

fn matchkeys(f: &Args<'_>) -> Result<Value, Reason> {
    let ((of, values), (own, keys), (others, wanted)) = (f.list(0)?, f.list(1)?, f.list(2)?);
    if values.len() != keys.len() {
        return Err("matchkeys: there are not as many values as keys".into());
    }
    let kind = unify(&[own, others]);
    let kind = kind.ok_or("matchkeys: the keys must be of the type of what is searched for")?;
    let same = |all: &[Value]| -> Result<Vec<Value>, Reason> {
        all.iter().map(|v| convert(v, &kind)).collect()
    };
    let (keys, wanted) = (same(&keys)?, same(&wanted)?);
    let pairs = values.into_iter().zip(keys);
    let found = pairs
        .filter(|(_, key)| wanted.contains(key))
        .map(|(value, _)| value);
    Ok(Value::list(of, found.collect()))
}

fn merge(f: &Args<'_>) -> Result<Value, Reason> {
    let mut out = BTreeMap::new();
    let mut maps = Vec::new();
    let no_map = |v: &&Value| !matches!(v.kind(), Type::Any | Type::Map(_) | Type::Object(_));
    if let Some(other) = f.args.iter().filter(|v| v.is_null()).find(no_map) {
        return Err(format!("merge: a map is required, not {}", other.kind()).into());
    }
    for (at, value) in f.args.iter().enumerate().filter(|(_, v)| !v.is_null()) {
        if let Value::Map(of, _) = value {
            maps.push((**of).clone());
        }
        let members = f.members(at)?;
        // What is not known of it may take the place of what came before.
        if members.contains_key(OPEN) {
            out.retain(|k, _| members.contains_key(k));
        }
        out.extend(members.iter().map(|(k, v)| (k.clone(), v.clone())));
    }
    let given = f.args.iter().filter(|v| !v.is_null()).count();
    Ok(match maps.first() {
        Some(first) if maps.len() == given && maps.iter().all(|of| of == first) => {
            Value::map(first.clone(), out)
        }
        _ => Value::object(out),
    })
}

fn one(f: &Args<'_>) -> Result<Value, Reason> {
    match f.items(0)? {
        [] => Ok(match f.value(0)? {
            Value::List(of, _) | Value::Set(of, _) => Value::null_of((**of).clone()),
            _ => Value::null(),
        }),
        [only] => Ok(only.clone()),
        _ => Err("one: the list has more than one element".into()),
    }
}

/// `range(end)`, `range(start, end)`, `range(start, end, step)`.
fn range(f: &Args<'_>) -> Result<Value, Reason> {
    const MOST: usize = 1024;
    let zero = Number::from(0i64);
    let (start, end) = match f.args.len() {
        1 => (zero.clone(), f.number(0)?),
        2 | 3 => (f.number(0)?, f.number(1)?),
        _ => return Err("range: it takes one, two or three numbers".into()),
    };
    let step = match f.args.get(2) {
        Some(_) => f.number(2)?,
        None if end < start => Number::from(-1i64),
        None => Number::from(1i64),
    };
    if step == zero || (end > start && step < zero) || (end < start && step > zero) {
        return Err("range: the step leads away from the end".into());
    }
    let mut out = Vec::new();
    let mut at = start;
    while if step > zero { at < end } else { at > end } {
        if out.len() >= MOST {
            return Err(format!("range: more than {MOST} elements").into());
        }
        let next = at.plus(&step).ok_or("range: the number is too large")?;
        out.push(at.into());
        at = next;
    }
    Ok(Value::list(Type::Number, out))
}

fn reverse(f: &Args<'_>) -> Result<Value, Reason> {
    let items = f.items(0)?.iter().rev().cloned().collect();
    Ok(match f.value(0)? {
        Value::List(of, _) | Value::Set(of, _) => Value::list((**of).clone(), items),
        _ => Value::tuple(items),
    })
}

/// Combines sets, all of whose values have one type.
fn set(f: &Args<'_>, mut combine: impl FnMut(&mut Vec<Value>, &[Value])) -> Result<Value, Reason> {
    let lists = (0..f.args.len()).map(|at| f.list(at));
    let lists: Vec<(Type, Vec<Value>)> = lists.collect::<Result<_, _>>()?;
    let kinds: Vec<Type> = lists.iter().map(|(of, _)| of.clone()).collect();
    let kind = unify(&kinds);
    let kind = kind.ok_or_else(|| format!("{}: the sets must be of one type", f.name))?;
    let mut all: Option<Vec<Value>> = None;
    for (_, items) in lists {
        let items = items.iter().map(|v| convert(v, &kind));
        let items: Vec<Value> = items.collect::<Result<_, _>>()?;
        match &mut all {
            Some(all) => combine(all, &items),
            None => all = Some(items),
        }
    }
    Ok(Value::set(kind, all.unwrap_or_default()))
}

fn setproduct(f: &Args<'_>) -> Result<Value, Reason> {
    const MOST: usize = 100_000;
    if f.args.len() < 2 {
        return Err("setproduct: at least two arguments are required".into());
    }
    let mut kinds = Vec::new();
    let mut out: Vec<Vec<Value>> = vec![Vec::new()];
    for at in 0..f.args.len() {
        let (of, list) = f.list(at)?;
        kinds.push(of);
        if out.len().saturating_mul(list.len()) > MOST {
            return Err(format!("setproduct: more than {MOST} elements").into());
        }
        out = out
            .iter()
            .flat_map(|head| {
                list.iter()
                    .map(move |v| [head.as_slice(), std::slice::from_ref(v)].concat())
            })
            .collect();
    }
    let (kind, items) = (
        Type::Tuple(kinds),
        out.into_iter().map(Value::tuple).collect(),
    );
    let sets = f.args.iter().any(|a| matches!(a, Value::Set(..)));
    Ok(match sets {
        true => Value::set(kind, items),
        false => Value::list(kind, items),
    })
}

fn slice(f: &Args<'_>) -> Result<Value, Reason> {
    let bound = |at| usize::try_from(f.int(at)?).map_err(|_| "slice: out of range".to_owned());
    let (from, to) = (bound(1)?, bound(2)?);
    let cut = |items: &[Value]| items.get(from..to).map(<[Value]>::to_vec);
    let cut = |items| cut(items).ok_or("slice: out of range");
    Ok(match f.value(0)? {
        Value::List(of, items) => Value::list((**of).clone(), cut(items)?),
        Value::Tuple(items) => Value::tuple(cut(items)?),
        other => return Err(format!("slice: a list is required, not {}", other.kind()).into()),
    })
}

fn sort(f: &Args<'_>) -> Result<Value, Reason> {
    let mut list = f.texts(0)?;
    list.sort();
    Ok(Value::texts(list))
}

fn sum(f: &Args<'_>) -> Result<Value, Reason> {
    let mut total: Option<Number> = None;
    for value in f.items(0)? {
        let number = crate::convert::to_number(value).ok_or("sum: an element is not a number")?;
        total = Some(match total {
            Some(total) => total.plus(&number).ok_or("sum: the number is too large")?,
            None => number,
        });
    }
    total
        .map(Value::from)
        .ok_or_else(|| "sum: the list is empty".into())
}

/// A map of lists turned round.
fn transpose(f: &Args<'_>) -> Result<Value, Reason> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in f.members(0)? {
        let inner = [value.clone()];
        let args = &inner[..];
        for text in (Args { name: f.name, args }).texts(0)? {
            out.entry(text).or_default().push(key.clone());
        }
    }
    let lists = out.into_iter().map(|(k, keys)| (k, Value::texts(keys)));
    Ok(Value::map(
        Type::List(Arc::new(Type::String)),
        lists.collect(),
    ))
}

fn zipmap(f: &Args<'_>) -> Result<Value, Reason> {
    let (keys, values) = (f.texts(0)?, f.items(1)?);
    if keys.len() != values.len() {
        return Err("zipmap: there are not as many values as keys".into());
    }
    let map = keys.into_iter().zip(values.iter().cloned()).collect();
    match f.value(1)? {
        Value::List(of, _) => Ok(Value::map((**of).clone(), map)),
        Value::Tuple(_) => Ok(Value::object(map)),
        other => Err(format!("zipmap: a list is required, not {}", other.kind()).into()),
    }
}
