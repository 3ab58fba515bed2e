//! Sets the lifecycle policy of a repository; the document is kept, nothing expires here.

use sekisho_engine::prelude::*;

use crate::repos;

pub(crate) struct PutLifecyclePolicy;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    lifecycle_policy_text: String,
}

impl Operation for PutLifecyclePolicy {
    const ID: OpId = OpId::new("ecr", "PutLifecyclePolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "PutLifecyclePolicy",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let text = accept(&input.lifecycle_policy_text)?;
        let shown = text.clone();
        let repo = repos::change(
            cx,
            input.registry_id.as_deref(),
            &input.repository_name,
            |repo| {
                repo.lifecycle = Some(text);
                Ok(())
            },
        )?;
        Ok(
            json!({"registryId": repo.account, "repositoryName": repo.name, "lifecyclePolicyText": shown}),
        )
    }
}

/// Validates a lifecycle policy and writes it without white space, as ECR keeps it.
fn accept(text: &str) -> Result<String, ApiError> {
    let fail = |why: &str| {
        repos::invalid(
            "LifecyclePolicyText",
            &format!("Lifecycle policy validation failure: {why}\n"),
        )
    };
    let value: Value = serde_json::from_str(text).map_err(|_| fail("Invalid JSON syntax"))?;
    let rules = value
        .get("rules")
        .and_then(Value::as_array)
        .ok_or_else(|| fail("object has missing required properties ([\"rules\"])"))?;
    for rule in rules {
        let selection = rule.get("selection");
        for name in ["rulePriority", "selection", "action"] {
            if rule.get(name).is_none() {
                return Err(fail(&format!(
                    "object has missing required properties ([\"{name}\"])"
                )));
            }
        }
        let count = selection
            .and_then(|s| s.get("countNumber"))
            .and_then(Value::as_i64);
        if let Some(count) = count.filter(|c| *c < 1) {
            return Err(fail(&format!(
                "numeric instance is lower than the required minimum (minimum: 1, found: {count})"
            )));
        }
    }
    Ok(value.to_string())
}
