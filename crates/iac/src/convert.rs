//! How a value of one type becomes one of another, as `go-cty` has it.

use std::collections::BTreeMap;

use crate::Reason;
use crate::number::Number;
use crate::unify::{is_uneven, unify};
use crate::value::{OPEN, Type, Value};

const ALIKE: &str = "all elements must have the same type";

/// A text, number or Boolean as a text.
pub(crate) fn to_string(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.as_ref().to_owned()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

pub(crate) fn to_number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => Number::parse(text),
        _ => None,
    }
}

pub(crate) fn to_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::String(text) if matches!(&**text, "true" | "1") => Some(true),
        Value::String(text) if matches!(&**text, "false" | "0") => Some(false),
        _ => None,
    }
}

/// `value` as a value of the type `to`, or what is required instead, and where in it.
pub(crate) fn convert(value: &Value, to: &Type) -> Result<Value, Reason> {
    let required = || Err(Reason::from(format!("{to} required")));
    Ok(match (to, value) {
        (_, Value::Null) | (Type::Any, _) => value.clone(),
        (Type::String, _) => to_string(value).map_or_else(required, |t| Ok(t.into()))?,
        (Type::Number, _) => to_number(value).map_or_else(required, |n| Ok(n.into()))?,
        (Type::Bool, _) => to_bool(value).map_or_else(required, |b| Ok(b.into()))?,
        (Type::List(of), Value::List(own, _)) | (Type::Set(of), Value::Set(own, _))
            if own == of || **of == Type::Any =>
        {
            value.clone()
        }
        (Type::Map(of), Value::Map(own, _)) if own == of || **of == Type::Any => value.clone(),
        (Type::List(of) | Type::Set(of), Value::List(own, items) | Value::Set(own, items))
            if items.is_empty() =>
        {
            let of = if **of == Type::Any { own } else { of };
            sequence(to, (**of).clone(), Vec::new())
        }
        (Type::List(of) | Type::Set(of), _) => {
            let Some(items) = value.as_items() else {
                return required();
            };
            let each = |(i, v)| convert(v, of).map_err(|e| e.within(format!("element {i}")));
            let items: Vec<Value> = items
                .iter()
                .enumerate()
                .map(each)
                .collect::<Result<_, _>>()?;
            let open = of.is_open();
            let (of, items) = alike(of, items)?;
            let kinds: Vec<Type> = items.iter().map(Value::kind).collect();
            if open && matches!(value, Value::Tuple(_)) && is_uneven(&kinds, &of) {
                return Err(ALIKE.into());
            }
            sequence(to, of, items)
        }
        (Type::Map(of), _) => {
            let Some(map) = value.as_members() else {
                return required();
            };
            let (mut keys, mut values) = (Vec::new(), Vec::new());
            for (key, value) in map.iter().filter(|(key, _)| *key != OPEN) {
                let value =
                    convert(value, of).map_err(|e| e.within(format!("element \"{key}\"")))?;
                keys.push(key.clone());
                values.push(value);
            }
            let (of, values) = alike(of, values)?;
            Value::map(of, keys.into_iter().zip(values).collect())
        }
        (Type::Tuple(kinds), Value::Tuple(items)) if kinds.len() == items.len() => {
            let pairs = kinds.iter().zip(items.iter()).enumerate();
            let items = pairs
                .map(|(i, (k, v))| convert(v, k).map_err(|e| e.within(format!("element {i}"))));
            Value::tuple(items.collect::<Result<_, _>>()?)
        }
        (Type::Object(members), _) => {
            let Some(map) = value.as_members() else {
                return required();
            };
            let mut out = BTreeMap::new();
            for (name, kind) in members {
                let member = map.get(name);
                let required = || format!("attribute \"{name}\" is required").into();
                let member = member.ok_or_else(|| value.unsaid(name).unwrap_or_else(required))?;
                let member = convert(member, kind);
                let member = member.map_err(|e| e.within(format!("attribute \"{name}\"")))?;
                out.insert(name.clone(), member);
            }
            Value::object(out)
        }
        _ => return required(),
    })
}

fn sequence(to: &Type, of: Type, items: Vec<Value>) -> Value {
    match to {
        Type::Set(_) => Value::set(of, items),
        _ => Value::list(of, items),
    }
}

/// The values of a collection of the type `of`, which may leave their type open: then it is the one that all can have.
fn alike(of: &Type, items: Vec<Value>) -> Result<(Type, Vec<Value>), Reason> {
    if !of.is_open() {
        return Ok((of.clone(), items));
    }
    let kinds: Vec<Type> = items.iter().map(Value::kind).collect();
    let of = unify(&kinds).ok_or(ALIKE)?;
    // Beside a null, too, what is of different kinds has no type in common.
    if of == Type::Any && kinds.iter().any(|kind| *kind != Type::Any) {
        return Err(ALIKE.into());
    }
    let items = items.iter().map(|item| convert(item, &of));
    let items = items.collect::<Result<_, _>>()?;
    Ok((of, items))
}
