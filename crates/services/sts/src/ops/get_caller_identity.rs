//! Tells callers who they are. Needs no permission, and no policy can forbid it.

use sekisho_engine::prelude::*;

pub(crate) struct GetCallerIdentity;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for GetCallerIdentity {
    const ID: OpId = OpId::new("sts", "GetCallerIdentity");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        if lookup.account().is_empty() {
            return Err(ApiError::new(
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            )
            .status(403));
        }
        Ok(Vec::new())
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        Ok(
            json!({"UserId": cx.caller().user_id(), "Account": cx.account(), "Arn": cx.caller().arn()}),
        )
    }
}
