//! Where in a block something can be added.

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use super::ListEnd;
use super::list::list_end;
use crate::block::{Node, NodeKind};
use crate::overrides;

impl Node {
    /// Where an element can be added to the list of the argument `name`.
    #[must_use]
    pub fn list_end(&self, name: &str) -> Option<ListEnd> {
        let expression = &self.body.get_attribute(name)?.value;
        let Expression::Array(items) = expression else {
            return None;
        };
        let elements: Option<Vec<_>> = items.iter().map(|e| e.span()).collect();
        list_end(&self.place.source, expression.span()?, elements?)
    }

    /// The byte at which the block's brace closes, and the byte behind the block.
    #[must_use]
    pub fn end(&self) -> Option<(usize, usize)> {
        let text = self.place.source.text.get(..self.end)?;
        let close = text.rfind('}')?;
        Some((close, close + 1))
    }

    /// The byte at which a further line goes: the beginning of the line on which the brace stands that closes the block, if
    /// nothing else stands there, else before the brace.
    #[must_use]
    pub fn last_line(&self) -> Option<usize> {
        let (close, _) = self.end()?;
        let before = self.place.source.text.get(..close)?;
        let line = before.rfind('\n').map_or(0, |i| i + 1);
        let alone = before.get(line..)?.trim().is_empty();
        Some(if alone { line } else { close })
    }

    /// Whether it has blocks of this name, or makes some of a `dynamic` one.
    #[must_use]
    pub fn has_blocks(&self, name: &str) -> bool {
        self.body.blocks().any(|b| overrides::name(b) == name)
    }

    /// The byte at which a further `statement` goes: before the brace that closes the block, or on the line behind the
    /// last one that an override file has.
    #[must_use]
    pub fn statements_end(&self) -> Option<usize> {
        let statements = self
            .body
            .blocks()
            .filter(|b| overrides::name(b) == "statement");
        let ends = statements.filter_map(|b| b.span());
        match ends.map(|span| span.end).max().filter(|e| *e > self.end) {
            Some(end) => {
                let behind = self.place.source.text.get(end..)?;
                Some(end + behind.find('\n')? + 1)
            }
            None => self.last_line(),
        }
    }

    /// Whether it is a `data "aws_iam_policy_document"` block, which takes `statement` blocks.
    #[must_use]
    pub fn is_document(&self) -> bool {
        self.kind == NodeKind::Data && self.type_name == "aws_iam_policy_document"
    }
}
