//! Statements that a module makes of data that it is handed, as `dynamic "statement"` blocks over a variable do: what is to be
//! handed for one more.
//!
//! In which form the module takes one is found by trying: a form is taken if the module's own expressions make of it what is
//! wanted.

mod trial;

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Block;

use self::trial::Trial;
use super::list::list_end;
use super::{At, ListEnd, MAX_DEPTH, Wrap, names};
use crate::block::Node;
use crate::config::Configuration;
use crate::overrides;
use crate::references::of_expression;
use crate::state::State;
use crate::syntax::{iterator, key_name};
use crate::types::Constraint;
use crate::value::Value;

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
    /// Whether it is a map.
    pub keyed: bool,
    /// The path of the module in which the data stand.
    pub path: String,
    /// How a statement is written.
    pub form: Form,
}

/// Where data are written.
struct Place {
    list: ListEnd,
    keyed: bool,
    module: usize,
    /// The members that those have that are there.
    like: Vec<String>,
    /// The members that the modules on the way ask for.
    required: Vec<String>,
}

impl Configuration {
    /// The data of which a document makes statements such as the one that is wanted, wherever they stand.
    #[must_use]
    pub fn data_of(&self, document: &Node, wanted: &Wanted<'_>) -> Vec<Handed> {
        let blocks = document.body.get_blocks("dynamic");
        let statements = blocks.filter(|b| overrides::name(b) == "statement");
        let state = State::new(self);
        let found =
            statements.flat_map(|block| self.data_of_block(block, document, &state, wanted));
        found.collect()
    }

    fn data_of_block(
        &self,
        block: &Block,
        document: &Node,
        state: &State<'_>,
        wanted: &Wanted<'_>,
    ) -> Vec<Handed> {
        let module = self.modules.get(document.module);
        let each = module.zip(block.body.get_attribute("for_each"));
        let instances = state.instances(document.module).unwrap_or_default();
        let (Some((module, each)), Some(instance)) = (each, instances.first()) else {
            return Vec::new();
        };
        let scope = state.scope(*instance);
        let content = block.body.get_blocks("content").next();
        let names = of_expression(&each.value).into_iter().filter_map(|path| {
            let [root, name, ..] = path.as_slice() else {
                return None;
            };
            (root == "var").then(|| name.clone())
        });
        let mut out = Vec::new();
        for name in names {
            let Some(variable) = module.variables.get(&name) else {
                continue;
            };
            let trial = Trial {
                scope: &scope,
                source: &document.place.source,
                iterator: iterator(block, "statement"),
                element: variable.constraint.element(),
                wanted,
            };
            let Some(own) = content.and_then(|content| trial.statement(&content.body)) else {
                continue;
            };
            let Some(keyed) = self.is_map(document.module, &name, state, 0) else {
                continue;
            };
            let places = self.handed_to(document.module, &name, keyed, 0);
            out.extend(places.into_iter().filter_map(|place| {
                let form = content.and_then(|c| trial.completed(&c.body, &own, &place.like));
                let mut form = form.unwrap_or_else(|| own.clone());
                form.take_nulls(&place.required);
                Some(Handed {
                    list: place.list,
                    keyed: place.keyed,
                    path: self.modules.get(place.module)?.path.clone(),
                    form,
                })
            }));
        }
        out
    }

    /// Whether a variable of a module is a map, or a list: what it is now says so, or else how it is written, or what it may
    /// be. Nothing, if it is neither.
    fn is_map(&self, module: usize, name: &str, state: &State<'_>, depth: usize) -> Option<bool> {
        let own = self.modules.get(module)?;
        let variable = own.variables.get(name)?;
        let of = |value: &Value| {
            let list = value.as_items().map(|_| false);
            value.as_members().map(|_| true).or(list)
        };
        let of_type = match &variable.constraint {
            Constraint::Map(_) | Constraint::Object(_) => Some(true),
            Constraint::List(_) | Constraint::Set(_) | Constraint::Tuple(_) => Some(false),
            Constraint::Any => None,
            _ => return None,
        };
        let instances = state.instances(module).ok()?;
        let scope = state.scope(*instances.first()?);
        let now = scope.variable(name).ok().filter(|value| !value.is_null());
        let written = || {
            let (caller, call) = own.call.as_ref()?;
            let at = At {
                expression: &call.body.get_attribute(name)?.value,
                source: &call.place.source,
                module: *caller,
            };
            self.gives_map(&at, state, depth)
        };
        match &now {
            Some(value) => of(value),
            None => of_type
                .or_else(written)
                .or_else(|| of(variable.default.as_ref()?))
                .or(Some(false)),
        }
    }

