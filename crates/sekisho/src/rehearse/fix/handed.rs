//! Statements that go into data: what a module makes statements of, in the file of who calls it.

use sekisho_iac::{Form, Handed, Node, PolicySource, Slot, Wanted, quoted, without_keys};

use super::calls::Called;
use super::insertion::KEY;
use super::policies::Made;
use super::statement::{conditions, principals};
use super::writer::{Here, Writer};
use super::{Insertion, Statement};

/// The key of an object: as it is where it is a name, and cannot begin a `for`.
fn key(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let digit = name.starts_with(|c: char| c.is_ascii_digit());
    let word = ["for", "if", "in", "null", "true", "false"].contains(&name);
    match !name.is_empty() && !digit && !word && name.chars().all(plain) {
        true => name.to_owned(),
        false => quoted(name),
    }
}

impl<'c> Writer<'c> {
    /// Into the data of which a module makes the policy that `made` writes; each with whether they stand in another module, which
    /// hands them over.
    pub(super) fn data_for(
        &self,
        made: &Made<'c>,
        attribute: &str,
        statement: &Statement<'_>,
    ) -> Vec<(bool, Insertion)> {
        let source = self.configuration.policy_source(made.node, attribute);
        let Some(PolicySource::Document { address }) = source else {
            return Vec::new();
        };
        let patch = &statement.patch.statement;
        let wanted = Wanted {
            actions: &statement.actions,
            resource: patch["Resource"].as_str(),
            principal: principals(patch).first().copied(),
            conditions: conditions(patch),
        };
        let documents = self.documents(address);
        let data = documents
            .into_iter()
            .flat_map(|node| self.configuration.data_of(node, &wanted));
        let written = data.filter_map(|handed| {
            let insertion = self.element(&handed, made, &wanted, statement)?;
            Some((handed.path != made.node.path, insertion))
        });
        written.collect()
    }

    fn element(
        &self,
        handed: &Handed,
        made: &Made<'c>,
        wanted: &Wanted<'_>,
        statement: &Statement<'_>,
    ) -> Option<Insertion> {
        let module = self.module_path(&handed.path)?;
        // The instance of that module in which the policy is.
        let ends = made
            .path
            .char_indices()
            .filter(|(_, c)| *c == '.')
            .map(|(i, _)| i + 1);
        let mut paths = std::iter::once(0)
            .chain(ends)
            .filter_map(|end| made.path.get(..end));
        let path = paths.find(|path| without_keys(path) == module)?;
        let called = Called::first(made.path, path.len());
        let each = called.as_ref().map(|called| match called.key {
            serde_json::Value::Number(_) => ("count.index", &called.key),
            _ => ("each.key", &called.key),
        });
        let here = Here {
            module,
            path,
            block: None,
            beside: false,
            each,
            holder: &statement.patch.holder,
            template: None,
            call: called.as_ref(),
        };
        let text = self.in_form(&handed.form, wanted, &here)?;
        if !handed.keyed {
            return Some(Insertion::element(handed.list.clone(), text));
        }
        Some(Insertion::member(handed.list.clone(), self.taken(), text))
    }

    /// The keys that are taken: all that are written anywhere.
    fn taken(&self) -> Vec<String> {
        let sources = self.configuration.sources.values();
        let all = sources.flat_map(|source| {
            source.text.match_indices(KEY).map(|(at, _)| {
                let rest = source.text.get(at + KEY.len()..).unwrap_or_default();
                let digits = rest.chars().take_while(char::is_ascii_digit);
                KEY.chars().chain(digits).collect::<String>()
            })
        });
        all.collect()
    }

    /// A statement in the form in which a module takes it, in one line.
    fn in_form(&self, form: &Form, wanted: &Wanted<'_>, here: &Here<'_>) -> Option<String> {
        let written = |text: Option<&str>| self.expression(text?, here);
        Some(match form {
            Form::Null => "null".to_owned(),
            Form::Text(text) => quoted(text),
            Form::Slot(Slot::Actions) => {
                let actions: Vec<String> = wanted.actions.iter().map(|a| quoted(a)).collect();
                format!("[{}]", actions.join(", "))
            }
            Form::Slot(Slot::Resource) => written(wanted.resource)?,
            Form::Slot(Slot::Principal) => written(wanted.principal.map(|(_, name)| name))?,
            Form::Slot(Slot::Condition(index)) => {
                written(wanted.conditions.get(*index).map(|(_, _, value)| *value))?
            }
            Form::List(all) => {
                let all = all.iter().map(|f| self.in_form(f, wanted, here));
                format!("[{}]", all.collect::<Option<Vec<_>>>()?.join(", "))
            }
            Form::Object(members) if members.is_empty() => "{}".to_owned(),
            Form::Object(members) => {
                let members = members.iter().map(|(name, form)| {
                    let value = self.in_form(form, wanted, here)?;
                    Some(format!("{} = {value}", key(name)))
                });
                format!("{{ {} }}", members.collect::<Option<Vec<_>>>()?.join(", "))
            }
        })
    }

    /// A document, and those of which it is made.
    pub(super) fn documents(&self, address: String) -> Vec<&'c Node> {
        let mut open = vec![address];
        let mut out: Vec<&'c Node> = Vec::new();
        while let Some(address) = open.pop() {
            let document = self.configuration.node_at(&address);
            let Some(node) = document.filter(|n| n.is_document()) else {
                continue;
            };
            if out.iter().any(|known| std::ptr::eq(*known, node)) {
                continue;
            }
            out.push(node);
            for name in ["source_policy_documents", "override_policy_documents"] {
                let parts = self.configuration.refers(node, name).into_iter();
                let parts = parts.filter_map(|i| self.configuration.nodes.get(i));
                open.extend(parts.map(Node::address));
            }
        }
        out
    }
}
