//! The query protocol: parameters in, XML out.

use std::collections::BTreeMap;

use sekisho_model::{Member, Operation, Service, Shape, Type};
use serde_json::{Map, Value, json};

use crate::{Malformed, time, xml};

/// Members of a list, entries of a map: more are refused.
const MAX_ITEMS: usize = 10_000;

/// Reads the parameters of `operation` from a form body.
///
/// # Errors
/// When a parameter does not have the type that the model says.
pub fn decode(service: &Service, operation: &Operation, body: &[u8]) -> Result<Value, Malformed> {
    let parameters: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
    let shape = operation
        .input
        .as_ref()
        .and_then(|i| service.shape(&i.shape));
    match shape {
        Some(shape) => structure(service, shape, "", &parameters),
        None => Ok(json!({})),
    }
}

/// Whether anything is given for `prefix`.
fn given(parameters: &BTreeMap<String, String>, prefix: &str) -> bool {
    let below = format!("{prefix}.");
    parameters.contains_key(prefix)
        || parameters
            .range(below.clone()..)
            .next()
            .is_some_and(|(k, _)| k.starts_with(&below))
}

fn structure(
    service: &Service,
    shape: &Shape,
    prefix: &str,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, Malformed> {
    let mut map = Map::new();
    for (name, member) in &shape.fields {
        let wire = member.location_name.as_deref().unwrap_or(name);
        let path = if prefix.is_empty() {
            wire.to_owned()
        } else {
            format!("{prefix}.{wire}")
        };
        if given(parameters, &path) {
            map.insert(name.clone(), value(service, member, &path, parameters)?);
        }
    }
    Ok(Value::Object(map))
}

fn value(
    service: &Service,
    member: &Member,
    path: &str,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, Malformed> {
    let Some(shape) = service.shape(&member.shape) else {
        return Ok(Value::Null);
    };
    match shape.kind {
        Type::Structure => structure(service, shape, path, parameters),
        Type::List => {
            let Some(element) = &shape.member else {
                return Ok(json!([]));
            };
            let base = if shape.flattened || member.flattened {
                path.to_owned()
            } else {
                format!(
                    "{path}.{}",
                    element.location_name.as_deref().unwrap_or("member")
                )
            };
            let mut items = Vec::new();
            for (index, written) in indices(&base, parameters)? {
                // A number that is left out stands for nothing; what the model then says of it is another matter.
                while items.len() + 1 < index {
                    items.push(Value::Null);
                }
                let path = format!("{base}.{written}");
                items.push(value(service, element, &path, parameters)?);
            }
            Ok(Value::Array(items))
        }
        Type::Map => {
            let (Some(key), Some(item)) = (&shape.key, &shape.value) else {
                return Ok(json!({}));
            };
            let mut map = Map::new();
            let key_name = key.location_name.as_deref().unwrap_or("key");
            let value_name = item.location_name.as_deref().unwrap_or("value");
            for index in 1..=MAX_ITEMS {
                let base = format!("{path}.entry.{index}");
                let Some(name) = parameters.get(&format!("{base}.{key_name}")) else {
                    break;
                };
                map.insert(
                    name.clone(),
                    value(service, item, &format!("{base}.{value_name}"), parameters)?,
                );
            }
            Ok(Value::Object(map))
        }
        kind => {
            let text = parameters.get(path).map(String::as_str).unwrap_or_default();
            // As recorded (radkawar/stackd iam/credential_inputs): no other booleans are read.
            if kind == Type::Boolean && !matches!(text, "true" | "1" | "false" | "0") {
                return Err(Malformed(format!("`{path}` cannot be read: `{text}`")));
            }
            scalar(kind, text, path)
        }
    }
}

/// How many numbers a list may leave out at once.
const MAX_GAP: usize = 10;

/// The numbers of a list's members, ascending, and how each is written. What is no number, and a gap that is too wide, is
/// refused as recorded on AWS (radkawar/stackd, testdata/aws/iam/query_collections).
fn indices<'p>(
    base: &str,
    parameters: &'p BTreeMap<String, String>,
) -> Result<Vec<(usize, &'p str)>, Malformed> {
    let below = format!("{base}.");
    let mut found: BTreeMap<usize, &str> = BTreeMap::new();
    let members = parameters.range(below.clone()..);
    for (name, _) in members.take_while(|(name, _)| name.starts_with(&below)) {
        let rest = name.get(below.len()..).unwrap_or_default();
        let written = rest.split('.').next().unwrap_or_default();
        if written.starts_with('-') {
            let message = format!("Key {written} may not have a leading '-'");
            return Err(Malformed(message));
        }
        let digits = !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit());
        let index = digits.then(|| written.parse::<usize>().ok()).flatten();
        match index {
            Some(0) => return Err(Malformed("0 is not a valid index".to_owned())),
            Some(index) => {
                found.entry(index).or_insert(written);
            }
            None => {
                let message = "Start of list found where not expected";
                return Err(Malformed(message.to_owned()));
            }
        }
    }
    let mut before = 1;
    for index in found.keys() {
        let gap = index.saturating_sub(before);
        if gap > MAX_GAP {
            let message = format!("Excessively sparse input would skip {gap} list elements");
            return Err(Malformed(message));
        }
        before = *index;
    }
    if found.len() > MAX_ITEMS {
        return Err(Malformed(format!(
            "`{base}` has more than {MAX_ITEMS} members"
        )));
    }
    Ok(found.into_iter().collect())
}

