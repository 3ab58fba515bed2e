//! Lists the tags of an OpenID Connect provider.

use sekisho_engine::prelude::*;

use crate::providers;
use crate::tags;

pub(crate) struct ListOpenIDConnectProviderTags;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: String,
}

impl Operation for ListOpenIDConnectProviderTags {
    const ID: OpId = OpId::new("iam", "ListOpenIDConnectProviderTags");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![providers::check(
            "ListOpenIDConnectProviderTags",
            &input.arn,
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let provider = providers::find(cx, &input.arn)?;
        Ok(json!({"Tags": tags::render(&provider.tags), "IsTruncated": false}))
    }
}
