//! Adds tags to a key.

use sekisho_engine::prelude::*;

use crate::ops::create_key::Tag;
use crate::{checks, keys};

pub(crate) struct TagResource;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    tags: Vec<Tag>,
}

impl Operation for TagResource {
    const ID: OpId = OpId::new("kms", "TagResource");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![
            checks::on_key(lookup, "TagResource", &input.key_id)?.with_tags(
                input
                    .tags
                    .iter()
                    .map(|t| (t.tag_key.as_str(), t.tag_value.as_str())),
            ),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        keys::change(cx, &input.key_id, |key| {
            key.not_pending()?;
            for tag in input.tags {
                key.tags.retain(|(k, _)| *k != tag.tag_key);
                key.tags.push((tag.tag_key, tag.tag_value));
            }
            if key.tags.len() > 50 {
                return Err(ApiError::new("TagException", "Too many tags"));
            }
            Ok(())
        })?;
        Ok(json!({}))
    }
}
