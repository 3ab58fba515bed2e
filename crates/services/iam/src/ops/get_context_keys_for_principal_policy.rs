//! Lists the condition keys that the policies of a user or role read.

use sekisho_engine::prelude::*;

use std::collections::BTreeSet;

use crate::simulate;

pub(crate) struct GetContextKeysForPrincipalPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_source_arn: String,
    #[serde(default)]
    policy_input_list: Vec<String>,
}

impl Operation for GetContextKeysForPrincipalPolicy {
    const ID: OpId = OpId::new("iam", "GetContextKeysForPrincipalPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let arn = simulate::source(lookup, &input.policy_source_arn)?;
        Ok(vec![Check::new(
            "iam:GetContextKeysForPrincipalPolicy",
            arn,
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let arn = simulate::source(&cx.lookup(), &input.policy_source_arn)?;
        let held = simulate::held(cx, &arn, &[])?;
        // A policy of the user and of a group of his counts once (radkawar/stackd context_keys_aws).
        let mut attached = BTreeSet::new();
        let mut keys: Vec<String> = held
            .policies
            .iter()
            .filter(|p| p.arn.as_ref().is_none_or(|arn| attached.insert(arn)))
            .chain(held.boundary.as_ref())
            .flat_map(|p| p.document.context_keys())
            .collect();
        keys.extend(simulate::keys_of(&input.policy_input_list)?);
        Ok(json!({"ContextKeyNames": keys}))
    }
}
