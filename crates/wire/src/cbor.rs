//! smithy-rpc-v2-cbor: the operation is in the path, input and output are CBOR (Smithy specification, "Smithy RPC v2 CBOR
//! protocol"). Newer clients speak it where older ones speak awsJson.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ciborium::Value as Cbor;
use sekisho_model::{Operation, Service, Type};
use serde_json::{Map, Number, Value, json};

use crate::Malformed;
use crate::error::Failure;

/// The value of the header `smithy-protocol`.
pub const PROTOCOL: &str = "rpc-v2-cbor";
/// The content type of requests and answers.
pub const CONTENT_TYPE: &str = "application/cbor";
/// The tag of a time: seconds.
const EPOCH: u64 = 1;
/// Values within values are refused beyond this.
const DEPTH: usize = 64;

/// The operation that a path names: `/service/<service>/operation/<operation>`.
#[must_use]
pub fn operation(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/service/")?;
    let (_, operation) = rest.split_once("/operation/")?;
    Some(operation)
}

/// Reads a body; an empty one is an empty object. Bytes become base64, times seconds, as in the JSON protocols.
///
/// # Errors
/// When it is no CBOR, no map, or holds what has no place in JSON.
pub fn decode(body: &[u8]) -> Result<Value, Malformed> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let wrong =
        |e: ciborium::de::Error<std::io::Error>| Malformed(format!("the body is not CBOR: {e}"));
    let read: Cbor = ciborium::de::from_reader_with_recursion_limit(body, DEPTH).map_err(wrong)?;
    match value(read)? {
        value @ Value::Object(_) => Ok(value),
        _ => Err(Malformed("the body is not a CBOR map".to_owned())),
    }
}

fn value(read: Cbor) -> Result<Value, Malformed> {
    let odd = |what: &str| Malformed(format!("the body holds {what}"));
    Ok(match read {
        Cbor::Null => Value::Null,
        Cbor::Bool(b) => json!(b),
        Cbor::Integer(number) => {
            let number = i128::from(number);
            let whole = i64::try_from(number).map(Number::from);
            let whole = whole.or_else(|_| u64::try_from(number).map(Number::from));
            Value::Number(whole.map_err(|_| odd("a number that is too large"))?)
        }
        Cbor::Float(number) => {
            Value::Number(Number::from_f64(number).ok_or_else(|| odd("no number"))?)
        }
        Cbor::Bytes(bytes) => json!(STANDARD.encode(bytes)),
        Cbor::Text(text) => json!(text),
        Cbor::Tag(EPOCH, inner) => value(*inner)?,
        Cbor::Tag(..) => return Err(odd("an unknown tag")),
        Cbor::Array(items) => Value::Array(items.into_iter().map(value).collect::<Result<_, _>>()?),
        Cbor::Map(members) => {
            let mut map = Map::new();
            for (key, inner) in members {
                let Cbor::Text(key) = key else {
                    return Err(odd("a key that is no text"));
                };
                map.insert(key, value(inner)?);
            }
            Value::Object(map)
        }
        _ => return Err(odd("an unknown value")),
    })
}

/// Writes an answer.
#[must_use]
pub fn encode(service: &Service, operation: &Operation, output: &Value) -> Vec<u8> {
    let shape = operation.output.as_ref().map(|o| o.shape.as_str());
    written(&shaped(service, shape, output))
}

/// Writes an error: its code and its sentence.
#[must_use]
pub fn error(failure: &Failure<'_>) -> Vec<u8> {
    let mut body = json!({"__type": failure.code, "message": failure.message});
    if let Some(map) = body.as_object_mut() {
        map.extend(failure.fields.clone());
    }
    written(&plain(&body))
}

fn written(value: &Cbor) -> Vec<u8> {
    let mut out = Vec::new();
    // Into memory nothing fails.
    let _ = ciborium::into_writer(value, &mut out);
    out
}

