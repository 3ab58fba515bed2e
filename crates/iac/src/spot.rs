//! Where a policy and its statements stand in the files.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;

use crate::block::Node;
use crate::config::Configuration;
use crate::edit::{ListEnd, PolicySource};
use crate::{Place, Source};

/// A part of a file.
#[derive(Debug, Clone)]
pub struct Spot {
    /// The file.
    pub source: Arc<Source>,
    /// The bytes.
    pub range: Range<usize>,
}

impl Spot {
    /// The part of the file in which these bytes of a text stand.
    fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        let (source, start) = source.part(range.start);
        let range = range.start - start..range.end.saturating_sub(start);
        Self { source, range }
    }

    /// The line of its first byte, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        let place = Place {
            source: Arc::clone(&self.source),
            offset: self.range.start,
        };
        place.line()
    }
}

impl Configuration {
    /// Where the policy stands that the argument `name` of `node` writes: its document, its text, or the block itself.
    #[must_use]
    pub fn policy_spot(&self, node: &Node, name: &str) -> Spot {
        let of_block = |node: &Node| {
            let start = node.place.offset;
            let text = node.place.source.text.get(start..).unwrap_or_default();
            let end = text.find(['{', '\n']).unwrap_or(0);
            let end = start + text.get(..end).unwrap_or_default().trim_end().len();
            Spot::new(&node.place.source, start..end)
        };
        let of_list = |list: ListEnd| {
            let range = list.elements.last().cloned().unwrap_or(list.at..list.at);
            Spot::new(&list.source, range)
        };
        match self.policy_source(node, name) {
            Some(PolicySource::Document { address }) => {
                of_block(self.document_to_change(&address).unwrap_or(node))
            }
            Some(PolicySource::File { list, .. }) => of_list(list),
            _ => of_block(node),
        }
    }

    /// The document into which a statement for another belongs: where a module puts documents together that it is given, the
    /// one that it is given, for the module is others' as well.
    #[must_use]
    pub fn document_to_change(&self, address: &str) -> Option<&Node> {
        let document = self.node_at(address).filter(|n| n.is_document())?;
        let mut seen = BTreeSet::new();
        let mut open = vec![document];
        while let Some(node) = open.pop() {
            for name in ["source_policy_documents", "override_policy_documents"] {
                for index in self.refers(node, name) {
                    let Some(part) = self.nodes.get(index).filter(|n| n.is_document()) else {
                        continue;
                    };
                    if self.absent().contains(&index) || !seen.insert(index) {
                        continue;
                    }
                    let given = part.path != document.path && document.path.starts_with(&part.path);
                    if given {
                        return Some(part);
                    }
                    open.push(part);
                }
            }
        }
        Some(document)
    }

    /// Where a statement of that policy stands: by its `Sid`, or as `statement 3`.
    #[must_use]
    pub fn statement_spot(&self, node: &Node, name: &str, statement: &str) -> Option<Spot> {
        match self.policy_source(node, name)? {
            PolicySource::Document { address } => {
                let document = self.node_at(&address)?;
                self.in_document(document, statement)
            }
            PolicySource::Encoded { list, .. }
            | PolicySource::Heredoc { list, .. }
            | PolicySource::File { list, .. } => {
                let range = chosen(&list.source, &list.elements, statement)?;
                Some(Spot::new(&list.source, range))
            }
        }
    }

    /// A statement of a document, or of another that it may be made of: then its `Sid` says which.
    fn in_document(&self, document: &Node, statement: &str) -> Option<Spot> {
        let blocks = |node: &Node| -> Vec<Range<usize>> {
            node.body
                .get_blocks("statement")
                .filter_map(|b| b.span())
                .collect()
        };
        let composed = ["source_policy_documents", "override_policy_documents"];
        let composed =
            composed.iter().any(|name| document.has(name)) || document.body.has_blocks("dynamic");
        if number(statement).is_some() && composed {
            return None;
        }
        let own = std::iter::once(document);
        let others = self
            .nodes
            .iter()
            .filter(|n| n.is_document() && n.module == document.module);
        own.chain(others.filter(|_| composed)).find_map(|node| {
            let source = &node.place.source;
            let range = chosen(source, &blocks(node), statement)?;
            Some(Spot::new(source, range))
        })
    }
}

/// The number in `statement 3`, counted from 0.
fn number(statement: &str) -> Option<usize> {
    statement
        .strip_prefix("statement ")?
        .parse::<usize>()
        .ok()?
        .checked_sub(1)
}

fn chosen(source: &Source, elements: &[Range<usize>], statement: &str) -> Option<Range<usize>> {
    if let Some(index) = number(statement) {
        return elements.get(index).cloned();
    }
    let quoted = format!("\"{statement}\"");
    let named = |range: &&Range<usize>| {
        let text = source.text.get((*range).clone()).unwrap_or_default();
        text.lines().any(|line| {
            let line = line.trim_start().trim_start_matches(['{', '"', ' ']);
            let sid = line
                .get(..3)
                .is_some_and(|word| word.eq_ignore_ascii_case("sid"));
            sid && line.contains(&quoted)
        })
    };
    elements.iter().find(named).cloned()
}
