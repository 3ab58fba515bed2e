//! Opens the message that a denial carries: which statement decided, and everything that was in the request.

use sekisho_engine::prelude::*;

pub(crate) struct DecodeAuthorizationMessage;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    encoded_message: String,
}

impl Operation for DecodeAuthorizationMessage {
    const ID: OpId = OpId::new("sts", "DecodeAuthorizationMessage");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("sts:DecodeAuthorizationMessage", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        Ok(json!({"DecodedMessage": cx.decode_authorization(&input.encoded_message)?}))
    }
}
