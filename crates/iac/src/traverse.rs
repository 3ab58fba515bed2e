//! References: a name, and the path behind it.

use std::sync::Arc;

use hcl_edit::expr::{Expression, TraversalOperator};

use crate::eval::evaluate;
use crate::number::Number;
use crate::scope::Scope;
use crate::value::{Type, Value};
use crate::{Problem, Reason, Source, functions};

/// A failure: of something elsewhere, with its place, or of what is asked for here (the caller then adds the place).
#[derive(Debug)]
pub(crate) enum Fail {
    Problem(Problem),
    Message(Reason),
}

impl From<Problem> for Fail {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Reason> for Fail {
    fn from(reason: Reason) -> Self {
        Self::Message(reason)
    }
}

impl From<String> for Fail {
    fn from(message: String) -> Self {
        Self::Message(message.into())
    }
}

impl Fail {
    pub(crate) fn unwrap_or_else(self, add: impl FnOnce(Reason) -> Problem) -> Problem {
        match self {
            Self::Problem(problem) => problem,
            Self::Message(message) => add(message),
        }
    }
}

pub(crate) fn traverse(
    root: &Expression,
    operators: Vec<&TraversalOperator>,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<Value, Fail> {
    let (value, used) = match root {
        Expression::Variable(ident) if ident.as_str() == "module" => {
            module(&operators, scope, source)?
        }
        Expression::Variable(ident) => {
            let mut path = vec![ident.as_str()];
            path.extend(operators.iter().map_while(|o| match o {
                TraversalOperator::GetAttr(name) => Some(name.as_str()),
                _ => None,
            }));
            let (value, taken) = scope.root(&path)?;
            // A resource has attributes on AWS that are not here: that must not look like a null.
            let own = scope.has(ident.as_str())
                || matches!(ident.as_str(), "var" | "local" | "path" | "terraform");
            if !own
                && let (Some(name), Value::Object(map)) = (path.get(taken), &value)
                && !map.contains_key(*name)
            {
                return Err(Fail::Message(Reason::unsupported(format!(
                    "{}: the attribute `{name}` is not supported yet",
                    path.get(..taken).unwrap_or_default().join(".")
                ))));
            }
            (value, taken - 1)
        }
        other => (evaluate(other, scope, source).map_err(Fail::Problem)?, 0),
    };
    let rest = operators.get(used..).unwrap_or_default();
    steps(value, rest, scope, source)
}

/// Takes `value` down the path of `operators`. Behind `[*]` everything is asked of each element; behind `.*` only
/// what stands behind a dot is, and an index in brackets is one of the result.
fn steps(
    mut value: Value,
    operators: &[&TraversalOperator],
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<Value, Fail> {
    for (index, operator) in operators.iter().enumerate() {
        match operator {
            TraversalOperator::GetAttr(name) => {
                value = attribute(&value, name.as_str()).map_err(Fail::Message)?
            }
            TraversalOperator::Index(e) => {
                let key = evaluate(e, scope, source).map_err(Fail::Problem)?;
                value = functions::index(&value, &key).map_err(Fail::Message)?;
            }
            TraversalOperator::LegacyIndex(_)
                if matches!(
                    operators.get(index + 1),
                    Some(TraversalOperator::LegacyIndex(_))
                ) =>
            {
                return Err(Fail::Message(
                    "Terraform reads `.0.1` as a number: say [0][1]".into(),
                ));
            }
            TraversalOperator::LegacyIndex(n) => {
                value = functions::index(&value, &legacy(*n.value())).map_err(Fail::Message)?;
            }
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                let element = match &value {
                    Value::List(of, _) | Value::Set(of, _) => Some(Arc::clone(of)),
                    _ => None,
                };
                let items = match value.as_items() {
                    Some(items) => items.to_vec(),
                    // A list that is null is an error, and anything else that is null is none of it.
                    None if matches!(
                        value.kind(),
                        Type::List(_) | Type::Set(_) | Type::Tuple(_)
                    ) =>
                    {
                        return Err(Fail::Message("a splat of a list that is null".into()));
                    }
                    None if value.is_null() => Vec::new(),
                    None => vec![value],
                };
                let behind = operators.get(index + 1..).unwrap_or_default();
                let each = match operator {
                    TraversalOperator::AttrSplat(_) => {
                        let of_each = |o: &&&TraversalOperator| {
                            matches!(
                                o,
                                TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_)
                            )
                        };
                        behind.iter().take_while(of_each).count()
                    }
                    _ => behind.len(),
                };
                let (each, after) = behind.split_at_checked(each).unwrap_or((behind, &[]));
                let all = items
                    .into_iter()
                    .map(|item| steps(item, each, scope, source))
                    .collect::<Result<Vec<_>, _>>()?;
                // Of a list or set comes a list; of an empty one what its type says.
                let kinds: Vec<Type> = all.iter().map(Value::kind).collect();
                let all = match (element, kinds.first()) {
                    (None, _) => Value::tuple(all),
                    (Some(of), None) => {
                        Value::list(kind_behind(&of, each).map_err(Fail::Message)?, all)
                    }
                    (_, Some(first)) if kinds.iter().all(|k| k == first) => {
                        Value::list(first.clone(), all)
                    }
                    (_, Some(_)) => Value::tuple(all),
                };
                return steps(all, after, scope, source);
            }
        }
    }
    Ok(value)
}

/// The type of what stands at the end of a path in a value of a type; an error where no such value has it.
fn kind_behind(of: &Type, operators: &[&TraversalOperator]) -> Result<Type, Reason> {
    let mut kind = of.clone();
    for operator in operators {
        kind = match (operator, kind) {
            (TraversalOperator::GetAttr(name), Type::Object(mut members)) => {
                let none = || format!("there is no attribute `{}` here", name.as_str());
                members.remove(name.as_str()).ok_or_else(none)?
            }
            (
                TraversalOperator::GetAttr(name),
                Type::String
                | Type::Number
                | Type::Bool
                | Type::List(_)
                | Type::Set(_)
                | Type::Tuple(_),
            ) => {
                let name = name.as_str();
                return Err(
                    format!("`{name}` is asked of something that has no attributes").into(),
                );
            }
            (TraversalOperator::GetAttr(_) | TraversalOperator::Index(_), Type::Map(inner)) => {
                (*inner).clone()
            }
            (
                TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_),
                Type::List(inner),
            ) => (*inner).clone(),
            _ => return Ok(Type::Any),
        };
    }
    Ok(kind)
}

