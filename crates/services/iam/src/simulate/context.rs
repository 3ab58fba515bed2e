//! The values that a simulation is given for condition keys.

use sekisho_engine::prelude::*;
use sekisho_engine::time;
use sekisho_policy::{Context, canonical_number, date_ms, is_base64, is_ip_address};

use super::invalid;

/// A value for a condition key.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ContextEntry {
    context_key_name: Option<String>,
    #[serde(default)]
    context_key_values: Vec<String>,
    context_key_type: Option<String>,
}

/// Reads the entries. Numbers and dates are kept in the form that the simulator compares: `01.00` as `1.00`,
/// `2035-01-02` as `2035-01-02T00:00:00.000Z`.
pub(super) fn read(entries: &[ContextEntry]) -> Result<Context, ApiError> {
    let mut context = Context::new();
    let mut seen: Vec<String> = Vec::new();
    for entry in entries {
        let ContextEntry {
            context_key_name: name,
            context_key_values: values,
            context_key_type: kind,
        } = entry;
        let Some(key) = name.as_deref().filter(|n| !n.is_empty()) else {
            if values.is_empty() && kind.is_none() {
                continue;
            }
            return Err(invalid("ContextKeyName cannot be null or empty."));
        };
        let Some(kind) = kind.as_deref() else {
            return Err(invalid(format!("Context key {key} has invalid type null.")));
        };
        if values.is_empty() {
            return Err(invalid(format!(
                "Context values for context key {key} cannot be null or empty."
            )));
        }
        if seen.contains(&key.to_lowercase()) {
            return Err(invalid(format!("Duplicate context key: {key}.")));
        }
        seen.push(key.to_lowercase());
        let scalar = kind.strip_suffix("List");
        let mut read = Vec::new();
        for value in values {
            read.push(canonical(key, scalar.unwrap_or(kind), value)?);
        }
        match (scalar, read.as_slice()) {
            (Some(_), _) => context.set_list(key, read),
            (None, [one]) => context.set(key, one.clone()),
            (None, many) => {
                return Err(invalid(format!(
                    "Context key {kind} expected a single value, but received {}.",
                    many.len()
                )));
            }
        }
    }
    Ok(context)
}

/// One value as the simulator keeps it.
fn canonical(key: &str, kind: &str, value: &str) -> Result<String, ApiError> {
    let (read, expected) = match kind {
        "numeric" => (canonical_number(value), "numeric format"),
        "date" => (date(value).map(time::iso_ms), "DateTime format"),
        "ip" => (is_ip_address(value).then(|| value.to_owned()), "IP address"),
        "binary" => (
            is_base64(value).then(|| value.to_owned()),
            "base-64 encoded binary format",
        ),
        _ => (Some(value.to_owned()), ""),
    };
    read.ok_or_else(|| {
        invalid(format!(
            "Invalid context value for key {key}: expected {expected}."
        ))
    })
}

/// Milliseconds; a month alone is its first day.
fn date(text: &str) -> Option<i64> {
    date_ms(text).or_else(|| date_ms(&format!("{text}-01")))
}
