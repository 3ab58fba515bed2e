//! Terraform's JSON syntax (`.tf.json`), as HCL: what `cdktf synth` writes, and people who generate configurations.
//!
//! Blocks of resources become arguments that are lists of objects: to what is made of them that is the same.

mod document;

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::quote::{escape, quoted};

/// The same configuration in HCL.
///
/// # Errors
/// What is no JSON, not of the form that Terraform takes, or not supported.
pub(crate) fn text(text: &str) -> Result<String, String> {
    let json = document::parse(text)?;
    let mut out = String::new();
    // A file is one body, or several in an array.
    let mut all = Vec::new();
    for body in bodies(&json) {
        all.extend(members(body, "the file")?);
    }
    for (kind, value) in all {
        match kind.as_str() {
            "//" => {}
            "locals" => {
                for body in bodies(value) {
                    block("locals", &[], Kind::Plain, body, &mut out)?;
                }
            }
            "terraform" => {
                for body in bodies(value) {
                    terraform(members(body, "terraform")?, &mut out)?;
                }
            }
            "resource" | "data" | "ephemeral" => {
                for (type_name, named) in labelled(value, kind)? {
                    for (name, body) in labelled(named, type_name)? {
                        for body in bodies(body) {
                            block(kind, &[type_name, name], Kind::Plain, body, &mut out)?;
                        }
                    }
                }
            }
            "variable" | "output" | "module" | "provider" | "check" => {
                let inner = match kind.as_str() {
                    "variable" => Kind::Variable,
                    "output" => Kind::Output,
                    "module" => Kind::Plain,
                    _ => Kind::Provider,
                };
                for (name, body) in labelled(value, kind)? {
                    for body in bodies(body) {
                        block(kind, &[name], inner, body, &mut out)?;
                    }
                }
            }
            "moved" | "removed" | "import" => {
                for body in bodies(value) {
                    block(kind, &[], Kind::References, body, &mut out)?;
                }
            }
            other => return Err(format!("`{other}` is not supported yet in JSON")),
        }
    }
    Ok(out)
}

/// How the members of a block are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// As expressions.
    Plain,
    /// Objects are blocks.
    Provider,
    /// Types are written as texts, the default is what it is.
    Variable,
    Output,
    /// Everything is a reference that is written as a text.
    References,
}

fn members<'v>(value: &'v Value, what: &str) -> Result<&'v Map<String, Value>, String> {
    let map = value.as_object();
    map.ok_or_else(|| format!("{what}: an object is expected"))
}

/// One body, or several in an array.
fn bodies(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

/// What is under labels: in one object, or in several.
fn labelled<'v>(value: &'v Value, what: &str) -> Result<Vec<(&'v String, &'v Value)>, String> {
    let mut out = Vec::new();
    for part in bodies(value) {
        let named = members(part, what)?.iter();
        out.extend(named.filter(|(name, _)| *name != "//"));
    }
    Ok(out)
}

/// Names that stand for themselves where expressions are: a text that is written as a reference.
///
/// # Errors
/// When it stands in `${ }`: Terraform reads no templates there.
fn bare(name: &str, value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::String(text) if text.contains("${") => {
            return Err(format!(
                "`{name}` takes names as they are, without `${{}}`: {text}"
            ));
        }
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items = items.iter().map(|item| bare(name, item));
            format!("[{}]", items.collect::<Result<Vec<_>, _>>()?.join(", "))
        }
        Value::Object(map) => {
            let members = map
                .iter()
                .map(|(k, v)| Ok(format!("{k} = {}", bare(name, v)?)));
            let members = members.collect::<Result<Vec<_>, String>>()?;
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    })
}

fn block(
    kind: &str,
    labels: &[&String],
    inner: Kind,
    body: &Value,
    out: &mut String,
) -> Result<(), String> {
    out.push_str(kind);
    for label in labels {
        let _ = write!(out, " {}", Value::from(label.as_str()));
    }
    out.push_str(" {\n");
    let what = labels
        .iter()
        .map(|l| l.as_str())
        .collect::<Vec<_>>()
        .join(".");
    for (name, value) in members(body, &what)? {
        let reference = matches!(name.as_str(), "provider" | "providers" | "depends_on");
        let as_block = match inner {
            Kind::Provider => {
                value.is_object()
                    || value
                        .as_array()
                        .is_some_and(|l| l.iter().any(Value::is_object))
            }
            Kind::Variable => name == "validation",
            Kind::Output => name == "precondition",
            _ => matches!(
                name.as_str(),
                "lifecycle" | "precondition" | "postcondition"
            ),
        };
        match name.as_str() {
            "//" | "provisioner" | "connection" => {}
            "dynamic" => dynamic(value, out)?,
            _ if as_block => {
                for body in bodies(value) {
                    block(name, &[], Kind::Plain, body, out)?;
                }
            }
            "ignore_changes" | "replace_triggered_by" => {
                let _ = writeln!(out, "{name} = {}", bare(name, value)?);
            }
            "type" if inner == Kind::Variable => {
                let _ = writeln!(out, "type = {}", bare(name, value)?);
            }
            "default" if inner == Kind::Variable => {
                let _ = writeln!(out, "default = {}", literal(value));
            }
            // What is imported is said as a text, and may be worked out.
            "id" | "identity" | "for_each" if inner == Kind::References => {
                let _ = writeln!(out, "{name} = {}", expression(value)?);
            }
            _ if reference || inner == Kind::References => {
                let _ = writeln!(out, "{name} = {}", bare(name, value)?);
            }
            _ => {
                let _ = writeln!(out, "{name} = {}", expression(value)?);
            }
        }
    }
    out.push_str("}\n");
    Ok(())
}

