//! `data.aws_iam_policy_document`, byte for byte as the AWS provider renders it (hashicorp/aws 5.100; recorded in
//! `recorded.json`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

mod arguments;
mod condition;
mod principals;
mod sets;

use arguments::{blocks, expected, list, one_or_many, string, text, variables};
use condition::Condition;
use principals::Principals;
use sets::{checksum, in_order_of_set};

/// What the data source answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument {
    /// The document over several lines.
    pub json: String,
    /// The same on one.
    pub minified_json: String,
    /// The provider's id: a checksum of `json`.
    pub id: String,
}

/// Renders the evaluated arguments of the data source into a policy document.
///
/// # Errors
/// What the provider refuses.
pub fn policy_document(arguments: &Map<String, Value>) -> Result<PolicyDocument, String> {
    expected("a policy document", arguments, DOCUMENT)?;
    let mut document = Document::default();
    let mut sids = BTreeSet::new();
    for (index, text) in texts("source_policy_documents", arguments)? {
        let source = Document::parse(&text)
            .map_err(|why| format!("merging source document {index}: {why}"))?;
        for (number, statement) in source.statements.iter().enumerate() {
            if !statement.sid.is_empty() && !sids.insert(statement.sid.clone()) {
                return Err(format!(
                    "merging source document {index}: duplicate Sid ({}) in source_policy_documents (statement {number}). Remove the Sid or ensure Sids are unique.",
                    statement.sid
                ));
            }
        }
        document.merge(source);
    }
    document.merge(Document::written(arguments)?);
    for (index, text) in texts("override_policy_documents", arguments)? {
        let over = Document::parse(&text)
            .map_err(|why| format!("merging override document {index}: {why}"))?;
        document.merge(over);
    }
    let rendered = document.rendered();
    let json = escaped(&serde_json::to_string_pretty(&rendered).unwrap_or_default());
    Ok(PolicyDocument {
        minified_json: escaped(&rendered.to_string()),
        id: checksum(&json).to_string(),
        json,
    })
}

const DOCUMENT: &[&str] = &[
    "override_json",
    "override_policy_documents",
    "policy_id",
    "source_json",
    "source_policy_documents",
    "statement",
    "version",
];
const STATEMENT: &[&str] = &[
    "actions",
    "condition",
    "effect",
    "not_actions",
    "not_principals",
    "not_resources",
    "principals",
    "resources",
    "sid",
];

/// The documents of an argument by their index; empty ones and nulls are none.
fn texts(name: &str, arguments: &Map<String, Value>) -> Result<Vec<(usize, String)>, String> {
    let items = match arguments.get(name) {
        Some(Value::Array(items)) => items.as_slice(),
        other => return list(name, other).map(|_| Vec::new()),
    };
    let mut out = Vec::new();
    for (index, item) in items.iter().enumerate().filter(|(_, v)| !v.is_null()) {
        let text =
            text(item).ok_or_else(|| format!("`{name}`: an element is not a text: {item}"))?;
        if !text.is_empty() {
            out.push((index, text));
        }
    }
    Ok(out)
}

#[derive(Default)]
struct Document {
    version: String,
    id: String,
    statements: Vec<Statement>,
}

#[derive(Default)]
struct Statement {
    sid: String,
    effect: String,
    /// `Action`, `NotAction`, `Resource`, `NotResource`.
    lists: [Value; 4],
    /// `Principal`, `NotPrincipal`.
    principals: [Vec<Principals>; 2],
    conditions: Vec<Condition>,
}

const LISTS: [&str; 4] = ["Action", "NotAction", "Resource", "NotResource"];
const WHO: [&str; 2] = ["Principal", "NotPrincipal"];

impl Document {
    /// A statement replaces an earlier one with the same `Sid`; the last id and the latest version count.
    fn merge(&mut self, newer: Self) {
        if !newer.id.is_empty() {
            self.id = newer.id;
        }
        self.version = newer.version.max(std::mem::take(&mut self.version));
        for statement in newer.statements {
            let mut own = self.statements.iter_mut();
            match own.find(|s| !s.sid.is_empty() && s.sid == statement.sid) {
                Some(same) => *same = statement,
                None => self.statements.push(statement),
            }
        }
    }

