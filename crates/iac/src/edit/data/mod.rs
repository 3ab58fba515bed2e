//! Statements that a module makes of data that it is handed, as `dynamic "statement"` blocks over a variable do: what is to be
//! handed for one more.
//!
//! In which form the module takes one is found by trying: a form is taken if the module's own expressions make of it what is
//! wanted.

mod trial;

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::Block;

use self::trial::{Trial, iterator};
use super::list::list_end;
use super::{At, ListEnd, MAX_DEPTH, Wrap};
use crate::block::Node;
use crate::config::Configuration;
use crate::overrides;
use crate::references::of_expression;
use crate::scope::Scope;
use crate::state::State;
use crate::types::Constraint;

/// A statement that is wanted.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Its actions.
    pub actions: &'a [&'a str],
    /// Its resource, if it names one.
    pub resource: Option<&'a str>,
    /// Its principal, by type.
    pub principal: Option<(&'a str, &'a str)>,
    /// Its conditions: operator, key and value.
    pub conditions: Vec<(&'a str, &'a str, &'a str)>,
}

/// What stands in a form, to be written as an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The actions, as a list.
    Actions,
    /// The resource.
    Resource,
    /// The principal.
    Principal,
    /// The value of the condition with this index.
    Condition(usize),
}

/// The form in which a module takes a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Null.
    Null,
    /// A text that is the same wherever it stands.
    Text(String),
    /// What is written as an expression.
    Slot(Slot),
    /// A list.
    List(Vec<Form>),
    /// An object.
    Object(Vec<(String, Form)>),
}

/// Data of which a module makes statements, and how one more is added.
#[derive(Debug, Clone)]
pub struct Handed {
    /// The list, or the map, that it goes into.
    pub list: ListEnd,
    /// Of a map: the keys that are taken.
    pub keys: Option<Vec<String>>,
    /// The path of the module in which the data stand.
    pub path: String,
    /// How a statement is written.
    pub form: Form,
}

/// Where data are written.
struct Place {
    list: ListEnd,
    /// The keys, if it is a map; nothing, where that does not show.
    keys: Option<Vec<String>>,
    module: usize,
}

impl Configuration {
    /// The data of which a document makes statements such as the one that is wanted, wherever they stand.
    #[must_use]
    pub fn data_of(&self, document: &Node, wanted: &Wanted<'_>) -> Vec<Handed> {
        let blocks = document.body.get_blocks("dynamic");
        let statements = blocks.filter(|b| overrides::name(b) == "statement");
        let state = State::new(self);
        let instances = state.instances(document.module).unwrap_or_default();
        let Some(instance) = instances.first() else {
            return Vec::new();
        };
        let scope = state.scope(*instance);
        let found =
            statements.filter_map(|block| self.data_of_block(block, document, &scope, wanted));
        found.collect()
    }

    fn data_of_block(
        &self,
        block: &Block,
        document: &Node,
        scope: &Scope<'_>,
        wanted: &Wanted<'_>,
    ) -> Option<Handed> {
        let module = self.modules.get(document.module)?;
        let each = &block.body.get_attribute("for_each")?.value;
        let name = of_expression(each).into_iter().find_map(|path| {
            let [root, name, ..] = path.as_slice() else {
                return None;
            };
            (root == "var" && module.variables.contains_key(name)).then(|| name.clone())
        })?;
        let variable = module.variables.get(&name)?;
        let trial = Trial {
            scope,
            source: &document.place.source,
            iterator: iterator(block, "statement"),
            element: variable.constraint.element(),
            wanted,
        };
        let form = trial.statement(&block.body.get_blocks("content").next()?.body)?;
        // Whether it is a map: what is there says so, or else the type, or the default.
        let keyed = match (&variable.constraint, &variable.default) {
            (Constraint::Map(_) | Constraint::Object(_), _) => true,
            (Constraint::Any, Some(default)) => default.as_members().is_some(),
            _ => false,
        };
        let place = self.handed_to(document.module, &name, keyed, 0)?;
        Some(Handed {
            list: place.list,
            keys: place.keys,
            path: self.modules.get(place.module)?.path.clone(),
            form,
        })
    }

