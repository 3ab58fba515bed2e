//! Objects of JSON in which a member that stands twice is an error.

use std::fmt;

use serde::Deserialize;

/// The members of an object, each once: a second one would silently take the first one's place.
pub(crate) struct Members<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Visitor<T> {
            type Value = Members<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut seen = std::collections::HashSet::new();
                let mut out = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, T>()? {
                    // Tags may differ in case only, and then one of them counts.
                    let name = match key.contains('/') {
                        true => key.clone(),
                        false => key.to_lowercase(),
                    };
                    if !seen.insert(name) {
                        return Err(serde::de::Error::custom(format!(
                            "the member `{key}` stands twice"
                        )));
                    }
                    out.push((key, value));
                }
                Ok(Members(out))
            }
        }
        deserializer.deserialize_map(Visitor(std::marker::PhantomData))
    }
}