    /// The same of an expression, by how it is written.
    fn gives_map(&self, at: &At<'_>, state: &State<'_>, depth: usize) -> Option<bool> {
        if depth > MAX_DEPTH {
            return None;
        }
        let inner = |expression| self.gives_map(&At { expression, ..*at }, state, depth + 1);
        match at.expression {
            Expression::Array(_) => Some(false),
            Expression::Object(_) => Some(true),
            Expression::Parenthesis(parenthesis) => inner(parenthesis.inner()),
            Expression::ForExpr(each) => Some(each.key_expr.is_some()),
            Expression::Conditional(c) => inner(&c.true_expr).or_else(|| inner(&c.false_expr)),
            Expression::FuncCall(call) => match call.name.name.as_str() {
                "concat" | "flatten" | "tolist" | "toset" | "distinct" | "compact" | "values" => {
                    Some(false)
                }
                "merge" | "zipmap" | "tomap" => Some(true),
                "coalesce" | "try" | "coalescelist" => call.args.iter().find_map(inner),
                _ => None,
            },
            Expression::Traversal(_) => {
                if let Some(["var", name]) = names(at.expression).as_deref() {
                    return self.is_map(at.module, name, state, depth + 1);
                }
                self.gives_map(&self.referred(at)?, state, depth + 1)
            }
            _ => None,
        }
    }

    /// Where a module is handed a variable: the places, the best first.
    fn handed_to(&self, module: usize, name: &str, keyed: bool, depth: usize) -> Vec<Place> {
        let call = self.modules.get(module).and_then(|m| m.call.as_ref());
        let Some((caller, call)) = call.filter(|_| depth <= MAX_DEPTH) else {
            return Vec::new();
        };
        let source = &call.place.source;
        if let Some(attribute) = call.body.get_attribute(name) {
            let at = At {
                expression: &attribute.value,
                source,
                module: *caller,
            };
            return self.data(&at, keyed, depth);
        }
        let text = source.text.get(..call.end).unwrap_or_default();
        // A block on one line takes no second argument.
        let block = text.get(call.place.offset..).unwrap_or_default();
        let Some(at) = text.rfind('}').filter(|_| block.contains('\n')) else {
            return Vec::new();
        };
        let (open, close) = if keyed { ("{ ", " }\n") } else { ("[", "]\n") };
        let before = text.get(..at).unwrap_or_default();
        let apart = if before.ends_with("\n\n") { "" } else { "\n" };
        let wrap = Wrap {
            at,
            open: format!("{apart}  {name} = {open}"),
            close,
        };
        vec![Place {
            list: ListEnd {
                source: Arc::clone(source),
                at,
                first: String::new(),
                next: ", ".to_owned(),
                after: "",
                wrap: Some(wrap),
                array: None,
                argument: false,
                beside: None,
                elements: Vec::new(),
            },
            keyed,
            module: *caller,
            like: Vec::new(),
            required: Vec::new(),
        }]
    }

