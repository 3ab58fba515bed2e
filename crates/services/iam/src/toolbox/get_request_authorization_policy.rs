//! A policy that was asked for a denied call, as it was then.

use sekisho_engine::prelude::*;

use super::View;
use super::shown::Shown;

pub(crate) struct GetRequestAuthorizationPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    authorization_id: String,
    policy_uri: String,
}

impl Operation for GetRequestAuthorizationPolicy {
    const ID: OpId = OpId::new("iam-toolbox", "GetRequestAuthorizationPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:GetRequestAuthorizationPolicy", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let (denied, view) = super::find(cx, &input.authorization_id)?;
        if view == View::Resource {
            // "The calling principal must belong to the recorded account", or organization (API reference).
            return Err(super::unknown());
        }
        let lookup = cx.lookup();
        let shown = Shown {
            denied: &denied,
            view,
            reader: lookup.account(),
            organization: lookup.organization(),
        };
        let document = shown.document(&input.policy_uri).ok_or_else(|| {
            let message = "The requested policy does not exist. Verify that the policy URI is from the policies list that GetRequestAuthorizationDetails returns for the same authorization ID.";
            ApiError::new("ResourceNotFoundException", message).status(404)
        })?;
        Ok(json!({"policyDocument": document}))
    }
}
