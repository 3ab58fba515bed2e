//! What is sensitive, or ephemeral: followed through an expression as `go-cty`'s marks are, from `sensitive`, from variables that
//! are declared so, and from what providers call a secret. For `issensitive`, and for what Terraform shows to nobody: keys of
//! instances, and outputs that do not say that they are; and for what it keeps nowhere.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::expr::{Expression, ForExpr, FuncCall, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::template::Element;

use crate::convert::{to_bool, to_string};
use crate::eval::evaluate;
use crate::mark::{Kind, Marks};
use crate::scope::Scope;
use crate::value::Value;
use crate::{Node, NodeKind, Source, template};

/// Whether the value of an expression is sensitive, as a whole.
pub(crate) fn is_sensitive(
    expression: &Expression,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> bool {
    let known = RefCell::default();
    Walk::new(scope, source, &known).of(expression) == Marks::All
}

/// What is known of local values, variables, outputs and attributes, by the instance of their module and their address: each is
/// followed once, however often it is named, and one that is being followed is plain, so that a circle ends.
pub(crate) type Known = RefCell<BTreeMap<(usize, String), Marks>>;

/// What stands on each other deeper than this is not followed.
const MAX_DEPTH: usize = 64;

#[derive(Clone)]
pub(crate) struct Walk<'a> {
    scope: Scope<'a>,
    source: &'a Arc<Source>,
    /// What `for` names.
    names: BTreeMap<String, Marks>,
    known: &'a Known,
    /// Whether what is not certain is plain.
    pub(crate) sure: bool,
    kind: Kind,
    depth: usize,
}

/// Functions whose result is one text or number of all that they are given: anything sensitive makes it so.
const OF_ALL: &[&str] = &[
    "base64encode",
    "base64gzip",
    "base64sha256",
    "base64sha512",
    "file",
    "format",
    "indent",
    "join",
    "jsonencode",
    "lower",
    "md5",
    "replace",
    "sha1",
    "sha256",
    "sha512",
    "templatefile",
    "title",
    "toset",
    "trimspace",
    "upper",
    "urlencode",
    "yamlencode",
];

impl<'a> Walk<'a> {
    pub(crate) fn new(scope: &Scope<'a>, source: &'a Arc<Source>, known: &'a Known) -> Self {
        Self {
            scope: scope.clone(),
            source,
            names: BTreeMap::new(),
            known,
            sure: false,
            kind: Kind::Sensitive,
            depth: 0,
        }
    }

    /// The same walk, behind something else. What is known of one kind is nothing of another.
    pub(crate) fn following(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The same elsewhere: nothing that is named here means anything there.
    fn at(&self, scope: Scope<'a>, source: &'a Arc<Source>) -> Self {
        Self {
            scope,
            source,
            names: BTreeMap::new(),
            depth: self.depth + 1,
            ..self.clone()
        }
    }

    /// What something is of which only that is known: that some of it may be sensitive.
    fn perhaps(&self, marks: &Marks) -> Marks {
        match self.sure {
            true => Marks::when(*marks == Marks::All),
            false => Marks::when(marks.any()),
        }
    }

    pub(crate) fn of(&self, expression: &Expression) -> Marks {
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
            Expression::StringTemplate(template) => match template::alone(template) {
                Some(one) => self.of(one),
                None => Marks::when(template.iter().any(|element| self.element(element))),
            },
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
                match evaluate(&c.cond_expr, &self.scope, self.source) {
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
                let value = evaluate(&f.intro.collection_expr, &self.scope, self.source);
                let pairs = value.ok().and_then(|v| v.pairs()).unwrap_or_default();
                let kept = pairs
                    .iter()
                    .filter(|(key, value)| self.keeps(f, key, value));
                let within = |key: &Value| {
                    let mut walk = self.clone();
                    let name = f.intro.value_var.as_str().to_owned();
                    walk.names.insert(name, collection.at(key));
                    let key = f.intro.key_var.iter();
                    let plain = key.map(|name| (name.as_str().to_owned(), Marks::Plain));
                    walk.names.extend(plain);
                    walk
                };
                let Some(key_expr) = &f.key_expr else {
                    let each = kept.map(|(key, _)| within(key).of(&f.value_expr));
                    return Marks::List(each.collect());
                };
                let mut members = BTreeMap::new();
                for (key, value) in kept {
                    let walk = within(key);
                    if walk.of(key_expr).any() {
                        return Marks::All;
                    }
                    let scope = self.bound(f, key, value);
                    let name = evaluate(key_expr, &scope, self.source).ok();
                    let name = name.as_ref().and_then(to_string);
                    let name = name.unwrap_or_else(|| format!("\0{}", members.len()));
                    members.insert(name, walk.of(&f.value_expr));
                }
                Marks::Map(members)
            }
            Expression::Traversal(traversal) => self.traversal(traversal),
            _ => Marks::Plain,
        }
    }