    /// What the arguments of the data source say.
    fn written(arguments: &Map<String, Value>) -> Result<Self, String> {
        let argument = |name: &str| arguments.get(name).and_then(text).unwrap_or_default();
        for name in ["source_json", "override_json"] {
            if !argument(name).is_empty() {
                return Err(format!("`{name}` is not used any more: it must be empty"));
            }
        }
        let version = match &*argument("version") {
            "" | "2012-10-17" => "2012-10-17".to_owned(),
            old @ "2008-10-17" => old.to_owned(),
            other => {
                return Err(format!(
                    "expected version to be one of [\"2008-10-17\" \"2012-10-17\"], got {other}"
                ));
            }
        };
        let mut statements: Vec<Statement> = Vec::new();
        for block in blocks(arguments.get("statement")) {
            let statement = Statement::written(block, &version)?;
            let sid = &statement.sid;
            if !sid.is_empty() && statements.iter().any(|s| s.sid == *sid) {
                return Err(format!(
                    "duplicate Sid ({sid}). Remove the Sid or ensure the Sid is unique."
                ));
            }
            statements.push(statement);
        }
        Ok(Self {
            version,
            id: argument("policy_id"),
            statements,
        })
    }

    /// Reads a document as the provider does: names in any case, what it does not know is left out.
    fn parse(text: &str) -> Result<Self, String> {
        let value: Value =
            serde_json::from_str(text).map_err(|e| format!("it is not JSON: {e}"))?;
        let mut out = Self::default();
        for (name, value) in members("the document", &value)? {
            match &*name {
                "version" => out.version = string("Version", value)?,
                "id" => out.id = string("Id", value)?,
                "statement" => {
                    let list = value.as_array().ok_or(
                        "`Statement` must be a list: the provider takes no single statement",
                    )?;
                    let statements = list.iter().map(Statement::parse);
                    out.statements = statements.collect::<Result<_, _>>()?;
                }
                _ => {}
            }
        }
        Ok(out)
    }

    fn rendered(self) -> Value {
        let mut out = Map::new();
        put(&mut out, "Version", self.version);
        put(&mut out, "Id", self.id);
        if !self.statements.is_empty() {
            let statements = self.statements.into_iter().map(Statement::rendered);
            out.insert("Statement".to_owned(), statements.collect());
        }
        Value::Object(out)
    }
}

fn put(out: &mut Map<String, Value>, name: &str, text: String) {
    if !text.is_empty() {
        out.insert(name.to_owned(), Value::String(text));
    }
}

/// The members of an object by their names in small letters; none of null.
fn members<'v>(what: &str, value: &'v Value) -> Result<Vec<(String, &'v Value)>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Object(map) => {
            let known = map.iter().filter(|(_, value)| !value.is_null());
            Ok(known.map(|(k, v)| (k.to_lowercase(), v)).collect())
        }
        _ => Err(format!("{what} must be an object")),
    }
}

impl Statement {
    fn written(block: &Value, version: &str) -> Result<Self, String> {
        let block = block.as_object().ok_or("a statement must be a block")?;
        expected("a statement", block, STATEMENT)?;
        let effect = match block.get("effect").filter(|e| !e.is_null()) {
            None => "Allow",
            Some(effect) => effect.as_str().unwrap_or_default(),
        };
        if !matches!(effect, "Allow" | "Deny") {
            return Err(format!("`effect` is Allow or Deny, not {effect}"));
        }
        let set = |name: &str| list(name, block.get(name)).map(one_or_many);
        let replaced = |name: &str| variables(set(name)?, version);
        let principals = |name: &str| {
            let each = blocks(block.get(name));
            in_order_of_set(each, |block| Principals::written(name, block, version))
        };
        let conditions = blocks(block.get("condition"));
        Ok(Self {
            sid: block.get("sid").and_then(text).unwrap_or_default(),
            effect: effect.to_owned(),
            lists: [
                set("actions")?,
                set("not_actions")?,
                replaced("resources")?,
                replaced("not_resources")?,
            ],
            principals: [principals("principals")?, principals("not_principals")?],
            conditions: in_order_of_set(conditions, |block| Condition::written(block, version))?,
        })
    }

