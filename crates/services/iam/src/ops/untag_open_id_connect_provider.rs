//! Removes tags from an OpenID Connect provider.

use sekisho_engine::prelude::*;

use crate::providers;
use crate::tags;

pub(crate) struct UntagOpenIDConnectProvider;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagOpenIDConnectProvider {
    const ID: OpId = OpId::new("iam", "UntagOpenIDConnectProvider");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = providers::check("UntagOpenIDConnectProvider", &input.arn);
        Ok(vec![check.with_list("aws:TagKeys", input.tag_keys.clone())])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        providers::change(cx, &input.arn, |provider| {
            tags::drop_exact(&mut provider.tags, &input.tag_keys);
            Ok(())
        })
    }
}