    /// Whether a `for` keeps an element, as far as that can be told.
    fn keeps(&self, f: &ForExpr, key: &Value, value: &Value) -> bool {
        let Some(cond) = &f.cond else {
            return true;
        };
        let kept = evaluate(&cond.expr, &self.bound(f, key, value), self.source);
        kept.ok().as_ref().and_then(to_bool) != Some(false)
    }

    /// What names mean in a `for`, for one element.
    fn bound(&self, f: &ForExpr, key: &Value, value: &Value) -> Scope<'a> {
        let scope = self.scope.with(f.intro.value_var.as_str(), value.clone());
        match &f.intro.key_var {
            Some(name) => scope.with(name.as_str(), key.clone()),
            None => scope,
        }
    }

    fn key(&self, key: &ObjectKey) -> Option<String> {
        match key {
            ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
            ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str().to_owned()),
            ObjectKey::Expression(e) => to_string(&evaluate(e, &self.scope, self.source).ok()?),
        }
    }

    fn element(&self, element: &Element) -> bool {
        match element {
            Element::Interpolation(inner) => self.of(&inner.expr).any(),
            _ => false,
        }
    }

    /// What something is called `name` in an instance of a module: followed once, from where it stands.
    fn once(
        &self,
        name: String,
        scope: Scope<'a>,
        source: &'a Arc<Source>,
        expression: &'a Expression,
    ) -> Marks {
        let key = (self.scope.instance(), name);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        self.known.borrow_mut().insert(key.clone(), Marks::Plain);
        let marks = self.at(scope, source).of(expression);
        self.known.borrow_mut().insert(key, marks.clone());
        marks
    }

    fn local(&self, name: &str) -> Marks {
        match self.scope.local_expression(name) {
            Some((source, expression)) => {
                let scope = self.scope.clone();
                self.once(format!("local.{name}"), scope, source, expression)
            }
            None => Marks::Plain,
        }
    }

    /// A variable: declared to be sensitive, or given something that is.
    fn variable(&self, name: &str) -> Marks {
        if self.scope.is_declared(name, self.kind) {
            return Marks::All;
        }
        match self.scope.handed(name) {
            Some((scope, source, expression)) => {
                self.once(format!("var.{name}"), scope, source, expression)
            }
            None => Marks::Plain,
        }
    }

    /// An output of a module, or of one instance of it. That it is declared to be sensitive makes no mark (Terraform 1.11).
    fn output(&self, module: &str, key: Option<&Value>, name: &str) -> Marks {
        let Some((scope, output)) = self.scope.called(module, key, name) else {
            return Marks::Plain;
        };
        let key = key.map(|key| format!("[{key}]")).unwrap_or_default();
        let own = format!("module.{module}{key}.{name}");
        self.once(own, scope, &output.source, &output.value)
    }

    /// A module as a whole, or an instance of it.
    fn outputs(&self, module: &str, key: Option<&Value>) -> Marks {
        let names = self.scope.outputs_called(module).into_iter();
        let marks = names.map(|name| (name.to_owned(), self.output(module, key, name)));
        Marks::Map(marks.collect())
    }

    /// A resource or data source, or one of its attributes.
    fn resource(&self, node: &'a Node, attribute: Option<&str>) -> Marks {
        let secrets = match self.kind {
            Kind::Ephemeral => return Marks::when(node.kind == NodeKind::Ephemeral),
            Kind::Sensitive => (self.scope.state.secrets)(node),
        };
        match attribute {
            Some(name) if secrets.iter().any(|own| own == name) => Marks::All,
            Some(name) => match node.body.get_attribute(name) {
                Some(given) => {
                    let own = format!("{}.{name}", node.local_address());
                    let scope = self.scope.clone();
                    self.once(own, scope, &node.place.source, &given.value)
                }
                None => Marks::Plain,
            },
            None => {
                let all = secrets.into_iter().map(|name| (name, Marks::All));
                Marks::Map(all.collect())
            }
        }
    }

    /// What a name stands for that is no name of a `for`, and the operators behind it.
    fn named<'o>(
        &self,
        root: &str,
        operators: &'o [&'o TraversalOperator],
    ) -> Option<(Marks, &'o [&'o TraversalOperator])> {
        use TraversalOperator::{AttrSplat, FullSplat, GetAttr, Index};
        if self.names.contains_key(root) {
            return None;
        }
        let (kind, operators) = match (root, operators) {
            ("var", [GetAttr(name), rest @ ..]) => return Some((self.variable(name), rest)),
            ("local", [GetAttr(name), rest @ ..]) => return Some((self.local(name), rest)),
            ("module", [GetAttr(name), GetAttr(output), rest @ ..]) => {
                return Some((self.output(name, None, output), rest));
            }
            ("module", [GetAttr(name), Index(key), GetAttr(output), rest @ ..]) => {
                let key = evaluate(key, &self.scope, self.source).ok();
                return Some((self.output(name, key.as_ref(), output), rest));
            }
            ("module", [GetAttr(name)]) => return Some((self.outputs(name, None), &[])),
            ("module", [GetAttr(name), Index(key)]) => {
                let key = evaluate(key, &self.scope, self.source).ok();
                return Some((self.outputs(name, key.as_ref()), &[]));
            }
            // What one instance says is what all of them say.
            (
                "module",
                [
                    GetAttr(name),
                    AttrSplat(_) | FullSplat(_),
                    GetAttr(output),
                    rest @ ..,
                ],
            ) => {
                let marks = self.output(name, None, output);
                return Some((Marks::List(vec![marks]), rest));
            }
            ("data", [GetAttr(kind), rest @ ..]) => ((NodeKind::Data, kind.as_str()), rest),
            ("ephemeral", [GetAttr(kind), rest @ ..]) => {
                ((NodeKind::Ephemeral, kind.as_str()), rest)
            }
            (kind, rest) => ((NodeKind::Resource, kind), rest),
        };
        let [GetAttr(name), rest @ ..] = operators else {
            return None;
        };
        let node = self.scope.node(kind.0, kind.1, name)?;
        Some(match rest {
            [Index(_), GetAttr(attribute), rest @ ..] | [GetAttr(attribute), rest @ ..] => {
                (self.resource(node, Some(attribute)), rest)
            }
            rest => (self.resource(node, None), rest),
        })
    }

    fn traversal(&self, traversal: &Traversal) -> Marks {
        if self.depth > MAX_DEPTH {
            return Marks::Plain;
        }
        let operators: Vec<&TraversalOperator> =
            traversal.operators.iter().map(|o| o.value()).collect();
        let named = match &traversal.expr {
            Expression::Variable(root) => self.named(root, &operators),
            _ => None,
        };
        let (mut marks, rest) = match named {
            Some(named) => named,
            None => (self.of(&traversal.expr), operators.as_slice()),
        };
        for operator in rest {
            marks = match operator {
                TraversalOperator::GetAttr(name) => marks.at(&name.as_str().into()),
                TraversalOperator::Index(key) => match evaluate(key, &self.scope, self.source) {
                    Ok(key) => marks.at(&key),
                    Err(_) => self.perhaps(&marks),
                },
                TraversalOperator::LegacyIndex(at) => {
                    marks.at(&Value::from(at.value().to_string()))
                }
                // What is behind a splat is asked of each.
                _ => return self.perhaps(&marks),
            };
        }
        marks
    }

    fn call(&self, call: &FuncCall) -> Marks {
        let args: Vec<&Expression> = call.args.iter().collect();
        let first = || args.first().map_or(Marks::Plain, |e| self.of(e));
        let value = |at: usize| {
            let argument = args.get(at).map(|e| evaluate(e, &self.scope, self.source));
            argument.and_then(Result::ok)
        };
        match call.name.name.as_str() {
            "sensitive" if self.kind == Kind::Sensitive => Marks::All,
            "sensitive" | "nonsensitive" if self.kind == Kind::Ephemeral => first(),
            "ephemeralasnull" if self.kind == Kind::Ephemeral => Marks::Plain,
            "nonsensitive" | "issensitive" | "can" => Marks::Plain,
            "tolist" | "tomap" | "tostring" | "tonumber" | "tobool" => first(),
            "length" | "keys" => Marks::when(first() == Marks::All),
            "values" => match first() {
                Marks::Map(members) => Marks::List(members.into_values().collect()),
                other => other,
            },
            "element" | "lookup" => match value(1) {
                Some(key) => first().at(&key),
                None => self.perhaps(&first()),
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
                let evaluable = |e: &&&Expression| evaluate(e, &self.scope, self.source).is_ok();
                args.iter()
                    .find(evaluable)
                    .map_or(Marks::Plain, |e| self.of(e))
            }
            name => {
                let mut all = args.iter().map(|e| self.of(e));
                match self.sure && !OF_ALL.contains(&name) {
                    true => Marks::when(all.any(|marks| marks == Marks::All)),
                    false => Marks::when(all.any(|marks| marks.any())),
                }
            }
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