fn dynamic(value: &Value, out: &mut String) -> Result<(), String> {
    for (label, body) in labelled(value, "dynamic")? {
        for body in bodies(body) {
            let _ = writeln!(out, "dynamic {} {{", Value::from(label.as_str()));
            for (name, value) in members(body, "dynamic")? {
                match name.as_str() {
                    "content" => {
                        for body in bodies(value) {
                            block("content", &[], Kind::Plain, body, out)?;
                        }
                    }
                    "iterator" => {
                        let _ = writeln!(out, "iterator = {}", bare(name, value)?);
                    }
                    _ => {
                        let _ = writeln!(out, "{name} = {}", expression(value)?);
                    }
                }
            }
            out.push_str("}\n");
        }
    }
    Ok(())
}

/// What decides here is where the state is kept.
fn terraform(body: &Map<String, Value>, out: &mut String) -> Result<(), String> {
    let Some(backend) = body.get("backend") else {
        return Ok(());
    };
    out.push_str("terraform {\n");
    for (kind, body) in labelled(backend, "backend")? {
        for body in bodies(body) {
            block("backend", &[kind], Kind::Plain, body, out)?;
        }
    }
    out.push_str("}\n");
    Ok(())
}

/// A value whose texts are templates.
fn expression(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::String(text) => template(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(expression).collect::<Result<_, _>>()?;
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let mut members = Vec::new();
            let dynamic = map.get("dynamic").filter(|value| is_dynamic(value));
            let made = dynamic.map(repeated).transpose()?.unwrap_or_default();
            let own = map
                .iter()
                .filter(|(key, _)| *key != "//" && !(dynamic.is_some() && *key == "dynamic"));
            for (key, value) in own.filter(|(key, _)| !made.contains_key(*key)) {
                members.push(format!("{} = {}", template(key), expression(value)?));
            }
            for (key, lists) in &made {
                let mut lists = lists.clone();
                if let Some(own) = map.get(key.as_str()) {
                    let own: Result<Vec<_>, _> = bodies(own).into_iter().map(expression).collect();
                    lists.insert(0, format!("[{}]", own?.join(", ")));
                }
                members.push(format!("{} = concat({})", template(key), lists.join(", ")));
            }
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    })
}

/// Whether a member that is called `dynamic` says of what blocks are made, as all do of blocks within blocks.
fn is_dynamic(value: &Value) -> bool {
    let says = |body: &Value| body.get("for_each").is_some() && body.get("content").is_some();
    let mut parts = bodies(value).into_iter().filter_map(Value::as_object);
    parts.any(|named| {
        let mut all = named.values().flat_map(bodies);
        all.next().is_some_and(says) && all.all(says)
    })
}

/// Blocks within blocks that are made of something: by their name, lists of what each is.
fn repeated(value: &Value) -> Result<std::collections::BTreeMap<&String, Vec<String>>, String> {
    let mut out: std::collections::BTreeMap<&String, Vec<String>> = Default::default();
    for (label, body) in labelled(value, "dynamic")? {
        for body in bodies(body) {
            let iterator = body.get("iterator").map(|name| bare("iterator", name));
            let iterator = iterator.transpose()?.unwrap_or_else(|| label.clone());
            let each = expression(body.get("for_each").unwrap_or(&Value::Null))?;
            let content = expression(body.get("content").unwrap_or(&Value::Null))?;
            let list = format!(
                "[for {iterator} in [for key, value in {each} : {{ key = key, value = value }}] : {content}]"
            );
            out.entry(label).or_default().push(list);
        }
    }
    Ok(out)
}

/// A value that is what it is.
fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let member = |(k, v): (&String, &Value)| format!("{} = {}", quoted(k), literal(v));
            let members: Vec<String> = map.iter().map(member).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// A template in quotes: its texts are escaped, what stands in `${…}` and `%{…}` is not. A text that is one interpolation
