//! A statement behind those that a policy has.

use sekisho_iac::{ListEnd, Node, PolicySource};

use super::policies::Made;
use super::statement::Form;
use super::writer::{Here, Writer, indented};
use super::{Insertion, Statement};

impl<'c> Writer<'c> {
    /// Behind the statements of the policy that `made` writes.
    pub(super) fn behind<'m>(
        &'m self,
        made: &'m Made<'c>,
        attribute: &'m str,
        statement: &'m Statement<'_>,
    ) -> Option<Insertion> {
        let here = |module: &'m str, node: &Node| {
            let name = if node.has("count") {
                "count.index"
            } else {
                "each.key"
            };
            let repeated = node.has("count") || node.has("for_each");
            // What stands in another module is not of this block's instances.
            let key = made.key.as_ref();
            let key = key.filter(|_| repeated && module == made.node.path);
            // The index of the only one says nothing.
            let mut all = self.policies.made.iter();
            let alone = node.has("count")
                && !all.any(|m| {
                    std::ptr::eq(m.node, node) && m.path == made.path && m.key != made.key
                });
            let key = key.filter(|_| !alone);
            Here {
                module,
                path: if module == made.node.path {
                    made.path
                } else {
                    module
                },
                block: self
                    .configuration
                    .nodes
                    .iter()
                    .position(|n| std::ptr::eq(n, node)),
                beside: false,
                each: key.map(|k| (name, k)),
                holder: &statement.patch.holder,
                template: None,
                call: None,
            }
        };
        match self.configuration.policy_source(made.node, attribute)? {
            PolicySource::Document { address } => {
                let document = self.configuration.document_to_change(&address)?;
                let here = here(&document.path, document);
                let text = format!("\n{}", self.block(statement, &here)?);
                let text = indented(&text, document);
                Some(Insertion::text(
                    &document.place.source,
                    document.statements_end()?,
                    text,
                ))
            }
            PolicySource::Encoded {
                list: end,
                path,
                given,
            } => {
                let mut here = here(self.module_path(&path)?, made.node);
                here.template = given.map(|_| attribute);
                let object = self.object(statement, &here)?;
                let there = self.there(&object, here.module);
                let Some(there) = there else {
                    return Some(Insertion::element(end, object));
                };
                // One statement that is no list takes none that is there or not: a policy of its own does.
                let joined = end.joined()?;
                let text = format!("{there} ? [{object}] : []");
                Some(Insertion::joined(&end, joined, text))
            }
            PolicySource::Heredoc { list: end, path } => {
                let here = here(self.module_path(&path)?, made.node);
                let json = self.json(statement, &here, Form::Heredoc)?;
                let behind = end.wrap.is_none() && !end.elements.is_empty();
                let Some(there) = self.there(&json, here.module) else {
                    return Some(Insertion::element(end, json));
                };
                if !behind {
                    return None;
                }
                let text = format!("%{{ if {there} }}{}{json}%{{ endif }}", end.first);
                let end = ListEnd {
                    first: String::new(),
                    next: String::new(),
                    ..end
                };
                Some(Insertion::element(end, text))
            }
            PolicySource::File { list: end, given } => {
                let mut here = here(&made.node.path, made.node);
                let form = match given {
                    Some(_) => Form::Heredoc,
                    None => Form::File,
                };
                here.template = given.map(|_| attribute);
                Some(Insertion::element(end, self.json(statement, &here, form)?))
            }
        }
    }
}
