//! How a value of one type becomes one of another, as `go-cty` has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Reason;
use crate::number::Number;
use crate::unify::{becomes, is_uneven, unify};
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
        (Type::Any, _) => value.clone(),
        (_, Value::Null(_)) => match null_as(&value.kind(), to) {
            Some(kind) => Value::null_of(kind),
            None => return required(),
        },
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
            let kinds: Vec<Type> = items.iter().map(Value::kind).collect();
            let (of, items) = alike(of, items)?;
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

/// The type that a null of the type `own` has as one of the type `to`; none where no value of `own` could be one.
fn null_as(own: &Type, to: &Type) -> Option<Type> {
    if !becomes(own, to) {
        return None;
    }
    let inner = |own: &Type, to: &Type| null_as(own, to).map(Arc::new);
    Some(match (own, to) {
        (Type::Any, to) => to.clone(),
        (own, Type::Any) => own.clone(),
        (Type::List(a) | Type::Set(a), Type::List(b)) => Type::List(inner(a, b)?),
        (Type::List(a) | Type::Set(a), Type::Set(b)) => Type::Set(inner(a, b)?),
        (Type::Map(a), Type::Map(b)) => Type::Map(inner(a, b)?),
        (Type::Tuple(kinds), Type::List(of)) if **of == Type::Any => {
            Type::List(Arc::new(unify(kinds)?))
        }
        (Type::Tuple(kinds), Type::Set(of)) if **of == Type::Any => {
            Type::Set(Arc::new(unify(kinds)?))
        }
        (_, to) => to.clone(),
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

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading, State};

    const VARIABLES: &str = r#"
variable "names" {
  type    = set(string)
  default = null
}
variable "list" {
  type    = list(string)
  default = null
}
variable "map" {
  type    = map(string)
  default = null
}
variable "objects" {
  type    = list(object({ b = string }))
  default = null
}
variable "empty" {
  type    = list(string)
  default = []
}
variable "empties" {
  type    = list(object({ a = number }))
  default = []
}
variable "optional" {
  type    = object({ s = optional(set(string)), l = optional(list(string)) })
  default = {}
}
"#;

    /// `terraform plan` (1.11.4) answers so: a null has the type of the variable or member that it is of.
    #[test]
    fn a_null_has_a_type() {
        for (expression, wanted) in [
            (
                r#"coalesce(var.names, ["b", "a", "b"])"#,
                Some(r#"set of string ["a","b"]"#),
            ),
            (
                "var.names != null ? var.names : []",
                Some("set of string []"),
            ),
            (
                "var.list == null ? [] : toset(var.list)",
                Some("set of string []"),
            ),
            (
                r#"coalesce(var.optional.s, ["q"])"#,
                Some(r#"set of string ["q"]"#),
            ),
            ("coalesce(var.list, [80])", Some(r#"list of string ["80"]"#)),
            (
                "var.map == null ? { port = 80, on = true } : var.map",
                Some(r#"map of string {"on":"true","port":"80"}"#),
            ),
            (r#"try(var.objects[*].b, ["d"])"#, Some(r#"["d"]"#)),
            ("length(var.list[*])", None),
            ("coalescelist(var.list, [\"a\"])", Some(r#"["a"]"#)),
            ("coalescelist(null, [\"a\"])", None),
            ("coalescelist(var.names, [\"a\"])", None),
            ("merge({ a = 1 }, var.list)", None),
            ("merge({ a = 1 }, var.map)", Some(r#"{"a":1}"#)),
            ("var.optional == { s = null, l = null }", Some("false")),
            ("[null] == [tostring(null)]", Some("false")),
            ("contains([{ a = null }], { a = null })", Some("true")),
            ("try({ a = 1 }, nofunc(1)).a", Some("1")),
            ("true ? 1 : nofunc(1)", Some("1")),
            ("var.optional.l[*]", None),
            (r#"var.list == null ? "none" : var.list"#, None),
            (r#"coalesce(var.list, "a")"#, None),
            ("var.list == null && null == var.list", Some("true")),
            ("var.map[*]", Some("[]")),
            ("var.empty[*]", Some("list of string []")),
            ("true ? [5] : var.empty[*]", Some(r#"list of string ["5"]"#)),
            ("var.empty[*].a", None),
            ("var.empties[*].a", Some("list of number []")),
            ("var.empties[*].b", None),
            (
                "[[[{ a = [{ b = 1 }] }, { a = [{ b = 2 }] }].*.a.0.b], [[1, 2], [3]].*.0]",
                Some("[[[1,2]],[1,3]]"),
            ),
            ("{ a = [[1, 2]] }.a.0.1", None),
        ] {
            let text = format!("{VARIABLES}output \"it\" {{\n  value = {expression}\n}}\n");
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("main.tf"), &text).unwrap();
            let config = Configuration::read(&Reading::of(folder.path())).unwrap();
            let state = State::new(&config);
            let scope = state.scope(state.instances(0).unwrap()[0]);
            let got = scope.output("it").map(|value| format!("{value:?}"));
            assert_eq!(got.ok().as_deref(), wanted, "{expression}");
        }
    }
}
