//! Takes the public access block of an account away.

use sekisho_engine::prelude::*;

use super::{BLOCKS, check};

pub(crate) struct DeletePublicAccessBlock;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    account_id: String,
}

impl Operation for DeletePublicAccessBlock {
    const ID: OpId = OpId::new("s3control", "DeletePublicAccessBlock");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        check(lookup, "s3:PutAccountPublicAccessBlock", &input.account_id)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        cx.delete(&BLOCKS, &input.account_id);
        Ok(json!({}))
    }
}
