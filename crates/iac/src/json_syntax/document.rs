//! Reading JSON in which a member stands several times: in Terraform's syntax each is a block of its own.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The document. Of a member that stands several times its values, which have to be blocks, are one list.
///
/// # Errors
/// What is no JSON, and a member that is no block and stands twice.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Blocks
        .deserialize(&mut deserializer)
        .map_err(|e| e.to_string())?;
    deserializer.end().map_err(|e| e.to_string())?;
    Ok(value)
}

struct Blocks;

impl<'de> DeserializeSeed<'de> for Blocks {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Blocks {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = seq.next_element_seed(Blocks)? {
            out.push(item);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Blocks)?;
            let Some(earlier) = out.get_mut(&key) else {
                out.insert(key, value);
                continue;
            };
            let blocks = |value: &Value| match value {
                Value::Object(_) => true,
                Value::Array(items) => items.iter().all(Value::is_object),
                _ => false,
            };
            if key != "//" && !(blocks(earlier) && blocks(&value)) {
                return Err(Error::custom(format!(
                    "`{key}` stands twice, and is no block"
                )));
            }
            let items = |value: Value| match value {
                Value::Array(items) => items,
                one => vec![one],
            };
            let mut all = items(earlier.take());
            all.extend(items(value));
            *earlier = Value::Array(all);
        }
        Ok(Value::Object(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_stands_twice_is_two_blocks() {
        assert_eq!(
            parse(r#"{"resource":{"a":1},"locals":{"x":1},"resource":[{"b":2}],"//":1,"//":"2"}"#)
                .unwrap(),
            json!({"resource": [{"a": 1}, {"b": 2}], "locals": {"x": 1}, "//": [1, "2"]})
        );
        let names = parse(r#"{"a":{},"b":{},"c":{},"a":{}}"#).unwrap();
        let names = names.as_object().unwrap().keys();
        assert_eq!(names.collect::<Vec<_>>(), ["a", "b", "c"]);
        let error = parse(r#"{"a":1,"a":2}"#).unwrap_err();
        assert!(
            error.starts_with("`a` stands twice, and is no block"),
            "{error}"
        );
        assert!(parse("{} {}").is_err());
    }

    proptest! {
        #[test]
        fn anything_else_is_as_it_is(text in "[\\[\\]{}\",:0-9a-e.\\- ntrufals]{0,40}") {
            let plain = serde_json::from_str::<Value>(&text);
            match parse(&text) {
                // What stands twice is more than what serde_json keeps of it.
                Ok(value) => prop_assert!(plain.is_ok_and(|p| value == p) || text.matches(':').count() > 1),
                Err(error) => prop_assert!(plain.is_err() || error.contains("stands twice")),
            }
        }
    }
}
