//! What is sensitive, for `issensitive`: followed through an expression as `go-cty`'s marks are, from `sensitive`, and
//! from variables and outputs that are declared so.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::expr::{Expression, FuncCall, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::template::Element;

use crate::Source;
use crate::convert::{to_bool, to_number, to_string};
use crate::eval::evaluate;
use crate::scope::Scope;
use crate::value::Value;

/// What of a value is sensitive.
#[derive(Debug, Clone, PartialEq)]
enum Marks {
    /// Nothing.
    Plain,
    /// All of it.
    All,
    /// Of a list, by its elements.
    List(Vec<Marks>),
    /// Of a map, by its members.
    Map(BTreeMap<String, Marks>),
}

impl Marks {
    fn any(&self) -> bool {
        match self {
            Self::Plain => false,
            Self::All => true,
            Self::List(items) => items.iter().any(Self::any),
            Self::Map(members) => members.values().any(Self::any),
        }
    }

    fn when(sensitive: bool) -> Self {
        if sensitive { Self::All } else { Self::Plain }
    }

    fn items(self) -> Vec<Self> {
        match self {
            Self::List(items) => items,
            _ => Vec::new(),
        }
    }

    fn at(&self, key: &Value) -> Self {
        match self {
            Self::All => Self::All,
            Self::Plain => Self::Plain,
            Self::List(items) => {
                let at = to_number(key).and_then(|n| n.as_usize());
                let found = at.and_then(|at| items.get(at));
                found.cloned().unwrap_or(Self::Plain)
            }
            Self::Map(members) => {
                let found = to_string(key).and_then(|key| members.get(&key));
                found.cloned().unwrap_or(Self::Plain)
            }
        }
    }
}

/// Whether the value of an expression is sensitive, as a whole.
pub(crate) fn is_sensitive(
    expression: &Expression,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> bool {
    let walk = Walk {
        scope,
        source,
        names: BTreeMap::new(),
        locals: &RefCell::default(),
    };
    walk.of(expression) == Marks::All
}

#[derive(Clone)]
struct Walk<'a> {
    scope: &'a Scope<'a>,
    source: &'a Arc<Source>,
    /// What `for` names.
    names: BTreeMap<String, Marks>,
    /// What is known of locals: each is followed once, however often it is named, and one that is being followed is
    /// plain, so that a circle ends.
    locals: &'a RefCell<BTreeMap<String, Marks>>,
}

