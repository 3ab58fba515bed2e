//! Lists the tags of a key.

use sekisho_engine::prelude::*;

use crate::{checks, keys};

pub(crate) struct ListResourceTags;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
}

impl Operation for ListResourceTags {
    const ID: OpId = OpId::new("kms", "ListResourceTags");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![checks::on_key(
            lookup,
            "ListResourceTags",
            &input.key_id,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let key = keys::find(cx, &input.key_id)?;
        let tags: Vec<Value> = key
            .tags
            .iter()
            .map(|(k, v)| json!({"TagKey": k, "TagValue": v}))
            .collect();
        Ok(json!({"Tags": tags, "Truncated": false}))
    }
}
