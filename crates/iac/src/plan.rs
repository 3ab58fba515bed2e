//! A plan as `terraform show -json` prints it, as a configuration of its own: what it knows as values, and what differs in
//! a rehearsal (the ARNs of keys and roles) as references.
//!
//! **Invariant:** nothing is guessed. A value that is known only after it is applied is taken from the plan where it is one
//! attribute of another resource; anything else is reported, for a plan does not say how it comes about.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::quote::quoted;

/// A resource of the plan.
struct Planned<'p> {
    address: String,
    kind: &'p str,
    /// Its name in the configuration that is made of the plan.
    name: String,
    provider: String,
    values: &'p Map<String, Value>,
    expressions: Option<&'p Map<String, Value>>,
    unknown: Option<&'p Value>,
    /// The addresses that it refers to or waits for, as its module names them.
    refers: BTreeSet<String>,
}

/// Arguments that take one id, name or ARN: there a reference stands for itself, and is no part of a text.
const WHOLE: &[&str] = &[
    "role",
    "role_arn",
    "bucket",
    "key_id",
    "target_key_id",
    "policy_arn",
    "repository",
    "kms_master_key_id",
    "location",
    "id",
    "user",
    "grantee_principal",
    "permissions_boundary",
];

/// The configuration that a plan says.
///
/// # Errors
/// Everything that the plan does not say.
pub(crate) fn text(plan: &Value) -> Result<String, Vec<String>> {
    if plan.get("format_version").is_none() || plan.pointer("/planned_values/root_module").is_none()
    {
        return Err(vec!["this is no plan: make one with `terraform plan -out=plan` and `terraform show -json plan`".to_owned()]);
    }
    let mut unknown: BTreeMap<&str, &Value> = BTreeMap::new();
    for change in plan["resource_changes"].as_array().into_iter().flatten() {
        if let Some(address) = change["address"].as_str() {
            unknown.insert(address, &change["change"]["after_unknown"]);
        }
    }
    let mut resources = Vec::new();
    let (values, configuration) = (
        &plan["planned_values"]["root_module"],
        &plan["configuration"]["root_module"],
    );
    collect(values, configuration, &unknown, &mut resources);
    let mut problems = Vec::new();
    let mut out = providers(plan, &resources);
    for resource in &resources {
        match resource.text(&resources) {
            Ok(text) => out.push_str(&text),
            Err(mut more) => problems.append(&mut more),
        }
    }
    if problems.is_empty() {
        Ok(out)
    } else {
        Err(problems)
    }
}

/// A name of letters, digits and underscores.
fn plain(text: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    text.chars().map(letter).collect()
}

fn collect<'p>(
    values: &'p Value,
    configuration: &'p Value,
    unknown: &BTreeMap<&str, &'p Value>,
    out: &mut Vec<Planned<'p>>,
) {
    for resource in values["resources"].as_array().into_iter().flatten() {
        let (Some(address), Some(kind), Some(name)) = (
            resource["address"].as_str(),
            resource["type"].as_str(),
            resource["name"].as_str(),
        ) else {
            continue;
        };
        let Some(planned) = resource["values"]
            .as_object()
            .filter(|_| resource["mode"] == "managed")
        else {
            continue;
        };
        let declared = configuration["resources"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|r| r["type"] == kind && r["name"] == name && r["mode"] == "managed");
        let provider = declared
            .and_then(|d| d["provider_config_key"].as_str())
            .unwrap_or("aws");
        out.push(Planned {
            address: address.to_owned(),
            kind,
            name: plain(
                address
                    .strip_prefix(&*format!("{kind}."))
                    .unwrap_or(address),
            ),
            provider: provider.to_owned(),
            values: planned,
            expressions: declared.and_then(|d| d["expressions"].as_object()),
            unknown: unknown.get(address).copied(),
            refers: declared.map(references).unwrap_or_default(),
        });
    }
    for child in values["child_modules"].as_array().into_iter().flatten() {
        let address = child["address"].as_str().unwrap_or_default();
        let last = address.rsplit("module.").next().unwrap_or_default();
        let name = last.split('[').next().unwrap_or_default();
        collect(
            child,
            &configuration["module_calls"][name]["module"],
            unknown,
            out,
        );
    }
}

