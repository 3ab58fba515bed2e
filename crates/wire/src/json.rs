//! awsJson 1.0 and 1.1: the body is the value.

use serde_json::{Map, Value};

use crate::Malformed;

/// Reads a body; an empty one is an empty object.
///
/// # Errors
/// When it is not a JSON object.
pub fn decode(body: &[u8]) -> Result<Value, Malformed> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(Malformed("the body is not a JSON object".to_owned())),
        Err(e) => Err(Malformed(format!("the body is not JSON: {e}"))),
    }
}

/// Writes an answer.
#[must_use]
pub fn encode(output: &Value) -> Vec<u8> {
    output.to_string().into_bytes()
}
