//! A statement as it is written in a file.

use std::fmt::Write as _;

use sekisho_iac::{Named, Naming, NodeKind, quoted};
use serde_json::{Value, json};

use super::Statement;
use super::compose::Part;
use super::policies::Made;
use super::writer::{Here, Writer};

/// Where JSON stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In a heredoc, in which `${…}` is an expression.
    Heredoc,
    /// In a file.
    File,
}

impl<'c> Writer<'c> {
    /// A `statement` block of `aws_iam_policy_document`.
    pub(super) fn block(&self, statement: &Statement<'_>, here: &Here<'_>) -> Option<String> {
        let actions: Vec<String> = statement.actions.iter().map(|a| quoted(a)).collect();
        let resource = statement.patch.statement["Resource"].as_str();
        let pad = if resource.is_some() { "  " } else { "" };
        let mut out = format!(
            "  statement {{\n    actions{pad} = [{}]\n",
            actions.join(", ")
        );
        if let Some(resource) = resource {
            let resource = self.expression(resource, here)?;
            let _ = writeln!(out, "    resources = [{resource}]");
        }
        for (kind, name) in principals(&statement.patch.statement) {
            let _ = write!(
                out,
                "\n    principals {{\n      type        = {}\n      identifiers = [{}]\n    }}\n",
                quoted(kind),
                self.expression(name, here)?
            );
        }
        for (test, variable, value) in conditions(&statement.patch.statement) {
            let _ = write!(
                out,
                "\n    condition {{\n      test     = {}\n      variable = {}\n      values   = [{}]\n    }}\n",
                quoted(test),
                quoted(variable),
                self.expression(value, here)?
            );
        }
        out.push_str("  }\n");
        // What names one instance of several is there as long as that one is.
        let Some(there) = self.there(&out, here.module) else {
            return Some(out);
        };
        let inner = out.replacen("  statement {\n", "  content {\n", 1);
        let inner = inner.split_inclusive('\n').map(|line| match line.trim() {
            "" => line.to_owned(),
            _ => format!("  {line}"),
        });
        Some(format!(
            "  dynamic \"statement\" {{\n    for_each = {} ? [1] : []\n\n{}  }}\n",
            there,
            inner.collect::<String>()
        ))
    }

    /// A statement as an object of HCL, in one line.
    pub(super) fn object(&self, statement: &Statement<'_>, here: &Here<'_>) -> Option<String> {
        let actions: Vec<String> = statement.actions.iter().map(|a| quoted(a)).collect();
        let action = match actions.as_slice() {
            [one] => one.clone(),
            _ => format!("[{}]", actions.join(", ")),
        };
        let mut members = vec!["Effect = \"Allow\"".to_owned()];
        for (kind, name) in principals(&statement.patch.statement) {
            let name = self.expression(name, here)?;
            members.push(format!("Principal = {{ {kind} = {name} }}"));
        }
        members.push(format!("Action = {action}"));
        if let Some(resource) = statement.patch.statement["Resource"].as_str() {
            members.push(format!("Resource = {}", self.expression(resource, here)?));
        }
        for (test, variable, value) in conditions(&statement.patch.statement) {
            let value = self.expression(value, here)?;
            members.push(format!(
                "Condition = {{ {test} = {{ {} = {value} }} }}",
                quoted(variable)
            ));
        }
        Some(format!("{{ {} }}", members.join(", ")))
    }

    /// A statement as JSON, in one line.
    pub(super) fn json(
        &self,
        statement: &Statement<'_>,
        here: &Here<'_>,
        form: Form,
    ) -> Option<String> {
        let action = match statement.actions.as_slice() {
            [one] => json!(one).to_string(),
            several => several
                .iter()
                .map(|a| json!(a).to_string())
                .collect::<Vec<_>>()
                .join(", "),
        };
        let action = if statement.actions.len() == 1 {
            action
        } else {
            format!("[{action}]")
        };
        let text = |arn: &str| match form {
            Form::Heredoc => {
                let parts = self.fixed_parts(arn, here)?;
                let text: String = parts.iter().map(Part::in_json).collect();
                Some(format!("\"{text}\""))
            }
            Form::File => self.fixed(arn).then(|| json!(arn).to_string()),
        };
        let mut members = vec!["\"Effect\": \"Allow\"".to_owned()];
        for (kind, name) in principals(&statement.patch.statement) {
            members.push(format!(
                "\"Principal\": {{ {}: {} }}",
                json!(kind),
                text(name)?
            ));
        }
        members.push(format!("\"Action\": {action}"));
        if let Some(resource) = statement.patch.statement["Resource"].as_str() {
            members.push(format!("\"Resource\": {}", text(resource)?));
        }
        for (test, variable, value) in conditions(&statement.patch.statement) {
            members.push(format!(
                "\"Condition\": {{ {}: {{ {}: {} }} }}",
                json!(test),
                json!(variable),
                text(value)?
            ));
        }
        Some(format!("{{ {} }}", members.join(", ")))
    }

