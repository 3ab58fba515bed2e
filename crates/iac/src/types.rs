//! Type constraints of variables, and how a value becomes one of them.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};
use serde_json::{Map, Value};

use crate::block::place_of;
use crate::convert::{to_bool, to_number, to_string};
use crate::{Problem, Source};

/// A type constraint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    Any,
    String,
    Number,
    Bool,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
    Object(Vec<Member>),
}

/// A member of an object type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    name: String,
    kind: Type,
    /// For `optional(type, default)`: the default, or null.
    optional: Option<Value>,
}

/// Reads a type constraint. `default` evaluates the default of an optional member.
pub(crate) fn parse(
    expression: &Expression,
    source: &Arc<Source>,
    default: &dyn Fn(&Expression) -> Result<Value, Problem>,
) -> Result<Type, Problem> {
    let fail = |message: &str| Problem::at(&place_of(source, expression.span()), message);
    let arguments = |call: &FuncCall| -> Vec<Expression> { call.args.iter().cloned().collect() };
    Ok(match expression {
        Expression::Variable(name) => match name.as_str() {
            "any" => Type::Any,
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "list" => Type::List(Box::new(Type::Any)),
            "set" => Type::Set(Box::new(Type::Any)),
            "map" => Type::Map(Box::new(Type::Any)),
            other => return Err(fail(&format!("`{other}` is not a type"))),
        },
        // The quoted types of Terraform 0.11.
        Expression::String(name) => match name.as_str() {
            "string" => Type::String,
            "list" => Type::List(Box::new(Type::Any)),
            "map" => Type::Map(Box::new(Type::Any)),
            other => return Err(fail(&format!("`{other}` is not a type"))),
        },
        Expression::FuncCall(call) => {
            let arguments = arguments(call);
            let name = call.name.name.as_str();
            match (name, arguments.as_slice()) {
                ("list", [one]) => Type::List(Box::new(parse(one, source, default)?)),
                ("set", [one]) => Type::Set(Box::new(parse(one, source, default)?)),
                ("map", [one]) => Type::Map(Box::new(parse(one, source, default)?)),
                ("tuple", [Expression::Array(items)]) => Type::Tuple(
                    items
                        .iter()
                        .map(|i| parse(i, source, default))
                        .collect::<Result<_, _>>()?,
                ),
                ("object", [Expression::Object(object)]) => {
                    let mut members = Vec::new();
                    for (key, value) in object {
                        let name = match key {
                            ObjectKey::Ident(ident) => ident.as_str().to_owned(),
                            ObjectKey::Expression(Expression::Variable(ident)) => {
                                ident.as_str().to_owned()
                            }
                            ObjectKey::Expression(Expression::String(text)) => {
                                text.as_str().to_owned()
                            }
                            ObjectKey::Expression(_) => {
                                return Err(fail("a member of an object type needs a name"));
                            }
                        };
                        members.push(member(name, value.expr(), source, default)?);
                    }
                    Type::Object(members)
                }
                _ => return Err(fail(&format!("`{name}` is not a type of this form"))),
            }
        }
        Expression::Parenthesis(inner) => parse(inner.inner(), source, default)?,
        _ => return Err(fail("this is not a type")),
    })
}

fn member(
    name: String,
    expression: &Expression,
    source: &Arc<Source>,
    default: &dyn Fn(&Expression) -> Result<Value, Problem>,
) -> Result<Member, Problem> {
    if let Expression::FuncCall(call) = expression
        && call.name.name.as_str() == "optional"
    {
        let mut arguments = call.args.iter();
        let fail = || {
            let place = place_of(source, expression.span());
            Problem::at(&place, "`optional` needs a type")
        };
        let kind = parse(arguments.next().ok_or_else(fail)?, source, default)?;
        let value = arguments
            .next()
            .map(default)
            .transpose()?
            .unwrap_or_default();
        return Ok(Member {
            name,
            kind,
            optional: Some(value),
        });
    }
    Ok(Member {
        name,
        kind: parse(expression, source, default)?,
        optional: None,
    })
}

impl Type {
    /// Whether the text of a command line stands for itself, and is no expression.
    pub(crate) fn is_literal(&self) -> bool {
        matches!(self, Self::Any | Self::String | Self::Number | Self::Bool)
    }

    /// What a person calls it.
    fn name(&self) -> String {
        match self {
            Self::Any => "any".to_owned(),
            Self::String => "string".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::List(of) => format!("list of {}", of.name()),
            Self::Set(of) => format!("set of {}", of.name()),
            Self::Map(of) => format!("map of {}", of.name()),
            Self::Tuple(_) => "tuple".to_owned(),
            Self::Object(_) => "object".to_owned(),
        }
    }

    /// `value` as this type: texts, numbers and Booleans become each other, lists become sets, objects lose what the
    /// type does not name and get its defaults.
    pub(crate) fn convert(&self, value: Value) -> Result<Value, String> {
        if value.is_null() {
            return Ok(value);
        }
        let required = || Err(format!("{} required", self.name()));
        match (self, value) {
            (Self::Any, value) => Ok(value),
            (Self::String, value) => to_string(&value)
                .map(Value::String)
                .map_or_else(required, Ok),
            (Self::Number, value) => to_number(&value).map_or_else(required, Ok),
            (Self::Bool, value) => to_bool(&value).map(Value::Bool).map_or_else(required, Ok),
            (Self::List(of), Value::Array(items)) => each(of, items).map(Value::Array),
            (Self::Set(of), Value::Array(items)) => {
                let mut out: Vec<Value> = Vec::new();
                for item in each(of, items)? {
                    if !out.contains(&item) {
                        out.push(item);
                    }
                }
                out.sort_by_key(|v| to_string(v).unwrap_or_default());
                Ok(Value::Array(out))
            }
            (Self::Map(of), Value::Object(map)) => {
                let item = |(k, v): (String, Value)| {
                    let value = of.convert(v).map_err(|e| format!("element \"{k}\": {e}"))?;
                    Ok::<_, String>((k, value))
                };
                let map: Map<String, Value> =
                    map.into_iter().map(item).collect::<Result<_, _>>()?;
                Ok(Value::Object(map))
            }
            (Self::Tuple(kinds), Value::Array(items)) if kinds.len() == items.len() => {
                let pairs = kinds.iter().zip(items);
                let items: Result<Vec<_>, _> = pairs.map(|(k, v)| k.convert(v)).collect();
                items.map(Value::Array)
            }
            (Self::Object(members), Value::Object(mut map)) => {
                let mut out = Map::new();
                for member in members {
                    let name = &member.name;
                    let value = match (map.remove(name), &member.optional) {
                        (Some(Value::Null) | None, Some(default)) => default.clone(),
                        (Some(value), _) => value,
                        (None, None) => return Err(format!("attribute \"{name}\" is required")),
                    };
                    let value = member.kind.convert(value);
                    out.insert(
                        name.clone(),
                        value.map_err(|e| format!("attribute \"{name}\": {e}"))?,
                    );
                }
                Ok(Value::Object(out))
            }
            _ => required(),
        }
    }
}

fn each(of: &Type, items: Vec<Value>) -> Result<Vec<Value>, String> {
    let item = |(i, v)| of.convert(v).map_err(|e| format!("element {i}: {e}"));
    items.into_iter().enumerate().map(item).collect()
}
