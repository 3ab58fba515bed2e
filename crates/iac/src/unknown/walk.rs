//! Follows what is unknown through expressions.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, FuncCall, ObjectKey, Traversal, TraversalOperator,
};
use hcl_edit::structure::Body;
use hcl_edit::template::Element;

use super::{Computed, Known};
use crate::config::Configuration;
use crate::{references, template};

/// Expressions deeper than this are taken to be known.
const MAX_DEPTH: usize = 200;

#[derive(Clone)]
pub(super) struct Walk<'a> {
    pub(super) config: &'a Configuration,
    /// Whose names are meant.
    pub(super) module: usize,
    /// What `for` and `each` name.
    pub(super) names: BTreeMap<String, Known>,
    pub(super) computed: Computed<'a>,
    pub(super) depth: &'a Cell<usize>,
    pub(super) memory: &'a Memory,
}

/// What is known of values that have a name, by module, kind and name: each is followed once.
pub(super) type Memory = RefCell<HashMap<(usize, &'static str, String), Known>>;

impl<'a> Walk<'a> {
    fn within(&self, module: usize) -> Self {
        Self {
            module,
            names: BTreeMap::new(),
            ..self.clone()
        }
    }

    /// What is known of a value that `module` calls `name`.
    fn once(
        &self,
        module: usize,
        kind: &'static str,
        name: &str,
        value: impl FnOnce() -> Known,
    ) -> Known {
        let place = (module, kind, name.to_owned());
        if let Some(known) = self.memory.borrow().get(&place) {
            return known.clone();
        }
        let known = value();
        self.memory.borrow_mut().insert(place, known.clone());
        known
    }

    /// How much is known of the value of an expression.
    pub(super) fn of(&self, expression: &Expression) -> Known {
        if self.depth.get() >= MAX_DEPTH {
            return Known::All;
        }
        self.depth.set(self.depth.get() + 1);
        let known = self.inner(expression);
        self.depth.set(self.depth.get() - 1);
        known
    }

    fn any<'e>(&self, all: impl IntoIterator<Item = &'e Expression>) -> Known {
        let found = all.into_iter().find_map(|e| self.of(e).anywhere());
        found.map_or(Known::All, Known::Not)
    }

    fn inner(&self, expression: &Expression) -> Known {
        match expression {
            Expression::Parenthesis(inner) => self.of(inner.inner()),
            Expression::Array(items) => Known::Items(items.iter().map(|e| self.of(e)).collect()),
            Expression::Object(object) => {
                let mut members = BTreeMap::new();
                for (key, value) in object {
                    let name = match key {
                        ObjectKey::Ident(name) => name.as_str().to_owned(),
                        ObjectKey::Expression(Expression::Variable(name)) => {
                            name.as_str().to_owned()
                        }
                        ObjectKey::Expression(Expression::String(text)) => text.as_str().to_owned(),
                        ObjectKey::Expression(other) => match self.of(other) {
                            Known::Not(why) => return Known::Not(why),
                            // A key that is not read here: what has it is found by no name.
                            _ => format!("\0{}", members.len()),
                        },
                    };
                    members.insert(name, self.of(value.expr()));
                }
                Known::Members(members)
            }
            Expression::StringTemplate(template) => match template::alone(template) {
                Some(one) => self.of(one),
                None => self.elements(template.iter()),
            },
            Expression::HeredocTemplate(heredoc) => self.elements(heredoc.template.iter()),
            Expression::Variable(name) => {
                let named = self.names.get(name.as_str());
                named.cloned().unwrap_or(Known::All)
            }
            Expression::UnaryOp(op) => self.any([&op.expr]),
            Expression::BinaryOp(op) => {
                let ends = [&op.lhs_expr, &op.rhs_expr].map(|e| self.of(e).whole());
                let logical = matches!(
                    op.operator.value(),
                    BinaryOperator::And | BinaryOperator::Or
                );
                match ends {
                    // One side may decide alone.
                    [Known::Not(why), other] if !logical || other != Known::All => Known::Not(why),
                    [_, Known::Not(why)] if !logical => Known::Not(why),
                    _ => Known::All,
                }
            }
            Expression::Conditional(c) => {
                if let Known::Not(why) = self.of(&c.cond_expr).whole() {
                    return Known::Not(why);
                }
                let [taken, other] = [&c.true_expr, &c.false_expr].map(|e| self.of(e));
                match (&taken, &other) {
                    (Known::Not(_), Known::Not(_)) => taken,
                    _ if taken == other => taken,
                    _ => Known::All,
                }
            }
            Expression::FuncCall(call) => self.call(call),
            Expression::ForExpr(f) => self.for_each(f),
            Expression::Traversal(traversal) => self.traversal(traversal),
            _ => Known::All,
        }
    }

    fn elements<'e>(&self, elements: impl Iterator<Item = &'e Element>) -> Known {
        self.any(elements.filter_map(|element| match element {
            Element::Interpolation(inner) => Some(&inner.expr),
            _ => None,
        }))
    }

    fn for_each(&self, f: &ForExpr) -> Known {
        let elements = match self.of(&f.intro.collection_expr) {
            Known::Not(why) => return Known::Not(why),
            other => other.elements().unwrap_or_else(|| vec![Known::All]),
        };
        let mut out = Vec::new();
        for element in elements {
            let mut walk = self.clone();
            walk.names
                .insert(f.intro.value_var.as_str().to_owned(), element);
            let key = f.key_expr.as_ref();
            let condition = f.cond.as_ref().map(|c| &c.expr);
            for decides in key.into_iter().chain(condition) {
                if let Known::Not(why) = walk.of(decides).whole() {
                    return Known::Not(why);
                }
            }
            out.push(walk.of(&f.value_expr));
        }
        let one = match out.as_slice() {
            [first, rest @ ..] if rest.iter().all(|k| k == first) => first.clone(),
            [] => Known::All,
            // Different things: what is unknown of one of them is unknown of the whole.
            all => all
                .iter()
                .find(|k| k.anywhere().is_some())
                .cloned()
                .unwrap_or(Known::All),
        };
        Known::Each(Box::new(one))
    }

    fn call(&self, call: &FuncCall) -> Known {
        let args: Vec<&Expression> = call.args.iter().collect();
        let first = || args.first().map_or(Known::All, |e| self.of(e));
        match call.name.name.as_str() {
            "nonsensitive" | "sensitive" | "tolist" | "tomap" | "tostring" | "tonumber"
            | "tobool" => first(),
            // How many are in a set of one is known.
            "length" if is_set(args.first()) => Known::All,
            "length" | "keys" => match first() {
                Known::Not(why) => Known::Not(why),
                _ => Known::All,
            },
            // A set is known when all that is in it is: two unknown values may be the same.
            "toset" | "compact" | "distinct" => match first() {
                Known::All => Known::All,
                other => match other.anywhere() {
                    Some(why) => Known::Not(why),
                    None => other,
                },
            },
            "values" => match first() {
                Known::Members(members) => Known::Items(members.into_values().collect()),
                other => other,
            },
            "concat" | "flatten" => {
                let mut items = Vec::new();
                let lists: Vec<Known> = match call.name.name.as_str() {
                    "flatten" => match first() {
                        Known::Not(why) => return Known::Not(why),
                        other => other.elements().unwrap_or_default(),
                    },
                    _ => args.iter().map(|e| self.of(e)).collect(),
                };
                for list in lists {
                    match list {
                        Known::Not(why) => return Known::Not(why),
                        other => items.extend(other.clone().elements().unwrap_or(vec![other])),
                    }
                }
                Known::Items(items)
            }
            "merge" => {
                let mut members = BTreeMap::new();
                for argument in &args {
                    match self.of(argument) {
                        Known::Not(why) => return Known::Not(why),
                        Known::Members(more) => members.extend(more),
                        _ => return Known::All,
                    }
                }
                Known::Members(members)
            }
            "zipmap" => match (first(), args.get(1).map(|e| self.of(e))) {
                (keys, Some(values)) => match keys.anywhere() {
                    Some(why) => Known::Not(why),
                    None => Known::Each(Box::new(values.somewhere())),
                },
                _ => Known::All,
            },
            "formatlist" => Known::Each(Box::new(self.any(args.iter().copied()))),
            "lookup" => match args.get(1) {
                Some(Expression::String(key)) => self.attribute(first(), key.as_str()),
                _ => first().somewhere(),
            },
            "element" | "one" => first().somewhere(),
            "can" | "try" | "coalesce" => match first() {
                Known::Not(why) => Known::Not(why),
                _ => Known::All,
            },
            name if OF_ALL.contains(&name) => self.any(args.iter().copied()),
            _ => Known::All,
        }
    }

    fn traversal(&self, traversal: &Traversal) -> Known {
        let operators: Vec<&TraversalOperator> =
            traversal.operators.iter().map(|o| o.value()).collect();
        let (known, rest) = match &traversal.expr {
            Expression::Variable(root) if !self.names.contains_key(root.as_str()) => {
                match self.named(root.as_str(), &operators) {
                    Some(named) => named,
                    None => return Known::All,
                }
            }
            other => (self.of(other), operators.as_slice()),
        };
        self.follow(known, rest)
    }

    fn follow(&self, mut known: Known, operators: &[&TraversalOperator]) -> Known {
        for (at, operator) in operators.iter().enumerate() {
            let rest = || operators.get(at + 1..).unwrap_or_default();
            known = match operator {
                TraversalOperator::GetAttr(name) => self.attribute(known, name.as_str()),
                TraversalOperator::Index(key) => match key {
                    Expression::String(name) => self.attribute(known, name.as_str()),
                    _ => known.somewhere(),
                },
                TraversalOperator::LegacyIndex(_) => known.somewhere(),
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                    return match known {
                        Known::Not(why) => Known::Not(why),
                        Known::All => Known::All,
                        Known::Items(items) => {
                            let all = items.into_iter().map(|k| self.follow(k, rest()));
                            Known::Items(all.collect())
                        }
                        Known::Each(inner) => Known::Each(Box::new(self.follow(*inner, rest()))),
                        one => Known::Each(Box::new(self.follow(one, rest()))),
                    };
                }
            };
        }
        known
    }

    fn attribute(&self, known: Known, name: &str) -> Known {
        match known {
            Known::Not(why) => Known::Not(why),
            Known::Members(mut members) => members.remove(name).unwrap_or(Known::All),
            Known::Each(inner) => *inner,
            Known::Node(index) => self.attribute_of(index, name),
            Known::Module(index) => {
                let module = self.config.modules.get(index);
                let output = module.and_then(|m| m.outputs.get(name));
                output.map_or(Known::All, |o| {
                    self.once(index, "output", name, || self.within(index).of(&o.value))
                })
            }
            Known::All | Known::Items(_) => Known::All,
        }
    }

    /// What a name at the front means, and the operators behind it.
    fn named<'o>(
        &self,
        root: &str,
        operators: &'o [&'o TraversalOperator],
    ) -> Option<(Known, &'o [&'o TraversalOperator])> {
        let name = |at: usize| match operators.get(at) {
            Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
            _ => None,
        };
        let own = self.config.modules.get(self.module)?;
        let behind = |count: usize| operators.get(count..).unwrap_or_default();
        match root {
            "local" => {
                let local = name(0)?;
                let (_, expression) = own.locals.get(local)?;
                let value = || self.within(self.module).of(expression);
                Some((self.once(self.module, "local", local, value), behind(1)))
            }
            "var" => {
                let (caller, call) = own.call.as_ref()?;
                let variable = name(0)?;
                let attribute = call.body.get_attribute(variable)?;
                let value = || self.within(*caller).of(&attribute.value);
                Some((self.once(self.module, "var", variable, value), behind(1)))
            }
            "module" => {
                let child = own.children.get(name(0)?).copied()?;
                let (_, call) = self.config.modules.get(child)?.call.as_ref()?;
                let one = Known::Module(child);
                Some((repeated(&call.body, one), behind(1)))
            }
            "data" => {
                let local = format!("data.{}.{}", name(0)?, name(1)?);
                Some((self.node(&own.path, &local)?, behind(2)))
            }
            "resource" => {
                let local = format!("{}.{}", name(0)?, name(1)?);
                Some((self.node(&own.path, &local)?, behind(2)))
            }
            kind => {
                let local = format!("{kind}.{}", name(0)?);
                Some((self.node(&own.path, &local)?, behind(1)))
            }
        }
    }

    fn node(&self, path: &str, local: &str) -> Option<Known> {
        let address = format!("{path}{local}");
        let index = *self.config.addresses().get(&address)?;
        let node = self.config.nodes.get(index)?;
        Some(repeated(&node.body, Known::Node(index)))
    }

    fn attribute_of(&self, index: usize, name: &str) -> Known {
        let Some(node) = self.config.nodes.get(index) else {
            return Known::All;
        };
        // What somebody gave is known.
        if self.config.given(&node.address()).is_some() {
            return Known::All;
        }
        let walk = self.within(node.module);
        if let Some(attribute) = node.body.get_attribute(name) {
            return walk.of(&attribute.value);
        }
        if !node.is_data() {
            let unknown = (self.computed)(node, name);
            return match unknown {
                true => Known::Not(format!("{}.{name}", node.address())),
                false => Known::All,
            };
        }
        // A data source is read when the plan is made, unless it waits for something.
        let waits = node.body.get_attribute("depends_on");
        let waits = waits.is_some_and(|attribute| {
            references::of_expression(&attribute.value)
                .iter()
                .any(|path| path.first().is_some_and(|root| root != "data"))
        });
        if waits || walk.body(&node.body).is_some() {
            return Known::Not(format!("{}.{name}", node.address()));
        }
        Known::All
    }

    /// Why an argument of a block is unknown.
    fn body(&self, body: &Body) -> Option<String> {
        let mut attributes = body.attributes();
        let found = attributes.find_map(|a| self.of(&a.value).anywhere());
        found.or_else(|| body.blocks().find_map(|b| self.body(&b.body)))
    }
}

fn is_set(argument: Option<&&Expression>) -> bool {
    matches!(argument, Some(Expression::FuncCall(call)) if call.name.name.as_str() == "toset")
}

/// One of a block or a module, or all of them.
fn repeated(body: &Body, one: Known) -> Known {
    match body.has_attribute("count") || body.has_attribute("for_each") {
        true => Known::Each(Box::new(one)),
        false => one,
    }
}

/// Functions of texts, numbers and sets: what they give is unknown if an argument is.
const OF_ALL: &[&str] = &[
    "abs",
    "base64decode",
    "base64encode",
    "ceil",
    "endswith",
    "floor",
    "format",
    "formatdate",
    "join",
    "jsonencode",
    "lower",
    "max",
    "md5",
    "min",
    "regex",
    "replace",
    "setintersection",
    "setsubtract",
    "setunion",
    "sha1",
    "sha256",
    "split",
    "startswith",
    "strcontains",
    "strrev",
    "substr",
    "title",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "upper",
    "urlencode",
    "yamlencode",
];
