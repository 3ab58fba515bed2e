//! Compares two documents.

use sekisho_engine::prelude::*;
use sekisho_policy::new_access;

use crate::document;

pub(crate) struct CheckNoNewAccess;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    new_policy_document: String,
    existing_policy_document: String,
}

impl Operation for CheckNoNewAccess {
    const ID: OpId = OpId::new("accessanalyzer", "CheckNoNewAccess");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("access-analyzer:CheckNoNewAccess", "*")])
    }

    fn run(_: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let new = document::read(&input.new_policy_document, "newPolicyDocument")?;
        let existing = document::read(&input.existing_policy_document, "existingPolicyDocument")?;
        let compared = new_access(&new, &existing);
        document::decided(&compared)?;
        let blamed: Vec<usize> = compared.witnesses().iter().map(|w| w.statement).collect();
        let sentences = [
            "The modified permissions do not grant new access compared to your existing policy.",
            "The modified permissions grant new access compared to your existing policy.",
        ];
        Ok(document::answer(
            &new,
            &blamed,
            sentences,
            "New access in the statement",
        ))
    }
}
