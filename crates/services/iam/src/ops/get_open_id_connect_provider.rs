//! Reads an OpenID Connect provider.

use sekisho_engine::prelude::*;

use crate::providers;

pub(crate) struct GetOpenIDConnectProvider;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: String,
}

impl Operation for GetOpenIDConnectProvider {
    const ID: OpId = OpId::new("iam", "GetOpenIDConnectProvider");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![providers::check(
            "GetOpenIDConnectProvider",
            &input.arn,
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        Ok(providers::shown(providers::find(cx, &input.arn)?.as_ref()))
    }
}
