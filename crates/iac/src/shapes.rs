//! How arguments are written: as blocks, or with an equals sign.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;

use crate::block::place_of;
use crate::{Node, Place, Source};

/// An argument of a resource or data source, as it is written.
#[derive(Debug)]
pub struct Shape {
    /// The blocks that it stands in, outermost first.
    pub within: Vec<String>,
    /// Its name.
    pub name: String,
    /// Whether it is a block.
    pub block: bool,
    /// Whether a block of its name stands before it in the same body.
    pub again: bool,
    /// Where it stands.
    pub place: Place,
}

impl Node {
    /// Its arguments and blocks, and those in its blocks. None where it is written in JSON, which has no two ways.
    #[must_use]
    pub fn shapes(&self) -> Vec<Shape> {
        let source = &self.place.source;
        let mut shapes = Vec::new();
        if !source.is_json() {
            walk(source, &self.body, &[], &mut shapes);
        }
        shapes
    }
}

impl Node {
    /// The arguments whose changes it ignores, by their first names, and where they stand.
    #[must_use]
    pub fn ignored(&self) -> Vec<(String, Place)> {
        let lifecycle = self.body.get_blocks("lifecycle");
        let lists = lifecycle.filter_map(|b| b.body.get_attribute("ignore_changes"));
        let all = lists.flat_map(|list| match &list.value {
            Expression::Array(list) => list.iter().collect(),
            _ => Vec::new(),
        });
        let named = all.filter_map(|one| {
            let name = match one {
                Expression::Variable(name) => name.as_str(),
                Expression::Traversal(traversal) => match &traversal.expr {
                    Expression::Variable(name) => name.as_str(),
                    _ => return None,
                },
                // Quoted, as of old, and in JSON.
                Expression::String(text) => text.split(['.', '[']).next()?,
                _ => return None,
            };
            Some((name.to_owned(), place_of(&self.place.source, one.span())))
        });
        named.collect()
    }
}

fn walk(source: &Arc<Source>, body: &Body, within: &[String], shapes: &mut Vec<Shape>) {
    for attribute in body.attributes() {
        shapes.push(Shape {
            within: within.to_vec(),
            name: attribute.key.as_str().to_owned(),
            block: false,
            again: false,
            place: place_of(source, attribute.span()),
        });
    }
    let mut seen = BTreeSet::new();
    for block in body.blocks() {
        let written = block.ident.as_str();
        let dynamic = written == "dynamic";
        let label = block.labels.first().map(|l| l.as_str());
        let name = label.filter(|_| dynamic).unwrap_or(written).to_owned();
        // How many a dynamic block makes is not written.
        let again = !dynamic && !seen.insert(name.clone());
        let mut inner = within.to_vec();
        inner.push(name.clone());
        shapes.push(Shape {
            within: within.to_vec(),
            name,
            block: true,
            again,
            place: place_of(source, block.span()),
        });
        match dynamic {
            false => walk(source, &block.body, &inner, shapes),
            true => {
                for content in block.body.get_blocks("content") {
                    walk(source, &content.body, &inner, shapes);
                }
            }
        }
    }
}
