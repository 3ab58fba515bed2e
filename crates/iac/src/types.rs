//! Type constraints of variables, and how a value becomes one of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use crate::block::place_of;
use crate::convert::convert;
use crate::syntax::key_name;
use crate::value::{Type, Value};
use crate::{Problem, Reason, Source};

/// A type constraint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Constraint {
    Any,
    String,
    Number,
    Bool,
    List(Box<Self>),
    Set(Box<Self>),
    Map(Box<Self>),
    Tuple(Vec<Self>),
    Object(Vec<Member>),
}

/// A member of an object type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    name: String,
    constraint: Constraint,
    /// For `optional(type, default)`: the default, or null.
    optional: Option<Value>,
}

/// Reads a type constraint. `default` evaluates the default of an optional member.
pub(crate) fn parse(
    expression: &Expression,
    source: &Arc<Source>,
    default: &dyn Fn(&Expression) -> Result<Value, Problem>,
) -> Result<Constraint, Problem> {
    let fail = |message: &str| Problem::at(&place_of(source, expression.span()), message);
    let arguments = |call: &FuncCall| -> Vec<Expression> { call.args.iter().cloned().collect() };
    Ok(match expression {
        Expression::Variable(name) => match name.as_str() {
            "any" => Constraint::Any,
            "string" => Constraint::String,
            "number" => Constraint::Number,
            "bool" => Constraint::Bool,
            "list" => Constraint::List(Box::new(Constraint::Any)),
            "set" => Constraint::Set(Box::new(Constraint::Any)),
            "map" => Constraint::Map(Box::new(Constraint::Any)),
            other => return Err(fail(&format!("`{other}` is not a type"))),
        },
        // The quoted types of Terraform 0.11.
        Expression::String(name) => match name.as_str() {
            "string" => Constraint::String,
            "list" => Constraint::List(Box::new(Constraint::Any)),
            "map" => Constraint::Map(Box::new(Constraint::Any)),
            other => return Err(fail(&format!("`{other}` is not a type"))),
        },
        Expression::FuncCall(call) => {
            let arguments = arguments(call);
            let name = call.name.name.as_str();
            match (name, arguments.as_slice()) {
                ("list", [one]) => Constraint::List(Box::new(parse(one, source, default)?)),
                ("set", [one]) => Constraint::Set(Box::new(parse(one, source, default)?)),
                ("map", [one]) => Constraint::Map(Box::new(parse(one, source, default)?)),
                ("tuple", [Expression::Array(items)]) => Constraint::Tuple(
                    items
                        .iter()
                        .map(|i| parse(i, source, default))
                        .collect::<Result<_, _>>()?,
                ),
                ("object", [Expression::Object(object)]) => {
                    let mut members = Vec::new();
                    for (key, value) in object {
                        let name = key_name(key);
                        let name =
                            name.ok_or_else(|| fail("a member of an object type needs a name"))?;
                        let quoted = matches!(key, ObjectKey::Expression(Expression::String(_)));
                        if members.iter().any(|member: &Member| member.name == name) {
                            return Err(fail(&format!("`{name}` is declared twice in a type")));
                        }
                        if quoted {
                            return Err(fail(
                                "a member of an object type is a name, without quotes",
                            ));
                        }
                        members.push(member(name.to_owned(), value.expr(), source, default)?);
                    }
                    Constraint::Object(members)
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
        let constraint = parse(arguments.next().ok_or_else(fail)?, source, default)?;
        let value = arguments
            .next()
            .map(default)
            .transpose()?
            .unwrap_or(Value::null());
        return Ok(Member {
            name,
            constraint,
            optional: Some(value),
        });
    }
    Ok(Member {
        name,
        constraint: parse(expression, source, default)?,
        optional: None,
    })
}

impl Constraint {
    /// Whether the text of a command line stands for itself, and is no expression.
    pub(crate) fn is_literal(&self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Bool)
    }

    /// Whether it is of values that hold as many elements as they are given.
    pub(crate) fn is_collection(&self) -> bool {
        matches!(
            self,
            Self::Any | Self::List(_) | Self::Set(_) | Self::Map(_)
        )
    }

    /// The type of what is in a list, a set or a map.
    pub(crate) fn element(&self) -> Option<&Self> {
        match self {
            Self::List(of) | Self::Set(of) | Self::Map(of) => Some(of),
            _ => None,
        }
    }

    /// The members that an object of this type has to have.
    pub(crate) fn required(&self) -> Vec<&str> {
        match self {
            Self::Object(members) => {
                let required = members.iter().filter(|m| m.optional.is_none());
                required.map(|m| m.name.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Some members of an object, as this type takes them, with the defaults of the others; none where it does not take one.
    pub(crate) fn members(
        &self,
        mut given: BTreeMap<String, Value>,
    ) -> Option<BTreeMap<String, Value>> {
        let Self::Object(members) = self else {
            return Some(given);
        };
        let mut out = BTreeMap::new();
        for member in members {
            let given = given
                .remove(&member.name)
                .filter(|v| !v.is_null() || member.optional.is_none());
            if let Some(value) = given.or_else(|| member.optional.clone()) {
                out.insert(member.name.clone(), member.constraint.convert(&value).ok()?);
            }
        }
        Some(out)
    }

    /// The type of the values that it lets through.
    fn kind(&self) -> Type {
        match self {
            Self::Any => Type::Any,
            Self::String => Type::String,
            Self::Number => Type::Number,
            Self::Bool => Type::Bool,
            Self::List(of) => Type::List(Arc::new(of.kind())),
            Self::Set(of) => Type::Set(Arc::new(of.kind())),
            Self::Map(of) => Type::Map(Arc::new(of.kind())),
            Self::Tuple(kinds) => Type::Tuple(kinds.iter().map(Self::kind).collect()),
            Self::Object(members) => {
                let members = members
                    .iter()
                    .map(|m| (m.name.clone(), m.constraint.kind()));
                Type::Object(members.collect())
            }
        }
    }

    /// `value` as this type: texts, numbers and Booleans become each other, lists become sets, objects lose what the
    /// type does not name and get its defaults.
    pub(crate) fn convert(&self, value: &Value) -> Result<Value, Reason> {
        convert(&self.defaults(value), &self.kind())
    }

    /// The same value with the defaults of what is not given in it.
    fn defaults(&self, value: &Value) -> Value {
        let all = |of: &Self, items: &[Value]| -> Vec<Value> {
            items.iter().map(|v| of.defaults(v)).collect()
        };
        match (self, value) {
            (Self::List(of) | Self::Set(of), _)
                if value.as_items().is_some() && of.has_defaults() =>
            {
                Value::tuple(all(of, value.as_items().unwrap_or_default()))
            }
            (Self::Map(of), _) if of.has_defaults() => match value.as_members() {
                Some(map) => {
                    let member = |(k, v): (&String, &Value)| (k.clone(), of.defaults(v));
                    Value::object(map.iter().map(member).collect())
                }
                None => value.clone(),
            },
            (Self::Tuple(kinds), Value::Tuple(items)) if kinds.len() == items.len() => {
                let pairs = kinds.iter().zip(items.iter());
                Value::tuple(pairs.map(|(k, v)| k.defaults(v)).collect())
            }
            (Self::Object(members), _) => match value.as_members() {
                Some(map) => {
                    let mut map = map.clone();
                    for member in members {
                        let given = map.get(&member.name).filter(|v| !v.is_null());
                        let value = match (given, &member.optional) {
                            (Some(given), _) => Some(member.constraint.defaults(given)),
                            // What is not known here is not left out.
                            (None, Some(_)) if value.unsaid(&member.name).is_some() => None,
                            (None, Some(default)) => Some(member.constraint.defaults(default)),
                            (None, None) => None,
                        };
                        map.extend(value.map(|v| (member.name.clone(), v)));
                    }
                    Value::object(map)
                }
                None => value.clone(),
            },
            _ => value.clone(),
        }
    }

    fn has_defaults(&self) -> bool {
        match self {
            Self::Any | Self::String | Self::Number | Self::Bool => false,
            Self::List(of) | Self::Set(of) | Self::Map(of) => of.has_defaults(),
            Self::Tuple(kinds) => kinds.iter().any(Self::has_defaults),
            Self::Object(_) => true,
        }
    }
}