/// The resources that a declaration names, anywhere in it: the first two parts of what it refers to.
fn references(declared: &Value) -> BTreeSet<String> {
    fn walk(value: &Value, out: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    if name == "references" || name == "depends_on" {
                        let names = value
                            .as_array()
                            .into_iter()
                            .flatten()
                            .filter_map(Value::as_str);
                        out.extend(names.filter_map(|n| {
                            let mut parts = n.split(['.', '[']);
                            Some(format!("{}.{}", parts.next()?, parts.next()?))
                        }));
                    } else {
                        walk(value, out);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|v| walk(v, out)),
            _ => {}
        }
    }
    let mut out = BTreeSet::new();
    walk(declared, &mut out);
    out
}

/// The provider configurations: an alias for each, its account and region as the ARNs of its resources say.
fn providers(plan: &Value, resources: &[Planned<'_>]) -> String {
    let keys: BTreeSet<&str> = resources.iter().map(|r| r.provider.as_str()).collect();
    let mut out = String::new();
    for key in keys {
        let arns = resources
            .iter()
            .filter(|r| r.provider == key)
            .filter_map(|r| r.values.get("arn").and_then(Value::as_str));
        let part = |index: usize| {
            let mut parts = arns.clone().filter_map(|arn| arn.split(':').nth(index));
            parts.find(|part| !part.is_empty()).map(str::to_owned)
        };
        let declared = &plan["configuration"]["provider_config"][key]["expressions"];
        let constant = |name: &str| declared[name]["constant_value"].as_str().map(str::to_owned);
        let ids = &declared["allowed_account_ids"]["constant_value"][0];
        let account = ids.as_str().map(str::to_owned).or_else(|| part(4));
        let _ = write!(out, "provider \"aws\" {{\n  alias = \"{}\"\n", plain(key));
        if let Some(region) = constant("region").or_else(|| part(3)) {
            let _ = writeln!(out, "  region = {}", quoted(&region));
        }
        if let Some(account) = account {
            let _ = writeln!(out, "  allowed_account_ids = [{}]", quoted(&account));
        }
        out.push_str("}\n");
    }
    out
}

impl Planned<'_> {
    fn text(&self, all: &[Planned<'_>]) -> Result<String, Vec<String>> {
        let mut out = format!("resource \"{}\" \"{}\" {{\n", self.kind, self.name);
        if self.kind.starts_with("aws_") {
            let _ = writeln!(out, "  provider = aws.{}", plain(&self.provider));
        }
        let mut problems = Vec::new();
        let declared = |name: &str| self.expressions.is_some_and(|e| e.contains_key(name));
        let blocks = |v: &Value| {
            v.as_array()
                .is_some_and(|l| !l.is_empty() && l.iter().all(Value::is_object))
        };
        for (name, value) in self.values {
            // What nobody wrote is the provider's answer; stages may have been written by `dynamic`.
            let stages = self.kind == "aws_codepipeline" && name == "stage" && blocks(value);
            if !(declared(name) || stages) {
                continue;
            }
            let value = set(value);
            let unknown = self.unknown.and_then(|u| u.get(name));
            let deep = unknown.filter(|u| has_unknown(u));
            if let Some(unknown) = deep {
                let expression = self.expressions.and_then(|e| e.get(name));
                match with_references(
                    &value,
                    unknown,
                    expression.unwrap_or(&Value::Null),
                    name,
                    self,
                    all,
                ) {
                    Ok(text) => {
                        let _ = writeln!(out, "  {name} = {text}");
                    }
                    Err(path) => problems.push(self.unsaid(&path)),
                }
                continue;
            }
            if !value.is_null() {
                let _ = writeln!(out, "  {name} = {}", literal(&value, self, all));
            }
        }
        for (name, expression) in self.expressions.into_iter().flatten() {
            let unknown = self
                .unknown
                .and_then(|u| u.get(name))
                .is_some_and(has_unknown);
            if unknown && !self.values.contains_key(name) {
                match reference(expression, name, self, all) {
                    Some(text) => {
                        let _ = writeln!(out, "  {name} = {text}");
                    }
                    None => problems.push(self.unsaid(name)),
                }
            }
        }
        let module = self.module();
        let waits: Vec<String> = all
            .iter()
            .filter(|o| o.address != self.address && o.module() == module)
            .filter(|o| {
                let local = o.address.get(module.len()..).unwrap_or_default();
                self.refers
                    .contains(local.split('[').next().unwrap_or_default())
            })
            .map(|o| format!("{}.{}", o.kind, o.name))
            .collect();
        if !waits.is_empty() {
            let _ = writeln!(out, "  depends_on = [{}]", waits.join(", "));
        }
        out.push_str("}\n");
        if problems.is_empty() {
            Ok(out)
        } else {
            Err(problems)
        }
    }

    /// What comes before its address: the module, with keys.
    fn module(&self) -> &str {
        let whole = self.address.rsplit_once(&*format!("{}.", self.kind));
        whole.map_or("", |(module, _)| module)
    }

    fn unsaid(&self, path: &str) -> String {
        format!(
            "{}: `{path}` is known only after it is applied, and a plan does not say how it comes about: rehearse the directory, and take from the plan what it knows, with --plan FILE",
            self.address
        )
    }
}

fn has_unknown(value: &Value) -> bool {
    match value {
        Value::Bool(b) => *b,
        Value::Array(items) => items.iter().any(has_unknown),
        Value::Object(map) => map.values().any(has_unknown),
        _ => false,
    }
}

/// A value without what is not set: in blocks the provider fills in empty texts.
fn set(value: &Value) -> Value {
    let kept = |v: &Value| !(v.is_null() || *v == json!("") || *v == json!([]) || *v == json!({}));
    match value {
        Value::Array(items) => items.iter().map(set).collect(),
        Value::Object(map) => {
            let members = map.iter().map(|(k, v)| (k.clone(), set(v)));
            // A timeout of nothing is none.
            let kept = |(k, v): &(String, Value)| {
                kept(v) && !(k == "timeout_in_minutes" && *v == json!(0))
            };
            Value::Object(members.filter(kept).collect())
        }
        other => other.clone(),
    }
}

/// The one attribute that an argument is, if it is one.
fn reference(
    expression: &Value,
    name: &str,
    own: &Planned<'_>,
    all: &[Planned<'_>],
) -> Option<String> {
    if !WHOLE.contains(&name) {
        return None;
    }
    let first = expression["references"][0].as_str()?;
    let mut parts = first.splitn(3, '.');
    let (kind, rest, attribute) = (parts.next()?, parts.next()?, parts.next()?);
    // Within one module a name means one resource; of several instances it is not said which.
    let address = format!("{}{kind}.{rest}", own.module());
    let target = all.iter().find(|r| r.address == address)?;
    let simple = attribute
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_');
    simple.then(|| format!("{kind}.{}.{attribute}", target.name))
}

/// A value of which parts are unknown.
fn with_references(
    value: &Value,
    unknown: &Value,
    expression: &Value,
    name: &str,
    own: &Planned<'_>,
    all: &[Planned<'_>],
) -> Result<String, String> {
    match (value, unknown) {
        (_, Value::Bool(true)) => {
            reference(expression, name, own, all).ok_or_else(|| name.to_owned())
        }
        (Value::Array(items), Value::Array(unknowns)) => {
            let mut out = Vec::new();
            for (index, item) in items.iter().enumerate() {
                let unknown = unknowns.get(index).unwrap_or(&Value::Null);
                let expression = expression.get(index).unwrap_or(&Value::Null);
                out.push(with_references(item, unknown, expression, name, own, all)?);
            }
            Ok(format!("[{}]", out.join(", ")))
        }
        (Value::Object(map), Value::Object(unknowns)) => {
            let names: BTreeSet<&String> = map.keys().chain(unknowns.keys()).collect();
            let mut out = Vec::new();
            for member in names {
                let value = map.get(member).unwrap_or(&Value::Null);
                let unknown = unknowns.get(member).unwrap_or(&Value::Null);
                // What nobody wrote is the provider's answer.
                let written = !expression[member.as_str()].is_null();
                if value.is_null() && !(has_unknown(unknown) && written) {
                    continue;
                }
                let expression = &expression[member.as_str()];
                let text = with_references(value, unknown, expression, member, own, all);
                let text = text.map_err(|path| {
                    if path == *name {
                        path
                    } else {
                        format!("{name}.{path}")
                    }
                })?;
                out.push(format!("{} = {text}", quoted(member)));
            }
            Ok(format!("{{ {} }}", out.join(", ")))
        }
        _ => Ok(literal(value, own, all)),
    }
}

/// A known value in HCL. The ARNs and ids of keys, and the ARNs of roles, are those of AWS: they become references.
fn literal(value: &Value, own: &Planned<'_>, all: &[Planned<'_>]) -> String {
    match value {
        Value::String(text) => {
            let mut out = quoted(text);
            for other in all.iter().filter(|o| o.address != own.address) {
                let names: &[&str] = match other.kind {
                    "aws_kms_key" | "aws_kms_replica_key" => &["arn", "key_id"],
                    "aws_iam_role" => &["arn"],
                    _ => continue,
                };
                for name in names {
                    let Some(known) = other.values.get(*name).and_then(Value::as_str) else {
                        continue;
                    };
                    if *name == "arn" || text == known {
                        out = replaced(
                            &out,
                            known,
                            &format!("${{{}.{}.{name}}}", other.kind, other.name),
                        );
                    }
                }
            }
            out
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|v| literal(v, own, all)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let member =
                |(k, v): (&String, &Value)| format!("{} = {}", quoted(k), literal(v, own, all));
            let members: Vec<String> = map.iter().map(member).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// `text` with `new` for `old`, where `old` is not the beginning of a longer name.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(old) {
        let (front, behind) = rest.split_at(at);
        let behind = behind.get(old.len()..).unwrap_or_default();
        let longer =
            behind.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_+=,.@".contains(c));
        out.push_str(front);
        out.push_str(if longer { old } else { new });
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_that_goes_on_is_another() {
        assert_eq!(
            replaced(
                "a:role/x a:role/xy a:role/x/* \"a:role/x\"",
                "a:role/x",
                "N"
            ),
            "N a:role/xy N/* \"N\""
        );
    }

    #[test]
    fn what_a_plan_does_not_say_is_reported() {
        let plan = json!({
            "format_version": "1.2",
            "planned_values": {"root_module": {"resources": [
                {"address": "aws_iam_role.a", "mode": "managed", "type": "aws_iam_role", "name": "a", "values": {"name": "a\"${x}"}},
                {"address": "aws_iam_role_policy.p", "mode": "managed", "type": "aws_iam_role_policy", "name": "p", "values": {"name": "p"}},
            ]}},
            "resource_changes": [
                {"address": "aws_iam_role_policy.p", "change": {"after_unknown": {"role": true, "policy": true, "id": true}}},
            ],
            "configuration": {"root_module": {"resources": [
                {"mode": "managed", "type": "aws_iam_role", "name": "a", "expressions": {"name": {"constant_value": "a"}}},
                {"mode": "managed", "type": "aws_iam_role_policy", "name": "p", "expressions": {
                    "name": {"constant_value": "p"}, "role": {"references": ["aws_iam_role.a.id", "aws_iam_role.a"]}, "policy": {"references": ["aws_iam_role.a.arn"]},
                }},
            ]}},
        });
        let unsaid = text(&plan).unwrap_err();
        assert_eq!(unsaid.len(), 1, "{unsaid:?}");
        assert!(
            unsaid[0].starts_with("aws_iam_role_policy.p: `policy` is known only after"),
            "{unsaid:?}"
        );
        let mut plan = plan;
        plan["resource_changes"][0]["change"]["after_unknown"]["policy"] = json!(false);
        let text = text(&plan).unwrap();
        assert!(
            text.contains("  role = aws_iam_role.a.id\n")
                && text.contains("  name = \"a\\\"$${x}\"\n"),
            "{text}"
        );
        assert!(hcl_edit::parser::parse_body(&text).is_ok());
    }

    proptest! {
        /// Whatever a plan says, what is made of it can be read, or it is refused.
        #[test]
        fn what_is_made_of_a_plan_can_be_read(
            value in "[a-z\"\\\\${}%\n é]{0,12}",
            unknown in prop_oneof![Just(json!(true)), Just(json!({"x": true})), Just(json!([true])), Just(json!(null))],
            list: bool,
        ) {
            let value = if list { json!([{"x": value, "y": [value, 1, null]}]) } else { json!(value) };
            let resource = json!({"address": "aws_a.b", "mode": "managed", "type": "aws_a", "name": "b", "values": {"v": value, "arn": "arn:aws:x:r:111111111111:y"}});
            let plan = json!({
                "format_version": "1.2",
                "planned_values": {"root_module": {"resources": [resource]}},
                "resource_changes": [{"address": "aws_a.b", "change": {"after_unknown": {"v": unknown}}}],
                "configuration": {"root_module": {"resources": [{"mode": "managed", "type": "aws_a", "name": "b", "expressions": {"v": {"references": ["aws_c.d.e"]}}}]}},
            });
            if let Ok(text) = text(&plan) {
                prop_assert!(hcl_edit::parser::parse_body(&text).is_ok(), "{}", text);
            }
        }
    }
}
