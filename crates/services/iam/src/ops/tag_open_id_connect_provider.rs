//! Adds tags to an OpenID Connect provider.

use sekisho_engine::prelude::*;

use crate::providers;
use crate::tags::{self, Tag};

pub(crate) struct TagOpenIDConnectProvider;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: String,
    tags: Vec<Tag>,
}

impl Operation for TagOpenIDConnectProvider {
    const ID: OpId = OpId::new("iam", "TagOpenIDConnectProvider");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = providers::check("TagOpenIDConnectProvider", &input.arn);
        Ok(vec![check.with_tags(tags::pairs(&input.tags))])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        tags::some(&input.tags)?;
        providers::change(cx, &input.arn, |provider| {
            tags::merge_exact(&mut provider.tags, &input.tags)
        })
    }
}
