//! In which form a module takes a statement: found by trying.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::expr::{Expression, FuncCall, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::visit::{Visit, visit_func_call, visit_traversal};
use serde_json::{Value as Json, json};

use super::{Form, Slot, Wanted};
use crate::block::dynamic;
use crate::eval::evaluate;
use crate::overrides;
use crate::scope::Scope;
use crate::syntax::iterator;
use crate::types::Constraint;
use crate::value::Value;

/// The members of an element that something takes: `each.value.name`, `each.value["name"]`, `lookup(each.value, "name")`.
struct Members<'i> {
    iterator: &'i str,
    found: Vec<String>,
}

impl Members<'_> {
    fn add(&mut self, name: &str) {
        if self.found.iter().all(|known| known != name) {
            self.found.push(name.to_owned());
        }
    }

    /// What stands behind `each.value`.
    fn behind<'t>(
        &self,
        node: &'t Traversal,
    ) -> Option<&'t [hcl_edit::Decorated<TraversalOperator>]> {
        let Expression::Variable(root) = &node.expr else {
            return None;
        };
        let (first, rest) = node.operators.split_first()?;
        let value =
            matches!(first.value(), TraversalOperator::GetAttr(name) if name.as_str() == "value");
        (root.as_str() == self.iterator && value).then_some(rest)
    }
}

impl Visit for Members<'_> {
    fn visit_traversal(&mut self, node: &Traversal) {
        match self.behind(node).and_then(<[_]>::first).map(|o| o.value()) {
            Some(TraversalOperator::GetAttr(name)) => self.add(name.as_str()),
            Some(TraversalOperator::Index(Expression::String(name))) => self.add(name.as_str()),
            _ => {}
        }
        visit_traversal(self, node);
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        let mut arguments = node.args.iter();
        if let ("lookup", Some(Expression::Traversal(of)), Some(Expression::String(name))) =
            (node.name.name.as_str(), arguments.next(), arguments.next())
            && self.behind(of).is_some_and(<[_]>::is_empty)
        {
            self.add(name.as_str());
        }
        visit_func_call(self, node);
    }
}

fn members_of(iterator: &str, visit: impl FnOnce(&mut Members<'_>)) -> Vec<String> {
    let mut members = Members {
        iterator,
        found: Vec::new(),
    };
    visit(&mut members);
    members.found
}

/// The forms of a statement that are tried.
pub(super) struct Trial<'t> {
    pub(super) scope: &'t Scope<'t>,
    pub(super) source: &'t Arc<crate::Source>,
    pub(super) iterator: String,
    /// The type of an element.
    pub(super) element: Option<&'t Constraint>,
    pub(super) wanted: &'t Wanted<'t>,
}

