//! Takes a client id from an OpenID Connect provider; one that it does not have is no error.

use sekisho_engine::prelude::*;

use crate::providers;

pub(crate) struct RemoveClientIDFromOpenIDConnectProvider;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: String,
    #[serde(rename = "ClientID")]
    client_id: String,
}

impl Operation for RemoveClientIDFromOpenIDConnectProvider {
    const ID: OpId = OpId::new("iam", "RemoveClientIDFromOpenIDConnectProvider");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![providers::check(
            "RemoveClientIDFromOpenIDConnectProvider",
            &input.arn,
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        providers::change(cx, &input.arn, |provider| {
            provider.client_ids.retain(|id| *id != input.client_id);
            Ok(())
        })
    }
}
