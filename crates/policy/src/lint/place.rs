//! Places in a document: the steps there, and where the text of what stands there is.

use crate::json::{Json, Node, Span};

/// A step on the way to a place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The value of a member.
    Value(String),
    /// The name of a member.
    Key(String),
    /// An element of a list.
    Index(usize),
}

/// A place in a document, and in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Where in the document's structure.
    pub path: Vec<Step>,
    /// Where in its text.
    pub span: Span,
}

/// The way to a place in a document.
#[derive(Debug, Clone, Default)]
pub(super) struct Place(Vec<Step>);

impl Place {
    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The value of a member of what stands here.
    pub(super) fn to(&self, name: &str) -> Self {
        self.step(Step::Value(name.to_owned()))
    }

    /// The name of a member of what stands here.
    pub(super) fn key(&self, name: &str) -> Self {
        self.step(Step::Key(name.to_owned()))
    }

    /// An element of the list that stands here.
    pub(super) fn at(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    /// The place itself, given the document that it is in. What is not there is where the way to it ends.
    pub(super) fn locate(self, text: &str, root: &Node) -> Location {
        let mut here = root;
        let mut span = root.span;
        for step in &self.0 {
            let next = match step {
                Step::Value(name) | Step::Key(name) => member(here, name),
                Step::Index(index) => element(here, *index),
            };
            let Some(next) = next else { break };
            here = next;
            span = match step {
                Step::Key(_) => name_before(text, next.span),
                _ => next.span,
            };
        }
        Location { path: self.0, span }
    }
}

/// The member of an object.
pub(super) fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Json::Object(members) = &node.value else {
        return None;
    };
    members.iter().find(|(k, _)| k == name).map(|(_, n)| n)
}

fn element(node: &Node, index: usize) -> Option<&Node> {
    match &node.value {
        Json::Array(items) => items.get(index),
        _ => None,
    }
}

/// What stands there as a list: each element with its place, or the one value with that of itself.
pub(super) fn each<'n>(node: &'n Node, place: &Place) -> Vec<(Place, &'n Node)> {
    match &node.value {
        Json::Array(items) => {
            let all = items.iter().enumerate();
            all.map(|(index, n)| (place.at(index), n)).collect()
        }
        _ => vec![(place.clone(), node)],
    }
}

/// Where the name of a member stands, quotes included: before its value and the colon.
fn name_before(text: &str, value: Span) -> Span {
    let before = text.get(..value.start).unwrap_or_default();
    let before = before.trim_end().trim_end_matches(':').trim_end();
    let inner = before.strip_suffix('"').unwrap_or(before);
    let quotes = inner.rmatch_indices('"');
    // A quote behind an odd number of backslashes is part of the name.
    let mut opening = quotes.filter(|(at, _)| {
        let slashes = inner.get(..*at).unwrap_or_default();
        let kept = slashes.trim_end_matches('\\').len();
        (slashes.len() - kept).is_multiple_of(2)
    });
    Span {
        start: opening.next().map_or(value.start, |(at, _)| at),
        end: before.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn places_are_found_in_the_text() {
        let text = r#"{"a" : [1, {"b\"c": "d"}]}"#;
        let root = json::parse(text).unwrap();
        let shown = |place: Place| {
            let span = place.locate(text, &root).span;
            text[span.start..span.end].to_owned()
        };
        let list = Place::default().to("a");
        assert_eq!(shown(list.at(0)), "1");
        assert_eq!(shown(list.at(1).to("b\"c")), "\"d\"");
        assert_eq!(shown(list.at(1).key("b\"c")), r#""b\"c""#);
        assert_eq!(shown(Place::default().key("a")), "\"a\"");
        // What is not there.
        assert_eq!(shown(list.at(1).to("x")), r#"{"b\"c": "d"}"#);
    }
}