    /// Where something is added to the data that an expression gives: the places, the best first.
    fn data(&self, at: &At<'_>, keyed: bool, depth: usize) -> Vec<Place> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        let inner = |expression| At { expression, ..*at };
        let here = |list: Option<ListEnd>, keyed| {
            let place = list.map(|list| Place {
                list,
                keyed,
                module: at.module,
                like: members(at.expression),
                required: Vec::new(),
            });
            place.into_iter().collect::<Vec<_>>()
        };
        match at.expression {
            Expression::Parenthesis(parenthesis) => {
                self.data(&inner(parenthesis.inner()), keyed, depth + 1)
            }
            Expression::Array(items) => {
                let elements: Option<Vec<_>> = items.iter().map(|e| e.span()).collect();
                let range = at.expression.span().zip(elements);
                let list = range.and_then(|(range, all)| list_end(at.source, range, all));
                here(list.filter(|_| !keyed), false)
            }
            Expression::Object(_) => here(object_end(at).filter(|_| keyed), true),
            Expression::FuncCall(call)
                if matches!(call.name.name.as_str(), "concat" | "merge")
                    && !call.args.expand_final() =>
            {
                // What stands in the call itself comes first.
                let (written, named): (Vec<&Expression>, Vec<&Expression>) = call
                    .args
                    .iter()
                    .partition(|e| matches!(e, Expression::Array(_) | Expression::Object(_)));
                let parts = written.into_iter().rev().chain(named);
                let mut places: Vec<Place> = parts
                    .flat_map(|e| match e {
                        Expression::Traversal(_) => self.behind_name(&inner(e), keyed, depth),
                        Expression::Array(_) | Expression::Object(_) => {
                            self.data(&inner(e), keyed, depth + 1)
                        }
                        _ => Vec::new(),
                    })
                    .collect();
                places.extend(self.joined(at, keyed));
                places
            }
            Expression::Traversal(_) => {
                let mut places = self.behind_name(at, keyed, depth);
                places.extend(self.joined(at, keyed));
                places
            }
            _ => self.joined(at, keyed).into_iter().collect(),
        }
    }

    /// The same for what a name stands for.
    fn behind_name(&self, at: &At<'_>, keyed: bool, depth: usize) -> Vec<Place> {
        if let Some(["var", name]) = names(at.expression).as_deref() {
            let mut places = self.handed_to(at.module, name, keyed, depth + 1);
            let module = self.modules.get(at.module);
            let variable = module.and_then(|m| m.variables.get(*name));
            let element = variable.and_then(|v| v.constraint.element());
            let required = element.into_iter().flat_map(Constraint::required);
            let required: Vec<String> = required.map(str::to_owned).collect();
            for place in &mut places {
                place.required.extend(required.iter().cloned());
            }
            return places;
        }
        let next = self.referred(at).filter(|_| !self.is_shared(at));
        next.map_or_else(Vec::new, |next| self.data(&next, keyed, depth + 1))
    }

    /// One more, joined with whatever an expression gives.
    fn joined(&self, at: &At<'_>, keyed: bool) -> Option<Place> {
        let range = at.expression.span()?;
        let (function, first, close) = match keyed {
            true => ("merge", ", { ", " })"),
            false => ("concat", ", [", "])"),
        };
        let wrap = Wrap {
            at: range.start,
            open: format!("{function}("),
            close,
        };
        Some(Place {
            list: ListEnd {
                first: first.to_owned(),
                ..super::list::wrapped(at.source, range, wrap)
            },
            keyed,
            module: at.module,
            like: Vec::new(),
            required: Vec::new(),
        })
    }
}

/// The names of what the elements of a list or a map have.
fn members(expression: &Expression) -> Vec<String> {
    let elements: Vec<&Expression> = match expression {
        Expression::Array(items) => items.iter().collect(),
        Expression::Object(members) => members.iter().map(|(_, value)| value.expr()).collect(),
        _ => Vec::new(),
    };
    let mut out: Vec<String> = Vec::new();
    for element in elements {
        let Expression::Object(object) = element else {
            continue;
        };
        let names = object.iter().filter_map(|(key, _)| key_name(key));
        for name in names {
            if out.iter().all(|known| known != name) {
                out.push(name.to_owned());
            }
        }
    }
    out
}

/// Where a member is added to an object.
fn object_end(at: &At<'_>) -> Option<ListEnd> {
    let Expression::Object(members) = at.expression else {
        return None;
    };
    let elements: Option<Vec<_>> = members
        .iter()
        .map(|(key, value)| Some(key.span()?.start..value.expr().span()?.end))
        .collect();
    let range = at.expression.span()?;
    let mut list = list_end(at.source, range, elements?)?;
    if members.is_empty() && list.first.is_empty() {
        // Between spaces, as it is written on one line.
        list.wrap = Some(Wrap {
            at: list.at,
            open: " ".to_owned(),
            close: " ",
        });
    }
    // Members on lines of their own need no commas.
    for text in [&mut list.first, &mut list.next] {
        if text.contains('\n') {
            *text = text.trim_start_matches(',').to_owned();
        }
    }
    Some(list)
}
