//! Looks for access that must not be granted.

use sekisho_engine::prelude::*;
use sekisho_policy::grants;

use crate::document;

pub(crate) struct CheckAccessNotGranted;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    policy_document: String,
    access: Vec<Access>,
}

#[derive(Deserialize)]
pub(crate) struct Access {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    resources: Vec<String>,
}

impl Operation for CheckAccessNotGranted {
    const ID: OpId = OpId::new("accessanalyzer", "CheckAccessNotGranted");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new(
            "access-analyzer:CheckAccessNotGranted",
            "*",
        )])
    }

    fn run(_: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let document = document::read(&input.policy_document, "policyDocument")?;
        let mut blamed = Vec::new();
        for access in &input.access {
            if access.actions.is_empty() && access.resources.is_empty() {
                let message = "An access must name at least one action or resource";
                return Err(ApiError::new("ValidationException", message).status(400));
            }
            let compared = grants(&document, &access.actions, &access.resources);
            document::decided(&compared)?;
            for witness in compared.witnesses() {
                if !blamed.contains(&witness.statement) {
                    blamed.push(witness.statement);
                }
            }
        }
        blamed.sort_unstable();
        let sentences = [
            "The policy document does not grant access to perform the listed actions or resources.",
            "The policy document grants access to perform one or more of the listed actions or resources.",
        ];
        Ok(document::answer(
            &document,
            &blamed,
            sentences,
            "One or more of the listed actions or resources in the statement",
        ))
    }
}