/// `module.name`, `module.name.output`, `module.name["key"].output`: only what is named is evaluated.
fn module(
    operators: &[&TraversalOperator],
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<(Value, usize), Fail> {
    let name = |index: usize| match operators.get(index) {
        Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
        _ => None,
    };
    let Some(called) = name(0) else {
        return Err(Fail::from("`module` needs a name".to_owned()));
    };
    let key = match operators.get(1) {
        Some(TraversalOperator::Index(e)) => {
            Some(evaluate(e, scope, source).map_err(Fail::Problem)?)
        }
        Some(TraversalOperator::LegacyIndex(n)) => Some(legacy(*n.value())),
        _ => None,
    };
    let used = 1 + usize::from(key.is_some());
    let output = name(used);
    let value = scope.module(called, key.as_ref(), output)?;
    Ok((value, used + usize::from(output.is_some())))
}

fn legacy(index: u64) -> Value {
    Value::Number(Number::parse(&index.to_string()).unwrap_or_else(|| Number::from(0i64)))
}

pub(crate) fn attribute(value: &Value, name: &str) -> Result<Value, Reason> {
    match value.as_members() {
        Some(map) => map.get(name).cloned().ok_or_else(|| {
            let none = || Reason::missing(format!("there is no attribute `{name}` here"));
            value.unsaid(name).unwrap_or_else(none)
        }),
        None => Err(Reason::missing(format!(
            "`{name}` is asked of something that has no attributes"
        ))),
    }
}