impl Trial<'_> {
    /// The form of which the content of a block makes the statement that is wanted.
    pub(super) fn statement(&self, content: &Body) -> Option<Form> {
        let mut out: Vec<(String, Form)> = Vec::new();
        for structure in content {
            let (names, forms) = match structure {
                Structure::Attribute(attribute) => {
                    let names = members_of(&self.iterator, |m| m.visit_expr(&attribute.value));
                    (names, self.of_attribute(attribute.key.as_str()))
                }
                Structure::Block(block) => {
                    let names = members_of(&self.iterator, |m| m.visit_body(&block.body));
                    (names, self.of_block(block))
                }
            };
            let good = |given: &[(String, Form)]| self.says(structure, given);
            if good(&out) {
                continue;
            }
            let open = names
                .iter()
                .filter(|n| out.iter().all(|(known, _)| known != *n));
            let tries = open.flat_map(|name| forms.iter().map(move |form| (name, form)));
            let found = tries.into_iter().find_map(|(name, form)| {
                let mut more = out.clone();
                more.push((name.clone(), form.clone()));
                good(&more).then_some(more)
            });
            out = found?;
        }
        let says = |form: &Form| form.has(Slot::Actions);
        if !out.iter().any(|(_, form)| says(form)) {
            return None;
        }
        let mut form = Form::Object(out);
        let required = self.element.into_iter().flat_map(Constraint::required);
        form.take_nulls(&required.map(str::to_owned).collect::<Vec<_>>());
        Some(form)
    }

    /// Whether a part of a block's content says what is wanted of an element with these members.
    fn says(&self, structure: &Structure, given: &[(String, Form)]) -> bool {
        let Some(scope) = self.with(given) else {
            return false;
        };
        match structure {
            Structure::Attribute(attribute) => {
                let value = evaluate(&attribute.value, &scope, self.source);
                let name = attribute.key.as_str();
                value.is_ok_and(|value| self.is_wanted(name, &value.to_json()))
            }
            Structure::Block(block) => {
                let made = self.made(block, &scope);
                made.is_some_and(|made| self.are_wanted(&overrides::name(block), &made))
            }
        }
    }

    /// The form with these members as well, which say nothing in it: values in one collection are of one type.
    pub(super) fn completed(&self, content: &Body, form: &Form, like: &[String]) -> Option<Form> {
        let Form::Object(own) = form else {
            return None;
        };
        let mut own = own.clone();
        for name in like {
            if own.iter().any(|(known, _)| known == name) {
                continue;
            }
            let nothing = [Form::Null, Form::List(Vec::new()), Form::Object(Vec::new())];
            let found = nothing.into_iter().find(|nothing| {
                let mut more = own.clone();
                more.push((name.clone(), nothing.clone()));
                content.iter().all(|structure| self.says(structure, &more))
            });
            let at = if name == "sid" { 0 } else { own.len() };
            if let Some(nothing) = found {
                own.insert(at, (name.clone(), nothing));
            }
        }
        Some(Form::Object(own))
    }

    /// The scope in which the element has these members.
    fn with(&self, given: &[(String, Form)]) -> Option<Scope<'_>> {
        let mut members = BTreeMap::new();
        for (name, form) in given {
            let value = Value::from(self.filled(form));
            members.insert(name.clone(), value);
        }
        if let Some(element) = self.element {
            members = element.members(members)?;
        }
        let each = BTreeMap::from([
            ("key".to_owned(), Value::from("Needed")),
            ("value".to_owned(), Value::object(members)),
        ]);
        Some(self.scope.with(&self.iterator, Value::object(each)))
    }

    /// The blocks that a block is, or makes.
    fn made(&self, block: &Block, scope: &Scope<'_>) -> Option<Vec<Json>> {
        if block.ident.as_str() == "dynamic" {
            return dynamic(block, scope, self.source)
                .ok()
                .map(|(_, made)| made);
        }
        let mut out = serde_json::Map::new();
        for attribute in block.body.attributes() {
            let value = evaluate(&attribute.value, scope, self.source).ok()?;
            out.insert(attribute.key.as_str().to_owned(), value.to_json());
        }
        Some(vec![Json::Object(out)])
    }

    /// A form with what is wanted in it.
    fn filled(&self, form: &Form) -> Json {
        match form {
            Form::Null => Json::Null,
            Form::Text(text) => json!(text),
            Form::Slot(Slot::Actions) => json!(self.wanted.actions),
            Form::Slot(Slot::Resource) => json!(self.wanted.resource),
            Form::Slot(Slot::Principal) => json!(self.wanted.principal.map(|(_, name)| name)),
            Form::Slot(Slot::Condition(index)) => {
                json!(
                    self.wanted
                        .conditions
                        .get(*index)
                        .map(|(_, _, value)| value)
                )
            }
            Form::List(all) => all.iter().map(|f| self.filled(f)).collect(),
            Form::Object(members) => {
                let members = members.iter().map(|(k, f)| (k.clone(), self.filled(f)));
                Json::Object(members.collect())
            }
        }
    }

    /// Whether an argument of a statement says what is wanted.
    fn is_wanted(&self, name: &str, value: &Json) -> bool {
        let nothing = value.is_null() || *value == json!([]);
        match name {
            "sid" => value.is_null() || value.is_string(),
            "effect" => value.is_null() || value == "Allow",
            "actions" => *value == json!(self.wanted.actions),
            "resources" => match self.wanted.resource {
                Some(resource) => *value == json!([resource]),
                None => nothing,
            },
            _ => nothing,
        }
    }

    /// Whether the blocks of one name say what is wanted.
    fn are_wanted(&self, name: &str, made: &[Json]) -> bool {
        let wanted: Vec<Json> = match name {
            "principals" => {
                let principal = self.wanted.principal.iter();
                let block =
                    |(kind, name): &(&str, &str)| json!({"type": kind, "identifiers": [name]});
                principal.map(block).collect()
            }
            "condition" => {
                let all = self.wanted.conditions.iter();
                let block = |(test, key, value): &(&str, &str, &str)| json!({"test": test, "variable": key, "values": [value]});
                all.map(block).collect()
            }
            _ => Vec::new(),
        };
        // The order of members says nothing.
        let sorted = |all: &[Json]| -> Vec<BTreeMap<String, Json>> {
            let members = all.iter().filter_map(Json::as_object);
            members
                .map(|m| m.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
                .collect()
        };
        sorted(made) == sorted(&wanted)
    }

    fn of_attribute(&self, name: &str) -> Vec<Form> {
        let nothing = [Form::Null, Form::List(Vec::new())];
        match name {
            "sid" => vec![Form::Null, Form::Text("Needed".to_owned())],
            "effect" => vec![Form::Text("Allow".to_owned()), Form::Null],
            "actions" => vec![Form::Slot(Slot::Actions)],
            "resources" if self.wanted.resource.is_some() => {
                let one = Form::Slot(Slot::Resource);
                vec![Form::List(vec![one.clone()]), one]
            }
            _ => nothing.to_vec(),
        }
    }

    fn of_block(&self, block: &Block) -> Vec<Form> {
        let name = overrides::name(block);
        let nothing = vec![Form::List(Vec::new()), Form::Null, Form::Object(Vec::new())];
        // What the arguments of the block are called in what it is made of.
        let inner = iterator(block, &name);
        let content = block.body.get_blocks("content").next();
        let member = |argument: &str| {
            let attribute = content?.body.get_attribute(argument)?;
            let names = members_of(&inner, |m| m.visit_expr(&attribute.value));
            names.into_iter().next()
        };
        match name.as_str() {
            "principals" => {
                let Some((kind, _)) = self.wanted.principal else {
                    return nothing;
                };
                let one = Form::Slot(Slot::Principal);
                let list = Form::List(vec![one.clone()]);
                let kind = || Form::Text(kind.to_owned());
                let mut forms = Vec::new();
                if let Some(identifiers) = member("identifiers") {
                    for who in [&list, &one] {
                        let kind = member("type").map(|name| (name, kind()));
                        let who = (identifiers.clone(), who.clone());
                        let object = Form::Object(kind.into_iter().chain([who]).collect());
                        forms.push(Form::List(vec![object.clone()]));
                        forms.push(object);
                    }
                }
                forms.push(Form::List(vec![list.clone()]));
                for who in [list, one] {
                    if let Form::Text(kind) = kind() {
                        forms.push(Form::Object(vec![(kind, who.clone())]));
                    }
                    forms.push(who);
                }
                forms
            }
            "condition" if !self.wanted.conditions.is_empty() => {
                let (Some(test), Some(key), Some(values)) =
                    (member("test"), member("variable"), member("values"))
                else {
                    return Vec::new();
                };
                let each = self.wanted.conditions.iter().enumerate();
                let objects: Vec<Form> = each
                    .map(|(index, (operator, variable, _))| {
                        let value = Form::Slot(Slot::Condition(index));
                        Form::Object(vec![
                            (test.clone(), Form::Text((*operator).to_owned())),
                            (key.clone(), Form::Text((*variable).to_owned())),
                            (values.clone(), Form::List(vec![value])),
                        ])
                    })
                    .collect();
                match objects.as_slice() {
                    [one] => vec![Form::List(vec![one.clone()]), one.clone()],
                    _ => vec![Form::List(objects)],
                }
            }
            _ => nothing,
        }
    }
}

impl Form {
    /// Adds members that are null, where an object has none of the name.
    pub(super) fn take_nulls(&mut self, names: &[String]) {
        let Self::Object(members) = self else {
            return;
        };
        for name in names {
            if members.iter().all(|(known, _)| known != name) {
                // What a statement is called comes first.
                let at = if name == "sid" { 0 } else { members.len() };
                members.insert(at, (name.clone(), Self::Null));
            }
        }
    }

    /// Whether something stands anywhere in it.
    fn has(&self, slot: Slot) -> bool {
        match self {
            Self::Slot(own) => *own == slot,
            Self::List(all) => all.iter().any(|f| f.has(slot)),
            Self::Object(members) => members.iter().any(|(_, f)| f.has(slot)),
            Self::Null | Self::Text(_) => false,
        }
    }
}
