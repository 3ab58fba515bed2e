//! Documents that a module puts together of policies that it is handed: a statement belongs to what is handed, for the module
//! is others' as well.

use std::collections::BTreeSet;

use hcl_edit::expr::Expression;

use super::{At, ListEnd, MAX_DEPTH, PolicySource};
use crate::{Configuration, Node};

impl Configuration {
    /// The lists of statements of the policies, written as expressions, of which a document is made.
    #[must_use]
    pub fn texts_of(&self, document: &Node) -> Vec<ListEnd> {
        let parts = self.parts_of(document).into_iter();
        let written = parts.filter_map(|part| self.written(&part, 1));
        let lists = written.filter_map(|source| match source {
            PolicySource::Document { .. } => None,
            PolicySource::Encoded { list, .. }
            | PolicySource::Heredoc { list, .. }
            | PolicySource::File { list, .. } => Some(list),
        });
        lists.collect()
    }

    /// The expressions of the policies of which a document is made.
    fn parts_of<'c>(&'c self, node: &'c Node) -> Vec<At<'c>> {
        let names = ["source_policy_documents", "override_policy_documents"];
        let lists = names
            .iter()
            .filter_map(|name| node.body.get_attribute(name));
        let parts = lists.flat_map(|attribute| {
            let list = At {
                expression: &attribute.value,
                source: &node.place.source,
                module: node.module,
            };
            self.handed_parts(list, 0)
        });
        parts.collect()
    }

    /// The policy that the module of a document is handed for it, or for one of which it is made, where that is written as an
    /// expression; what is handed as a document is found as one.
    pub(super) fn handed_in(&self, address: &str) -> Option<PolicySource> {
        let document = |address: &str| self.node_at(address).filter(|n| n.is_document());
        let path = &document(address)?.path;
        if self.document_to_change(address)?.path != *path {
            return None;
        }
        let mut seen = BTreeSet::new();
        let mut open = vec![address.to_owned()];
        while let Some(address) = open.pop() {
            let Some(node) = document(&address).filter(|_| seen.insert(address.clone())) else {
                continue;
            };
            for part in self.parts_of(node) {
                match self.written(&part, 1) {
                    Some(PolicySource::Document { address }) => open.push(address),
                    Some(written) if self.is_handed(path, &part, &written) => return Some(written),
                    _ => {}
                }
            }
        }
        None
    }

    /// Whether what a part is written as stands outside of the module with this path.
    fn is_handed(&self, path: &str, part: &At<'_>, written: &PolicySource) -> bool {
        match written {
            PolicySource::Encoded { path: own, .. } | PolicySource::Heredoc { path: own, .. } => {
                let module = self.modules.get(part.module);
                let outside = module.is_some_and(|m| m.path != path);
                outside || (own != path && path.starts_with(own.as_str()))
            }
            _ => false,
        }
    }

    /// The elements of a list, whatever names and functions lie between.
    fn handed_parts<'c>(&'c self, at: At<'c>, depth: usize) -> Vec<At<'c>> {
        let (source, module) = (at.source, at.module);
        let of = |expression: &'c Expression| At {
            expression,
            source,
            module,
        };
        match at.expression {
            _ if depth >= MAX_DEPTH => Vec::new(),
            Expression::Array(list) => list.iter().map(of).collect(),
            Expression::FuncCall(call)
                if matches!(
                    call.name.name.as_str(),
                    "compact" | "concat" | "distinct" | "flatten" | "toset"
                ) =>
            {
                let lists = call.args.iter().map(of);
                lists
                    .flat_map(|list| self.handed_parts(list, depth + 1))
                    .collect()
            }
            Expression::Traversal(_) => match self.referred(&at) {
                Some(next)
                    if matches!(
                        next.expression,
                        Expression::Array(_) | Expression::FuncCall(_) | Expression::Traversal(_)
                    ) =>
                {
                    let inner = self.handed_parts(next, depth + 1);
                    if inner.is_empty() { vec![at] } else { inner }
                }
                _ => vec![at],
            },
            _ => vec![at],
        }
    }
}
