//! Sets the public access block of an account.

use sekisho_engine::prelude::*;

use super::{BLOCKS, check};
use crate::bucket::PublicAccess;

pub(crate) struct PutPublicAccessBlock;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    account_id: String,
    public_access_block_configuration: PublicAccess,
}

impl Operation for PutPublicAccessBlock {
    const ID: OpId = OpId::new("s3control", "PutPublicAccessBlock");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        check(lookup, "s3:PutAccountPublicAccessBlock", &input.account_id)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let block = input.public_access_block_configuration;
        cx.put(&BLOCKS, &input.account_id, block)?;
        Ok(json!({}))
    }
}
