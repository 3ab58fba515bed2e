//! Adds a client id to an OpenID Connect provider; one that it has it keeps.

use sekisho_engine::prelude::*;

use crate::providers;

pub(crate) struct AddClientIDToOpenIDConnectProvider;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: String,
    #[serde(rename = "ClientID")]
    client_id: String,
}

impl Operation for AddClientIDToOpenIDConnectProvider {
    const ID: OpId = OpId::new("iam", "AddClientIDToOpenIDConnectProvider");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![providers::check(
            "AddClientIDToOpenIDConnectProvider",
            &input.arn,
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        providers::change(cx, &input.arn, |provider| {
            let mut ids = std::mem::take(&mut provider.client_ids);
            ids.push(input.client_id);
            provider.client_ids = providers::client_ids(ids)?;
            Ok(())
        })
    }
}
