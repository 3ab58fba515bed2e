//! Removes an OpenID Connect provider.

use sekisho_engine::prelude::*;

use crate::holder::no_such_entity;
use crate::providers::{self, PROVIDERS};

pub(crate) struct DeleteOpenIDConnectProvider;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: String,
}

impl Operation for DeleteOpenIDConnectProvider {
    const ID: OpId = OpId::new("iam", "DeleteOpenIDConnectProvider");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![providers::check(
            "DeleteOpenIDConnectProvider",
            &input.arn,
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if providers::find(cx, &input.arn).is_err() {
            // Recorded: it has another sentence than the others have (radkawar/stackd federation/oidc).
            let message = format!("OpenId connect Provider {} cannot be found.", input.arn);
            return Err(no_such_entity(message));
        }
        cx.delete(&PROVIDERS, &input.arn);
        Ok(json!({}))
    }
}