    fn parse(value: &Value) -> Result<Self, String> {
        if value.is_null() {
            return Err("a statement is null".to_owned());
        }
        let mut out = Self::default();
        for (name, value) in members("a statement", value)? {
            match &*name {
                "sid" => out.sid = string("Sid", value)?,
                "effect" => out.effect = string("Effect", value)?,
                "condition" => out.conditions = Condition::parse(value)?,
                name => {
                    let is = |own: &str| own.eq_ignore_ascii_case(name);
                    if let Some(list) = LISTS.iter().position(|own| is(own)) {
                        if let Some(own) = out.lists.get_mut(list) {
                            *own = sorted(value);
                        }
                    } else if let Some(who) = WHO.iter().position(|own| is(own))
                        && let Some(own) = out.principals.get_mut(who)
                    {
                        *own = Principals::parse(value)?;
                    }
                }
            }
        }
        Ok(out)
    }

    fn rendered(self) -> Value {
        let mut out = Map::new();
        put(&mut out, "Sid", self.sid);
        put(&mut out, "Effect", self.effect);
        for (name, list) in LISTS.iter().zip(self.lists) {
            if !list.is_null() {
                out.insert((*name).to_owned(), list);
            }
        }
        for (name, who) in WHO.iter().zip(self.principals) {
            if !who.is_empty() {
                out.insert((*name).to_owned(), Principals::rendered(&who));
            }
        }
        if !self.conditions.is_empty() {
            let conditions = Condition::rendered(self.conditions);
            out.insert("Condition".to_owned(), conditions);
        }
        Value::Object(out)
    }
}

/// The value with the members of its objects in the order of their names.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(map) => {
            let members: BTreeMap<&String, &Value> = map.iter().collect();
            let members = members.into_iter().map(|(k, v)| (k.clone(), sorted(v)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// As Go writes JSON: what HTML would read otherwise is escaped.
pub(crate) fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]
mod tests {
    use super::*;
    use crate::{Configuration, Reading, State};
    use proptest::prelude::*;
    use serde_json::json;

    /// The document of a data source with this body.
    fn of(body: &str) -> Result<PolicyDocument, String> {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("data \"aws_iam_policy_document\" \"d\" {{\n{body}\n}}\n");
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        let config = Configuration::read(&Reading::of(folder.path())).unwrap();
        let state = State::new(&config);
        let (_, scope) = state.scopes(&config.nodes[0]).unwrap().remove(0);
        let arguments = config.nodes[0].arguments(&scope).map_err(|p| p.message)?;
        policy_document(&arguments.values)
    }

    #[test]
    fn as_the_provider_renders_them() {
        let rows: Vec<Value> = serde_json::from_str(include_str!("recorded.json")).unwrap();
        assert!(rows.len() > 70);
        for row in rows {
            let body = row["body"].as_str().unwrap();
            let text = |name: &str| row[name].as_str().map(str::to_owned);
            match (of(body), text("json")) {
                (Ok(own), Some(json)) => {
                    assert_eq!(own.json, json, "{body}");
                    assert_eq!(Some(own.minified_json), text("minified_json"), "{body}");
                    assert_eq!(Some(own.id), text("id"), "{body}");
                }
                (Ok(own), None) => panic!("{body}: {own:?}\n{}", row["error"]),
                (Err(why), Some(_)) => panic!("{body}: {why}"),
                (Err(_), None) => {}
            }
        }
    }

    proptest! {
        /// Whatever the documents hold, there is an answer; and what was rendered is taken again as it is.
        #[test]
        fn documents_are_read_again(text in r#"(\{|\}|\[|\]|"Statement"|"Sid"|"a"|"Principal"|"Condition"|"AWS"|"Action"|:|,|1|null|true){0,24}"#) {
            let of = |text: &str| {
                let arguments = Map::from_iter([("source_policy_documents".to_owned(), json!([text]))]);
                policy_document(&arguments)
            };
            if let Ok(first) = of(&text) {
                prop_assert_eq!(of(&first.json), Ok(first));
            }
        }
    }
}
