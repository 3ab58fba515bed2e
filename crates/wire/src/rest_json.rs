//! rest-json: method and path say which operation it is, the body is JSON.

use sekisho_model::{Operation, Service, Type};
use serde_json::{Map, Value, json};

use crate::labels::labels;
use crate::query::scalar;
use crate::{Head, Malformed, decode_json};

/// Finds the operation by method and path, and the labels that its path holds.
#[must_use]
pub fn route<'a>(
    service: &'a Service,
    head: &Head<'_>,
) -> Option<(&'a Operation, Vec<(String, String)>)> {
    service.operations.values().find_map(|operation| {
        if operation.http.method != head.method {
            return None;
        }
        Some((operation, labels(&operation.http.request_uri, head.path)?))
    })
}

/// Reads the input of an operation.
///
/// # Errors
/// When the body is no JSON object, or a parameter does not have the type that the model says.
pub fn decode(
    service: &Service,
    operation: &Operation,
    labels: &[(String, String)],
    head: &Head<'_>,
    body: &[u8],
) -> Result<Value, Malformed> {
    let Value::Object(body) = decode_json(body)? else {
        return Err(Malformed("the body is not a JSON object".to_owned()));
    };
    let mut map = Map::new();
    let Some(shape) = operation
        .input
        .as_ref()
        .and_then(|i| service.shape(&i.shape))
    else {
        return Ok(Value::Object(map));
    };
    let parameters = head.parameters();
    for (name, member) in &shape.fields {
        let wire = member.location_name.as_deref().unwrap_or(name);
        let kind = service
            .shape(&member.shape)
            .map_or(Type::String, |s| s.kind);
        let found = |list: &[(String, String)]| {
            list.iter()
                .find(|(n, _)| n == wire)
                .map(|(_, value)| value.clone())
        };
        match member.location.as_deref() {
            Some("uri") => {
                map.extend(found(labels).map(|value| (name.clone(), json!(value))));
            }
            Some("querystring") => {
                if let Some(value) = found(&parameters) {
                    map.insert(name.clone(), scalar(kind, &value, wire)?);
                }
            }
            _ => {
                map.extend(body.get(wire).map(|value| (name.clone(), value.clone())));
            }
        }
    }
    Ok(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_panics(path in "[/a-z{}%]{0,40}", body in "[{}\":a-z0-9,]{0,40}", query in "[a-zA-Z=&%0-9]{0,30}") {
            let model = sekisho_model::service("accessanalyzer").unwrap();
            let headers = http::HeaderMap::new();
            for path in [path.as_str(), "/policy/validation"] {
                let head = Head { method: "POST", path, query: &query, headers: &headers };
                if let Some((operation, labels)) = route(model, &head) {
                    let _ = decode(model, operation, &labels, &head, body.as_bytes());
                }
            }
        }
    }
}