/// A value of the shape that the model says: blobs as bytes, times with their tag.
fn shaped(service: &Service, shape: Option<&str>, value: &Value) -> Cbor {
    let Some(shape) = shape.and_then(|name| service.shape(name)) else {
        return plain(value);
    };
    match (shape.kind, value) {
        (Type::Timestamp, Value::Number(number)) => {
            let seconds = Cbor::Float(number.as_f64().unwrap_or_default());
            Cbor::Tag(EPOCH, Box::new(seconds))
        }
        (Type::Blob, Value::String(text)) => STANDARD
            .decode(text)
            .map_or_else(|_| plain(value), Cbor::Bytes),
        (Type::Float | Type::Double, Value::Number(number)) => {
            Cbor::Float(number.as_f64().unwrap_or_default())
        }
        (Type::Structure, Value::Object(members)) => {
            let of = |name: &str| {
                shape
                    .fields
                    .iter()
                    .find(|(n, _)| n == name)
                    .map(|(_, m)| m.shape.as_str())
            };
            let present = members.iter().filter(|(_, v)| !v.is_null());
            let pairs = present.map(|(k, v)| (Cbor::Text(k.clone()), shaped(service, of(k), v)));
            Cbor::Map(pairs.collect())
        }
        (Type::Map, Value::Object(members)) => {
            let of = shape.value.as_ref().map(|m| m.shape.as_str());
            let pairs = members
                .iter()
                .map(|(k, v)| (Cbor::Text(k.clone()), shaped(service, of, v)));
            Cbor::Map(pairs.collect())
        }
        (Type::List, Value::Array(items)) => {
            let of = shape.member.as_ref().map(|m| m.shape.as_str());
            Cbor::Array(items.iter().map(|v| shaped(service, of, v)).collect())
        }
        _ => plain(value),
    }
}

fn plain(value: &Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(b) => Cbor::Bool(*b),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(n), _) => Cbor::Integer(n.into()),
            (None, Some(n)) => Cbor::Integer(n.into()),
            (None, None) => Cbor::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Array(items) => Cbor::Array(items.iter().map(plain).collect()),
        Value::Object(members) => {
            let pairs = members
                .iter()
                .map(|(k, v)| (Cbor::Text(k.clone()), plain(v)));
            Cbor::Map(pairs.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_name_operations() {
        assert_eq!(
            operation("/service/CodePipeline_20150709/operation/GetPipeline"),
            Some("GetPipeline")
        );
        assert_eq!(operation("/"), None);
    }

    #[test]
    fn times_and_bytes_have_their_forms() {
        let service = sekisho_model::service("codepipeline").unwrap();
        let operation = service.operations.get("GetPipelineExecution").unwrap();
        let bytes = encode(
            service,
            operation,
            &json!({"pipelineExecution": {"pipelineName": "p", "pipelineVersion": 3}}),
        );
        assert_eq!(
            decode(&bytes).unwrap(),
            json!({"pipelineExecution": {"pipelineName": "p", "pipelineVersion": 3}})
        );
        let operation = service.operations.get("GetPipeline").unwrap();
        let bytes = encode(service, operation, &json!({"metadata": {"created": 1.5}}));
        // Tag 1 stands before the time.
        assert!(
            bytes
                .windows(2)
                .any(|w| w == [0xc1, 0xf9] || w == [0xc1, 0xfb] || w == [0xc1, 0xfa])
        );
        assert_eq!(
            decode(&bytes).unwrap(),
            json!({"metadata": {"created": 1.5}})
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn what_is_written_is_read(text in "[a-z]{0,8}", number in any::<i64>(), yes in any::<bool>()) {
            let value = json!({"a": [text, number, {"b": yes}], "c": null});
            prop_assert_eq!(decode(&written(&plain(&value))).unwrap(), value);
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused() {
        assert!(decode(&[0x81; 100_000]).is_err());
    }
}