    /// An ARN as a reference where there is one, else as a text; none where the text would be another on AWS.
    pub(super) fn expression(&self, arn: &str, here: &Here<'_>) -> Option<String> {
        let parts = self.fixed_parts(arn, here)?;
        if let [Part::Name(name)] = parts.as_slice() {
            return Some(name.clone());
        }
        let text: String = parts.iter().map(Part::in_quotes).collect();
        Some(format!("\"{text}\""))
    }

    /// A name that stands for the ARN, or for what it begins with, and the rest of the ARN.
    pub(super) fn reference<'a>(&self, arn: &'a str, here: &Here<'_>) -> Option<(String, &'a str)> {
        // What is another on AWS is referred to all the same.
        if !self.refer && self.fixed(arn) {
            return None;
        }
        let rest_of = |own: &str| {
            let rest = arn.strip_prefix(own)?;
            let whole = rest.is_empty() || (rest.starts_with('/') && own.contains(":s3:::"));
            whole.then_some(rest)
        };
        if here.template.is_some() {
            let given = self.of_template(here, here.path, here.each.map(|(_, key)| key));
            let arns = given
                .iter()
                .filter(|n| n.text.starts_with("arn:") && !by_position(n));
            let mut fitting = arns.filter_map(|n| Some((n.name.clone(), rest_of(&n.text)?)));
            return fitting.next();
        }
        // What stands on this very block goes round in a circle.
        let circles = |name: &str| {
            let block = |block| self.reach(here.module, name).contains(&block);
            !here.beside && here.block.is_some_and(block)
        };
        let own = |made: &&Made<'c>| {
            made.node.path == here.module
                && made.path == here.path
                && !circles(&format!("{}.arn", made.node.local_address()))
        };
        let found = self
            .policies
            .made
            .iter()
            .filter(|m| m.node.kind == NodeKind::Resource)
            .filter(own)
            .find_map(|m| Some((m, rest_of(m.text("arn")?)?)));
        let of_block = here
            .each
            .and_then(|(_, key)| self.of_block(here, here.path, key));
        let names = of_block.into_iter().chain(self.named.get(here.path));
        let names = names.flatten();
        let arns = names.filter(|n| n.text.starts_with("arn:") && !by_position(n));
        let named = arns.filter(|n| !circles(&n.name));
        let fitting = named.filter_map(|n| Some((n, rest_of(&n.text)?)));
        // Of several names the one that stands on the least.
        let mut fitting: Vec<(&Named, &str)> = fitting.collect();
        fitting.sort_by_key(|(named, _)| self.reach(here.module, &named.name).len());
        let Some((made, rest)) = found else {
            let best = fitting.first();
            return best.map(|(named, rest)| (named.name.clone(), *rest));
        };
        let address = made.node.local_address();
        let key = match (&made.key, here.each) {
            (Some(key), Some((name, mine))) if key == mine && self.goes_along(made, here) => {
                format!("[{name}]")
            }
            _ if made.node.is_optional() => {
                // A local value says what there is in its place, where it is not there.
                let mut locals = fitting.iter().filter(|(n, _)| n.naming == Naming::Local);
                if let Some((named, rest)) = locals.next() {
                    return Some((named.name.clone(), rest));
                }
                // Where there is none of what may be there or not, the text is empty: what is not used then can be evaluated.
                return Some((format!("join(\"\", {address}[*].arn)"), rest));
            }
            (Some(key), _) => format!("[{key}]"),
            (None, _) => String::new(),
        };
        Some((format!("{address}{key}.arn"), rest))
    }
}

/// Whether a name is a position in a list that is handed or worked out: what stands there is another with other values.
fn by_position(named: &Named) -> bool {
    let mut keys = named.name.split('[').skip(1);
    let of_list = matches!(named.naming, Naming::Variable | Naming::Local);
    of_list && keys.any(|key| key.starts_with(|c: char| c.is_ascii_digit()))
}

impl Writer<'_> {
    /// Whether the instances of something are those of the block in which a statement stands: indices of something else may be
    /// the same by chance.
    fn goes_along(&self, made: &Made<'_>, here: &Here<'_>) -> bool {
        let block = here.block.and_then(|i| self.configuration.nodes.get(i));
        let count = made.node.written("count");
        count.is_none() || block.is_some_and(|b| b.written("count") == count)
    }
}

/// The conditions of a statement: operator, key and value.
pub(super) fn conditions(statement: &Value) -> Vec<(&str, &str, &str)> {
    let tests = statement["Condition"].as_object().into_iter().flatten();
    let each = tests.flat_map(|(test, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.filter_map(move |(key, value)| Some((test.as_str(), key.as_str(), value.as_str()?)))
    });
    each.collect()
}

/// The principals of a statement, by type.
pub(super) fn principals(statement: &Value) -> Vec<(&str, &str)> {
    statement["Principal"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(kind, name)| Some((kind.as_str(), name.as_str()?)))
        .collect()
}
