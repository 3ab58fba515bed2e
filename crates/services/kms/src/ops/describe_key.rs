//! Reads a key.

use sekisho_engine::prelude::*;

use crate::{checks, grants, keys};

pub(crate) struct DescribeKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    #[serde(default)]
    grant_tokens: Vec<String>,
}

impl Operation for DescribeKey {
    const ID: OpId = OpId::new("kms", "DescribeKey");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        grants::known(lookup, &input.grant_tokens)?;
        Ok(vec![checks::on_key(lookup, "DescribeKey", &input.key_id)?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let key = keys::find(cx, &input.key_id)?;
        Ok(json!({"KeyMetadata": key.metadata(&cx.lookup())?}))
    }
}
