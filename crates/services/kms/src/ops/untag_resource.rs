//! Removes tags from a key.

use sekisho_engine::prelude::*;

use crate::{checks, keys};

pub(crate) struct UntagResource;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    const ID: OpId = OpId::new("kms", "UntagResource");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![
            checks::on_key(lookup, "UntagResource", &input.key_id)?
                .with_list("aws:TagKeys", input.tag_keys.clone()),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        keys::change(cx, &input.key_id, |key| {
            key.not_pending()?;
            key.tags.retain(|(k, _)| !input.tag_keys.contains(k));
            Ok(())
        })?;
        Ok(json!({}))
    }
}