/// stands for its value: within parentheses it may go over lines, which separate the members of an object.
fn template(text: &str) -> String {
    if let Some(inner) = text.strip_prefix("${")
        && interpolation(text) == text.len()
        && let Some(inner) = inner.strip_suffix('}')
        && inner.contains('\n')
        && !inner.starts_with('~')
        && !inner.ends_with('~')
    {
        return format!("({inner}\n)");
    }
    let mut out = String::from("\"");
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let opens = ["${", "%{"].iter().any(|open| rest.starts_with(open));
        let escaped = ["$${", "%%{"].iter().any(|open| rest.starts_with(open));
        if escaped {
            out.push_str(rest.get(..3).unwrap_or_default());
            rest = rest.get(3..).unwrap_or_default();
        } else if opens {
            let length = interpolation(rest);
            let inner = rest.get(..length).unwrap_or(rest);
            out.push_str(&inner.replace(['\n', '\r'], " "));
            rest = rest.get(length..).unwrap_or_default();
        } else {
            escape(c, &mut out);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out.push('"');
    out
}

/// How long the sequence is that `text` begins with, to its closing brace.
fn interpolation(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_templates() {
        assert_eq!(
            template("a \"b\"\n${join(\",\", [\"x\"])}\\"),
            "\"a \\\"b\\\"\\n${join(\",\", [\"x\"])}\\\\\""
        );
        assert_eq!(template("$${not}"), "\"$${not}\"");
        let object =
            "locals {\n  a = ".to_owned() + &template("${{\n a = 1 # one\n b = 2\n}}") + "\n}\n";
        let body = crate::syntax::body(&object).unwrap();
        let locals = body.get_blocks("locals").next().unwrap();
        let value = &locals.body.get_attribute("a").unwrap().value;
        let hcl_edit::expr::Expression::Parenthesis(inner) = value else {
            panic!("{value}");
        };
        assert_eq!(inner.inner().as_object().unwrap().len(), 2);
        assert_eq!(
            template("${ {a = \"}\"}[\"a\"] }!"),
            "\"${ {a = \"}\"}[\"a\"] }!\""
        );
    }

    #[test]
    fn blocks_are_written_as_terraform_reads_them() {
        let json = serde_json::json!({
            "//": "made by a program",
            "variable": {"v": {"type": "map(string)", "default": {"a": "${b}", "${c}": 1}}},
            "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "b", "assume_role": [{"role_arn": "x"}]}]},
            "resource": {"aws_iam_role": {"r": {"provider": "aws.b", "name": "${var.v[\"a\"]}", "depends_on": ["aws_iam_role.s"]}}},
        });
        let text = text(&json.to_string()).unwrap();
        for line in [
            "type = map(string)",
            "default = { \"a\" = \"$${b}\", \"$${c}\" = 1 }",
            "assume_role {\nrole_arn = \"x\"\n}",
            "provider = aws.b",
            "name = \"${var.v[\"a\"]}\"",
            "depends_on = [aws_iam_role.s]",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(crate::syntax::body(&text).is_ok(), "{text}");
    }

    #[test]
    fn blocks_within_blocks_may_be_repeated() {
        let json = serde_json::json!({"data": {"aws_iam_policy_document": {"d": {"statement": [{
            "actions": ["s3:GetObject"],
            "condition": {"test": "Bool", "variable": "a", "values": ["true"]},
            "dynamic": {"condition": {"for_each": "${{ b = 1, c = 2 }}", "iterator": "it",
                "content": {"test": "NumericEquals", "variable": "${it.key}", "values": ["${it.value}"]}}},
        }]}}}});
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf.json"), json.to_string()).unwrap();
        let reading = crate::Reading::of(folder.path());
        let config = crate::Configuration::read(&reading).unwrap();
        let state = crate::State::new(&config);
        let (_, scope) = state.scopes(&config.nodes[0]).unwrap().remove(0);
        let arguments = config.nodes[0].arguments(&scope).unwrap();
        let document = crate::policy_document(&arguments.values).unwrap();
        let read: Value = serde_json::from_str(&document.json).unwrap();
        let expected =
            serde_json::json!({"Bool": {"a": "true"}, "NumericEquals": {"b": "1", "c": "2"}});
        assert_eq!(read["Statement"][0]["Condition"], expected);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z ${}%\"\\\\\n.]{0,10}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let keys = "resource|data|locals|variable|output|dynamic|//|type|default|terraform|a|b";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map(keys, inner, 0..4)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_panics(json in values()) {
            if let Ok(text) = text(&json.to_string()) {
                let _ = crate::syntax::body(&text);
            }
        }
    }
}