/// Reads one text as the type that the model says.
pub(crate) fn scalar(kind: Type, text: &str, path: &str) -> Result<Value, Malformed> {
    let wrong = || Malformed(format!("`{path}` cannot be read: `{text}`"));
    Ok(match kind {
        Type::Integer => json!(text.parse::<i32>().map_err(|_| wrong())?),
        Type::Long => json!(text.parse::<i64>().map_err(|_| wrong())?),
        Type::Float | Type::Double => json!(
            text.parse::<f64>()
                .ok()
                .filter(|f| f.is_finite())
                .ok_or_else(wrong)?
        ),
        // Clients write headers as their language does: `True` (botocore before 1.35).
        Type::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => json!(true),
            "false" | "0" => json!(false),
            _ => return Err(wrong()),
        },
        Type::Timestamp => json!(time::parse(text).ok_or_else(wrong)?),
        _ => json!(text),
    })
}

/// Writes an answer in `<…Response>`.
#[must_use]
pub fn encode(
    service: &Service,
    operation: &Operation,
    output: &Value,
    request_id: &str,
) -> Vec<u8> {
    let name = &operation.name;
    let namespace = service
        .metadata
        .xml_namespace
        .as_deref()
        .unwrap_or_default();
    let mut out = format!("<{name}Response xmlns=\"{namespace}\">");
    if let Some(shape) = operation.output.as_ref() {
        let wrapper = shape
            .result_wrapper
            .clone()
            .unwrap_or_else(|| format!("{name}Result"));
        out.push_str(&format!("<{wrapper}>"));
        if let Some(shape) = service.shape(&shape.shape) {
            write_structure(service, shape, output, &mut out);
        }
        out.push_str(&format!("</{wrapper}>"));
    }
    out.push_str("<ResponseMetadata>");
    xml::leaf("RequestId", request_id, &mut out);
    out.push_str(&format!("</ResponseMetadata></{name}Response>"));
    out.into_bytes()
}

fn write_structure(service: &Service, shape: &Shape, value: &Value, out: &mut String) {
    for (name, member) in &shape.fields {
        if let Some(value) = value.get(name).filter(|v| !v.is_null()) {
            write_member(
                service,
                member,
                member.location_name.as_deref().unwrap_or(name),
                value,
                out,
            );
        }
    }
}

fn write_member(service: &Service, member: &Member, name: &str, value: &Value, out: &mut String) {
    let Some(shape) = service.shape(&member.shape) else {
        return;
    };
    match shape.kind {
        Type::Structure => {
            out.push_str(&format!("<{name}>"));
            write_structure(service, shape, value, out);
            out.push_str(&format!("</{name}>"));
        }
        Type::List => {
            let Some(element) = &shape.member else { return };
            out.push_str(&format!("<{name}>"));
            for item in value.as_array().into_iter().flatten() {
                write_member(
                    service,
                    element,
                    element.location_name.as_deref().unwrap_or("member"),
                    item,
                    out,
                );
            }
            out.push_str(&format!("</{name}>"));
        }
        Type::Map => {
            let Some(element) = &shape.value else { return };
            out.push_str(&format!("<{name}>"));
            for (key, item) in value.as_object().into_iter().flatten() {
                out.push_str("<entry>");
                xml::leaf("key", key, out);
                write_member(service, element, "value", item, out);
                out.push_str("</entry>");
            }
            out.push_str(&format!("</{name}>"));
        }
        Type::Timestamp => xml::leaf(name, &time::iso(value.as_f64().unwrap_or_default()), out),
        _ => xml::leaf(name, &text(value), out),
    }
}

pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_panics(body in "(Tags|RoleName|member|\\.|[0-9]|Key|=|&|%[0-9a-f]{2}|a){0,40}") {
            let iam = sekisho_model::service("iam").unwrap();
            let _ = decode(iam, &iam.operations["CreateRole"], body.as_bytes());
        }
    }

    #[test]
    fn lists_and_structures_are_read() {
        let iam = sekisho_model::service("iam").unwrap();
        let operation = &iam.operations["CreateRole"];
        let body = b"Action=CreateRole&RoleName=r&MaxSessionDuration=7200&Tags.member.1.Key=a&Tags.member.1.Value=b%20c&Tags.member.2.Key=d&Tags.member.2.Value=";
        let value = decode(iam, operation, body).unwrap();
        assert_eq!(
            value,
            json!({"RoleName": "r", "MaxSessionDuration": 7200, "Tags": [{"Key": "a", "Value": "b c"}, {"Key": "d", "Value": ""}]})
        );
        assert!(decode(iam, operation, b"MaxSessionDuration=soon").is_err());
        // As recorded on AWS.
        for (body, message) in [
            (
                "Tags.member.+1.Key=a",
                "Start of list found where not expected",
            ),
            (
                "Tags.member.one.Key=a",
                "Start of list found where not expected",
            ),
            ("Tags.member.0.Key=a", "0 is not a valid index"),
            ("Tags.member.-1.Key=a", "Key -1 may not have a leading '-'"),
            (
                "Tags.member.12.Key=a",
                "Excessively sparse input would skip 11 list elements",
            ),
            (
                "Tags.member.1.Key=a&Tags.member.12.Key=b",
                "Excessively sparse input would skip 11 list elements",
            ),
        ] {
            let body = body.replace('+', "%2B");
            let error = decode(iam, operation, body.as_bytes()).unwrap_err();
            assert_eq!(error.0, message, "{body}");
        }
        let value = decode(iam, operation, b"Tags.member.01.Key=a").unwrap();
        assert_eq!(value["Tags"], json!([{"Key": "a"}]));
    }
}
