//! Where in the text of a configuration a policy can be added to.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};

use crate::block::{Node, NodeKind};
use crate::references;

/// How a block writes a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// It refers to a `data "aws_iam_policy_document"` block: a `statement` goes before the byte at which that
    /// block's brace closes.
    Document {
        /// The address of the data block.
        address: String,
    },
    /// It stands in the block, in `jsonencode`: a statement goes before this byte, at which the list of statements closes.
    Encoded {
        /// Byte offset of the closing bracket.
        close: usize,
        /// Whether a comma has to come first.
        comma: bool,
    },
}

impl Node {
    /// How the argument `name` writes its policy; `None` where that is not known.
    #[must_use]
    pub fn policy_source(&self, name: &str) -> Option<PolicySource> {
        let expression = &self.body.get_attribute(name)?.value;
        if let Some(close) = statements_of(expression) {
            let text = &self.place.source.text;
            let before = text.get(..close)?.trim_end();
            return Some(PolicySource::Encoded {
                close,
                comma: !before.ends_with([',', '[']),
            });
        }
        let paths = references::of_expression(expression);
        match paths.as_slice() {
            [path] => match path.as_slice() {
                [data, kind, name, json]
                    if data == "data"
                        && kind == "aws_iam_policy_document"
                        && (json == "json" || json == "minified_json") =>
                {
                    Some(PolicySource::Document {
                        address: format!("data.{kind}.{name}"),
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Where an element can be added to the list of the argument `name`: before which byte, whether a comma has to come
    /// first, and whether the list has a line for each element.
    #[must_use]
    pub fn list_end(&self, name: &str) -> Option<(usize, bool, bool)> {
        let expression = &self.body.get_attribute(name)?.value;
        let Expression::Array(_) = expression else {
            return None;
        };
        let close = expression.span()?.end.saturating_sub(1);
        let before = self.place.source.text.get(..close)?;
        let comma = !before.trim_end().ends_with([',', '[']);
        let lines = before.trim_end_matches([' ', '\t']).ends_with('\n');
        Some((close, comma, lines))
    }

    /// The byte at which the block's brace closes, and the byte behind the block.
    #[must_use]
    pub fn end(&self) -> Option<(usize, usize)> {
        let text = self.place.source.text.get(..self.end)?;
        let close = text.rfind('}')?;
        Some((close, close + 1))
    }

    /// Whether it is a `data "aws_iam_policy_document"` block, which takes `statement` blocks.
    #[must_use]
    pub fn is_document(&self) -> bool {
        self.kind == NodeKind::Data && self.type_name == "aws_iam_policy_document"
    }
}

/// The byte at which the list of statements in `jsonencode({ Statement = [ … ] })` closes.
fn statements_of(expression: &Expression) -> Option<usize> {
    let Expression::FuncCall(call) = expression else {
        return None;
    };
    if call.name.name.as_str() != "jsonencode" {
        return None;
    }
    let Some(Expression::Object(object)) = call.args.iter().next() else {
        return None;
    };
    let value = object.iter().find_map(|(key, value)| {
        let name = match key {
            ObjectKey::Ident(ident) => ident.as_str().to_owned(),
            ObjectKey::Expression(Expression::String(text)) => text.as_str().to_owned(),
            ObjectKey::Expression(Expression::Variable(name)) => name.as_str().to_owned(),
            ObjectKey::Expression(_) => return None,
        };
        (name == "Statement").then(|| value.expr())
    })?;
    match value {
        Expression::Array(_) => value.span().map(|span| span.end.saturating_sub(1)),
        _ => None,
    }
}
