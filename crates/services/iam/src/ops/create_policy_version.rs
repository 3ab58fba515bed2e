//! Adds a version to a managed policy.

use sekisho_engine::prelude::*;
use sekisho_engine::{PolicyText, PolicyVersion};

use crate::managed;
use crate::ops::create_policy::check_document;
use crate::render;

pub(crate) struct CreatePolicyVersion;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
    policy_document: String,
    #[serde(default)]
    set_as_default: bool,
}

impl Operation for CreatePolicyVersion {
    const ID: OpId = OpId::new("iam", "CreatePolicyVersion");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(managed::check("CreatePolicyVersion", &input.policy_arn))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        check_document(&input.policy_document)?;
        let now = cx.now_ms();
        managed::change(cx, &input.policy_arn, managed::Change::Version, |policy| {
            if policy.versions.len() >= 5 {
                let message = "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.";
                return Err(ApiError::new("LimitExceeded", message).status(409));
            }
            let number = policy.next_version;
            policy.next_version += 1;
            policy.versions.push(PolicyVersion {
                number,
                document: PolicyText::plain(input.policy_document),
                created_ms: now,
            });
            if input.set_as_default {
                policy.default_version = number;
                policy.updated_ms = now;
            }
            Ok(())
        })?;
        let policy = managed::find(cx, &input.policy_arn)?;
        let shown = policy
            .versions
            .last()
            .map(|v| render::version(&policy, v, false));
        Ok(json!({"PolicyVersion": shown}))
    }
}
