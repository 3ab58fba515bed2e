//! Members of an input that nothing reads: an unsupported one is refused by its name, never ignored.

use serde_json::Value;

use crate::ApiError;

/// Whether a member asks for something.
fn asks(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

/// Whether `rule` takes `name`: `Member`, `Member=VALUE` or `Operation.Member`.
fn takes(rule: &str, operation: &str, name: &str, value: &Value) -> bool {
    let of = match rule.split_once('.') {
        Some((own, _)) if own != operation => return false,
        Some((_, of)) => of,
        None => rule,
    };
    match of.split_once('=') {
        Some((member, wanted)) => member == name && value.as_str() == Some(wanted),
        None => of == name,
    }
}

/// Refuses an input that asks for what the operation does not read. `read`: the members that it does; `taken`: what may
/// stand there all the same.
pub(crate) fn refuse(
    service: &str,
    operation: &str,
    input: &Value,
    read: &[&str],
    taken: &[&str],
) -> Result<(), ApiError> {
    let members = input.as_object().into_iter().flatten();
    for (name, value) in members {
        let known = read.contains(&name.as_str())
            || taken.iter().any(|rule| takes(rule, operation, name, value));
        if asks(value) && !known {
            let message =
                format!("{name} of {service}:{operation} is not supported by sekisho yet");
            return Err(ApiError::new("NotImplemented", message).status(501));
        }
    }
    Ok(())
}

/// Of `members`, those that are refused whatever they say.
pub(crate) fn refused<'m>(
    operation: &str,
    members: impl Iterator<Item = &'m str>,
    read: &[&str],
    taken: &[&str],
) -> Vec<&'m str> {
    let of = |rule: &&str, name: &str| {
        let rule = rule.split_once('=').map_or(*rule, |(rule, _)| rule);
        takes(rule, operation, name, &Value::Null)
    };
    members
        .filter(|name| !read.contains(name) && !taken.iter().any(|rule| of(rule, name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_read_is_refused_by_name() {
        let taken = ["Ignored", "Kind=PLAIN", "Other.Fine", "Get.Own"];
        for (input, refused) in [
            (json!({"Read": "x"}), None),
            (json!({"Ignored": "x", "Kind": "PLAIN", "Own": 1}), None),
            (
                json!({"DryRun": false, "Empty": "", "None": null, "List": []}),
                None,
            ),
            (json!({"DryRun": true}), Some("DryRun")),
            (json!({"Kind": "ODD"}), Some("Kind")),
            (json!({"Fine": "x"}), Some("Fine")),
        ] {
            let result = refuse("s3", "Get", &input, &["Read"], &taken);
            let named = |name| format!("{name} of s3:Get is not supported by sekisho yet");
            assert_eq!(
                result.err().map(|e| e.message),
                refused.map(named),
                "{input}"
            );
        }
    }
}
