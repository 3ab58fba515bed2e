//! Policies as the provider hands them on: it reads their JSON, and writes it anew (hashicorp/aws, structure.NormalizeJsonString).

use sekisho_iac::Node;
use sekisho_policy::Document;
use serde_json::{Map, Value};

/// Normalizes the policies among the arguments of a block: without white space around them; and of a member that stands twice the
/// last one counts, but in policies of IAM, in which the provider refuses that itself.
pub(in crate::rehearse) fn policies(node: &Node, values: &mut Map<String, Value>) {
    let of_iam = node.type_name.starts_with("aws_iam_");
    let one = |value: &mut Value| {
        let text = value.as_str().and_then(|text| normal(text, of_iam));
        if let Some(text) = text {
            *value = Value::String(text);
        }
    };
    for name in ["policy", "assume_role_policy"] {
        values.get_mut(name).into_iter().for_each(one);
    }
    let inline = values
        .get_mut("inline_policy")
        .and_then(Value::as_array_mut);
    let inline = inline.into_iter().flatten();
    inline
        .filter_map(|block| block.get_mut("policy"))
        .for_each(one);
}

/// The text as it is handed on, where that is another.
fn normal(text: &str, of_iam: bool) -> Option<String> {
    let trimmed = text.trim();
    let value: Value = serde_json::from_str(trimmed).ok()?;
    let twice = !of_iam && trimmed.parse::<Document>().is_err();
    let anew = value.to_string();
    if twice && anew.parse::<Document>().is_ok() {
        return Some(anew);
    }
    (trimmed.len() < text.len()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn what_the_provider_makes_of_policies() {
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:B","Action":"s3:GetObject","Resource":"*"}]}"#;
        let last = normal(policy, false).unwrap();
        assert!(
            last.contains("s3:GetObject") && !last.contains("a:B"),
            "{last}"
        );
        assert_eq!(normal(policy, true), None);
        let plain = policy.replace(r#""Action":"a:B","#, "");
        assert_eq!(normal(&plain, false), None);
        let spaced = format!("\n   {plain}\n ");
        assert_eq!(normal(&spaced, true), Some(plain.clone()));
        // What is no JSON is not touched: it is refused for what it is.
        assert_eq!(normal(" {", true), None);
        assert_eq!(normal("", false), None);
    }
}
