//! Refreshes the schema of the AWS provider's resources: what `terraform providers schema -json` prints, without prose,
//! of the types that the file has.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

/// `schemas`: the output of `terraform providers schema -json`; `more`: types to add, data sources with `data.` in front.
pub(crate) fn refresh(schemas: &Path, more: &[&str], out: &Path) -> Result<(), String> {
    let read = |path: &Path| -> Result<Value, String> {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
    };
    let known = read(out).unwrap_or_default();
    let known = known.as_object().into_iter().flat_map(Map::keys);
    let mut names: Vec<String> = known.cloned().collect();
    names.extend(more.iter().map(|name| (*name).to_owned()));
    names.sort();
    names.dedup();
    let schemas = read(schemas)?;
    let providers = schemas["provider_schemas"].as_object();
    let aws = providers.and_then(|p| p.iter().find(|(name, _)| name.ends_with("hashicorp/aws")));
    let (_, aws) = aws.ok_or("the file has no schema of hashicorp/aws")?;
    let mut lines = vec![format!(
        "\"provider\": {}",
        block(&aws["provider"]["block"])
    )];
    for name in names.into_iter().filter(|name| name != "provider") {
        let (kind, type_name) = match name.strip_prefix("data.") {
            Some(rest) => ("data_source_schemas", rest),
            None => ("resource_schemas", &*name),
        };
        let schema = &aws[kind][type_name]["block"];
        if schema.is_null() {
            return Err(format!("the provider has no {name}"));
        }
        lines.push(format!("{}: {}", json!(name), block(schema)));
    }
    let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    fs::write(out, text).map_err(|e| format!("{}: {e}", out.display()))
}

/// Attributes with their types, those that the provider fills itself under `computed`, blocks under `blocks` (with `one` where
/// there is at most one, `some` where there is at least one), and the names of the attributes that are secrets under
/// `sensitive`, that have to be given under `required`, and that nobody may give under `read_only`.
fn block(schema: &Value) -> Value {
    let attributes = schema["attributes"].as_object().into_iter().flatten();
    let is = |a: &Value, what: &str| a[what] == Value::Bool(true);
    let named = |those: &dyn Fn(&Value) -> bool| -> Vec<&String> {
        let those = attributes.clone().filter(|(_, a)| those(a));
        those.map(|(name, _)| name).collect()
    };
    let lists = [
        ("sensitive", named(&|a| is(a, "sensitive"))),
        ("required", named(&|a| is(a, "required"))),
        (
            "read_only",
            named(&|a| is(a, "computed") && !is(a, "optional")),
        ),
    ];
    let (mut attributes, mut computed, mut blocks) = (Map::new(), Map::new(), Map::new());
    for (name, attribute) in schema["attributes"].as_object().into_iter().flatten() {
        let into = match attribute["computed"].as_bool() {
            Some(true) => &mut computed,
            _ => &mut attributes,
        };
        // What a framework provider nests is an attribute of a type that it does not say.
        let kind = match &attribute["type"] {
            Value::Null => json!("dynamic"),
            kind => kind.clone(),
        };
        into.insert(name.clone(), kind);
    }
    for (name, nested) in schema["block_types"].as_object().into_iter().flatten() {
        let mut inner = block(&nested["block"]);
        if let (Some(inner), Some(1)) = (inner.as_object_mut(), nested["max_items"].as_u64()) {
            inner.insert("one".to_owned(), json!(true));
        }
        let least = nested["min_items"].as_u64();
        if let (Some(inner), Some(1..)) = (inner.as_object_mut(), least) {
            inner.insert("some".to_owned(), json!(true));
        }
        blocks.insert(name.clone(), inner);
    }
    let mut out = Map::new();
    let parts = [
        ("attributes", attributes),
        ("computed", computed),
        ("blocks", blocks),
    ];
    for (name, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
        out.insert(name.to_owned(), Value::Object(part));
    }
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        out.insert(name.to_owned(), json!(list));
    }
    Value::Object(out)
}
