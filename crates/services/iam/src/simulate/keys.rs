//! Which condition keys documents read.

use sekisho_engine::prelude::*;
use sekisho_policy::Document;

use super::invalid;

/// The keys that the documents of a list read. Documents are read leniently: one without statements reads none.
pub(crate) fn keys_of(texts: &[String]) -> Result<Vec<String>, ApiError> {
    let mut keys = Vec::new();
    for text in texts {
        if without_statements(text) {
            continue;
        }
        let document: Document = text.parse().map_err(|_| invalid("Invalid Input"))?;
        keys.extend(document.context_keys());
    }
    Ok(keys)
}

fn without_statements(text: &str) -> bool {
    serde_json::from_str::<serde_json::Map<String, Value>>(text)
        .is_ok_and(|map| map.keys().all(|k| matches!(k.as_str(), "Version" | "Id")))
}