impl Walk<'_> {
    fn of(&self, expression: &Expression) -> Marks {
        let any = |all: &[&Expression]| Marks::when(all.iter().any(|e| self.of(e).any()));
        match expression {
            Expression::Parenthesis(inner) => self.of(inner.inner()),
            Expression::Array(items) => Marks::List(items.iter().map(|e| self.of(e)).collect()),
            Expression::Object(object) => Marks::Map(
                object
                    .iter()
                    .filter_map(|(key, value)| Some((self.key(key)?, self.of(value.expr()))))
                    .collect(),
            ),
            Expression::StringTemplate(template) => {
                Marks::when(template.iter().any(|element| self.element(element)))
            }
            Expression::HeredocTemplate(heredoc) => {
                Marks::when(heredoc.template.iter().any(|element| self.element(element)))
            }
            Expression::Variable(name) => self
                .names
                .get(name.as_str())
                .cloned()
                .unwrap_or(Marks::Plain),
            Expression::UnaryOp(op) => any(&[&op.expr]),
            Expression::BinaryOp(op) => any(&[&op.lhs_expr, &op.rhs_expr]),
            Expression::Conditional(c) => {
                let ends = [self.of(&c.true_expr), self.of(&c.false_expr)];
                if self.of(&c.cond_expr).any() || ends.contains(&Marks::All) {
                    return Marks::All;
                }
                let [taken, other] = ends;
                match evaluate(&c.cond_expr, self.scope, self.source) {
                    Ok(value) if to_bool(&value) == Some(false) => other,
                    _ => taken,
                }
            }
            Expression::FuncCall(call) => self.call(call),
            Expression::ForExpr(f) => {
                let collection = self.of(&f.intro.collection_expr);
                if collection == Marks::All {
                    return Marks::All;
                }
                let value = evaluate(&f.intro.collection_expr, self.scope, self.source);
                let pairs = value.ok().and_then(|v| v.pairs()).unwrap_or_default();
                let each = pairs.iter().map(|(key, _)| {
                    let mut walk = self.clone();
                    let name = f.intro.value_var.as_str().to_owned();
                    walk.names.insert(name, collection.at(key));
                    walk.of(&f.value_expr)
                });
                match &f.key_expr {
                    None => Marks::List(each.collect()),
                    Some(_) => Marks::when(each.into_iter().any(|m| m.any())),
                }
            }
            Expression::Traversal(traversal) => self.traversal(traversal),
            _ => Marks::Plain,
        }
    }

    fn key(&self, key: &ObjectKey) -> Option<String> {
        match key {
            ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
            ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str().to_owned()),
            ObjectKey::Expression(e) => to_string(&evaluate(e, self.scope, self.source).ok()?),
        }
    }

    fn element(&self, element: &Element) -> bool {
        match element {
            Element::Interpolation(inner) => self.of(&inner.expr).any(),
            _ => false,
        }
    }

    fn local(&self, name: &str) -> Marks {
        if let Some(known) = self.locals.borrow().get(name) {
            return known.clone();
        }
        let Some((source, expression)) = self.scope.local_expression(name) else {
            return Marks::Plain;
        };
        let mut locals = self.locals.borrow_mut();
        locals.insert(name.to_owned(), Marks::Plain);
        drop(locals);
        let walk = Walk {
            source,
            names: BTreeMap::new(),
            ..self.clone()
        };
        let marks = walk.of(expression);
        let mut locals = self.locals.borrow_mut();
        locals.insert(name.to_owned(), marks.clone());
        marks
    }

    fn traversal(&self, traversal: &Traversal) -> Marks {
        let operators: Vec<&TraversalOperator> =
            traversal.operators.iter().map(|o| o.value()).collect();
        let named = match (&traversal.expr, operators.as_slice()) {
            (Expression::Variable(root), [TraversalOperator::GetAttr(name), rest @ ..])
                if !self.names.contains_key(root.as_str()) =>
            {
                let marks = match root.as_str() {
                    "var" => Marks::when(self.scope.is_sensitive(name.as_str())),
                    "local" => self.local(name.as_str()),
                    _ => Marks::Plain,
                };
                Some((marks, rest))
            }
            _ => None,
        };
        let (mut marks, rest) = match named {
            Some(named) => named,
            None => (self.of(&traversal.expr), operators.as_slice()),
        };
        for operator in rest {
            marks = match operator {
                TraversalOperator::GetAttr(name) => marks.at(&name.as_str().into()),
                TraversalOperator::Index(key) => match evaluate(key, self.scope, self.source) {
                    Ok(key) => marks.at(&key),
                    Err(_) => Marks::when(marks.any()),
                },
                TraversalOperator::LegacyIndex(at) => {
                    marks.at(&Value::from(at.value().to_string()))
                }
                // What is behind a splat is asked of each.
                _ => return Marks::when(marks.any()),
            };
        }
        marks
    }

    fn call(&self, call: &FuncCall) -> Marks {
        let args: Vec<&Expression> = call.args.iter().collect();
        let first = || args.first().map_or(Marks::Plain, |e| self.of(e));
        let value = |at: usize| {
            let argument = args.get(at).map(|e| evaluate(e, self.scope, self.source));
            argument.and_then(Result::ok)
        };
        match call.name.name.as_str() {
            "sensitive" => Marks::All,
            "nonsensitive" | "issensitive" | "can" => Marks::Plain,
            "tolist" | "tomap" | "tostring" | "tonumber" | "tobool" => first(),
            "length" | "keys" => Marks::when(first() == Marks::All),
            "values" => match first() {
                Marks::Map(members) => Marks::List(members.into_values().collect()),
                other => other,
            },
            "element" | "lookup" => match value(1) {
                Some(key) => first().at(&key),
                None => Marks::when(first().any()),
            },
            "concat" => {
                let all: Vec<Marks> = args.iter().map(|e| self.of(e)).collect();
                if all.contains(&Marks::All) {
                    return Marks::All;
                }
                Marks::List(all.into_iter().flat_map(Marks::items).collect())
            }
            "merge" => {
                let mut out = BTreeMap::new();
                for argument in &args {
                    match self.of(argument) {
                        Marks::All => return Marks::All,
                        Marks::Map(members) => out.extend(members),
                        _ => {}
                    }
                }
                Marks::Map(out)
            }
            "try" => {
                let evaluable = |e: &&&Expression| evaluate(e, self.scope, self.source).is_ok();
                args.iter()
                    .find(evaluable)
                    .map_or(Marks::Plain, |e| self.of(e))
            }
            _ => Marks::when(args.iter().any(|e| self.of(e).any())),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading, State, Value};

    /// The expressions of `marks.json`, with what `terraform console` (1.11.4) answers.
    #[test]
    fn as_terraform_follows_it() {
        let recorded: Vec<(String, bool)> =
            serde_json::from_str(include_str!("marks.json")).unwrap();
        let locals = recorded.iter().enumerate();
        let locals = locals.map(|(i, (expression, _))| format!("  e{i} = {expression}\n"));
        let text = format!(
            "variable \"secret\" {{\n  sensitive = true\n  default = \"s\"\n}}\nlocals {{\n  s = sensitive(\"a\")\n  o = {{ a = sensitive(\"x\"), b = \"y\" }}\n  l = [\"a\", sensitive(\"b\")]\n{}}}\n",
            locals.collect::<String>()
        );
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        let reading = Reading::of(folder.path());
        let config = Configuration::read(&reading).unwrap();
        let state = State::new(&config);
        let scope = state.scope(state.instances(0).unwrap()[0]);
        for (i, (text, expected)) in recorded.iter().enumerate() {
            let (source, expression) = &config.modules[0].locals[&format!("e{i}")];
            let got = crate::eval::evaluate(expression, &scope, source);
            assert_eq!(
                got.map_err(|p| p.message),
                Ok(Value::Bool(*expected)),
                "{text}"
            );
        }
    }

    /// A local that names another twice, and so on: what is followed twice at each step never ends.
    #[test]
    fn a_local_is_followed_once() {
        let step = |i: usize| {
            format!(
                "  l{} = \"${{local.l{i}}}${{local.l{i}}}\" == \"\" ? 1 : 2\n",
                i + 1
            )
        };
        let steps: String = (0..60).map(step).collect();
        let text = format!(
            "locals {{\n  l0 = sensitive(\"a\")\n{steps}  it = issensitive(local.l60)\n}}\n"
        );
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        let config = Configuration::read(&Reading::of(folder.path())).unwrap();
        let state = State::new(&config);
        let scope = state.scope(state.instances(0).unwrap()[0]);
        let (source, expression) = &config.modules[0].locals["it"];
        let got = crate::eval::evaluate(expression, &scope, source);
        assert_eq!(got.map_err(|p| p.message), Ok(Value::Bool(true)));
    }
}