    /// Where a module is handed a variable.
    fn handed_to(&self, module: usize, name: &str, keyed: bool, depth: usize) -> Option<Place> {
        let (caller, call) = self.modules.get(module)?.call.as_ref()?;
        let source = &call.place.source;
        if let Some(attribute) = call.body.get_attribute(name) {
            let at = At {
                expression: &attribute.value,
                source,
                module: *caller,
            };
            return self.data(&at, keyed, depth);
        }
        let at = source.text.get(..call.end)?.rfind('}')?;
        let (open, close) = if keyed { ("{ ", " }\n") } else { ("[", "]\n") };
        Some(Place {
            list: ListEnd {
                source: Arc::clone(source),
                at,
                first: String::new(),
                next: ", ".to_owned(),
                after: "",
                wrap: Some(Wrap {
                    at,
                    open: format!("\n  {name} = {open}"),
                    close,
                }),
                elements: Vec::new(),
            },
            keys: keyed.then(Vec::new),
            module: *caller,
        })
    }

    /// Where something is added to the data that an expression gives.
    fn data(&self, at: &At<'_>, keyed: bool, depth: usize) -> Option<Place> {
        if depth > MAX_DEPTH {
            return None;
        }
        let inner = |expression| At { expression, ..*at };
        let literal = |e: &&Expression| matches!(e, Expression::Array(_) | Expression::Object(_));
        let here = |list: ListEnd, keys| {
            Some(Place {
                list,
                keys,
                module: at.module,
            })
        };
        match at.expression {
            Expression::Parenthesis(parenthesis) => {
                self.data(&inner(parenthesis.inner()), keyed, depth + 1)
            }
            Expression::Array(items) => {
                let elements: Option<Vec<_>> = items.iter().map(|e| e.span()).collect();
                let list = list_end(at.source, at.expression.span()?, elements?)?;
                here(list, None)
            }
            Expression::Object(members) => {
                let elements: Option<Vec<_>> = members
                    .iter()
                    .map(|(key, value)| Some(key.span()?.start..value.expr().span()?.end))
                    .collect();
                let keys = members.iter().filter_map(|(key, _)| key_of(key)).collect();
                let mut list = list_end(at.source, at.expression.span()?, elements?)?;
                // Members on lines of their own need no commas.
                for text in [&mut list.first, &mut list.next] {
                    if text.contains('\n') {
                        *text = text.trim_start_matches(',').to_owned();
                    }
                }
                here(list, Some(keys))
            }
            Expression::FuncCall(call)
                if matches!(call.name.name.as_str(), "concat" | "merge")
                    && call.args.iter().any(|e| literal(&e)) =>
            {
                let argument = call.args.iter().filter(literal).last()?;
                self.data(&inner(argument), keyed, depth + 1)
            }
            Expression::Traversal(_) => {
                let followed = (!self.is_shared(at))
                    .then(|| self.referred(at))
                    .flatten()
                    .and_then(|next| self.data(&next, keyed, depth + 1));
                followed.or_else(|| self.joined(at, keyed))
            }
            _ => self.joined(at, keyed),
        }
    }

    /// One more, joined with whatever an expression gives.
    fn joined(&self, at: &At<'_>, keyed: bool) -> Option<Place> {
        let range = at.expression.span()?;
        let (open, first, close) = match keyed {
            true => ("merge(", ", { ", " })"),
            false => ("concat(", ", [", "])"),
        };
        let wrap = Wrap {
            at: range.start,
            open: open.to_owned(),
            close,
        };
        Some(Place {
            list: ListEnd {
                first: first.to_owned(),
                ..super::list::wrapped(at.source, range, wrap)
            },
            keys: keyed.then(Vec::new),
            module: at.module,
        })
    }
}

fn key_of(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(ident) => Some(ident.as_str().to_owned()),
        ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(Expression::String(text)) => Some(text.as_str().to_owned()),
        ObjectKey::Expression(_) => None,
    }
}
