//! A statement under check, with the places of its parts.

use super::place::{Place, each, member};
use crate::condition::Condition;
use crate::document::{Effect, Element, PrincipalPattern, Statement, Version};
use crate::json::{Json, Node};
use crate::parse::aws_principal;

/// A statement, as it was read and as it is written.
pub(super) struct Scope<'s> {
    pub(super) statement: &'s Statement,
    pub(super) node: &'s Node,
    pub(super) place: Place,
    pub(super) version: Version,
}

/// Somebody who is named.
pub(super) struct Named {
    /// The type: `AWS`, `Service`, `Federated` or `CanonicalUser`; none for `"*"` alone.
    pub(super) kind: Option<String>,
    pub(super) text: String,
    pub(super) place: Place,
}

impl Named {
    pub(super) fn is_a(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }

    pub(super) fn pattern(&self) -> PrincipalPattern {
        let text = self.text.clone();
        match self.kind.as_deref() {
            Some("Service") => PrincipalPattern::Service(text),
            Some("Federated") => PrincipalPattern::Federated(text),
            Some("CanonicalUser") => PrincipalPattern::Canonical(text),
            _ => aws_principal(text),
        }
    }
}

impl Scope<'_> {
    pub(super) fn allows(&self) -> bool {
        self.statement.effect == Effect::Allow
    }

    /// Whether a member is written, read or not.
    pub(super) fn has(&self, name: &str) -> bool {
        member(self.node, name).is_some()
    }

    /// The name of an element that may be negated, and its place.
    pub(super) fn element(&self, name: &str, negated: bool) -> (String, Place) {
        let name = match negated {
            true => format!("Not{name}"),
            false => name.to_owned(),
        };
        let place = self.place.to(&name);
        (name, place)
    }

    /// The texts of an element, each with its place.
    pub(super) fn texts<'e>(&self, element: &'e Element, name: &str) -> Vec<(&'e str, Place)> {
        let (name, place) = self.element(name, element.negated);
        self.placed(element.texts(), member(self.node, &name), &place)
    }

    /// The actions, each with its place; none where they are negated.
    pub(super) fn actions(&self) -> Vec<(&str, Place)> {
        let actions = self.statement.actions.as_ref().filter(|a| !a.negated);
        actions.map_or_else(Vec::new, |a| self.texts(a, "Action"))
    }

    /// The values of a condition, each with its place.
    pub(super) fn values<'c>(&self, condition: &'c Condition) -> Vec<(&'c str, Place)> {
        let node = member(self.node, "Condition")
            .and_then(|n| member(n, &condition.written_operator))
            .and_then(|n| member(n, &condition.written_key));
        self.placed(condition.operands(), node, &self.condition(condition))
    }

    fn placed<'t>(
        &self,
        texts: impl Iterator<Item = &'t str>,
        node: Option<&Node>,
        place: &Place,
    ) -> Vec<(&'t str, Place)> {
        let listed = matches!(node.map(|n| &n.value), Some(Json::Array(_)));
        let at = |index: usize| match listed {
            true => place.at(index),
            false => place.clone(),
        };
        texts.enumerate().map(|(i, t)| (t, at(i))).collect()
    }

    /// The place of a condition's value.
    pub(super) fn condition(&self, condition: &Condition) -> Place {
        self.operator(condition).to(&condition.written_key)
    }

    /// The place of a condition's key.
    pub(super) fn key(&self, condition: &Condition) -> Place {
        self.operator(condition).key(&condition.written_key)
    }

    fn operator(&self, condition: &Condition) -> Place {
        let block = self.place.to("Condition");
        block.to(&condition.written_operator)
    }

    /// Whether a condition is on one of these keys, which are in lower case.
    pub(super) fn reads(&self, keys: &[&str]) -> bool {
        let mut conditions = self.statement.conditions.iter();
        conditions.any(|c| keys.contains(&c.key.as_str()))
    }

    /// Who is named, in `Principal` or `NotPrincipal`.
    pub(super) fn named(&self) -> Vec<Named> {
        let Some(element) = &self.statement.principals else {
            return Vec::new();
        };
        let (name, place) = self.element("Principal", element.negated);
        let Some(node) = member(self.node, &name) else {
            return Vec::new();
        };
        let Json::Object(types) = &node.value else {
            return listed(None, node, &place);
        };
        let all = types.iter();
        all.flat_map(|(kind, node)| listed(Some(kind), node, &place.to(kind)))
            .collect()
    }

    /// Who is named in `Principal` as one of a type.
    pub(super) fn named_as(&self, kind: &str) -> Vec<Named> {
        let negated = self.statement.principals.as_ref().is_none_or(|p| p.negated);
        let mut named = self.named();
        named.retain(|n| n.is_a(kind) && !negated);
        named
    }
}

fn listed(kind: Option<&String>, node: &Node, place: &Place) -> Vec<Named> {
    let all = each(node, place).into_iter();
    all.filter_map(|(place, node)| match &node.value {
        Json::String(text) => Some(Named {
            kind: kind.cloned(),
            text: text.clone(),
            place,
        }),
        _ => None,
    })
    .collect()
}
