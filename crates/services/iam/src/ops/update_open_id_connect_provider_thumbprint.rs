//! Says anew which certificates an OpenID Connect provider has.

use sekisho_engine::prelude::*;

use crate::providers;

pub(crate) struct UpdateOpenIDConnectProviderThumbprint;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: String,
    #[serde(rename = "ThumbprintList")]
    thumbprints: Vec<String>,
}

impl Operation for UpdateOpenIDConnectProviderThumbprint {
    const ID: OpId = OpId::new("iam", "UpdateOpenIDConnectProviderThumbprint");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![providers::check(
            "UpdateOpenIDConnectProviderThumbprint",
            &input.arn,
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if input.thumbprints.is_empty() {
            let message = "Thumbprint list must contain at least one entry.";
            return Err(ApiError::new("InvalidInput", message).status(400));
        }
        let thumbprints = providers::thumbprints(&input.thumbprints)?;
        providers::change(cx, &input.arn, |provider| {
            provider.thumbprints = thumbprints;
            Ok(())
        })
    }
}
