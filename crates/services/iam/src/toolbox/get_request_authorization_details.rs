//! Tells of a denied call every policy that was asked, and which of them decided.

use sekisho_engine::prelude::*;

use super::shown::Shown;

pub(crate) struct GetRequestAuthorizationDetails;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    authorization_id: String,
    next_token: Option<String>,
}

impl Operation for GetRequestAuthorizationDetails {
    const ID: OpId = OpId::new("iam-toolbox", "GetRequestAuthorizationDetails");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:GetRequestAuthorizationDetails", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if input.next_token.is_some() {
            let message = "The nextToken is not valid: the answer is whole.";
            return Err(ApiError::new("ValidationException", message).status(400));
        }
        let (denied, view) = super::find(cx, &input.authorization_id)?;
        let lookup = cx.lookup();
        let shown = Shown {
            denied: &denied,
            view,
            reader: lookup.account(),
            organization: lookup.organization(),
        };
        Ok(shown.details())
    }
}
