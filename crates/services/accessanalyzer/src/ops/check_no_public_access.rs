//! Looks for statements that let everyone in.

use sekisho_engine::prelude::*;
use sekisho_policy::public_statements;

use crate::document;

pub(crate) struct CheckNoPublicAccess;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    policy_document: String,
}

impl Operation for CheckNoPublicAccess {
    const ID: OpId = OpId::new("accessanalyzer", "CheckNoPublicAccess");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("access-analyzer:CheckNoPublicAccess", "*")])
    }

    fn run(_: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let document = document::read(&input.policy_document, "policyDocument")?;
        let blamed: Vec<usize> = public_statements(&document).collect();
        let sentences = [
            "The resource policy does not grant public access for the given resource type.",
            "The resource policy grants public access for the given resource type.",
        ];
        Ok(document::answer(
            &document,
            &blamed,
            sentences,
            "Public access granted in the following statement",
        ))
    }
}
