//! What a lifecycle policy has to be (ECR user guide, "Lifecycle policy properties"). Of the sentences only the first words are
//! AWS's own.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_engine::ApiError;
use serde_json::{Map, Value};

use crate::repos;

/// Rules of one policy.
const MAX_RULES: usize = 50;

/// Validates a lifecycle policy and writes it without white space, as ECR keeps it.
pub(crate) fn accept(text: &str) -> Result<String, ApiError> {
    let fail = |why: String| {
        repos::invalid(
            "LifecyclePolicyText",
            &format!("Lifecycle policy validation failure: {why}\n"),
        )
    };
    let value: Value =
        serde_json::from_str(text).map_err(|_| fail("Invalid JSON syntax".to_owned()))?;
    check(&value).map_err(fail)?;
    Ok(value.to_string())
}

fn lacks(name: &str) -> String {
    format!("object has missing required properties ([\"{name}\"])")
}

fn check(policy: &Value) -> Result<(), String> {
    let rules = policy.get("rules").and_then(Value::as_array);
    let rules = rules.ok_or_else(|| lacks("rules"))?;
    if rules.is_empty() || rules.len() > MAX_RULES {
        return Err(format!("a policy has 1 to {MAX_RULES} rules"));
    }
    let mut priorities = BTreeSet::new();
    let mut last: BTreeMap<String, (i64, bool)> = BTreeMap::new();
    let mut any_before = false;
    for rule in rules {
        let rule = rule.as_object().ok_or("a rule is an object")?;
        only(
            rule,
            &["rulePriority", "description", "selection", "action"],
        )?;
        let get = |name: &str| rule.get(name).ok_or_else(|| lacks(name));
        let priority = least(get("rulePriority")?)?;
        if !priorities.insert(priority) {
            return Err(format!("two rules have the priority {priority}"));
        }
        let selection = get("selection")?;
        let selection = selection.as_object().ok_or("a selection is an object")?;
        check_selection(selection)?;
        let said = |name: &str| selection.get(name).and_then(Value::as_str);
        // Of each storage class for itself.
        let class = said("storageClass").unwrap_or("standard").to_owned();
        let last = last.entry(class).or_insert((priority, false));
        let any = said("tagStatus") == Some("any");
        any_before |= any && priority < last.0 || last.1 && priority > last.0;
        if priority >= last.0 {
            *last = (priority, any);
        }
        let kind = get("action")?.get("type").and_then(Value::as_str);
        match kind {
            Some("expire" | "transition") => {}
            Some(other) => return Err(format!("an action of type {other} is none")),
            None => return Err(lacks("type")),
        }
    }
    if any_before {
        return Err(
            "the rule for any tag has the highest priority number, for it is evaluated last"
                .to_owned(),
        );
    }
    Ok(())
}

fn only(map: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match map.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!(
            "object instance has properties which are not allowed by the schema: [\"{name}\"]"
        )),
        None => Ok(()),
    }
}

/// A whole number from 1 on.
fn least(value: &Value) -> Result<i64, String> {
    let number = value.as_i64().ok_or("a number is expected")?;
    match number {
        1.. => Ok(number),
        _ => Err(format!(
            "numeric instance is lower than the required minimum (minimum: 1, found: {number})"
        )),
    }
}

fn check_selection(selection: &Map<String, Value>) -> Result<(), String> {
    const KNOWN: &[&str] = &[
        "tagStatus",
        "tagPrefixList",
        "tagPatternList",
        "storageClass",
        "countType",
        "countUnit",
        "countNumber",
    ];
    only(selection, KNOWN)?;
    let text = |name: &str| selection.get(name).and_then(Value::as_str);
    let listed = |name: &str| {
        let list = selection.get(name).and_then(Value::as_array);
        list.is_some_and(|list| !list.is_empty())
    };
    let tags = listed("tagPrefixList") || listed("tagPatternList");
    match text("tagStatus").ok_or_else(|| lacks("tagStatus"))? {
        "tagged" if !tags => {
            return Err(
                "tagged images are named by a tagPrefixList or a tagPatternList".to_owned(),
            );
        }
        "untagged" | "any" if tags => {
            return Err(
                "a tagPrefixList or tagPatternList goes with tagged images alone".to_owned(),
            );
        }
        "tagged" | "untagged" | "any" => {}
        other => return Err(format!("the tagStatus {other} is none")),
    }
    let unit = selection.get("countUnit").is_some();
    match text("countType").ok_or_else(|| lacks("countType"))? {
        "imageCountMoreThan" if unit => {
            return Err("countUnit does not go with imageCountMoreThan".to_owned());
        }
        "imageCountMoreThan" => {}
        since @ ("sinceImagePushed" | "sinceImagePulled" | "sinceImageTransitioned") => {
            match text("countUnit") {
                Some("days") => {}
                _ => return Err(format!("{since} is counted in days: countUnit")),
            }
        }
        other => return Err(format!("the countType {other} is none")),
    }
    least(
        selection
            .get("countNumber")
            .ok_or_else(|| lacks("countNumber"))?,
    )
    .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_no_lifecycle_policy() {
        let rule = |priority: i64, selection: Value| json!({"rulePriority": priority, "selection": selection, "action": {"type": "expire"}});
        let untagged = json!({"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14});
        let tagged = json!({"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 3});
        let any = json!({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 3});
        let policy = |rules: &[Value]| check(&json!({"rules": rules}));
        let with = |of: &Value, name: &str, value: Value| {
            let mut of = of.clone();
            of[name] = value;
            of
        };
        let fine = [
            rule(1, untagged.clone()),
            rule(2, tagged.clone()),
            rule(3, any.clone()),
        ];
        assert_eq!(policy(&fine), Ok(()));
        let archived = with(&any, "storageClass", json!("archive"));
        let each = [
            rule(1, untagged.clone()),
            rule(2, any.clone()),
            rule(3, archived),
        ];
        assert_eq!(policy(&each), Ok(()));
        let last = "the highest priority number";
        for (wrong, why) in [
            (vec![], "1 to 50 rules"),
            (
                vec![rule(1, untagged.clone()), rule(1, tagged.clone())],
                "the priority 1",
            ),
            (vec![rule(1, any.clone()), rule(2, tagged.clone())], last),
            (vec![rule(2, tagged.clone()), rule(1, any.clone())], last),
            (vec![rule(1, any.clone()), rule(2, any.clone())], last),
            (vec![rule(2, any.clone()), rule(1, any.clone())], last),
            (vec![rule(0, any.clone())], "required minimum"),
            (
                vec![rule(1, with(&tagged, "tagPrefixList", json!([])))],
                "tagPrefixList",
            ),
            (
                vec![rule(1, with(&untagged, "countUnit", Value::Null))],
                "countUnit",
            ),
            (
                vec![rule(1, with(&untagged, "countType", json!("sinceNever")))],
                "sinceNever",
            ),
            (
                vec![rule(1, with(&any, "countUnit", json!("days")))],
                "countUnit",
            ),
            (
                vec![rule(1, with(&any, "countNumber", json!(0)))],
                "found: 0",
            ),
            (vec![rule(1, with(&any, "more", json!(1)))], "[\"more\"]"),
            (
                vec![with(
                    &rule(1, any.clone()),
                    "action",
                    json!({"type": "delete"}),
                )],
                "type delete",
            ),
            (
                (1..=51).map(|i| rule(i, untagged.clone())).collect(),
                "1 to 50 rules",
            ),
        ] {
            let said = policy(&wrong).unwrap_err();
            assert!(said.contains(why), "{wrong:?}: {said}");
        }
    }
}
